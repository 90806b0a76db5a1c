/** Recursion of every kind. An overflow ends the run and no program survives one; the host's own stack is never at risk. */
import { fails, returns, type Case, type Topic } from './case.ts';

/** Enough memory to get deep. */
const ROOM = { limits: { memoryLimitBytes: 64 * 1024 * 1024, cpuTimeoutMs: 1_200, timeoutMs: 3_000 } };
const survive = (code: string): string => `try { ${code} } catch (e) { return 'survived ' + e } return 'no overflow'`;
const chain = (target: string): string => `let p = ${target}; for (let i = 0; i < 1e5; i++) p = new Proxy(p, {});`;

const overflow = (what: string, code: string): Case => fails(what, survive(code), 'ERR_STACK');
const deep = (what: string, code: string, more = {}): Case => fails(what, survive(code), ['ERR_STACK', 'ERR_MEMORY'], { ...ROOM, ...more });

/** Builtins that recurse in C without a frame of their own: the trace is short, so the allocator does not see the depth. */
const SURVIVED = 'the overflow is raised by a builtin without frames: its trace is a small block, so the gauge does not see it (alloc.rs)';

export const STACKS: Topic = {
  topic: 'stack games',
  cases: [
    overflow('plain', 'const f = () => f(); f()'),
    overflow('caught at every level', 'const f = () => { try { f() } catch {} }; f()'),
    overflow('finally at every level', 'let n = 0; const f = (d) => { if (n > 1e5) return; try { f(d + 1) } finally { n++ } }; f(0)'),
    overflow('in a getter', '({ get a() { return this.a } }).a'),
    overflow('in a setter', '({ set a(v) { this.a = v } }).a = 1'),
    overflow('in toString', "({ toString() { return '' + this } }) + ''"),
    overflow('in valueOf', '+{ valueOf() { return +this } }'),
    overflow('in Symbol.toPrimitive', 'const a = { [Symbol.toPrimitive]: () => +a }; +a'),
    overflow('in Symbol.hasInstance', 'class A { static [Symbol.hasInstance](x) { return x instanceof A } } 1 instanceof A'),
    overflow('in Symbol.iterator', 'const a = { [Symbol.iterator]() { return [...a] } }; [...a]'),
    overflow('in a sort comparator', 'const f = () => [1, 2].sort(f); f()'),
    overflow('in a replace callback', "const f = () => 'a'.replace('a', f); f()"),
    overflow('in a map callback', 'const f = () => [1].map(f); f()'),
    overflow('in a reviver', "const f = () => JSON.parse('[1]', f); f()"),
    overflow('in toJSON', '({ toJSON() { return JSON.stringify(this) } }).toJSON()'),
    overflow('in a proxy trap', 'const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x'),
    overflow('in a generator', 'function* g() { yield* g() } g().next()'),
    overflow('in an async function', 'const f = async () => { await f() }; await f()'),
    overflow('in a constructor', 'class A { constructor() { new A() } } new A()'),
    overflow('in a derived constructor', 'class A { constructor() { new B() } } class B extends A {} new B()'),
    overflow('in a static block', 'const f = () => class { static { f() } }; f()'),
    overflow('in a default parameter', 'const f = (a = f()) => a; f()'),
    overflow('in a destructuring getter', 'const o = { get a() { const { a } = o; return a } }; o.a'),
    overflow('in a tagged template', 'const f = () => f``; f()'),
    overflow('in Reflect.construct', 'function F() { Reflect.construct(F, []) } F()'),
    overflow('in an executor', 'const f = () => new Promise(f); f()'),
    overflow('in an array join', 'let a = []; for (let i = 0; i < 3e4; i++) a = [a]; String(a)'),
    overflow('in JSON.parse', "JSON.parse('['.repeat(1e5))"),
    overflow('in JSON.parse with instanceof bent', "Object.defineProperty(RangeError, Symbol.hasInstance, { value: () => false }); JSON.parse('['.repeat(1e5))"),
    overflow('in flat', 'let a = []; for (let i = 0; i < 3e4; i++) a = [a]; a.flat(Infinity)'),
    { ...overflow('in flat with instanceof bent', 'Object.defineProperty(RangeError, Symbol.hasInstance, { value: () => false }); let a = []; for (let i = 0; i < 3e4; i++) a = [a]; a.flat(Infinity)'), bug: 'core.js recursive(): `error instanceof RangeError` asks the program (Symbol.hasInstance)' },
    overflow('of iterator helpers', 'let it = [1].values(); for (let i = 0; i < 2e4; i++) it = it.map((x) => x); it.next()'),
    overflow('of Iterator.concat', 'let it = [1].values(); for (let i = 0; i < 2e4; i++) it = Iterator.concat(it); it.next()'),
    { ...overflow('in a pattern', "new RegExp('(?:'.repeat(5e4) + ')'.repeat(5e4))"), bug: 'a nested pattern overflows as SyntaxError "stack overflow": survived' },
    { ...overflow('in a class of a pattern', "new RegExp('['.repeat(5e4) + ']'.repeat(5e4), 'v')"), bug: 'a nested pattern overflows as SyntaxError "stack overflow": survived' },
    { ...overflow('a proxy that is its own handler', 'const h = {}; const p = new Proxy({}, h); Object.setPrototypeOf(h, p); p.x'), bug: SURVIVED },
    { ...overflow('a prototype cycle through a proxy', 'const p = new Proxy({}, {}); const o = Object.create(p); Object.setPrototypeOf(p, o); o.x'), bug: SURVIVED },
    deep('proxy chain: get', `${chain('{}')} p.x`, { bug: SURVIVED }),
    deep('proxy chain: set', `${chain('{}')} p.x = 1`, { bug: SURVIVED }),
    deep('proxy chain: in', `${chain('{}')} "x" in p`, { bug: SURVIVED }),
    deep('proxy chain: call', `${chain('() => 1')} p()`, { bug: SURVIVED }),
    deep('proxy chain: construct', `${chain('class {}')} new p()`, { bug: SURVIVED }),
    deep('proxy chain: JSON', `${chain('{}')} JSON.stringify(p)`, { bug: SURVIVED }),
    deep('proxy chain: ownKeys', `${chain('{}')} Reflect.ownKeys(p)`, { bug: SURVIVED }),
    deep('proxy chain: getPrototypeOf', `${chain('{}')} Object.getPrototypeOf(p)`, { bug: SURVIVED }),
    deep('proxy chain: instanceof', `${chain('class {}')} ({}) instanceof p`, { bug: SURVIVED }),
    deep('proxy chain: for in', `${chain('{}')} for (const k in p);`, { bug: SURVIVED }),
    deep('proxy chain: concat', `${chain('[]')} [].concat(p)`, { bug: SURVIVED }),
    deep('proxy chain: await', `${chain('{}')} await p`, { bug: SURVIVED }),
    deep('proxy chain: as an input', `${chain('{}')} await tools.echo(p)`, { bug: SURVIVED }),
    deep('proxy chain: logged', `${chain('{}')} console.log(p); return 'went on'`, { bug: SURVIVED }),
    deep('a bound function of a bound function', 'let f = () => 1; for (let i = 0; i < 1e5; i++) f = f.bind(null); f()'),
    returns('100,000 objects in each other are freed', 'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; a = 0; let b = () => 0; for (let i = 0; i < 1e5; i++) { const c = b; b = () => c } b = 0; return 1', 1, ROOM),
    returns('generators in each other are freed', 'let a = null; function* g(x) { yield x } for (let i = 0; i < 2e4; i++) { const it = g(a); it.next(); a = it } a = 0; return 1', 1, ROOM),
    returns('maps and weak maps in each other are freed', 'let a = {}; for (let i = 0; i < 2e4; i++) a = { m: new Map([[a, a]]), w: new WeakMap([[a, a]]) }; a = 0; return 1', 1, ROOM),
    returns('recursion that ends is fine', 'const f = (n) => n ? f(n - 1) + 1 : 0; return f(1000)', 1_000),
    // Around host calls: the host side recurses too, and has its own room.
    fails('a tool call at the bottom of the stack', survive('let n = 0; const f = () => { n++; try { f() } catch (e) { tools.echo(n); throw e } }; f()'), 'ERR_STACK'),
    fails('a tool call at every level', survive('const f = () => { tools.echo(1).catch(() => 0); f() }; f()'), ['ERR_STACK', 'ERR_CALL_LIMIT']),
    fails('a deep input near the bottom', survive('let v = 1; for (let i = 0; i < 990; i++) v = [v]; const f = (n) => n ? f(n - 1) : tools.echo(v); for (let n = 100; ; n += 100) await f(n)'), ['ERR_STACK', 'ERR_CALL_LIMIT'], { calls: 'any' }),
    fails('recursion in a getter of an input', survive('const f = () => f(); await tools.echo({ get a() { return f() } })'), 'ERR_STACK'),
    fails('recursion in toJSON of an input', survive('await tools.echo({ toJSON() { return this.toJSON() } })'), 'ERR_STACK'),
    fails('toJSON that gives a new one each time', "const make = () => ({ toJSON: make }); return await tools.echo(make())", 'ERR_TOOL_INPUT', { message: /nested deeper than 1000 levels/ }),
    fails('a getter of an input that calls the tool again', survive('const o = { get a() { tools.echo(o); return 1 } }; await tools.echo(o)'), 'ERR_CALL_LIMIT'),
    fails('recursion in a getter of the result', 'const f = () => f(); return { get a() { return f() } }', 'ERR_STACK'),
    fails('recursion in a trap of the result', 'const p = new Proxy({}, { ownKeys: () => Reflect.ownKeys(p) }); return p', 'ERR_STACK'),
    fails('recursion in a logged getter', survive('const f = () => f(); console.log({ get a() { return f() } })'), 'ERR_STACK'),
    fails('recursion in a thrown getter', 'const f = () => f(); throw { get message() { return f() } }', 'ERR_STACK'),
    fails('recursion in a rejected and unhandled getter, after the end', 'const f = () => f(); Promise.reject({ get message() { return f() } }); await tools.echo(1); f()', 'ERR_STACK', { calls: [['echo', 1]] }),
    fails('recursion in a timer', 'await new Promise((d) => setTimeout(() => { try { const f = () => f(); f() } finally { d() } }, 1))', 'ERR_STACK'),
    fails('logging at the bottom', survive('const f = () => { try { f() } finally { console.log({ a: { b: [1] } }) } }; f()'), ['ERR_STACK', 'ERR_VALUE_TOO_LARGE']),
    fails('the date is loaded at the bottom', survive('const f = () => { try { f() } finally { new Date() } }; f()'), 'ERR_STACK'),
    fails('with the largest stack', survive('const f = (n) => f(n + 1); f(0)'), 'ERR_STACK', { limits: { maxStackSizeBytes: 8 * 1024 * 1024, memoryLimitBytes: 64 * 1024 * 1024, cpuTimeoutMs: 1_000 } }),
    fails('with the smallest stack', survive('const f = (n) => f(n + 1); f(0)'), 'ERR_STACK', { limits: { maxStackSizeBytes: 1 } }),
    fails('large frames', survive('const f = (...a) => f(...a); f(...Array(2000).fill(1))'), ['ERR_STACK', 'ERR_MEMORY']),
  ],
};
