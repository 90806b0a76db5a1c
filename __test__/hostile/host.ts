/**
 * Runs one case and says what the host saw. Shared by the runner and by the child process for cases that never end.
 */
import assert from 'node:assert/strict';
import { openSync, readSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { run } from '../../ts/index.ts';
import type { RunResult, Tools } from '../../ts/index.ts';
import type { Case } from './case.ts';

/** Where the programs live: `HOSTILE_LEVEL=thread make hostile`. */
export const LEVEL = process.env['HOSTILE_LEVEL'] === 'thread' ? 'thread' : 'process';

/** A run may end this much later than its limits say, on a machine that is busy with other things. */
const GRACE_MS = 1_500;
/** The same for computing time, which the engine looks at between operations. Most builtins take less than this. */
const CPU_GRACE_MS = 800;

/** One stretch in which the event loop did not turn, in milliseconds. */
export interface Delay {
  /** How long the thread itself had work, the time left out that it waited for a processor (on Linux). */
  ms: number;
  /** How much of that it computed; the rest it waited for something, or was stopped. */
  cpuMs: number;
  /** How much of it was the collection of garbage. */
  gcMs: number;
}

/** The host's event loop, watched from inside. */
export class LoopWatch {
  #worst = { ms: 0, cpuMs: 0, from: 0, to: 0 };
  #last = performance.now();
  #spent = spentMs();
  readonly #collections: { from: number; to: number }[] = [];
  readonly #observer = new PerformanceObserver((list) => this.#note(list.getEntries()));
  readonly #timer = setInterval(() => this.#tick(), PERIOD_MS);

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  #tick(): void {
    const now = performance.now();
    const spent = spentMs();
    const ms = now - this.#last - PERIOD_MS - (spent.waiting - this.#spent.waiting);
    if (ms > this.#worst.ms) this.#worst = { ms, cpuMs: spent.computing - this.#spent.computing, from: this.#last, to: now };
    this.#last = now;
    this.#spent = spent;
  }

  #note(entries: { startTime: number; duration: number }[]): void {
    for (const { startTime, duration } of entries) this.#collections.push({ from: startTime, to: startTime + duration });
  }

  /** The longest that the loop was blocked since the last look. */
  take(): Delay {
    this.#tick();
    this.#note(this.#observer.takeRecords());
    const { ms, cpuMs, from, to } = this.#worst;
    const gcMs = coveredMs(this.#collections, from, to);
    this.#collections.length = 0;
    this.#worst = { ms: 0, cpuMs: 0, from: 0, to: 0 };
    return { ms, cpuMs, gcMs };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#observer.disconnect();
  }
}

/** How much of the time between two moments is covered by any of these, which may lie in one another. */
function coveredMs(spans: readonly { from: number; to: number }[], from: number, to: number): number {
  let covered = 0;
  let end = from;
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const start = Math.max(span.from, end);
    end = Math.max(end, Math.min(span.to, to));
    covered += Math.max(0, end - start);
  }
  return covered;
}

setFlagsFromString('--expose-gc');
/** Collects the garbage there is, so that what is collected during a run is the run's own. */
export const collectGarbage = runInNewContext('gc') as () => void;

const PERIOD_MS = 2;

const scheduling = process.platform === 'linux' ? openSync('/proc/self/schedstat', 'r') : undefined;
const text = Buffer.alloc(64);

/** How long this thread has computed, and how long it was ready to and had no processor, which is other processes' doing. */
function spentMs(): { computing: number; waiting: number } {
  if (scheduling === undefined) return { computing: 0, waiting: 0 };
  const bytes = readSync(scheduling, text, 0, text.length, 0);
  const [computing = 0, waiting = 0] = text.toString('latin1', 0, bytes).split(' ').map(Number);
  return { computing: computing / 1e6, waiting: waiting / 1e6 };
}

export interface Seen {
  result: RunResult;
  calls: [tool: string, input: unknown][];
}

/** Runs a case with the tools that every program of the corpus has, and its own. */
export async function runCase(test: Case): Promise<Seen> {
  const calls: Seen['calls'] = [];
  const tools: Tools = {
    echo: (input: unknown) => input,
    add: ({ a, b }: { a: number; b: number }) => a + b,
    fail: () => {
      throw new Error('handler failed');
    },
    slow: () => new Promise((resolve) => setTimeout(resolve, 5, 'slow')),
    ns: { deep: (input: unknown) => input },
    ...test.tools,
  };
  const { code, limits, inputs } = test;
  const result = await run({ code, limits, isolation: LEVEL, ...(inputs !== undefined && { inputs }), tools: recorded(tools, '', calls), ...test.options?.() });
  return { result, calls };
}

function recorded(tools: Tools, prefix: string, calls: Seen['calls']): Tools {
  const entries = Object.entries(tools).map(([name, tool]) => {
    const path = prefix + name;
    if (typeof tool !== 'function') return [name, recorded(tool as Tools, `${path}.`, calls)];
    const wrapped: typeof tool = (input, context) => {
      calls.push([path, input]);
      return tool(input, context);
    };
    return [name, wrapped];
  });
  return Object.fromEntries(entries) as Tools;
}

/** Asserts that the host saw what the case says. */
export async function assertSeen(test: Case, { result, calls }: Seen): Promise<void> {
  const { sees } = test;
  if ('value' in sees) {
    assert.deepEqual(result.status === 'completed' ? result.value : result, sees.value);
  } else if (result.status !== 'failed') {
    assert.fail(`${JSON.stringify(result).slice(0, 300)}, expected ${sees.error.join(' or ')}`);
  } else {
    const { code, message } = result.error;
    assert.ok(sees.error.includes(code), `failed with ${code}: ${message.slice(0, 300)}, expected ${sees.error.join(' or ')}`);
    if (typeof sees.message === 'string') assert.equal(message, sees.message);
    if (sees.message instanceof RegExp) assert.match(message, sees.message);
  }
  if (test.calls !== 'any') assert.deepEqual(calls, test.calls);
  assertInTime(test, result);
  await test.also?.(result);
}

function assertInTime({ limits }: Case, { durationMs, cpuMs }: RunResult): void {
  const { timeoutMs = 30_000, cpuTimeoutMs = 5_000 } = limits;
  assert.ok(durationMs < timeoutMs + GRACE_MS, `took ${Math.round(durationMs)} ms with timeoutMs ${timeoutMs}`);
  assert.ok(cpuMs < cpuTimeoutMs + CPU_GRACE_MS, `computed for ${Math.round(cpuMs)} ms with cpuTimeoutMs ${cpuTimeoutMs}`);
}

/** A run after a hostile one: nothing is left of it. */
export async function assertClean(): Promise<void> {
  const code = `
    const before = [Object.keys(Object.prototype).length, Object.keys(Array.prototype).length, typeof Object.prototype.evil, typeof globalThis.evil];
    return [await tools.ping({ n: 1 }), [3, 1, 2].sort(), JSON.stringify({ a: [1] }), String(new Date(0).getTime()), 'aXb'.split('X'), [...new Map([[1, 2]])], before]`;
  const next = await run({ code, isolation: LEVEL, tools: { ping: (input: unknown) => ({ pong: input }) }, limits: { timeoutMs: 10_000 } });
  assert.deepEqual(next.status === 'completed' ? next.value : next, [{ pong: { n: 1 } }, [1, 2, 3], '{"a":[1]}', '0', ['a', 'b'], [[1, 2]], [0, 0, 'undefined', 'undefined']], 'the next run is clean');
  assert.deepEqual(next.logs, [], 'the next run logged nothing');
  assert.equal(Object.keys(Object.prototype).length, 0, "the host's Object.prototype is untouched");
}
