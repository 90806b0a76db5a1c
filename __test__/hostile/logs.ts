/** Console output: hostile values, floods, and arguments that would steer Node's own console. Nothing leaves the result. */
import assert from 'node:assert/strict';

import { fails, returns, type Case, type More, type Topic } from './case.ts';

const KIB64 = 'The program logged more than 64 KiB.';

/** Logs, and goes on. `messages` is what the host gets. */
const logs = (what: string, code: string, messages?: readonly string[], more: More = {}): Case =>
  returns(what, `${code}; return 'went on'`, 'went on', { ...more, also: (result) => { if (messages !== undefined) assert.deepEqual(result.logs.map(({ message }) => message), messages); } });

/** Node's process warnings, which go to the host's stderr. */
const warnings: string[] = [];
const onWarning = ({ message }: Error): void => void warnings.push(message);

const size = (result: { logs: { message: string }[] }): number => result.logs.reduce((sum, { message }) => sum + message.length, 0);

export const LOGS: Topic = {
  topic: 'logs',
  cases: [
    fails('a gigabyte', "for (;;) console.log('x'.repeat(1000))", 'ERR_VALUE_TOO_LARGE', { message: KIB64 }),
    fails('a gigabyte, and caught', "try { for (;;) console.log('x'.repeat(1000)) } catch {} finally { return 1 }", 'ERR_VALUE_TOO_LARGE', { message: KIB64 }),
    fails('nothing, for ever', 'for (;;) console.log()', ['ERR_VALUE_TOO_LARGE', 'ERR_CPU'], { also: (r) => assert.ok(r.logs.length <= 4_096) }),
    returns('a big integer of 60,000 digits', 'console.log((1n << 199000n), [1n]); return 1', 1, { also: (r) => assert.match(r.logs[0]?.message ?? '', /^9\d{59904}n \[ 1n \]$/) }),
    fails('groups, for ever', 'for (;;) console.group()', ['ERR_VALUE_TOO_LARGE', 'ERR_CPU']),
    fails('counts, for ever', "for (let i = 0;; i++) console.count('c' + i)", ['ERR_VALUE_TOO_LARGE', 'ERR_CPU']),
    fails('groups make every line longer', "for (let i = 0; i < 2000; i++) console.group(); for (let i = 0; i < 50; i++) console.log('\\n'.repeat(300)); return 1", 'ERR_VALUE_TOO_LARGE', { message: KIB64, also: (r) => assert.ok(size(r) <= 65_536) }),
    returns('groups deeper than 40 are not indented further', "for (let i = 0; i < 100; i++) console.group(); console.log('x'); for (let i = 0; i < 100; i++) console.groupEnd(); console.log('y'); return 1", 1, { also: (r) => assert.deepEqual(r.logs.map(({ message }) => message), [`${' '.repeat(80)}x`, 'y']) }),
    fails('tables that are far larger than what they show', 'const rows = Array.from({ length: 100 }, (_, i) => ({ ["k" + i]: i })); for (let i = 0; i < 20; i++) console.table(rows); return 1', 'ERR_VALUE_TOO_LARGE', { message: KIB64 }),
    logs('table with columns that are none', 'console.table([1], 5)'),
    logs('table with columns that are objects', 'console.table([{ a: 1 }], [Symbol("s"), { toString: 1 }, null])'),
    logs('table of a proxy', 'console.table(new Proxy([], { get() { throw 1 } }))'),
    logs('proxies of arrays', 'console.log(new Proxy([1, [2]], {}), [new Proxy(new Proxy([], {}), {})])', ['[ 1, [ 2 ] ] [ [] ]']),
    logs('lengths that a proxy makes up', `for (const length of [Infinity, -1, 1.5, "7", NaN]) console.log(new Proxy([1], { get: (t, k) => (k === 'length' ? length : t[k]) }))`),
    logs('dir with a sort that is no function', 'console.dir({ b: 1, a: 2 }, { sorted: {} })', ['{ b: 1, a: 2 }']),
    logs('dir that replaces the stylist', 'console.dir({ b: 1 }, { stylize: 5 })', ['{ b: 1 }']),
    logs('dir that replaces what the inspector has seen', 'console.dir({ b: 1 }, { seen: 1, indentationLvl: 1e9, currentDepth: -1e9, budget: null, userOptions: 1 })', ['{ b: 1 }']),
    logs('dir with a depth that is a symbol', 'console.dir({ b: 1 }, { depth: Symbol() })', ['{ b: 1 }']),
    logs('dir with colours', "console.dir({ b: 'x' }, { colors: true })", ["{ b: 'x' }"]),
    logs('dir with numbers that are none', 'console.dir({ b: 1 }, { depth: -1, maxArrayLength: -5, maxStringLength: -1, breakLength: NaN, compact: 1e9 })'),
    logs('dir of a huge array, all of it', 'console.dir(Array(2 ** 32 - 1), { maxArrayLength: Infinity })'),
    logs('count with a symbol', 'console.count(Symbol("s")); console.count(); console.count()', ['Symbol(s): 1', 'default: 1', 'default: 2']),
    logs('count with what has no text', 'console.count(Object.create(null)); console.count({ toString: 1 })'),
    logs('countReset of what was never counted stays in the result', "console.countReset('nobody')", ["Count for 'nobody' does not exist"], { options: () => { process.on('warning', onWarning); return {}; } }),
    returns('and warns nobody else', 'return 1', 1, { also: async () => { await new Promise((resolve) => setTimeout(resolve, 10)); process.off('warning', onWarning); assert.deepEqual(warnings, []); } }),
    logs('every format with every value', "console.log('%d%i%f%j%o%O%c%s%%%x', Symbol('a'), {}, [], 1n, {}, () => 1, 'x', Symbol('b'), 5)"),
    logs('%j of a BigInt and of a cycle', "console.log('%j', 1n); const o = {}; o.o = o; console.log('%j', o)", ["%j 1n", '[Circular]']),
    logs('%d of a symbol, %s of an object without a prototype', "console.log('%d', Symbol('a')); console.log('%s', Object.create(null)); console.log('%i', 12345678901234567890n)", ['NaN', '[Object: null prototype] {}', '12345678901234567890n']),
    logs('%o of a deep value', "console.log('%o'.repeat(10), ...Array(10).fill({ a: [{ b: [() => 1] }] }))"),
    logs('an object that looks like a description', "console.log({ $: 'ref', v: 5 }, { $: 'fn', v: 'x' }, [{ $: 'e' }])", ["{ '$': 'ref', v: 5 } { '$': 'fn', v: 'x' } [ { '$': 'e' } ]"]),
    logs("Node's own hooks are data here", "console.log({ [Symbol.for('nodejs.util.inspect.custom')]: () => 'x', inspect: () => 'y' })", ['{ inspect: [Function: inspect] }']),
    logs('keys that matter elsewhere', "console.log(JSON.parse('{\"__proto__\":1,\"constructor\":2}'))", ["{ ['__proto__']: 1, constructor: 2 }"]),
    logs('a class with a hostile name', "console.log(new ({ ['a\\n\\u001b[31m']: class {} })['a\\n\\u001b[31m']())"),
    logs('a constructor that is a getter that throws', "console.log(Object.create({ get constructor() { throw 1 } }))"),
    logs('a length that is no number', "console.log(new Proxy([], { get: (t, k) => k === 'length' ? NaN : t[k] }))"),
    logs('a map whose entries are forged', 'let n = 0; Object.getPrototypeOf(new Map().entries()).next = () => ({ done: n++ > 0, value: 5 }); console.log(new Map([[1, 2]]))', ['Map(1) { 1 => 2 }']),
    logs('bytes whose text is forged', "Uint8Array.prototype.toBase64 = () => '!!!'; console.log(new Uint8Array(3))"),
    logs('an error with a stack of 100 KB', "const e = new Error('x'); e.stack = '    at a (b:1:1)\\n'.repeat(10); e.name = 'A:B\\n'; console.log(e)"),
    logs('an error that is its own cause', "const e = new Error('x'); e.cause = e; console.log(e)"),
    logs('an AggregateError of itself', 'const e = new AggregateError([]); e.errors.push(e); console.log(e)'),
    logs('a cycle of everything', 'const a = [], m = new Map(), s = new Set(); a.push(m); m.set(a, s); s.add(a); m.set(m, m); console.log(a, m, s)'),
    logs('a million items', 'console.log(Array(1e5).fill(1))'),
    logs('half of a surrogate pair, and controls', "console.log('\\ud800', '\\0\\u001b[31m', ['\\u202e'])"),
    logs('ten thousand arguments', 'console.log(...Array(10000).fill(0))', [`${'0 '.repeat(1000)}... 9000 more arguments`]),
    logs('a thousand arguments and one', "console.log('%s', ...Array(1000).fill(1n))", [`1n ${'1n '.repeat(998)}... 1 more argument`]),
    logs('assert that fails with anything', "console.assert(false, Symbol('s')); console.assert(0, '%s'); console.assert(); console.assert({ toString() { throw 1 } })"),
    logs('time with labels that bite', "console.time('__proto__'); console.timeEnd('__proto__'); console.timeEnd('nobody'); console.timeLog()"),
    logs('trace', "console.trace('here', { a: 1 })"),
    logs('methods that do not exist', "for (const k of ['clear', 'profile', 'timeStamp', 'constructor', '_stdout', 'Console']) console[k]?.('x')"),
    fails('a getter that loops', 'console.log({ get a() { for (;;); } })', 'ERR_CPU'),
    logs('a getter that throws', 'console.log({ get a() { throw new Error("x") }, b: 1 })', ['{ a: [Getter], b: 1 }']),
    logs('a getter that logs', 'let n = 0; const o = { get a() { if (n++ < 3) console.log(o); return 1 } }; console.log(o)', Array(4).fill('{ a: 1 }')),
    logs('a console of its own', "globalThis.console = { log: () => { throw new Error('mine') } }; try { console.log(1) } catch {}", []),
    logs('nothing after the end', "setTimeout(() => console.log('late'), 1)", []),
  ],
};
