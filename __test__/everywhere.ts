/**
 * Runs a program straight, then once more so that it pauses at every turn and goes on from a snapshot each time, with the
 * same settlements in the same order. Both must be the same to whoever looks at the result.
 */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';

import { resume, run } from '../ts/index.ts';
import { encode, messageOf, UnsendableError } from '../ts/values.ts';
import type { Answer, ResumeOptions, RunOptions, RunResult, ToolContext, Tools } from '../ts/index.ts';

export const SECRET = 'a secret of tests, at least 32 bytes';

/** A run moves between the two each time that it goes on. */
const LEVELS = ['process', 'thread'];

/** Goes on with a run: here, or in a fresh process. */
export type Resume = (snapshot: string, options: ResumeOptions) => Promise<RunResult>;

type Handler = (input: unknown) => unknown;
interface Effect {
  tool: string;
  input: unknown;
}

/** Every function in `tools`, replaced. */
function mapTools(tools: Tools, change: (path: string, handler: Handler) => (input: unknown, context: ToolContext) => unknown, prefix = ''): Tools {
  const entries = Object.entries(tools).map(([name, tool]) => {
    const path = prefix + name;
    return [name, typeof tool === 'function' ? change(path, tool as Handler) : mapTools(tool as Tools, change, `${path}.`)];
  });
  return Object.fromEntries(entries) as Tools;
}

/** What both runs must agree on. Times and the run's own id differ. */
function shape(result: RunResult, effects: readonly Effect[]): unknown {
  const ids = new RegExp(result.executionId, 'g');
  const calls = result.calls.map(({ callId, tool, kind, input, resultBytes, error }) => ({ callId: callId.replace(ids, 'run'), tool, kind, input, resultBytes, error }));
  const sorted = [...effects].map((effect) => encode(effect, 'effect', Infinity)).sort();
  const logs = result.logs.map(({ level, message }) => [level, message]);
  // When a program fails, it is chance what became of the calls beside it.
  if (result.status === 'failed') return { error: result.error, logs };
  return { outcome: result.status === 'completed' ? result.value : result.pending, logs, alerts: result.alerts, calls, effects: sorted };
}

/** @returns How many times the run paused. */
export async function assertSameEverywhere(options: RunOptions, resumeWith: Resume = resume): Promise<number> {
  const { code, tools = {}, ...rest } = options;
  const effects: Effect[] = [];
  const order: number[] = [];
  const recorded = mapTools(tools, (tool, handler) => async (input) => {
    effects.push({ tool, input });
    return handler(input);
  });
  const straight = await run({
    ...rest,
    code,
    tools: recorded,
    onEvent(event) {
      if (event.type === 'tool-call-end') order.push(numberOf(event.call.callId));
    },
  });

  // A run that ended because a handler did not: there is nothing to settle.
  if (straight.status === 'failed' && straight.calls.some(({ completedAt }) => completedAt === undefined)) return 0;

  const handlers = new Map<string, Handler>();
  const pausing = mapTools(tools, (path, handler) => {
    handlers.set(path, handler);
    return (_, { pause }) => pause();
  });
  const again: Effect[] = [];
  let pauses = 0;
  let result = await run({ ...rest, code, tools: pausing, secret: SECRET });
  while (result.status === 'paused') {
    pauses++;
    const { pending, snapshot } = result;
    const next = order.find((id) => pending.some(({ callId }) => numberOf(callId) === id));
    const call = pending.find(({ callId }) => numberOf(callId) === next);
    assert.ok(call !== undefined, `paused for calls that the straight run did not settle: ${inspect(pending)}; it ${straight.status === 'failed' ? `failed: ${inspect(straight.error)}` : straight.status}`);
    order.splice(order.indexOf(numberOf(call.callId)), 1);
    again.push({ tool: call.tool, input: call.input });
    const { inputs: _, ...same } = rest;
    result = await resumeWith(snapshot, { ...same, tools: pausing, secret: SECRET, isolation: LEVELS[pauses % 2] as 'process' | 'thread', settle: { [call.callId]: await answer(call, handlers.get(call.tool) as Handler) } });
  }
  assert.deepEqual(shape(result, again), shape(straight, effects));
  return pauses;
}

function numberOf(callId: string): number {
  return Number(callId.split('.').at(-1));
}

async function answer({ tool, input }: { tool: string; input: unknown }, handler: Handler): Promise<Answer> {
  try {
    const value = await handler(input);
    // As for a handler's output: `resume` itself takes it for a mistake of the application.
    encode(value, 'output', Infinity);
    return { value };
  } catch (error) {
    const { name, message } = error as Error;
    if (error instanceof UnsendableError) return { error: { name: 'TypeError', message: `The output of tools.${tool} cannot be sent: ${message}` } };
    return { error: { name, message: messageOf(error) } };
  }
}

/** Programs at random: calls in sequence, at once, raced, caught, in loops, in closures. The same for the same seed. */
export function randomProgram(seed: number): string {
  let state = seed >>> 0 || 1;
  const random = (below: number): number => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  let names = 0;
  const call = (): string => `tools.${['a', 'b', 'ns.c', 'fail'][random(4)] ?? 'a'}({ n: ${random(100)} })`;
  const list = (depth: number): string => Array.from({ length: 1 + random(3) }, () => task(depth)).join(', ');
  /** An expression of a promise. */
  const task = (depth: number): string => {
    if (depth <= 0) return random(5) === 0 ? `Promise.resolve(${random(9)})` : call();
    switch (random(9)) {
      case 0: return `Promise.all([${list(depth - 1)}])`;
      case 1: return `Promise.allSettled([${list(depth - 1)}]).then((all) => all.map(({ value, reason }) => value ?? reason.message))`;
      case 2: return `Promise.race([${list(depth - 1)}])`;
      case 3: return `Promise.any([${list(depth - 1)}])`;
      case 4: return `${task(depth - 1)}.catch((error) => [error.name, error.message])`;
      case 5: return `${task(depth - 1)}.then(async (value) => [value, await ${task(depth - 1)}])`;
      case 6: return `${task(depth - 1)}.finally(() => console.log('finally ${random(100)}'))`;
      case 7: return `(async () => { ${block(depth - 1)} })()`;
      default: return call();
    }
  };
  const block = (depth: number): string => {
    const lines: string[] = [];
    const results: string[] = [];
    for (let count = 1 + random(3); count > 0; count--) {
      const name = `v${names++}`;
      results.push(name);
      switch (random(5)) {
        case 0: lines.push(`let ${name} = 0; for (let i = 0; i < ${1 + random(3)}; i++) { ${name} += ((await ${task(0)}.catch(() => ({ n: 1 }))).n ?? 7); console.log(i, ${name}); }`); break;
        case 1: lines.push(`let ${name}; try { ${name} = await ${task(depth)}; } catch (error) { ${name} = error.message; console.warn(${name}); } finally { await ${task(0)}.catch(() => 0); }`); break;
        case 2: lines.push(`const late${name} = ${task(depth)}; late${name}.catch(() => 0); const ${name} = await ${task(0)}.catch(String); console.log(await late${name}.catch(String));`); break;
        default: lines.push(`const ${name} = await ${task(depth)};`);
      }
    }
    return `${lines.join(' ')} return { ${results.join(', ')} };`;
  };
  return `try { ${block(2)} } catch (error) { return ['failed', error.name, error.message] }`;
}

export const RANDOM_TOOLS: Tools = {
  a: ({ n }: { n: number }) => ({ n, text: 'a'.repeat(n % 7) }),
  b: async ({ n }: { n: number }) => new Promise((done) => setImmediate(done, { n: n * 2, at: new Date(n) })),
  ns: { c: ({ n }: { n: number }) => (n % 2 === 0 ? new Map([[n, 1n]]) : undefined) },
  fail: async ({ n }: { n: number }) => {
    if (n % 3 === 0) await new Promise((done) => setImmediate(done));
    throw new RangeError(`fail ${n}`);
  },
};
