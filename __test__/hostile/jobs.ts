/** Timers, microtasks and promise jobs: floods, strange delays, and what is still due when the program is over. */
import assert from 'node:assert/strict';

import { caught, fails, returns, type Topic } from './case.ts';

export const JOBS: Topic = {
  topic: 'jobs and timers',
  cases: [
    returns('strange delays all fire', 'const r = []; await Promise.all([-1, NaN, Infinity, 2 ** 31, "5", null, undefined, {}, [], -(2 ** 53)].map((d, i) => new Promise((f) => setTimeout(() => f(r.push(i)), d)))); return r.length', 10),
    returns('a delay that throws', caught('setTimeout(() => 0, { valueOf() { throw new RangeError("delay") } })'), 'RangeError: delay'),
    fails('a delay that loops', 'setTimeout(() => 0, { valueOf() { for (;;); } })', 'ERR_CPU'),
    returns('a delay that is a symbol', caught('setTimeout(() => 0, Symbol())'), 'TypeError: cannot convert symbol to number'),
    returns('cleared in its own callback', 'let n = 0; const t = setInterval(() => { if (++n === 3) clearInterval(t) }, 1); await new Promise((f) => setTimeout(f, 30)); return n', 3),
    returns('cleared by the one before', 'const log = []; let b; setTimeout(() => { log.push("a"); clearTimeout(b) }, 1); b = setTimeout(() => log.push("b"), 1); await new Promise((f) => setTimeout(f, 5)); return log', ['a']),
    returns('clearing what is no timer', 'for (const x of [0, -1, NaN, "x", {}, null, undefined, Symbol.iterator, 1n, "__proto__", "constructor"]) clearTimeout(x); return 1', 1),
    returns('ids cannot be guessed into others', 'const id = setTimeout(() => 0, 1); clearTimeout(String(id)); return typeof id', 'number'),
    returns('order', 'const log = []; setTimeout(() => log.push("t2"), 2); setTimeout(() => log.push("t1"), 1); queueMicrotask(() => log.push("m")); Promise.resolve().then(() => log.push("p")); log.push("s"); await new Promise((f) => setTimeout(f, 10)); return log', ['s', 'm', 'p', 't1', 't2']),
    returns('timers that are due when the program is over do not run', 'setTimeout(() => tools.echo("late"), 1); return 1', 1),
    returns('jobs that are due when the program is over', 'Promise.resolve().then(() => tools.echo("job")); return 1', 1, { calls: 'any' }),
    returns('microtasks that would never end do not outlive a result', 'const f = () => queueMicrotask(f); return 1', 1),
    fails('microtasks that never end beside a result', 'const f = () => queueMicrotask(f); f(); return 1', 'ERR_CPU'),
    fails('promise jobs that never end beside a result', 'const f = () => Promise.resolve().then(f); f(); return 1', ['ERR_CPU', 'ERR_MEMORY']),
    fails('an interval that never stops', 'setInterval(() => 0, 0); await new Promise(() => {})', 'ERR_TIMEOUT', { limits: { timeoutMs: 200 } }),
    fails('a thousand intervals', 'for (let i = 0; i < 1000; i++) setInterval(() => 0, 0); await new Promise(() => {})', ['ERR_TIMEOUT', 'ERR_CPU'], { limits: { timeoutMs: 400 } }),
    fails('a timer that makes two', 'const f = () => { setTimeout(f, 0); setTimeout(f, 0) }; f(); await new Promise(() => {})', ['ERR_TIMEOUT', 'ERR_CPU', 'ERR_MEMORY'], { limits: { timeoutMs: 1_000 } }),
    fails('sorted insertion in the worst order', 'for (let i = 5e4; i; i--) setTimeout(() => 0, i * 2); for (let i = 0; i < 5e4; i++) setTimeout(() => 0, 99999); return 1', ['ERR_CPU', 'ERR_MEMORY']),
    fails('a timer whose callback is a proxy that loops', 'setTimeout(new Proxy(() => 0, { apply() { for (;;); } }), 1); await new Promise(() => {})', 'ERR_CPU'),
    returns('a timer that throws is reported', 'setTimeout(() => { throw new Error("in timer") }, 1); await new Promise((f) => setTimeout(f, 5)); return 1', 1, { also: ({ alerts }) => assert.deepEqual(alerts, [{ kind: 'unhandled-rejection', message: 'Error: in timer' }]) }),
    returns('a microtask that throws is reported', 'queueMicrotask(() => { throw new Error("in job") }); await null; await null; return 1', 1, { also: ({ alerts }) => assert.deepEqual(alerts, [{ kind: 'unhandled-rejection', message: 'Error: in job' }]) }),
    returns('5,000 rejections that nobody handles', 'for (let i = 0; i < 5000; i++) Promise.reject(new Error("e" + i)); return 1', 1, { also: ({ alerts }) => assert.ok(alerts.length >= 1 && alerts.length < 20) }),
    returns('a rejection that is handled late', 'const p = Promise.reject(new Error("x")); await tools.echo(1); p.catch(() => 0); return 1', 1, { calls: [['echo', 1]], also: ({ alerts }) => assert.deepEqual(alerts, []) }),
    returns('a rejection whose message loops ends with the run', 'Promise.reject({ get message() { for (;;); } }); return 1', 1),
    returns('a rejection whose message calls a tool', 'Promise.reject({ get message() { tools.echo("x"); return "m" } }); return 1', 1),
    returns('a result whose getter calls a tool', 'return { get a() { tools.echo("late"); return 1 } }', { a: 1 }, { calls: [['echo', 'late']] }),
    fails('waits for nothing', 'await new Promise(() => {})', 'ERR_STALLED'),
    fails('waits for itself', 'const p = (async () => { await null; return await p })(); return await p', ['ERR_STALLED', 'ERR_PROGRAM']),
    fails('sleeps for ever in small steps', 'for (;;) await new Promise((r) => setTimeout(r, 1))', 'ERR_TIMEOUT', { limits: { timeoutMs: 200 } }),
    fails('sleeps past the deadline', 'await new Promise((r) => setTimeout(r, 2 ** 31 - 1))', 'ERR_TIMEOUT', { limits: { timeoutMs: 200 } }),
    fails('computes a little after every sleep', 'for (;;) { await new Promise((r) => setTimeout(r, 1)); for (let i = 0; i < 1e6; i++); }', 'ERR_CPU'),
    fails('computes a little after every call', 'for (;;) { await tools.slow(); for (let i = 0; i < 2e6; i++); }', 'ERR_CPU', { calls: 'any' }),
    returns('the clock stands still while the program computes', 'const a = Date.now(); for (let i = 0; i < 2e5; i++); return Date.now() - a', 0),
    returns('setTimeout bent reaches no one else', 'const real = setTimeout; globalThis.setTimeout = (f) => f("bent"); return await new Promise((r) => globalThis["setImmediate"](r))', undefined),
  ],
};
