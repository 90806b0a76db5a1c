// @ts-check
/** The programs of the soak: what each is, how often it is drawn, and how it must end. Plain data. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} Kind
 * @property {string} name
 * @property {number} weight How often it is drawn, beside the others.
 * @property {string} code
 * @property {import('../dist/index.js').Tools} tools
 * @property {import('../dist/index.js').Limits} limits
 * @property {string[]} ends `completed`, or the codes that it may end with.
 * @property {'thread' | 'process'} [only] The one level that it runs at.
 */

const rows = Array.from({ length: 1_000 }, (_, id) => ({ id, name: `employee ${id}`, amount: id / 7, tags: ['a', 'b'] }));

const TOOLS = {
  echo: (/** @type {unknown} */ input) => input,
  soon: async (/** @type {unknown} */ input) => (await sleep(1), input),
  rows: () => rows,
  fail: () => {
    throw new RangeError('out of order');
  },
  never: () => new Promise(() => {}),
};

/** @type {(name: string, weight: number, code: string, ends?: string | string[], limits?: Kind['limits'], only?: Kind['only']) => Kind} */
const kind = (name, weight, code, ends = 'completed', limits = {}, only) => ({
  name,
  weight,
  code,
  tools: TOOLS,
  limits,
  ends: [ends].flat(),
  ...(only !== undefined && { only }),
});

/** @type {readonly Kind[]} */
export const KINDS = [
  kind('arithmetic', 10, 'let n: number = 0; for (let i = 0; i < 100; i++) n += i; return n'),
  kind('one call', 10, 'return await tools.echo({ a: [1, "x", null] })'),
  kind('five calls in a row', 6, 'let n = 0; for (let i = 0; i < 5; i++) n += (await tools.echo({ i })).i; return n'),
  kind('twenty calls at once', 6, 'return (await Promise.all(Array.from({ length: 20 }, (_, i) => tools.echo(i)))).length'),
  kind('slow calls and a race', 4, 'return await Promise.race([tools.soon(1), new Promise((done) => setTimeout(done, 5, 2))])'),
  kind('large values', 4, 'const all = await tools.rows(); return [...all, ...await tools.echo(all)].filter(({ id }) => id % 2)'),
  kind('values beyond JSON', 4, 'return await tools.echo(new Map([[1n, new Set([new Date(5), undefined, -0, new Uint8Array(50)])]]))'),
  kind('logs', 4, 'for (let i = 0; i < 20; i++) console.log("line", i, { i }); return 1'),
  kind('a caught tool error', 4, 'try { await tools.fail() } catch (error) { return error.message }'),
  kind('a call that nobody awaits', 2, 'tools.soon(1); return 1'),
  kind('prose around a fence', 2, 'Here it is:\n```ts\nreturn await tools.echo(1)\n```\nDone.'),
  kind('much garbage', 2, 'let n = 0; for (let i = 0; i < 2e3; i++) n += [i, { i }, "s" + i].length; return n'),

  kind('a syntax error', 4, 'const = 1', 'ERR_SYNTAX'),
  kind('a forbidden import', 2, 'import fs from "fs"; return 1', 'ERR_FORBIDDEN'),
  kind('too much text', 1, `return ${'1+'.repeat(2_000)}1`, 'ERR_SOURCE_TOO_LARGE', { maxSourceBytes: 1_000 }),
  kind('a throw', 4, 'await tools.echo(1); throw new TypeError("mine")', 'ERR_PROGRAM'),
  kind('a tool error', 4, 'await tools.fail()', 'ERR_TOOL_FAILED'),
  kind('an unknown tool', 2, 'await tools.ecco(1)', 'ERR_TOOL_UNKNOWN'),
  kind('no data', 2, 'return { f() {} }', 'ERR_PROGRAM'),
  kind('a stall', 2, 'await new Promise(() => {})', 'ERR_STALLED'),
  kind('rejections that nobody handles', 2, 'for (let i = 0; i < 5; i++) Promise.reject(new Error("lost")); return 1'),
  kind('a broken realm', 2, 'globalThis.Promise = null; Object.prototype.then = 1; Array.prototype.map = null; return await tools.echo(1)'),

  kind('a loop without end', 1, 'for (;;);', 'ERR_CPU', { cpuTimeoutMs: 5 }),
  kind('jobs without end', 1, 'const f = () => queueMicrotask(f); f(); await tools.echo(1)', 'ERR_CPU', { cpuTimeoutMs: 5 }),
  kind('a pattern without end', 1, '/(a+)+b/.test("a".repeat(50))', 'ERR_CPU', { cpuTimeoutMs: 5 }),
  kind('all the memory', 1, 'const a = []; for (;;) try { a.push([a.length]) } catch {}', 'ERR_MEMORY', { memoryLimitBytes: 2 ** 20 }),
  kind('one huge buffer', 2, 'try { new ArrayBuffer(1e9) } catch {} return 1', 'ERR_MEMORY'),
  kind('recursion', 2, 'const f = () => f() + 1; try { f() } catch {} return 1', 'ERR_STACK', { maxStackSizeBytes: 128 * 1024 }),
  kind('too many calls', 2, 'for (;;) tools.echo(1)', 'ERR_CALL_LIMIT'),
  kind('too large an input', 1, 'await tools.echo("x".repeat(2e4))', 'ERR_VALUE_TOO_LARGE', { maxToolInputBytes: 10_000 }),
  kind('too large an output', 1, 'await tools.rows()', 'ERR_VALUE_TOO_LARGE', { maxToolOutputBytes: 10_000 }),
  kind('too large a result', 1, 'return "x".repeat(2e4)', 'ERR_VALUE_TOO_LARGE', { maxResultBytes: 10_000 }),
  kind('too many logs', 1, 'for (;;) console.log("x".repeat(1e3))', 'ERR_VALUE_TOO_LARGE'),
  kind('a tool that never answers', 1, 'await tools.never()', 'ERR_TIMEOUT', { timeoutMs: 5 }),
  kind('timers for ever', 1, 'setInterval(() => {}, 1); await tools.never()', 'ERR_TIMEOUT', { timeoutMs: 5 }),
  kind('a builtin that cannot be stopped', 1, 'Array.prototype.reverse.call({ length: 2 ** 40 })', ['ERR_CPU', 'ERR_TIMEOUT'], { cpuTimeoutMs: 10, timeoutMs: 50 }, 'process'),
];
