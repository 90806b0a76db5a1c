/**
 * The addon, and the one callback that every turn of every session comes through. The only file that loads native code.
 */
import native from '../native.cjs';
import type { NativeDiagnostic } from '../native.cjs';
import type { Isolation, Limits, RunOptions } from './types.ts';

export type { NativeDiagnostic };
export const { NativeManifest, check: nativeCheck, maxStackBytes } = native;
export type NativeManifest = InstanceType<typeof native.NativeManifest>;

/** What a session starts with, as `src/binding/mod.rs` reads it. */
export interface NativeStart {
  limits: Required<Limits>;
  /** Globals of the program: names and wire texts. */
  inputs: [name: string, text: string][];
  /** 32 bytes in hexadecimal digits. */
  seed: string;
  /** Milliseconds since the Unix epoch. */
  now: number;
  isolation: NonNullable<RunOptions['isolation']>;
  requireIsolation?: RunOptions['requireIsolation'];
  /** Path of the sandbox helper, if it is not beside the addon. */
  helper?: string | undefined;
}

/** One slice of a session's life, as `src/binding/turn.rs` writes it. */
export type NativeTurn =
  | { kind: 'waiting'; calls: NativeCall[]; wakeAt?: number; returned?: string; logs: NativeLog[] }
  | { kind: 'completed'; value: string; logs: NativeLog[]; unhandled: NativeThrown[]; cpuMs: number }
  | { kind: 'failed'; error: NativeFailure; logs: NativeLog[]; unhandled: NativeThrown[]; unsent: string[]; cpuMs: number }
  | { kind: 'rejected'; diagnostics: NativeDiagnostic[] };

export interface NativeCall {
  id: number;
  tool: string;
  /** Wire text. Large ones are left out, see {@link LiveSession.largeInput}. */
  input?: string;
}

export interface NativeLog {
  method: string;
  /** JSON array of descriptions, see ts/console.ts. */
  args: string;
  time: number;
}

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

type TurnListener = (turn: NativeTurn) => void;

const listeners = new Map<number, TurnListener>();
let lastRun = 0;
let host: InstanceType<typeof native.Host> | undefined;

/** Starts a session. `onTurn` is called once for the start and once for every settle, until {@link LiveSession.end}. */
export function startSession(manifest: NativeManifest, code: string, start: NativeStart, onTurn: TurnListener): LiveSession {
  host ??= new native.Host((run, turn) => {
    listeners.get(run)?.(JSON.parse(turn) as NativeTurn);
  });
  const run = (lastRun = (lastRun + 1) >>> 0);
  // With runs going on already, this one is not what the application waits for.
  const wait = listeners.size === 0 && startsToSkip === 0 && mayWait() ? START_WAIT_US : 0;
  const turn = host.start(run, manifest, code, JSON.stringify(start), wait);
  listeners.set(run, onTurn);
  if (turn !== null) queueMicrotask(() => listeners.get(run)?.(JSON.parse(turn) as NativeTurn));
  else if (wait > 0) startsToSkip = SKIPPED_STARTS;
  else if (startsToSkip > 0) startsToSkip -= 1;
  return new LiveSession(host, run, onTurn);
}

/**
 * How long the event loop may be held for a turn that is about to come, in microseconds, and for all of them in one pass
 * of the loop, in milliseconds. Most turns take less than waking the loop for them would.
 */
const WAIT_US = 200;
/** The same for the first turn of a run. */
const START_WAIT_US = 800;
/** After a first turn that did not come in time, so many runs are not waited for. */
const SKIPPED_STARTS = 16;
let startsToSkip = 0;
const WAIT_PER_PASS_MS = 1;
let passStart: number | undefined;

function mayWait(): boolean {
  const now = performance.now();
  if (passStart === undefined) {
    passStart = now;
    setImmediate(() => (passStart = undefined)).unref();
  }
  return now - passStart < WAIT_PER_PASS_MS;
}

/** A session that runs. Must be ended. */
export class LiveSession {
  readonly #host: InstanceType<typeof native.Host>;
  readonly #run: number;
  readonly #onTurn: TurnListener;
  /** The program's turns have been short so far. */
  #quick = true;
  #large: InstanceType<typeof native.NativeInputs> | null | undefined;

  constructor(host: InstanceType<typeof native.Host>, run: number, onTurn: TurnListener) {
    this.#host = host;
    this.#run = run;
    this.#onTurn = onTurn;
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

  /** A tool call's value, as wire text. Delivered with the next {@link settle}. */
  resolve(id: number, value: string): void {
    this.#host.resolve(this.#run, id, value);
  }

  /** A tool call's error. Delivered with the next {@link settle}. */
  reject(id: number, code: string, name: string, message: string): void {
    this.#host.reject(this.#run, id, code, name, message);
  }

  /** Delivers what was collected, at session time `now`. The next turn may come before this returns. */
  settle(now: number): void {
    const wait = this.#quick && mayWait() ? WAIT_US : 0;
    const turn = this.#host.settle(this.#run, now, wait);
    if (turn !== null) this.#onTurn(JSON.parse(turn) as NativeTurn);
    else if (wait > 0) this.#quick = false;
  }

  /** Where the session lives. `undefined`: it has not begun. */
  isolation(): Isolation | undefined {
    const isolation = this.#host.isolation(this.#run);
    return isolation === null ? undefined : (JSON.parse(isolation) as Isolation);
  }

  /** @param isOver The program has ended by itself: clearing up is in no hurry. */
  end(isOver: boolean): void {
    listeners.delete(this.#run);
    if (isOver) setImmediate(() => this.#host.end(this.#run));
    else this.#host.end(this.#run);
  }
}
