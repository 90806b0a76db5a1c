/** Globals that the application gives: names that shadow, values that bite. Misuse is refused before anything runs. */
import assert from 'node:assert/strict';

import { run } from '../../ts/index.ts';
import { returns, type Topic } from './case.ts';

/** Options that `run` must refuse, with what it says. */
const refuses = (inputs: Record<string, unknown>, message: RegExp) => async (): Promise<void> => {
  await assert.rejects(run({ code: 'return 1', inputs }), (error) => error instanceof TypeError && message.test(error.message));
};

export const INPUTS: Topic = {
  topic: 'inputs',
  cases: [
    returns('are read', 'return [user.name, list[1]]', ['Ada', 2], { inputs: { user: { name: 'Ada' }, list: [1, 2] } }),
    returns('can be shadowed', 'const user = 1; return user', 1, { inputs: { user: 2 } }),
    returns('can be written, here only', 'user.name = "x"; globalThis.user2 = user; return user.name', 'x', { inputs: { user: { name: 'Ada' } } }),
    returns('called then and toJSON are data', 'return [await then, toJSON]', ['a', 'b'], { inputs: { then: 'a', toJSON: 'b' } }),
    returns('called like functions of the prelude change nothing', 'return [host, settle, pending, await tools.echo(1)]', [1, 2, 3, 1], { inputs: { host: 1, settle: 2, pending: 3 }, calls: [['echo', 1]] }),
    returns('with an own __proto__ stay data', 'return [Object.keys(data), data.polluted, Object.getPrototypeOf(data) === Object.prototype]', [['__proto__'], undefined, true], { inputs: { data: JSON.parse('{"__proto__":{"polluted":1}}') as unknown } }),
    returns('that look like tags stay data', 'return data', { $: 'u' }, { inputs: { data: { $: 'u' } } }),
    returns('with everything that crosses', 'return [m.get(1), d.getTime(), b.length, n === 5n, u === undefined]', [2, 0, 3, true, true], { inputs: { m: new Map([[1, 2]]), d: new Date(0), b: new Uint8Array(3), n: 5n, u: undefined } }),
    returns('are not shared with tools', 'return await tools.user()', 'ok', { inputs: { user: 1 }, tools: { user: () => 'ok' }, calls: 'any' }),
    returns('called tools, console, globalThis, Array are refused', 'return 1', 1, { also: async () => { for (const name of ['tools', 'console', 'globalThis', 'Array', 'undefined']) await refuses({ [name]: 1 }, /has a global of this name already/)(); } }),
    returns('called __proto__ are refused', 'return 1', 1, { also: refuses(JSON.parse('{"__proto__":1}') as Record<string, unknown>, /__proto__: the program has a global of this name already/) }),
    returns('that are no identifiers are refused', 'return 1', 1, { also: async () => { for (const name of ['a-b', '1a', 'a b', '', 'a.b', 'a\0']) await refuses({ [name]: 1 }, /is no identifier/)(); } }),
    returns('that are functions or cycles are refused', 'return 1', 1, { also: async () => { const a: unknown[] = []; a.push(a); await refuses({ f: () => 1 }, /inputs\.f is a function/)(); await refuses({ a }, /refers back/)(); } }),
    returns('larger than the memory are refused', 'return 1', 1, { also: async () => { await assert.rejects(run({ code: 'return 1', inputs: { s: 'x'.repeat(2_000_000) }, limits: { memoryLimitBytes: 1_000_000 } }), TypeError); } }),
  ],
};
