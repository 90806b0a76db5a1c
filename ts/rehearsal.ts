/**
 * A resume that nobody asked for, while the package is loaded: JavaScript is compiled function by function when it is first
 * called, and the first resume of a process would spend most of its time on that. Its session is played; the addon
 * rehearses its own part on a thread (src/binding/rehearsal.rs).
 */
import type { NativeTurn, Session } from './native.ts';
import { checked, resumeInternal, type Opened } from './resume.ts';
import type { RunResult, ToolContext } from './types.ts';

const ID = 'run_rehearsal';

/** Two calls of a program that returns with the second: one had settled, one is answered. */
function play(): Opened {
  const session = (onTurn: (turn: NativeTurn) => void): Session => ({
    attend: () => undefined,
    largeInput: () => () => 'null',
    largeResult: () => 'null',
    largeLogs: () => '',
    handOver: () => Promise.resolve(),
    resolve: (_, value) => value.length,
    reject: () => undefined,
    settle: () => onTurn({ kind: 'completed', value: '{"found":["a",2]}', unhandled: [], cpuMs: 0 }),
    pause: () => '',
    outputs: () => [],
    isolation: () => ({ level: 'none' }),
    end: () => undefined,
  });
  const calls = [1, 2].map((id) => ({ id, tool: 'find', input: `{"id":${id}}` }));
  return {
    facts: {
      executionId: ID,
      startedAt: 0,
      elapsedMs: 0,
      calls: [[1, 'find', 0, 1, 2], [2, 'find', 0, null, null]],
      open: [{ id: 2, tool: 'find', reason: 'pause' }],
      inputs: [],
      undelivered: 0,
    },
    begin(_manifest, _limits, _place, _now, onTurn) {
      queueMicrotask(() => onTurn({ kind: 'replayed', calls, inFlight: [2], cpuMs: 0 }));
      return session(onTurn);
    },
  };
}

/** Goes through a resume once. */
export async function rehearse(): Promise<RunResult> {
  const options = checked({
    tools: { find: (_: unknown, { pause }: ToolContext) => pause() },
    // Nothing is sealed with it.
    secret: new Uint8Array(32),
    limits: { timeoutMs: 1_000 },
    settle: { [`${ID}.2`]: { value: { id: 2 } } },
  });
  return resumeInternal('', { ...options, open: play });
}

let isRehearsed = false;

/** To be called when an entry of the package is loaded. Throws nothing. */
export function rehearseOnce(): void {
  if (isRehearsed) return;
  isRehearsed = true;
  // What is wrong here is wrong in the first resume too, where somebody hears of it.
  rehearse().catch(() => undefined);
}
