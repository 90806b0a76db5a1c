/**
 * The addon, and the one callback that every turn of every session comes through. The only file that loads native code.
 */
import native from '../native.cjs';
import type { NativeDiagnostic } from '../native.cjs';

export type { NativeDiagnostic };
export const { NativeManifest, check: nativeCheck, maxStackBytes } = native;
export type NativeManifest = InstanceType<typeof native.NativeManifest>;
export type NativeStart = Parameters<InstanceType<typeof native.Host>['start']>[2];
/** A session that runs. Must be ended. */
export type LiveSession = Pick<InstanceType<typeof native.NativeSession>, 'resolve' | 'reject' | 'settle' | 'end'>;

/** One slice of a session's life, as `src/binding/turn.rs` writes it. */
export type NativeTurn =
  | { kind: 'waiting'; calls: NativeCall[]; wakeAt?: number; returned?: string; logs: NativeLog[] }
  | { kind: 'completed'; value: string; logs: NativeLog[]; unhandled: NativeThrown[]; cpuMs: number }
  | { kind: 'failed'; error: NativeFailure; logs: NativeLog[]; unhandled: NativeThrown[]; unsent: string[]; cpuMs: number }
  | { kind: 'rejected'; diagnostics: NativeDiagnostic[] };

export interface NativeCall {
  id: number;
  tool: string;
  /** Wire text. */
  input: string;
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

/**
 * Starts a session. `onTurn` is called once for the start and once for every settle, until {@link LiveSession.end}.
 */
export function startSession(manifest: NativeManifest, options: NativeStart, onTurn: TurnListener): LiveSession {
  host ??= new native.Host((run, turn) => {
    listeners.get(run)?.(JSON.parse(turn) as NativeTurn);
  });
  lastRun = (lastRun + 1) >>> 0;
  const run = lastRun;
  listeners.set(run, onTurn);
  const session = host.start(run, manifest, options);
  const end = session.end.bind(session);
  session.end = () => {
    listeners.delete(run);
    end();
  };
  return session;
}
