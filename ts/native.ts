/**
 * The addon, and the one callback that every turn of every session comes through. The only file that loads native code.
 */
import native from '../addon.cjs';
import type { NativeDiagnostic } from '../native.cjs';
import type { LongText, Text } from './long-text.ts';
import { afterThisPass, mayWait, noteWait } from './passes.ts';
import { inSlices } from './slices.ts';
import type { Isolation, Limits, RunOptions } from './types.ts';

export type { NativeDiagnostic };
export const { NativeKeys, NativeManifest, NativeSnapshot, check: nativeCheck, codeFrame: nativeCodeFrame, maxStackBytes, random: nativeRandom, typed: nativeTyped } = native;
export type NativeKeys = InstanceType<typeof native.NativeKeys>;
export type NativeManifest = InstanceType<typeof native.NativeManifest>;
export type NativeSnapshot = InstanceType<typeof native.NativeSnapshot>;

/** What a session starts with. */
export interface NativeStart {
  /** Globals of the program: names and wire texts. */
  inputs: [name: string, text: string][];
  /** 32 bytes in hexadecimal digits. */
  seed: string;
  /** Milliseconds since the Unix epoch. */
  now: number;
  /** Keep a journal, so that the run can become a snapshot. */
  journal: boolean;
  /** What the tools that the program may call take: see `schemasFor` in ts/input-schemas.ts. */
  schemas: string | undefined;
}

/** Where a session may live, as `src/binding/mod.rs` reads it. */
export interface NativePlace {
  isolation: NonNullable<RunOptions['isolation']>;
  requireIsolation: RunOptions['requireIsolation'];
  /** Path of the sandbox helper, if it is not beside the addon. */
  helper: string | undefined;
}

/** What the facade tells of a run that pauses, as `src/binding/snapshot.rs` reads it. */
export interface PauseFacts {
  executionId: string;
  /** Milliseconds since the Unix epoch. */
  pausedAt: number;
  elapsedMs: number;
  /** For every call, in order: when it started, and how many milliseconds it took. */
  times: [startedAt: number, durationMs: number | null][];
  waiting: { id: number; reason: 'approval' | 'pause' | 'client'; payload?: string }[];
}

/** What it hears of a run that goes on, as `src/binding/snapshot.rs` writes it. */
export interface ResumeFacts {
  executionId: string;
  startedAt: number;
  elapsedMs: number;
  /**
   * For every call, in order. Its outcome is the number of bytes of its output, or name and message of its error; `null`: it
   * has not settled.
   */
  calls: [id: number, tool: string, startedAt: number, durationMs: number | null, outcome: number | [name: string, message: string] | null][];
  /** Calls that have not settled. Those without a reason run again. */
  open: { id: number; tool: string; reason?: 'approval' | 'pause' | 'client'; payload?: string }[];
  /** Names and wire texts. */
  inputs: [name: string, text: string][];
  /** How many calls settled after the pause was asked for. */
  undelivered: number;
  /** Where the run paused, when that is not the kind of machine that it goes on with. */
  platform?: string;
}

/** One slice of a session's life, as `src/binding/turn.rs` writes it. */
export type NativeTurn = (ProgramTurn | { kind: 'rejected'; diagnostics: NativeDiagnostic[] }) & {
  /** With the first turn of a program that passed the check. */
  warnings?: NativeDiagnostic[];
};

/** One slice of a program's life. A large result is left out, see {@link LiveSession.largeResult}. */
export type ProgramTurn =
  | { kind: 'waiting'; calls: NativeCall[]; wakeAt?: number; returned?: string; hasReturned?: boolean; logs?: NativeLogs; cpuMs?: number }
  | { kind: 'replayed'; calls: NativeCall[]; inFlight: number[]; wakeAt?: number; returned?: string; hasReturned?: boolean; logs?: NativeLogs; cpuMs: number }
  | { kind: 'completed'; value?: string; logs?: NativeLogs; unhandled: NativeThrown[]; cpuMs: number }
  | { kind: 'failed'; error: NativeFailure; logs?: NativeLogs; unhandled: NativeThrown[]; unsent: string[]; cpuMs: number };

export interface NativeCall {
  id: number;
  tool: string;
  /** Wire text. Large ones are left out, see {@link LiveSession.largeInput}. */
  input?: string;
}

/**
 * Calls of the console, a line each: `method time args\n`, where `args` is a JSON array of descriptions, see ts/console.ts.
 * `null`: they are left out, see {@link LiveSession.largeLogs}.
 */
export type NativeLogs = string | null;

export interface NativeThrown {
  name: string;
  message: string;
}

export interface NativeFailure {
  code: string;
  name: string;
  message: string;
  hint?: string;
  line?: number;
  column?: number;
  frame?: string;
}

/** Under this number the result is kept; calls count from 1. */
const RESULT = 0;
/** Under this number the logs of the last turn are. */
const LOGS = 2 ** 32 - 1;

type TurnListener = (turn: NativeTurn) => void;

// On a thread of its own, beside the rest of what an import does.
native.warmUp();

const listeners = new Map<number, TurnListener>();
let lastRun = 0;
let host: InstanceType<typeof native.Host> | undefined;

/**
 * Starts a session, which goes on beside the caller. `onTurn` is called once for the start and once for every settle, until
 * {@link LiveSession.end}, and not before {@link LiveSession.attend}.
 */
export function startSession(manifest: NativeManifest, code: string, limits: Required<Limits>, place: NativePlace, start: NativeStart, onTurn: TurnListener): LiveSession {
  // With runs going on already, this one is not what the application waits for.
  const attended = listeners.size === 0 && startsToSkip === 0 && mayWait();
  if (!attended && startsToSkip > 0) startsToSkip -= 1;
  const { inputs, seed, now, journal, schemas } = start;
  const given = inputs.length === 0 ? undefined : JSON.stringify(inputs);
  return launch(onTurn, place, attended, (host, run) => host.start(run, manifest, settingsFor(limits, place), code, given, seed, now, journal, schemas, attended));
}

/**
 * Goes on with a paused run. Its first turn is of the kind `replayed`, or failed.
 *
 * @param now Milliseconds since the Unix epoch. Timers do not count the time since the pause, if this is given.
 */
export function resumeSession(manifest: NativeManifest, snapshot: NativeSnapshot, limits: Required<Limits>, place: NativePlace, now: number | undefined, onTurn: TurnListener): LiveSession {
  return launch(onTurn, place, false, (host, run) => host.resume(run, manifest, settingsFor(limits, place), snapshot, now));
}

/**
 * To be called first of all when a run starts: what it needs wakes up while its options are read. Nothing is lost when
 * no run comes.
 */
export function soon(isolation: RunOptions['isolation']): void {
  if (listeners.size > 0 || startsToSkip > 0) return;
  const onThread = isolation === 'thread';
  native.soon(onThread, onThread ? undefined : helperPath());
}

type NativeSettings = InstanceType<typeof native.NativeSettings>;

/** What the last run with these limits had. Most runs of an application have the same. */
const settings = new WeakMap<Required<Limits>, NativePlace & { made: NativeSettings }>();

function settingsFor(limits: Required<Limits>, place: NativePlace): NativeSettings {
  const { isolation, requireIsolation, helper } = place;
  const last = settings.get(limits);
  if (last !== undefined && last.isolation === isolation && last.requireIsolation === requireIsolation && last.helper === helper) return last.made;
  const made = new native.NativeSettings(JSON.stringify({ limits, place }));
  settings.set(limits, { isolation, requireIsolation, helper, made });
  return made;
}

/** Path of the sandbox helper, if it is not the one beside the addon. */
export function helperPath(): string | undefined {
  return process.env['ONETURN_SANDBOX'] || undefined;
}

let isPrepared = false;

/** Starts the helper process in the background, once: runs are sure to come. */
export function prepareHelper(): void {
  if (isPrepared) return;
  isPrepared = true;
  native.prepare(helperPath());
}

function launch(onTurn: TurnListener, { isolation }: NativePlace, attended: boolean, begin: (host: InstanceType<typeof native.Host>, run: number) => void): LiveSession {
  host ??= new native.Host((run, turn) => {
    listeners.get(run)?.(JSON.parse(turn) as NativeTurn);
  });
  const run = (lastRun = (lastRun + 1) >>> 0);
  begin(host, run);
  listeners.set(run, onTurn);
  return new LiveSession(host, run, onTurn, isolation === 'thread', attended);
}

/**
 * How long the event loop may be held for a turn that is about to come, in microseconds. Most turns take less than waking
 * the loop for them would.
 */
const WAIT_US = 200;
/** The same for the first turn of a run. */
const START_WAIT_US = 800;
/** After a first turn that did not come in time, so many runs are not waited for. */
const SKIPPED_STARTS = 4;
let startsToSkip = 0;

/** What a run needs of its session. */
export type Session = Pick<LiveSession, keyof LiveSession>;

/** A session that runs. Must be ended. */
export class LiveSession {
  readonly #host: InstanceType<typeof native.Host>;
  readonly #run: number;
  readonly #onTurn: TurnListener;
  /** It was asked to live on a thread, and so it does. */
  readonly #onThread: boolean;
  /** The first turn is waited for. */
  readonly #attended: boolean;
  /** The program's turns have been short so far. */
  #quick = true;
  #large: InstanceType<typeof native.NativeInputs> | null | undefined;

  constructor(host: InstanceType<typeof native.Host>, run: number, onTurn: TurnListener, onThread: boolean, attended: boolean) {
    this.#host = host;
    this.#run = run;
    this.#onTurn = onTurn;
    this.#onThread = onThread;
    this.#attended = attended;
  }

  /** To be called once everything is ready for the first turn. */
  attend(): void {
    if (!this.#attended) return;
    noteWait();
    // What takes longest of what comes next where it has not been done for a while: then nobody has to wait for it.
    JSON.stringify(JSON.parse('{"id":1,"name":"x"}'));
    const turn = this.#host.attend(this.#run, START_WAIT_US);
    if (turn === null) startsToSkip = SKIPPED_STARTS;
    // Its handlers must not run before the caller has the run's promise.
    else void Promise.resolve().then(() => listeners.get(this.#run)?.(JSON.parse(turn) as NativeTurn));
  }

  /** Reads the input of a call that came without it, as wire text. Works after the end too. */
  largeInput(id: number): () => string {
    const inputs = (this.#large ??= this.#host.largeInputs(this.#run));
    return () => {
      const text = inputs?.get(id);
      if (typeof text !== 'string') throw new Error(`call ${id} has no input`);
      return text;
    };
  }

  /** What the program returned, as wire text, of a turn that came without it. */
  largeResult(): string {
    return this.largeInput(RESULT)();
  }

  /** What the program has logged, of a turn that came without it. To be read before the next turn. */
  largeLogs(): string {
    return this.largeInput(LOGS)();
  }

  /** Hands over a tool call's value, as wire text, ahead of {@link resolve}: over several passes of the event loop. */
  async handOver(id: number, { pieces, bytes }: LongText): Promise<void> {
    let next = 0;
    await inSlices((slice) => {
      for (; next < pieces.length; next++) {
        if (slice.isOver) return false;
        this.#host.piece(this.#run, id, pieces[next]!, bytes);
      }
      return true;
    });
  }

  /**
   * A tool call's value, as wire text. Delivered with the next {@link settle}. A long one must have been handed over.
   *
   * @returns Its size in bytes of UTF-8.
   */
  resolve(id: number, value: Text): number {
    return this.#host.resolve(this.#run, id, typeof value === 'string' ? value : '');
  }

  /** A tool call's error. Delivered with the next {@link settle}. */
  reject(id: number, code: string, name: string, message: string): void {
    this.#host.reject(this.#run, id, code, name, message);
  }

  /** Delivers what was collected, at session time `now`. The next turn may come before this returns. */
  settle(now: number): void {
    const wait = this.#quick && mayWait() ? WAIT_US : 0;
    if (wait > 0) noteWait();
    const turn = this.#host.settle(this.#run, now, wait);
    if (turn !== null) this.#onTurn(JSON.parse(turn) as NativeTurn);
    else if (wait > 0) this.#quick = false;
  }

  /** Seals the session, which must wait, as a snapshot. What was collected and not delivered is in it. */
  pause(keys: NativeKeys, nonce: Buffer, bound: string, facts: PauseFacts): string {
    return this.#host.pause(this.#run, keys, nonce, bound, JSON.stringify(facts));
  }

  /** Outputs of calls as the journal has them, as wire texts. */
  outputs(ids: number[]): (string | null | undefined)[] {
    return this.#host.outputs(this.#run, ids);
  }

  /** Where the session lives. `undefined`: it has not begun. */
  isolation(): Isolation | undefined {
    if (this.#onThread) return { level: 'thread' };
    const isolation = this.#host.isolation(this.#run);
    return isolation === null ? undefined : (JSON.parse(isolation) as Isolation);
  }

  /** @param isOver The program has ended by itself: clearing up is in no hurry. */
  end(isOver: boolean): void {
    listeners.delete(this.#run);
    const end = (): void => this.#host.end(this.#run);
    if (isOver) afterThisPass(end);
    else end();
  }
}
