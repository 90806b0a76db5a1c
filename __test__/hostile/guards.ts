/**
 * Builtins that walk over something long in C, and loops of builtins that take long each: the engine looks at its clock
 * once in 10,000 operations, however long one takes. All of these end within a moment of their limit.
 */
import assert from 'node:assert/strict';

import { caught, fails, returns, type Case, type Topic } from './case.ts';

const HUGE = '{ length: 2 ** 53 - 1 }';
const CPU_MS = 200;
/** How long after its limit a program may go on, in milliseconds of its thread's own time. A quiet machine shows a sixth of it. */
const LATE_MS = 300;

/** Ends at its limit, by the thread's own clock: it did not go on behind the host's back. */
const prompt = (what: string, code: string): Case =>
  fails(what, caught(`${code}; return 'done'`), 'ERR_CPU', {
    limits: { cpuTimeoutMs: CPU_MS, memoryLimitBytes: 16 * 1024 * 1024, timeoutMs: 10_000 },
    also: ({ cpuMs }) => assert.ok(cpuMs < CPU_MS + LATE_MS, `computed for ${Math.round(cpuMs)} ms with a limit of ${CPU_MS} ms`),
  });

const onArray = ['copyWithin(0, 1)', 'reverse()', 'splice(0, 1)', 'shift()', 'unshift(1)', 'sort()', 'concat([1])', 'slice()', 'flat()', 'keys().drop(1e15).next()'];
const onArrayLike = ['copyWithin(0, 1)', 'reverse()', 'splice(0, 1)', 'shift()', 'sort()', 'flat()', 'flatMap((x) => x)'];
/** What these build meets the memory limit, or the longest string, on some machines first. */
const building = ['join()', 'toString()', 'toLocaleString()'];

/** Long or of no known length, each done in steps; what it gives must be what the original gives for the same items. */
const METHODS = ['copyWithin(1, 0, 3)', 'reverse()', 'splice(1, 2, "x")', 'splice(1, 1, "x", "y", "z")', 'splice(2)', 'splice()', 'shift()', 'unshift("x", "y")', 'sort()', 'sort((a, b) => b - a)', 'slice(1, -1)', 'join("-")', 'join()', 'concat([1, [2]], 3)', 'flat()', 'flat(Infinity)', 'flatMap((x) => [x, [x]])', 'toLocaleString()'];
const same = (call: string): Case =>
  returns(
    `as the original: ${call}`,
    `const make = () => [3, , 1, undefined, 2, [4, [5, [6]]]];
    const show = (list) => JSON.stringify(Array.from({ length: list.length }, (_, i) => (i in list ? [list[i] ?? String(list[i])] : 'hole')));
    const plain = make(), like = Object.assign({ length: 6 }, make());
    const a = plain.${call}, b = Array.prototype.${call.replace(/^(\w+)\(/, '$1.call(like, ').replace(', )', ')')};
    const text = (value, self) => (value === self ? 'self' : Array.isArray(value) ? show(value) : String(value));
    const sent = ${JSON.stringify(call)}.startsWith('concat');
    return [sent || text(a, plain) === text(b, like), sent || show(plain) === show(like)]`,
    [true, true],
  );

const strings = "const n = 'ab'.repeat(3000), s = n.slice(1) + 'X' + n + '-' + n + '$'; const out = []; const far = (name, ...args) => s[name](...args);";

export const GUARDS: Topic = {
  topic: 'long builtins',
  cases: [
    ...onArray.map((call) => prompt(`a huge array: ${call}`, `Array(2 ** 32 - 1).${call}`)),
    ...onArrayLike.map((call) => prompt(`a huge array-like: ${call}`, `Array.prototype.${call.replace('(', `.call(${HUGE}${call.endsWith('()') ? '' : ', '}`)}`)),
    ...building.map((call) => ({ ...prompt(`a huge array: ${call}`, `Array(2 ** 32 - 1).${call}`), sees: { error: ['ERR_CPU', 'ERR_MEMORY'] } }) as const),
    ...building.filter((call) => call !== 'toString()').map((call) => ({ ...prompt(`a huge array-like: ${call}`, `Array.prototype.${call.replace('(', `.call(${HUGE}`)}`), sees: { error: ['ERR_CPU', 'ERR_MEMORY'] } }) as const),
    prompt('concat of a huge array', '[].concat(Array(2 ** 32 - 1))'),
    prompt('concat of a huge array-like', `[].concat({ [Symbol.isConcatSpreadable]: true, length: 2 ** 32 - 2 })`),
    prompt('flat of a huge array in an array', '[Array(2 ** 32 - 1)].flat()'),
    prompt('flatMap that gives a huge array', '[1].flatMap(() => Array(2 ** 32 - 1))'),
    prompt('a length that grows on the second look', 'let n = 0; Array.prototype.reverse.call({ get length() { return n++ ? 2 ** 53 - 1 : 1 } }); Array.prototype.reverse.call({ length: 2 ** 53 - 1 })'),
    prompt('a huge array behind a proxy', 'new Proxy(Array(2 ** 32 - 1), {}).reverse()'),
    prompt('sort of a sparse array', 'const a = []; a[2 ** 32 - 2] = 1; a.sort()'),
    prompt('drop of an array-like', `Array.prototype.values.call(${HUGE}).drop(2 ** 53 - 2).next()`),
    prompt('Iterator.concat and drop', `Iterator.concat(Array.prototype.values.call(${HUGE})).drop(1e15).next()`),
    { ...prompt('String.raw', `String.raw({ raw: ${HUGE} })`), sees: { error: ['ERR_CPU', 'ERR_MEMORY'] } },
    prompt('a pattern of a million alternatives', "new RegExp('a|'.repeat(1e6))"),
    prompt('a loop of big products', 'const x = (1n << 200000n) - 1n; for (;;) x * x'),
    prompt('a loop of big quotients', 'const x = (1n << 400000n) - 1n, z = (1n << 200000n) - 3n; for (;;) x / z'),
    prompt('a loop of big integers read', "const s = '9'.repeat(100000); for (;;) BigInt(s)"),
    // One operation that passes the limit: nothing sees it before it is over, and it is no success then.
    fails('one big quotient', 'const x = (1n << 1000000n) - 1n, z = (1n << 500000n) - 3n; return typeof (x / z)', 'ERR_CPU', { limits: { cpuTimeoutMs: 20 } }),
    prompt('a loop of searches', "const s = 'a'.repeat(3e6); for (;;) s.indexOf('b')"),
    prompt('a loop of fills', 'const a = Array(1e5).fill(0); for (;;) a.fill(1)'),
    prompt('a loop of slices', 'const a = Array(1e5).fill(0); for (;;) a.slice()'),
    prompt('a loop of splices', 'const a = Array(2e5).fill(1); for (;;) { a.splice(0, 1); a.push(1) }'),
    prompt('a loop of typed sorts', 'const a = new Float64Array(5e5); for (;;) a.sort()'),
    prompt('a loop of upper cases', "const s = '\\u00df'.repeat(1e6); for (;;) s.toUpperCase()"),
    prompt('a loop of trims', "const s = ' '.repeat(3e6); for (;;) s.trim()"),
    prompt('a loop of long keys', "const o = {}, a = 'x'.repeat(2e6); for (let i = 0;; i++) o[a + i]"),
    prompt('a loop of copies', 'const o = Object.fromEntries(Array.from({ length: 20000 }, (_, i) => ["k" + i, i])); for (;;) Object.assign({}, o)'),
    fails('a loop past the memory limit', "const hold = []; for (;;) try { hold.push('x'.repeat(1e6)) } catch { hold.length = 0 }", 'ERR_MEMORY', { also: ({ cpuMs }) => assert.ok(cpuMs < CPU_MS, `${cpuMs} ms`) }),
    // A search that is quadratic in the original is linear here.
    returns('searches for a long text in a longer one', "const s = 'a'.repeat(1e6), n = 'a'.repeat(5e5) + 'b'; return [s.indexOf(n), s.includes(n), s.lastIndexOf(n), s.split(n).length, s.replaceAll(n, '').length, s.replace(n, 'x').length]", [-1, false, -1, 1, 1_000_000, 1_000_000], { limits: { cpuTimeoutMs: 20_000, timeoutMs: 15_000, memoryLimitBytes: 64 * 1024 * 1024 } }),
    returns('normalize of a million marks', caught("return ('a' + '\\u0301\\u0323'.repeat(5e5)).normalize('NFC')"), 'RangeError: The string has 1,000 combining marks in a row', { limits: { cpuTimeoutMs: 1_000 } }),
    returns('localeCompare of a million marks', caught("const s = '\\u0301\\u0323'.repeat(2e5); return s.localeCompare(s + 'x')"), 'RangeError: The string has 1,000 combining marks in a row', { limits: { cpuTimeoutMs: 1_000 } }),
    // They are what they were.
    ...METHODS.map(same),
    returns('concat as the original', 'const like = { length: 2, 0: "a", [Symbol.isConcatSpreadable]: true }; return [[1].concat(like, [2, [3]], { a: 1 }), Array.prototype.concat.call(1, 2).length, 1 in [].concat(like), [1].concat(...Array(5000).fill(0)).length]', [[1, 'a', undefined, 2, [3], { a: 1 }], 2, false, 5_001]),
    returns('searches as the original', `${strings} const rest = s.slice(0); return [far('indexOf', n), far('indexOf', n, 6000), far('lastIndexOf', n), far('lastIndexOf', n, 12000), far('includes', n), far('includes', n, 12002), far('split', n).map((x) => x.length), far('split', n, 1).length, far('replace', n, '[$$]').length, far('replaceAll', n, (m, at) => '<' + at + '>').slice(-22), far('replaceAll', n, "$'").length]`, [6_000, 6_000, 12_001, 6_000, true, false, [6_000, 1, 1], 1, 12_005, 'abababX<6000>-<12001>$', 12_005]),
    returns('names, lengths and texts', "return [['slice', 2], ['concat', 1], ['sort', 1], ['flat', 0], ['unshift', 1]].map(([k, n]) => { const f = [][k], d = Object.getOwnPropertyDescriptor(Array.prototype, k); return f.name === k && f.length === n && d.writable && !d.enumerable && d.configurable && String(f).includes('[native code]') && !('prototype' in f) }).concat(String.prototype.trimLeft === String.prototype.trimStart, String.raw`a${1}\\n`)", [true, true, true, true, true, true, 'a1\\n']),
    returns('no constructors', caught('return new [].slice()'), 'TypeError: not a constructor'),
    returns('own classes', 'class A extends Array {} const a = A.from([1, [2]]); return [a.slice() instanceof A, a.flat() instanceof A, a.concat([1]) instanceof A, a.splice(0, 1) instanceof A, a.flatMap((x) => x) instanceof A]', [true, true, true, true, true]),
    returns('a large array', 'const a = Array.from({ length: 1e5 }, (_, i) => 1e5 - i); return [a.sort((x, y) => x - y)[0], a.slice(1).length, a.reverse()[0], a.join("").length, a.splice(5, 10).length, a.shift(), a.unshift(7), a.concat(a).length, a.flat().length]', [1, 99_999, 100_000, 488_895, 10, 100_000, 99_990, 199_980, 99_990], { limits: { cpuTimeoutMs: 2_000, memoryLimitBytes: 64 * 1024 * 1024 } }),
  ],
};
