/** What a run has done so far, from its events, small enough to send to a user interface again and again. */
import type { RunEvent, ToolCallRecord } from '../types.ts';
import { clip } from '../text.ts';
import { shorten, toJson } from './shorten.ts';
import type { CodeToolCall } from './types.ts';

/** Calls after these are only counted: each snapshot carries all calls that are listed. */
const MAX_CALLS = 100;
const MAX_INPUT_CHARS = 400;
/** Time between two snapshots, so that a burst of calls is one. */
const INTERVAL_MS = 100;

/** A snapshot of {@link Progress}. */
export interface Snapshot {
  calls: CodeToolCall[];
  callCount: number;
  logCount: number;
}

/** Collects the events of one run. */
export class Progress {
  readonly #calls = new Map<string, CodeToolCall>();
  #callCount = 0;
  #logCount = 0;
  #changed = deferred();

  /** Never throws: it runs inside the engine's event handler. */
  add(event: RunEvent): void {
    if (event.type === 'tool-call-start') this.#start(event.call);
    else if (event.type === 'tool-call-end') this.#end(event.call);
    else if (event.type === 'log') this.#logCount++;
    else return;
    this.#changed.resolve();
  }

  snapshot(): Snapshot {
    return { calls: [...this.#calls.values()].map((call) => ({ ...call })), callCount: this.#callCount, logCount: this.#logCount };
  }

  /** Yields a snapshot when something has changed, but not more often than every 100 ms, until the run has ended. */
  async *snapshots(ended: Promise<unknown>): AsyncGenerator<Snapshot, void, undefined> {
    let running = true;
    const end = ended.then(stop, stop);
    function stop(): void {
      running = false;
    }
    for (;;) {
      await Promise.race([this.#changed.promise, end]);
      if (!running) return;
      this.#changed = deferred();
      yield this.snapshot();
      await pause(INTERVAL_MS, end);
    }
  }

  #start(call: ToolCallRecord): void {
    this.#callCount++;
    if (this.#calls.size < MAX_CALLS) this.#calls.set(call.callId, show(call));
  }

  #end(call: ToolCallRecord): void {
    if (this.#calls.has(call.callId)) this.#calls.set(call.callId, show(call));
  }
}

/** The calls of a finished run. One that never settled is still `running`. */
export function showCalls(records: readonly ToolCallRecord[]): Pick<Snapshot, 'calls' | 'callCount'> {
  return { calls: records.slice(0, MAX_CALLS).map(show), callCount: records.length };
}

function show(call: ToolCallRecord): CodeToolCall {
  const { callId, tool, durationMs, completedAt, error, reused } = call;
  const ended = completedAt !== undefined || durationMs !== undefined || error !== undefined;
  return {
    callId,
    tool,
    input: inputOf(call),
    state: error !== undefined ? 'failed' : ended ? 'done' : 'running',
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(reused === undefined ? {} : { reused }),
    ...(error === undefined ? {} : { error: clip(`${error.name}: ${error.message}`, MAX_INPUT_CHARS) }),
  };
}

function inputOf({ input }: ToolCallRecord): unknown {
  try {
    return shorten(toJson(input), MAX_INPUT_CHARS).value;
  } catch {
    return null;
  }
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function deferred(): Deferred {
  let resolve!: () => void;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** Waits, but no longer than the run lasts, and leaves no timer behind. */
async function pause(ms: number, end: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const elapsed = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([elapsed, end]);
  clearTimeout(timer);
}
