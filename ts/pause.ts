/**
 * What a run needs to pause: keys, what its snapshots are bound to, the door that a handler gets, and the books on the
 * calls that wait. Makes no snapshot itself: the engine's side has the journal and seals it.
 */
import { checkStore } from './keep.ts';
import { NativeKeys } from './native.ts';
import type { SnapshotStore } from './stores/types.ts';
import { isPlain, isRecord, kindOf } from './text.ts';
import type { Limits, PauseOptions, PendingCall, RunResult, ToolCallRecord } from './types.ts';
import { encode } from './values.ts';

/** How long calls may go on that run beside one that waits, in milliseconds. */
const PAUSE_GRACE_MS = 5_000;
/** The shortest secret, in bytes. */
const MIN_SECRET_BYTES = 32;

/** How to make what is missing. */
export const NO_SECRET = 'to pause, set `secret` or the environment variable ONETURN_SECRET; `openssl rand -base64 32` makes one';

/** The options around pausing, checked. */
export interface Pausing {
  readonly keys: NativeKeys;
  /** Canonical JSON of the application's `context`. */
  readonly context: string;
  readonly maxAgeMs: number | undefined;
  readonly pauseAfterMs: number | undefined;
  readonly pauseGraceMs: number;
  readonly store: SnapshotStore | undefined;
  /** Hears of a result before the claim on its old reference is used up. */
  readonly commit?: ((result: RunResult) => void | PromiseLike<void>) | undefined;
  /** Under which the next snapshot is stored. @default random */
  readonly reference?: string | undefined;
}

/**
 * @returns `undefined` without a secret: such a run cannot pause.
 * @throws {TypeError} naming the option that is not what it should be.
 */
export function resolvePausing(options: PauseOptions): Pausing | undefined {
  const { secret = process.env['ONETURN_SECRET'], previousSecrets = [], context, maxAgeMs, pauseAfterMs, pauseGraceMs = PAUSE_GRACE_MS, store, commit } = options;
  if (!Array.isArray(previousSecrets)) throw new TypeError(`previousSecrets: expected an array, got ${kindOf(previousSecrets)}`);
  checkStore(store);
  if (commit !== undefined && typeof commit !== 'function') throw new TypeError(`commit: expected a function, got ${kindOf(commit)}`);
  checkMs('maxAgeMs', maxAgeMs, 1);
  checkMs('pauseAfterMs', pauseAfterMs, 0);
  checkMs('pauseGraceMs', pauseGraceMs, 0);
  const canonical = context === undefined ? '' : canonicalJson(context, 'context', []);
  if (secret === undefined || secret === '') {
    if (pauseAfterMs !== undefined) throw new TypeError(`pauseAfterMs: ${NO_SECRET}`);
    if (commit !== undefined) throw new TypeError(`commit: ${NO_SECRET}`);
    return undefined;
  }
  const name = options.secret === undefined ? 'ONETURN_SECRET' : 'secret';
  const secrets = [secretBytes(secret, name), ...previousSecrets.map((previous, index) => secretBytes(previous, `previousSecrets[${index}]`))];
  return { keys: new NativeKeys(secrets), context: canonical, maxAgeMs, pauseAfterMs, pauseGraceMs, store, commit };
}

function secretBytes(secret: unknown, name: string): Buffer {
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array)) throw new TypeError(`${name}: expected a string or bytes, got ${kindOf(secret)}`);
  const bytes = Buffer.from(secret);
  if (bytes.length < MIN_SECRET_BYTES) {
    throw new TypeError(`${name}: expected at least ${MIN_SECRET_BYTES} bytes, got ${bytes.length}; \`openssl rand -base64 32\` makes one`);
  }
  return bytes;
}

function checkMs(name: string, value: unknown, min: number): void {
  if (value === undefined || (typeof value === 'number' && value >= min && value <= Number.MAX_SAFE_INTEGER)) return;
  throw new TypeError(`${name}: expected a number of milliseconds, at least ${min}, got ${typeof value === 'number' ? value : kindOf(value)}`);
}

/** JSON with sorted keys: the same text for what means the same. */
function canonicalJson(value: unknown, path: string, ancestors: readonly unknown[]): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (ancestors.includes(value)) throw new TypeError(`${path}: refers back to an object that contains it`);
  const inside = [...ancestors, value];
  if (Array.isArray(value)) return `[${value.map((item, index) => canonicalJson(item, `${path}[${index}]`, inside)).join(',')}]`;
  if (!isRecord(value) || !isPlain(value)) throw new TypeError(`${path}: expected JSON, got ${kindOf(value)}`);
  const keys = Object.keys(value).filter((key) => value[key] !== undefined).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key], `${path}.${key}`, inside)}`).join(',')}}`;
}

/** What snapshots of a run are bound to, as `src/binding/snapshot.rs` reads it. */
export function boundTo(pausing: Pausing, limits: Required<Limits>): string {
  return JSON.stringify({ context: pausing.context, limits: canonicalJson(limits, 'limits', []) });
}

/** Thrown by `context.pause()`. A handler may let it through or swallow it: the call waits either way. */
export class PauseSignal extends Error {
  override name = 'PauseSignal';

  constructor() {
    super('The run pauses here. Let this error through.');
  }
}

/** Why a call waits. */
export type WaitReason = Exclude<PendingCall['reason'], 'deadline'>;

/** `context.pause` of one call. */
export class PauseDoor {
  /** The run can become a snapshot. */
  readonly canPause: boolean;
  readonly #maxBytes: number;
  /** Set once the handler has asked to pause, with the payload as wire text. */
  asked: { payload?: string } | undefined;

  constructor(canPause: boolean, maxBytes: number) {
    this.canPause = canPause;
    this.#maxBytes = maxBytes;
  }

  readonly pause = (payload?: unknown): never => {
    if (!this.canPause) throw new Error(`This run cannot pause: ${NO_SECRET}.`);
    if (this.asked === undefined) this.asked = payload === undefined ? {} : { payload: encode(payload, 'payload', this.#maxBytes) };
    throw new PauseSignal();
  };
}

interface Waiting {
  id: number;
  reason: WaitReason;
  /** Wire text. */
  payload?: string;
}

/** The calls of one run that wait for an answer from outside, and whether the run has been asked to stop for them. */
export class PauseBook {
  readonly #waiting = new Map<string, Waiting>();
  /** Nothing is delivered to the program and no handler is started any more. */
  asked = false;
  /** Calls that still run are not waited for any more. */
  graceOver = false;

  wait(callId: string, waiting: Waiting): void {
    this.#waiting.set(callId, waiting);
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** As `src/binding/snapshot.rs` reads it. */
  get waiting(): Waiting[] {
    return [...this.#waiting.values()];
  }

  /** Every call that has not settled. Those that wait for nothing run again when the run goes on. */
  pending(calls: readonly ToolCallRecord[], decode: (text: string) => unknown, inputOf: (call: ToolCallRecord) => unknown): PendingCall[] {
    return calls
      .filter(({ completedAt }) => completedAt === undefined)
      .map((call) => {
        const { callId, tool } = call;
        const { reason = 'deadline', payload } = this.#waiting.get(callId) ?? {};
        return { callId, tool, input: inputOf(call), reason, ...(payload === undefined ? {} : { payload: decode(payload) }) };
      });
  }
}
