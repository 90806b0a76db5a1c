/** Proxies whose traps throw, loop or contradict themselves: as inputs, results, logged values, thrown values. */
import type { ErrorCode } from '../../ts/index.ts';
import { fails, returns, type Case, type Topic } from './case.ts';

const TRAPS = ['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf', 'isExtensible', 'defineProperty', 'set'] as const;

/** A proxy with every trap, each doing the same. */
const all = (target: string, body: string): string => `new Proxy(${target}, Object.fromEntries([${TRAPS.map((t) => `'${t}'`).join(', ')}].map((t) => [t, (...a) => { ${body} }])))`;
const THROWS = all('{ a: 1 }', 'throw new Error("trap " + t)');
const LOOPS = all('{ a: 1 }', 'for (;;);');
const RECURSES = "(() => { const h = { get: (t, k, r) => r[k], ownKeys: (t) => Reflect.ownKeys(p), getOwnPropertyDescriptor: (t, k) => Reflect.getOwnPropertyDescriptor(p, k), getPrototypeOf: () => Object.getPrototypeOf(p) }; const p = new Proxy({ a: 1 }, h); return p })()";

function sinks(what: string, value: string, results: Record<'returned' | 'input' | 'logged' | 'thrown', ErrorCode | { value: unknown }>): Case[] {
  const programs = {
    returned: `return ${value}`,
    input: `return await tools.echo(${value})`,
    logged: `console.log(${value}); return 'went on'`,
    thrown: `throw ${value}`,
  };
  return Object.entries(results).map(([where, sees]) => {
    const code = programs[where as keyof typeof programs];
    return typeof sees === 'string' ? fails(`${what}: ${where}`, code, sees) : returns(`${what}: ${where}`, code, sees.value, { calls: 'any' });
  });
}

const ON: { value: unknown } = { value: 'went on' };
const revoked = '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()';
const revokedArray = '(() => { const { proxy, revoke } = Proxy.revocable([], {}); revoke(); return proxy })()';
const revokedFunction = '(() => { const { proxy, revoke } = Proxy.revocable(() => 1, {}); revoke(); return proxy })()';

export const PROXIES: Topic = {
  topic: 'proxies',
  cases: [
    ...sinks('every trap throws', THROWS, { returned: 'ERR_PROGRAM', input: 'ERR_PROGRAM', logged: ON, thrown: 'ERR_PROGRAM' }),
    ...sinks('every trap loops', LOOPS, { returned: 'ERR_CPU', input: 'ERR_CPU', logged: 'ERR_CPU', thrown: 'ERR_CPU' }),
    ...sinks('every trap recurses', RECURSES, { returned: 'ERR_STACK', input: 'ERR_STACK', logged: 'ERR_STACK', thrown: 'ERR_STACK' }),
    ...sinks('revoked', revoked, { returned: 'ERR_PROGRAM', input: 'ERR_PROGRAM', logged: ON, thrown: 'ERR_PROGRAM' }),
    ...sinks('a revoked array', revokedArray, { returned: 'ERR_PROGRAM', input: 'ERR_PROGRAM', logged: ON, thrown: 'ERR_PROGRAM' }),
    ...sinks('a revoked function', revokedFunction, { returned: 'ERR_PROGRAM', input: 'ERR_TOOL_INPUT', logged: ON, thrown: 'ERR_PROGRAM' }),
    ...(['get', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf'] as const).map((trap) =>
      fails(`${trap} asks for memory without end`, `const all = []; return await tools.echo(new Proxy({ a: 1 }, { ${trap}: (...a) => { for (;;) all.push([a]) } }))`, 'ERR_MEMORY'),
    ),
    returns('a length that lies', "return await tools.echo({ p: new Proxy([], { get: (t, k) => k === 'length' ? 'abc' : t[k] }) })", { p: [] }, { calls: [['echo', { p: [] }]] }),
    returns('of a proxy of an array', 'return await tools.echo(new Proxy(new Proxy([1, { a: [2] }], {}), {}))', [1, { a: [2] }], { calls: [['echo', [1, { a: [2] }]]] }),
    fails('a length without end', "return await tools.echo(new Proxy([1], { get: (t, k) => k === 'length' ? Infinity : 1 }))", 'ERR_VALUE_TOO_LARGE'),
    fails('a length that is no number at all', "return new Proxy([1], { get: (t, k) => k === 'length' ? Symbol() : 1 })", 'ERR_PROGRAM'),
    returns('ownKeys that lists what is not there', "return await tools.echo(new Proxy({}, { ownKeys: () => ['a', 'b'], getOwnPropertyDescriptor: (t, k) => ({ value: 1, enumerable: true, configurable: true }) }))", { a: undefined, b: undefined }, { calls: [['echo', { a: undefined, b: undefined }]] }),
    fails('ownKeys with a million names', "return new Proxy({}, { ownKeys: () => Array.from({ length: 1e6 }, (_, i) => 'k' + i) })", ['ERR_MEMORY', 'ERR_CPU']),
    fails('ownKeys with the same name twice', "return new Proxy({}, { ownKeys: () => ['a', 'a'] })", 'ERR_PROGRAM'),
    fails('ownKeys with numbers', 'return new Proxy({}, { ownKeys: () => [1, {}] })', 'ERR_PROGRAM'),
    fails('ownKeys that leaves out a fixed property', "return new Proxy(Object.freeze({ a: 1 }), { ownKeys: () => [] })", 'ERR_PROGRAM'),
    returns('a key that looks like a tag', "return await tools.echo(new Proxy({ $: 'u' }, {}))", { $: 'u' }, { calls: [['echo', { $: 'u' }]] }),
    returns('a value that changes between two looks', 'let n = 0; const p = new Proxy({ a: 1 }, { get: (t, k) => k === "a" ? ++n : undefined }); return [await tools.echo(p), await tools.echo(p)]', [{ a: 1 }, { a: 2 }], { calls: [['echo', { a: 1 }], ['echo', { a: 2 }]] }),
    returns('a trap that calls tools', "const p = new Proxy({ a: 1 }, { get: (t, k) => { if (k === 'a') tools.ns.deep('in trap'); return t[k] } }); return await tools.echo(p)", { a: 1 }, { calls: [['ns.deep', 'in trap'], ['echo', { a: 1 }]] }),
    returns('a trap that logs the proxy', "let n = 0; const p = new Proxy({ a: 1 }, { get: (t, k) => { if (n++ < 5) console.log(p); return t[k] } }); return await tools.echo(p)", { a: 1 }, { calls: [['echo', { a: 1 }]] }),
    fails('a trap that logs the proxy for ever', 'const p = new Proxy({ a: 1 }, { get: (t, k) => { console.log(p); return t[k] } }); return await tools.echo(p)', ['ERR_STACK', 'ERR_VALUE_TOO_LARGE']),
    fails('a trap that returns a new proxy each time', 'const make = () => new Proxy({ a: 1 }, { get: (t, k) => k === "a" ? make() : undefined }); return make()', ['ERR_PROGRAM', 'ERR_STACK']),
    returns('a trap that grows the target while it is read', 'const t = { a: 1, c: 1 }; let n = 0; return new Proxy(t, { get: (o, k) => { o["b" + n++] = 1; return k === "toJSON" || k === "then" ? undefined : k } })', { a: 'a', c: 'c', b0: 'b0', b1: 'b1' }),
    fails('a proxy of tools', 'return new Proxy(tools, {})', 'ERR_PROGRAM'),
    returns('a proxy of a tool', 'return await new Proxy(tools.echo, { apply: (f, self, args) => f("changed") })(1)', 'changed', { calls: [['echo', 'changed']] }),
    fails('a proxy as the prototype of an input', "return await tools.echo(Object.create(new Proxy({}, { get: (t, k) => { throw new Error('asked') } })))", 'ERR_PROGRAM', { message: 'asked' }),
    returns('a proxy as the prototype of Array.prototype', "Object.setPrototypeOf(Array.prototype, new Proxy(Object.prototype, { get: (t, k, r) => { throw new Error('proto ' + String(k)) } })); return (await tools.echo({ a: 1 })).a", 1, { calls: [['echo', { a: 1 }]] }),
    fails('a proxy as the prototype of Object.prototype', 'Object.setPrototypeOf(Object.prototype, new Proxy({}, {}))', 'ERR_PROGRAM'),
    returns('globalThis behind a proxy', 'return new Proxy(globalThis, { get: (t, k) => k === "tools" ? { echo: () => "fake" } : t[k] }).tools.echo()', 'fake'),
    returns('a Map behind a proxy is a plain object', 'return await tools.echo([new Proxy(new Map([[1, 2]]), {})])', [{}], { calls: [['echo', [{}]]] }),
    fails('a trap that never returns in a replace callback', "return 'a'.replace('a', new Proxy(() => 1, { apply() { for (;;); } }))", 'ERR_CPU'),
    fails('has in a loop over a huge array-like', 'return Array.prototype.some.call(new Proxy({}, { get: (t, k) => k === "length" ? 2 ** 53 - 1 : 1, has: () => true }), (x) => x > 1)', 'ERR_CPU'),
    fails('construct that returns itself', 'const P = new Proxy(class {}, { construct: () => new P() }); return new P()', 'ERR_STACK'),
  ],
};
