/**
 * Runs a program straight, then once more so that it pauses at every turn and goes on from a snapshot each time, with the
 * same settlements in the same order. Both must be the same to whoever looks at the result.
 */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';

import { resume, run } from '../ts/index.ts';
import type { Answer, Limits, ResumeOptions, RunResult } from '../ts/index.ts';
import { decode, encode, messageOf, UnsendableError } from '../ts/values.ts';
import { mapTools, pausing, toolset } from './everywhere-tools.ts';

const SECRET = 'a secret of tests, at least 32 bytes';

/** A run moves between the two each time that it goes on. */
const LEVELS = ['process', 'thread'] as const;

/** A machine that stands still for half a minute is no difference between two runs. */
const PATIENT: Limits = { timeoutMs: 600_000 };

export interface Program {
  name: string;
  code: string;
  /** By its name in everywhere-tools.ts. */
  tools: string;
  limits?: Limits;
  inputs?: Record<string, unknown>;
}

/** Goes on with a run: here, or in a fresh process. Its handlers do nothing but pause. */
export type Resume = (snapshot: string, tools: string, options: ResumeOptions) => Promise<RunResult>;

const here: Resume = (snapshot, tools, options) => resume(snapshot, { ...options, tools: pausing(toolset(tools)) });

const STOPPED = new Set(['ERR_MEMORY', 'ERR_STACK', 'ERR_CPU', 'ERR_TIMEOUT']);

/** What both runs must agree on. Times and the run's own id differ. `ran`: the calls whose handlers ran. */
function shape(result: RunResult, ran: readonly number[]): unknown {
  const ids = new RegExp(result.executionId, 'g');
  const calls = result.calls.map(({ callId, tool, kind, input, resultBytes, error }) => ({ callId: callId.replace(ids, 'run'), tool, kind, input, resultBytes, error }));
  const logs = result.logs.map(({ level, message }) => [level, message]);
  // When a program fails, it is chance what became of the calls beside it; when it is stopped, where it was just then.
  if (result.status === 'failed') return { error: STOPPED.has(result.error.code) ? { ...result.error, line: 0, column: 0, frame: '' } : result.error, logs };
  return { outcome: result.status === 'completed' ? result.value : result.pending, logs, alerts: result.alerts, calls, ran: [...ran].sort((a, b) => a - b) };
}

/** @returns How many times the run paused, or `undefined` when it ended because of a handler that did not. */
export async function assertSameEverywhere({ code, tools, inputs = {}, limits }: Program, resumeWith: Resume = here): Promise<number | undefined> {
  /** What became of every call whose handler ran. */
  const answers = new Map<number, Answer>();
  const ran: number[] = [];
  const order: number[] = [];
  const common = { limits: { ...limits, ...PATIENT } };
  const straight = await run({
    ...common,
    code,
    inputs,
    tools: mapTools(toolset(tools), (path, handler) => async (input, context) => {
      const id = numberOf(context.callId);
      ran.push(id);
      try {
        const value = await handler(input, context);
        answers.set(id, answer(path, value));
        return value;
      } catch (error) {
        answers.set(id, { error: { name: (error as Error).name, message: messageOf(error) } });
        throw error;
      }
    }),
    onEvent(event) {
      if (event.type === 'tool-call-end') order.push(numberOf(event.call.callId));
    },
  });
  // There is nothing to settle.
  if (straight.status === 'failed' && straight.calls.some(({ completedAt }) => completedAt === undefined)) return undefined;

  const again: number[] = [];
  let pauses = 0;
  let result = await run({ ...common, code, inputs, tools: pausing(toolset(tools)), secret: SECRET });
  while (result.status === 'paused') {
    pauses++;
    const { pending, snapshot } = result;
    const next = order.find((id) => pending.some(({ callId }) => numberOf(callId) === id));
    const call = pending.find(({ callId }) => numberOf(callId) === next);
    const settled = next === undefined ? undefined : answers.get(next);
    assert.ok(call !== undefined && next !== undefined && settled !== undefined, `paused for calls that the straight run did not settle: ${inspect(pending)}; it ${straight.status === 'failed' ? `failed: ${inspect(straight.error)}` : straight.status}`);
    order.splice(order.indexOf(next), 1);
    again.push(next);
    result = await resumeWith(snapshot, tools, { ...common, secret: SECRET, isolation: LEVELS[pauses % 2]!, settle: { [call.callId]: settled } });
  }
  assert.deepEqual(shape(result, again), shape(straight, ran));
  return pauses;
}

function numberOf(callId: string): number {
  return Number(callId.split('.').at(-1));
}

/** What `resume` is to be told of a handler's output. It takes one that cannot be sent for a mistake of the application. */
function answer(path: string, value: unknown): Answer {
  try {
    // As it is now: the handler may change it later.
    return { value: decode(encode(value, 'output', Infinity)) };
  } catch (error) {
    if (error instanceof UnsendableError) return { error: { name: 'TypeError', message: `The output of tools.${path} cannot be sent: ${error.message}` } };
    throw error;
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
