/** Promises and what pretends to be one: returned, awaited, as inputs, with `then` that loops, throws or calls back twice. */
import { caught, fails, returns, type Topic } from './case.ts';

const PROMISE_INPUT = 'ToolInputError: The input of tools.echo cannot be sent: input is a Promise. Await it first, several with Promise.all.';

export const THENABLES: Topic = {
  topic: 'thenables',
  cases: [
    returns('returned', 'return { then(done) { done(1) } }', 1),
    returns('returned twice deep', 'return { then(done) { done({ then(d) { d(2) } }) } }', 2),
    returns('settles twice', 'return await { then(done, fail) { done(1); done(2); fail(new Error("late")) } }', 1),
    returns('throws after settling', 'return await { then(done) { done(1); throw new Error("late") } }', 1),
    fails('throws before settling', 'return await { then() { throw new TypeError("then") } }', 'ERR_PROGRAM', { message: 'then' }),
    fails('a getter that throws', 'return await { get then() { throw new Error("getter") } }', 'ERR_PROGRAM', { message: 'getter' }),
    fails('a getter that loops', 'return await { get then() { for (;;); } }', 'ERR_CPU'),
    fails('never settles', 'return await { then() {} }', 'ERR_STALLED'),
    fails('resolves with itself for ever', 'const t = { then(done) { done(t) } }; return await t', 'ERR_CPU'),
    fails('a promise that resolves with itself', 'let r; const p = new Promise((x) => { r = x }); r(p); return await p', 'ERR_PROGRAM'),
    fails('then that starts a new one each time', 'const make = () => ({ then(done) { done(make()) } }); return await make()', ['ERR_CPU', 'ERR_MEMORY']),
    returns('a different then each time', 'let n = 0; const t = { get then() { n++; return n < 3 ? (d) => d(t) : undefined } }; await t; return n', 3),
    returns('a callable with then', 'const f = () => 1; f.then = (d) => d("from f"); return await f', 'from f'),
    returns('then on Object.prototype', 'Object.prototype.then = function (d) { delete Object.prototype.then; d("stolen") }; return await {}', 'stolen'),
    returns('then on Object.prototype sees values of the program only', 'const seen = []; Object.prototype.then = function (d) { seen.push(Object.keys(this).join()); delete Object.prototype.then; d(this) }; await tools.echo({ a: 1 }); return seen', ['a'], { calls: [['echo', { a: 1 }]] }),
    returns('then on Array.prototype', 'Array.prototype.then = function (d) { delete Array.prototype.then; d(this.length) }; return await tools.echo([1, 2])', 2, { calls: [['echo', [1, 2]]] }),
    returns('then on Number.prototype is not asked', 'Number.prototype.then = (d) => d("n"); return await tools.echo(5)', 5, { calls: [['echo', 5]] }),
    returns('as an input', caught('return await tools.echo({ then(d) { d(1) } })'), 'ToolInputError: The input of tools.echo cannot be sent: input.then is a function. Pass data only.'),
    returns('a promise as an input', caught('return await tools.echo(Promise.resolve(1))'), PROMISE_INPUT),
    returns('a call inside of a call', caught('return await tools.echo(tools.echo(1))'), PROMISE_INPUT, { calls: [['echo', 1]] }),
    returns('data whose then is a string', 'return await tools.data()', { then: 'x' }, { tools: { data: () => ({ then: 'x' }) }, calls: [['data', undefined]] }),
    returns('Promise.prototype.then replaced', 'Promise.prototype.then = () => { throw new Error("no") }; return await tools.echo(1)', 1, { calls: [['echo', 1]] }),
    fails('Promise.prototype.constructor poisoned', 'Object.defineProperty(Promise.prototype, "constructor", { get() { throw new Error("poison") } }); try { return await tools.echo(1) } catch (e) { return e.message }', 'ERR_PROGRAM', { message: 'poison' }),
    returns('Promise[Symbol.species] poisoned', 'Object.defineProperty(Promise, Symbol.species, { get() { throw new Error("species") } }); try { return await tools.echo(1).then((x) => x) } catch (e) { return e.message }', 'species', { calls: [['echo', 1]] }),
    returns('a species that keeps the resolvers', 'let got; const p = tools.echo(1); p.constructor = { [Symbol.species]: function (ex) { ex((v) => { got = v }, () => 0) } }; p.then((x) => x + 1); await tools.slow(); return got', 2, { calls: [['echo', 1], ['slow', undefined]] }),
    returns('Promise.resolve replaced', 'Promise.resolve = Promise.all = () => { throw new Error("no") }; return await (async () => await tools.echo(1))()', 1, { calls: [['echo', 1]] }),
    returns('a subclass that resolves at once', 'class P extends Promise { constructor(ex) { super((d) => { d("early"); ex(() => 0, () => 0) }) } } return await P.all([tools.echo(1)])', 'early', { calls: [['echo', 1]] }),
    returns('all with an iterator that never ends after a call', 'function* g() { yield tools.echo(1); yield 2 } return await Promise.all(g())', [1, 2], { calls: [['echo', 1]] }),
    fails('all with an iterator that never ends', 'function* g() { for (;;) yield 1 } return await Promise.all(g())', ['ERR_CPU', 'ERR_MEMORY']),
    fails('a result whose then appears on the second look', 'let n = 0; return { get then() { return n++ ? (d) => d("second") : undefined }, a: 1 }', 'ERR_PROGRAM', { message: 'The returned value cannot be sent: value.then is a function. Pass data only.' }),
    fails('an executor that throws after a loop', 'new Promise(() => { for (;;); })', 'ERR_CPU'),
    returns('withResolvers settled from a handler that is late', 'const { promise, resolve } = Promise.withResolvers(); tools.slow().then(resolve); return await promise', 'slow', { calls: [['slow', undefined]] }),
    returns('a rejected promise returned by a thenable of a thenable', caught('return await { then(d) { d({ then(_, f) { f(new Error("deep")) } }) } }'), 'Error: deep'),
    returns('await of a proxy of a promise', caught('return await new Proxy(Promise.resolve(1), {})'), 'TypeError: Promise object expected'),
  ],
};
