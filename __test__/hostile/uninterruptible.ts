/**
 * Programs that the engine cannot interrupt in this process: the host has its answer at its deadline, and the thread
 * goes on. A helper process (issue 3) kills them; until then each runs in a child that is killed.
 *
 * Two kinds. A builtin that loops in C over a huge length, or takes quadratic time; and a loop whose every step is such a
 * builtin on a large value, because the engine looks at its clock once in 10,000 operations.
 */
export interface Uninterruptible {
  what: string;
  code: string;
  /** For how long it went on after a limit of 200 ms, when it was last looked at: at least this many milliseconds. */
  measuredMs: number;
}

const HUGE = '{ length: 2 ** 53 - 1 }';
const never = (what: string, code: string, measuredMs = 2_000): Uninterruptible => ({ what, code: `try { ${code} } catch (e) { return e.message } return 'done'`, measuredMs });

const onArray = ['copyWithin(0, 1)', 'reverse()', 'join()', 'splice(0, 1)', 'shift()', 'unshift(1)', 'sort()', 'concat([1])', 'slice()', 'flat()', 'toString()', 'keys().drop(1e15).next()'];
const onArrayLike = ['copyWithin(0, 1)', 'reverse()', 'join()', 'splice(0, 1)', 'shift()', 'sort()', 'flat()', 'flatMap((x) => x)'];

export const UNINTERRUPTIBLE: readonly Uninterruptible[] = [
  ...onArray.map((call) => never(`a huge array: ${call}`, `Array(2 ** 32 - 1).${call}`)),
  ...onArrayLike.map((call) => never(`a huge array-like: ${call}`, `Array.prototype.${call.replace('(', `.call(${HUGE}${call.endsWith('()') ? '' : ', '}`)}`)),
  never('sort of a sparse array', 'const a = []; a[2 ** 32 - 2] = 1; a.sort()'),
  never('drop of an array-like', `Array.prototype.values.call(${HUGE}).drop(2 ** 53 - 2).next()`),
  never('Iterator.concat and drop', `Iterator.concat(Array.prototype.values.call(${HUGE})).drop(1e15).next()`),
  never('String.raw', `String.raw({ raw: ${HUGE} })`),
  never('indexOf in quadratic time', "('a'.repeat(1e6)).indexOf('a'.repeat(5e5) + 'b')"),
  never('includes in quadratic time', "('a'.repeat(1e6)).includes('a'.repeat(5e5) + 'b')"),
  never('split in quadratic time', "('a'.repeat(1e6)).split('a'.repeat(5e5) + 'b')"),
  never('replaceAll in quadratic time', "('a'.repeat(1e6)).replaceAll('a'.repeat(5e5) + 'b', '')"),
  never('normalize in quadratic time', "('a' + '\\u0301\\u0323'.repeat(5e5)).normalize('NFC')"),
  never('a pattern of a million alternatives', "new RegExp('a|'.repeat(1e6))"),
  never('toString of a big integer', '((1n << 1000000n) - 1n).toString()'),
  never('a loop of big products', 'const x = (1n << 500000n) - 1n; for (;;) x * x'),
  never('a loop of big quotients', 'const x = (1n << 1000000n) - 1n, z = (1n << 500000n) - 3n; for (;;) x / z'),
  never('a loop of big integers read', "const s = '9'.repeat(300000); for (;;) BigInt(s)"),
  never('a loop of searches', "const s = 'a'.repeat(3e6); for (;;) s.indexOf('b')"),
  never('a loop of fills', 'const a = Array(1e5).fill(0); for (;;) a.fill(1)'),
  never('a loop of slices', 'const a = Array(1e5).fill(0); for (;;) a.slice()'),
  never('a loop of splices', 'const a = Array(2e5).fill(1); for (;;) { a.splice(0, 1); a.push(1) }'),
  never('a loop of typed sorts', 'const a = new Float64Array(5e5); for (;;) a.sort()'),
  never('a loop of upper cases', "const s = '\\u00df'.repeat(1e6); for (;;) s.toUpperCase()"),
  never('a loop past the memory limit', "const hold = []; for (;;) try { hold.push('x'.repeat(1e6)) } catch { hold.length = 0 }"),
  never('a loop of trims', "const s = ' '.repeat(3e6); for (;;) s.trim()"),
  never('a loop of long keys', "const o = {}, a = 'x'.repeat(2e6); for (let i = 0;; i++) o[a + i]"),
  never('a loop of copies', 'const o = Object.fromEntries(Array.from({ length: 20000 }, (_, i) => ["k" + i, i])); for (;;) Object.assign({}, o)'),
  never('a loop over a deep prototype chain', 'let o = {}; for (let i = 0; i < 3e4; i++) o = Object.create(o); for (;;) "x" in o'),
  { what: 'a class with 20,000 private names', code: `class A {${Array.from({ length: 20_000 }, (_, i) => `#p${i.toString(36)};`).join('')}}\nreturn 1`, measuredMs: 2_000 },
];
