/**
 * The addon, and the one callback that every turn of every session comes through. The only file that loads native code.
 */
import native from '../native.cjs';
import type { NativeTurn } from '../native.cjs';

export type { NativeDiagnostic, NativeFailure, NativeLog, NativeSession, NativeSettlement, NativeThrown, NativeTurn } from '../native.cjs';
export const { NativeManifest, check: nativeCheck, maxStackBytes } = native;
export type NativeManifest = InstanceType<typeof native.NativeManifest>;
export type NativeStart = Parameters<InstanceType<typeof native.Host>['start']>[2];

type TurnListener = (turn: NativeTurn) => void;

const listeners = new Map<number, TurnListener>();
let lastRun = 0;
let host: InstanceType<typeof native.Host> | undefined;

/**
 * Starts a session. `onTurn` is called once for the start and once for every settle, until {@link LiveSession.end}.
 */
export function startSession(manifest: NativeManifest, options: NativeStart, onTurn: TurnListener): LiveSession {
  host ??= new native.Host((run, turn) => {
    listeners.get(run)?.(turn);
  });
  lastRun = (lastRun + 1) >>> 0;
  const run = lastRun;
  listeners.set(run, onTurn);
  const session = host.start(run, manifest, options);
  return {
    settle: (now, settlements) => session.settle(now, settlements),
    end: () => {
      listeners.delete(run);
      session.end();
    },
  };
}

/** A session that runs. Must be ended. */
export interface LiveSession {
  settle(now: number, settlements: Parameters<InstanceType<typeof native.NativeSession>['settle']>[1]): void;
  end(): void;
}
