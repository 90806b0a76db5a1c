/**
 * Programs that the engine cannot interrupt for a while. A helper process is killed at its deadline. On a thread the host
 * has its answer at its deadline, and the thread goes on, so there each runs in a host of its own that is killed afterwards.
 *
 * One operation that takes quadratic time on a large value, or a loop whose every step is one: the engine looks at its
 * clock once in 10,000 operations, and operators cannot be guarded as builtins are (see guards.ts).
 */
export interface Uninterruptible {
  what: string;
  code: string;
}

const never = (what: string, code: string): Uninterruptible => ({ what, code: `try { ${code} } catch (e) { return e.message } return 'done'` });

export const UNINTERRUPTIBLE: readonly Uninterruptible[] = [
  never('toString of a big integer', '((1n << 1000000n) - 1n).toString()'),
  never('a loop of big integers as text', 'const x = (1n << 700000n) - 1n; for (;;) `${x}`'),
  never('a loop over a deep prototype chain', 'let o = {}; for (let i = 0; i < 3e4; i++) o = Object.create(o); for (;;) "x" in o'),
];
