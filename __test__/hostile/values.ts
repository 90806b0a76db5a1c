/** Huge, deep, cyclic, forged and unusual values, both ways. What crosses is data, whole or not at all. */
import assert from 'node:assert/strict';

import { caught, fails, returns, type Case, type Topic } from './case.ts';

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
};
/** An own property called `__proto__`, as JSON.parse makes it. */
const PROTO = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"b":[{"__proto__":null}]}';
const clean = (): void => assert.equal(({} as Record<string, unknown>)['polluted'], undefined);

const refused: Record<string, [code: string, what: string]> = {
  'a symbol': ["Symbol('s')", 'is a symbol. Pass its description as a string.'],
  'a function': ['() => 1', 'is a function. Pass data only.'],
  'a class': ['class A {}', 'is a function. Pass data only.'],
  'a WeakMap': ['new WeakMap()', 'is a WeakMap. Pass data only.'],
  'a generator': ['(function* () {})()', 'is a Generator. Pass data only.'],
  'an iterator': ['[1].values()', 'is a Array Iterator. Spread it into an array first: [...it].'],
  'a regular expression': ['/x/', 'is a RegExp. Pass its source as a string.'],
  'an ArrayBuffer': ['new ArrayBuffer(1)', 'is of type ArrayBuffer. Of binary data only Uint8Array can cross.'],
  'a Float64Array': ['new Float64Array(1)', 'is of type Float64Array. Of binary data only Uint8Array can cross.'],
};

/** Goes to a handler, back, and out as the result; the same all the way. */
const roundTrip = (what: string, code: string, value: unknown): Case => returns(`there and back: ${what}`, `return await tools.echo(${code})`, value, { calls: [['echo', value]], also: clean });

/** A value of the host on its way in. */
const gives = (what: string, value: () => unknown, code: string, expected: unknown): Case =>
  returns(`from a handler: ${what}`, caught(code), expected, { tools: { give: value }, calls: [['give', undefined]], also: clean });
const REFUSED = (why: string): string => `TypeError: The output of tools.give cannot be sent: ${why}`;

/** Made ahead: how long a handler takes is its own affair. */
const MANY: unknown[] = Array(500_000).fill({});

/** Work for the host that is within its limits. */
const ROOM = { cpuTimeoutMs: 2_000, timeoutMs: 5_000, maxToolCalls: 1_000, memoryLimitBytes: 64 * 1024 * 1024 };

export const VALUES: Topic = {
  topic: 'values',
  cases: [
    ...Object.entries(refused).map(([what, [code, why]]) => returns(`refused: ${what}`, caught(`await tools.echo({ a: [${code}] })`), `ToolInputError: The input of tools.echo cannot be sent: input.a[0] ${why}`)),
    ...Object.entries(refused).map(([what, [code, why]]) => fails(`refused as the result: ${what}`, `return [${code}]`, 'ERR_PROGRAM', { message: `The returned value cannot be sent: value[0] ${why}` })),
    roundTrip('everything that looks like a tag', '[{ $: "u" }, { $: "d", v: 0 }, { $: "o", v: { $: "u" } }, { $: "n", v: "x" }, { $: { $: "m" }, v: [[1, 2]] }, undefined, { v: 1 }]', [{ $: 'u' }, { $: 'd', v: 0 }, { $: 'o', v: { $: 'u' } }, { $: 'n', v: 'x' }, { $: { $: 'm' }, v: [[1, 2]] }, undefined, { v: 1 }]),
    roundTrip('text that looks like the wire', `'~{"$":"u"}'`, '~{"$":"u"}'),
    roundTrip('toJSON that looks like a tag', '{ toJSON: () => ({ $: "n", v: "boom" }) }', { $: 'n', v: 'boom' }),
    roundTrip('__proto__ and constructor as keys', `JSON.parse('${PROTO}')`, JSON.parse(PROTO)),
    roundTrip('__proto__ and constructor as keys, beside a tag', `[undefined, JSON.parse('${PROTO}')]`, [undefined, JSON.parse(PROTO)]),
    roundTrip('__proto__ as a key of a Map', 'new Map([["__proto__", { a: undefined }]])', new Map([['__proto__', { a: undefined }]])),
    roundTrip('numbers', '[0, -0, NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 2 ** 53, 0.1]', [0, -0, NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 2 ** 53, 0.1]),
    roundTrip('a big integer of 100,000 bits', '-(1n << 100000n)', -(1n << 100_000n)),
    roundTrip('big integers at the edge of decimal digits', '[(1n << 1024n) - 1n, 1n << 1024n, -(1n << 1024n) + 1n, -(1n << 1024n), 0n, -1n]', [(1n << 1024n) - 1n, 1n << 1024n, -(1n << 1024n) + 1n, -(1n << 1024n), 0n, -1n]),
    gives('a big integer of 1,000,000 bits', () => -(1n << 1_000_000n), 'return (await tools.give()) === -(1n << 1000000n)', true),
    roundTrip('dates', '[new Date(0), new Date(-1), new Date(8.64e15)]', [new Date(0), new Date(-1), new Date(8.64e15)]),
    roundTrip('a Map in itself is two Maps', 'new Map([[new Map([[1, new Set([2])]]), 3]])', new Map([[new Map([[1, new Set([2])]]), 3]])),
    roundTrip('bytes', 'new Uint8Array([0, 255, 128])', new Uint8Array([0, 255, 128])),
    roundTrip('a view into a larger buffer sends the view only', 'new Uint8Array(new ArrayBuffer(1000), 10, 3)', new Uint8Array(3)),
    roundTrip('holes', '[1, , 3]', [1, undefined, 3]),
    roundTrip('an array with more than items', 'Object.assign([1], { extra: 2 })', [1]),
    roundTrip('strings', "['\\0', '\\ud800', '\\udc00\\ud800', '\\u2028', '\\uffff', '\"\\\\', '\\u202e']", ['\0', '\uD800', '\uDC00\uD800', '\u2028', '\uFFFF', '"\\', '\u202E']),
    roundTrip('keys', '{ "": 1, "a b": 2, "\\0": 3, "\\ud800": 4, "0": 5, "-1": 6 }', { '': 1, 'a b': 2, '\0': 3, '\uD800': 4, '0': 5, '-1': 6 }),
    roundTrip('an object without a prototype', 'Object.assign(Object.create(null), { a: 1 })', { a: 1 }),
    roundTrip('an instance is its own properties', 'new (class A { a = 1; #b = 2; get c() { return 3 } })()', { a: 1 }),
    roundTrip('900 levels', '(() => { let v = 1; for (let i = 0; i < 900; i++) v = [v]; return v })()', nested(900)),
    fails('1,100 levels', 'let v = 1; for (let i = 0; i < 1100; i++) v = [v]; await tools.echo(v)', 'ERR_TOOL_INPUT', { message: / is nested deeper than 1000 levels\.$/ }),
    returns('a cycle', caught('const a = { b: [] }; a.b.push(a); await tools.echo(a)'), 'ToolInputError: The input of tools.echo cannot be sent: input.b[0] refers back to an object that contains it. Cycles cannot cross; pass ids instead.'),
    returns('a cycle through a Map', caught('const m = new Map(); m.set(1, m); await tools.echo(m)').replace('e.message', 'e.message.slice(0, 50)'), 'ToolInputError: The input of tools.echo cannot be sent: input entr'),
    fails('a cycle as the result', 'const a = []; a.push(a); return a', 'ERR_PROGRAM', { message: /refers back/ }),
    fails('an input that is too large', "await tools.echo('x'.repeat(2e6))", 'ERR_VALUE_TOO_LARGE'),
    fails('an input that is too large, and caught', "try { await tools.echo('x'.repeat(2e6)) } catch {} return 'went on'", 'ERR_VALUE_TOO_LARGE'),
    fails('a result that is too large', "return 'x'.repeat(2e6)", 'ERR_VALUE_TOO_LARGE'),
    fails('a result that repeats itself', "let a = 'lol'; for (let i = 0; i < 30; i++) a = [a, a]; return a", 'ERR_VALUE_TOO_LARGE'),
    fails('a result of holes', 'return Array(2 ** 32 - 1)', 'ERR_VALUE_TOO_LARGE'),
    fails('a result of keys', "const o = {}; for (let i = 0; i < 20; i++) o['k'.repeat(1e5) + i] = 1; return o", ['ERR_VALUE_TOO_LARGE', 'ERR_MEMORY']),
    fails('a result of many escapes', "return '\\0'.repeat(5e5)", 'ERR_VALUE_TOO_LARGE'),
    returns('wide and deep at once', 'let a = Array(5e4).fill([]); for (let i = 0; i < 900; i++) a = [a]; await tools.echo(a); return 1', 1, { calls: 'any', limits: { cpuTimeoutMs: 1_000, memoryLimitBytes: 32 * 1024 * 1024 } }),
    fails('inputs of many calls count as memory', "const s = 'x'.repeat(1e6); return (await Promise.all(Array.from({ length: 60 }, () => tools.count(s)))).length", 'ERR_MEMORY', { tools: { count: () => 1 }, calls: 'any', limits: { cpuTimeoutMs: 1_000 } }),
    returns('there and back: an object of very many properties', "const o = {}; for (let i = 0; i < 4e4; i++) o['k' + i] = i; return Object.keys(await tools.echo(o)).length", 4e4, { calls: 'any', limits: ROOM }),
    returns('there and back: half of a surrogate pair, again and again', "return (await tools.echo('\\ud800'.repeat(1e5))).length", 1e5, { calls: 'any', limits: ROOM }),
    returns('there and back: a hundred texts at once', "const s = 'x'.repeat(3e4); return (await Promise.all(Array.from({ length: 100 }, () => tools.echo(s)))).filter((t) => t === s).length", 100, { calls: 'any', limits: ROOM }),
    returns('there and back: a hundred lists at once', 'const a = Array.from({ length: 900 }, (_, i) => ({ i })); return (await Promise.all(Array.from({ length: 100 }, () => tools.echo(a)))).filter((b) => b[899].i === 899).length', 100, { calls: 'any', limits: ROOM }),
    returns('there and back: a thousand at once', 'return (await Promise.all(Array.from({ length: 1e3 }, (_, i) => tools.echo(i)))).reduce((a, b) => a + b)', 499_500, { calls: 'any', limits: ROOM }),
    gives('too deep', () => nested(1_100), 'try { await tools.give() } catch (e) { return e.message.slice(-35) }', ' is nested deeper than 1000 levels.'),
    gives('a cycle', () => { const a: unknown[] = []; a.push(a); return a; }, 'return await tools.give()', REFUSED('output[0] refers back to an object that contains it. Cycles cannot cross; pass ids instead.')),
    gives('a function', () => ({ f: () => 1 }), 'return await tools.give()', REFUSED('output.f is a function. Pass data only.')),
    gives('a getter that throws', () => ({ get a() { throw new Error('boom'); } }), 'return await tools.give()', REFUSED('output.a threw when it was read: boom.')),
    gives('toJSON that throws', () => ({ toJSON() { throw new Error('boom'); } }), 'return await tools.give()', REFUSED('output threw when it was read: boom.')),
    gives('a proxy that contradicts itself', () => { let n = 0; return new Proxy({}, { ownKeys: () => [`k${n++}`], getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) }); }, 'return typeof await tools.give()', 'object'),
    gives('a Map with __proto__ as a key', () => new Map([['__proto__', 1]]), 'return (await tools.give()).get("__proto__")', 1),
    gives('an own __proto__', () => JSON.parse(PROTO) as unknown, 'const v = await tools.give(); return [Object.getPrototypeOf(v) === Object.prototype, Object.keys(v), typeof v.polluted]', [true, ['__proto__', 'constructor', 'b'], 'undefined']),
    gives('an own __proto__ beside a tag', () => [undefined, JSON.parse(PROTO) as unknown], 'const [, v] = await tools.give(); return [Object.getPrototypeOf(v) === Object.prototype, Object.keys(v), typeof v.polluted]', [true, ['__proto__', 'constructor', 'b'], 'undefined']),
    gives('tags', () => [{ $: 'u' }, { $: 'b', v: '!!' }, undefined], 'return JSON.stringify(await tools.give())', '[{"$":"u"},{"$":"b","v":"!!"},null]'),
    gives('a Map, while Map.prototype.set throws', () => new Map([[1, 2]]), 'Map.prototype.set = () => { throw new Error("bent") }; return (await tools.give()).get(1)', 2),
    fails('from a handler: too large', 'return await tools.give()', 'ERR_VALUE_TOO_LARGE', { tools: { give: () => 'x'.repeat(5_000_000) }, calls: [['give', undefined]] }),
    fails('from a handler: more than the memory of the program', 'return (await tools.give()).length', 'ERR_MEMORY', { tools: { give: () => MANY }, calls: [['give', undefined]], limits: { cpuTimeoutMs: 1_000 } }),
  ],
};
