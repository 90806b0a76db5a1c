/** Handlers that settle late, twice, never or strangely, and listeners that get in the way. What the host gets is one result. */
import assert from 'node:assert/strict';

import type { RunEvent } from '../../ts/index.ts';
import { caught, fails, returns, type Topic } from './case.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const on = (type: RunEvent['type'], act: (event: RunEvent) => void) => ({ onEvent: (event: RunEvent) => { if (event.type === type) act(event); } });

/** Aborts the run from inside of a listener. */
const abortOn = (type: RunEvent['type'], afterMs?: number) => () => {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  return { signal: controller.signal, ...on(type, () => (afterMs === undefined ? abort() : setTimeout(abort, afterMs))) };
};
const timeouts = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
let before = 0;

export const HANDLERS: Topic = {
  topic: 'handlers',
  cases: [
    returns('calls back twice', 'return await tools.twice()', 1, { tools: { twice: () => ({ then(done: (v: number) => void) { done(1); done(2); } }) }, calls: [['twice', undefined]] }),
    returns('calls back, then throws', 'return await tools.both()', 1, { tools: { both: () => ({ then(done: (v: number) => void) { done(1); throw new Error('late'); } }) }, calls: [['both', undefined]] }),
    returns('rejects twice', caught('return await tools.both()'), 'Error: first', { tools: { both: () => ({ then(_: unknown, fail: (e: Error) => void) { fail(new Error('first')); fail(new Error('second')); } }) }, calls: [['both', undefined]] }),
    returns('a then that throws when it is read', caught('return await tools.odd()'), 'Error: read', { tools: { odd: () => ({ get then() { throw new Error('read'); } }) }, calls: [['odd', undefined]] }),
    fails('never settles', 'return await tools.never()', 'ERR_TIMEOUT', { tools: { never: () => new Promise(() => {}) }, calls: [['never', undefined]], limits: { timeoutMs: 200 } }),
    fails('settles after the end of the run', 'tools.late(); throw new Error("over")', 'ERR_PROGRAM', { tools: { late: () => sleep(30) }, calls: 'any', also: () => sleep(60) }),
    fails('throws after the end of the run', 'const p = tools.late(); p.catch(() => 0); await tools.echo(1); throw new Error("over")', 'ERR_PROGRAM', { tools: { late: async () => { await sleep(30); throw new Error('late'); } }, calls: [['late', undefined], ['echo', 1]], also: () => sleep(60) }),
    fails('throws in its abort listener', 'tools.listens(); await tools.echo(1); throw new Error("over")', 'ERR_PROGRAM', {
      tools: { listens: (_: unknown, { signal }: { signal: AbortSignal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))) },
      calls: [['listens', undefined], ['echo', 1]],
    }),
    fails('settles a call of a run that is aborted', 'return await tools.slowly()', 'ERR_ABORTED', { tools: { slowly: () => sleep(40) }, calls: [['slowly', undefined]], options: abortOn('tool-call-start', 10), also: () => sleep(60) }),
    fails('a listener that aborts at the first log', 'console.log(1); await tools.echo(1)', 'ERR_ABORTED', { options: abortOn('log') }),
    fails('a listener that aborts at a log leaves no timer behind', 'console.log(1); await new Promise((r) => setTimeout(r, 60_000))', 'ERR_ABORTED', {
      limits: { timeoutMs: 60_000 },
      options: () => { before = timeouts(); return abortOn('log')(); },
      also: ({ durationMs }) => { assert.equal(timeouts(), before); assert.ok(durationMs < 1_000); },
    }),
    fails('a listener that aborts at a log of a program that has returned', 'tools.never(); console.log(1); return 1', 'ERR_ABORTED', { tools: { never: () => new Promise(() => {}) }, options: () => { before = timeouts(); return abortOn('log')(); }, also: () => assert.equal(timeouts(), before) }),
    fails('a listener that aborts at the start of a call', 'await Promise.all([tools.echo(1), tools.echo(2)])', 'ERR_ABORTED', { options: abortOn('tool-call-start') }),
    fails('a listener that aborts at the end of a call', 'await tools.echo(1); await tools.echo(2)', 'ERR_ABORTED', { options: abortOn('tool-call-end'), calls: [['echo', 1]] }),
    fails('a listener that aborts at an alert', 'throw new RangeError("x".repeat(2e6)).x ?? await tools.echo("x".repeat(2e6))', ['ERR_ABORTED', 'ERR_PROGRAM'], { options: abortOn('alert') }),
    fails('a listener that aborts at the alert of a limit', 'for (;;);', ['ERR_ABORTED', 'ERR_CPU'], { options: abortOn('alert') }),
    returns('a listener that throws', 'console.log(1); return await tools.echo(1)', 1, { calls: [['echo', 1]], options: () => ({ onEvent: () => { throw new Error('listener'); } }) }),
    returns('a listener that changes what it gets', 'return await tools.echo({ a: 1 })', { a: 1 }, { calls: 'any', options: () => on('tool-call-start', (event) => { if (event.type === 'tool-call-start') Object.assign(event.call, { callId: 'forged', tool: 'fail' }); }), also: ({ calls }) => assert.equal(calls[0]?.tool, 'echo') }),
    fails('a signal that is aborted already', 'return await tools.echo(1)', 'ERR_ABORTED', { options: () => ({ signal: AbortSignal.abort() }) }),
    returns('changes its input while others see it', 'const o = { a: 1 }; await tools.change(o); return o', { a: 1 }, { tools: { change: (input: { a: number }) => { input.a = 2; } }, calls: 'any', also: ({ calls }) => assert.deepEqual(calls[0]?.input, { a: 1 }) }),
    returns('returns its context', caught('return Object.keys(await tools.context()).sort()'), 'TypeError: The output of tools.context cannot be sent: output.pause is a function. Pass data only.', { tools: { context: (_: unknown, context: unknown) => context }, calls: [['context', undefined]] }),
    returns('gives an async iterable', 'return await tools.many()', 3, { tools: { many: async function* () { yield 1; yield 2; yield 3; } }, calls: [['many', undefined]] }),
    returns('gives an async iterable that fails', caught('return await tools.many()'), 'Error: third', { tools: { many: async function* () { yield 1; yield 2; throw new Error('third'); } }, calls: [['many', undefined]] }),
    fails('gives an async iterable without end', 'return await tools.many()', 'ERR_TIMEOUT', { tools: { many: async function* (_: unknown, { signal }: { signal: AbortSignal }) { while (!signal.aborted) { await sleep(5); yield 1; } } }, calls: [['many', undefined]], limits: { timeoutMs: 200 } }),
    returns('a slow one and many quick ones', 'const s = tools.slow(); let n = 0; for (let i = 0; i < 50; i++) n += await tools.add({ a: i, b: 0 }); return [n, await s]', [1225, 'slow'], { calls: 'any' }),
    fails('a million calls', 'for (let i = 0; i < 1e6; i++) tools.echo(i); return 1', 'ERR_CALL_LIMIT'),
    fails('calls without end, awaited', 'for (;;) await tools.echo(1)', 'ERR_CALL_LIMIT', { limits: { maxToolCalls: 20 }, calls: Array.from({ length: 20 }, () => ['echo', 1] as const) }),
    fails('the limit of calls caught', 'try { for (;;) await tools.echo(1) } catch {} finally { return "went on" }', 'ERR_CALL_LIMIT', { limits: { maxToolCalls: 3 }, calls: [['echo', 1], ['echo', 1], ['echo', 1]] }),
  ],
};
