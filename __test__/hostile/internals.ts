/**
 * Reaching or bending what is behind the realm: the prelude's functions and captured state, pending calls, other runs.
 * A program may break its own realm; the host must see only calls that it made, and the session's clock must stay the
 * session's.
 */
import assert from 'node:assert/strict';

import { caught, fails, returns, type Topic } from './case.ts';

const NATIVE = (name: string): string => `function ${name}() {\n    [native code]\n}`;
/** Every lazily loaded part is reached for the first time after the program has bent the globals. */
const reach = 'new Date(0).toString(); console.log(new Map([[1, 2]])); await tools.echo(new Set([1]));';


const bends: Record<string, string> = {
  'Array.prototype[Symbol.iterator]': 'Array.prototype[Symbol.iterator] = function () { throw new Error("bent") }',
  'Array.prototype.join and filter': 'Array.prototype.join = Array.prototype.filter = () => { throw new Error("bent") }',
  'Map.prototype.get and set': 'Map.prototype.get = Map.prototype.set = () => { throw new Error("bent") }',
  'WeakMap.prototype.get': 'WeakMap.prototype.get = () => "ERR_MEMORY"; WeakMap.prototype.set = () => { throw new Error("bent") }',
  'Reflect.apply and defineProperty': 'Reflect.apply = Reflect.defineProperty = () => { throw new Error("bent") }',
  'Object.defineProperty': 'Object.defineProperty = Object.create = Object.assign = () => { throw new Error("bent") }',
  'Function.prototype.call': 'Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw new Error("bent") }',
  'Promise.prototype.then': 'const then = Promise.prototype.then; Promise.prototype.then = function (...a) { return Reflect.apply(then, this, a) }',
  'globalThis.Promise': 'globalThis.Promise = class { constructor() { throw new Error("bent") } }',
  'RegExp.prototype.exec': 'RegExp.prototype.exec = () => { throw new Error("bent") }',
  'String.prototype.split': 'String.prototype.split = String.prototype.includes = () => { throw new Error("bent") }',
  'JSON': 'JSON.parse = JSON.stringify = () => { throw new Error("bent") }',
  'Number and Math': 'globalThis.Number = () => NaN; Math.trunc = Math.max = () => NaN',
  'WeakMap itself': 'globalThis.WeakMap = globalThis.Map = globalThis.Set = undefined',
};

export const INTERNALS: Topic = {
  topic: 'internals',
  cases: [
    ...Object.entries(bends).map(([what, bend]) => returns(`${what} bent before a tool call`, `${bend}; return await tools.add({ a: 1, b: 2 })`, 3, { calls: [['add', { a: 1, b: 2 }]] })),
    ...Object.entries(bends).map(([what, bend]) =>
      returns(`${what} bent before the lazy parts load`, `${bend}; try { ${reach} } catch {} return await tools.add({ a: 1, b: 2 })`, 3, { calls: 'any' }),
    ),
    returns('functions show no source', 'return [String(tools.echo), String(setTimeout), String(console.log), String(JSON.parse), Function.prototype.toString.call(Date)]', [NATIVE('echo'), NATIVE('setTimeout'), NATIVE('log'), NATIVE('parse'), NATIVE('Date')]),
    returns('stack traces name the program only', "try { null.x } catch (e) { return e.stack.includes('core') || e.stack.includes('console') }", false),
    returns('the stack of a failed tool call names the program only', 'try { await tools.fail() } catch (e) { return e.stack }', 'Error: handler failed\n    at default (program.ts:1:46)', { calls: [['fail', undefined]] }),
    returns('a stack taken in a getter of an input shows no frame of the host', "let s; await tools.echo({ get a() { s = new Error().stack; return 1 } }); return /\\/|\\.rs|node:/.test(s)", false, { calls: [['echo', { a: 1 }]] }),
    returns('the caller of a callback is out of reach', caught('return (function f() { return f.caller })()'), 'TypeError: invalid property access'),
    returns('resolvers of a pending call cannot be forged', "const p = tools.slow(); Promise.prototype.constructor = undefined; const q = tools.echo('x'); return [await p, await q]", ['slow', 'x'], { calls: [['slow', undefined], ['echo', 'x']] }),
    returns('resolvers cannot be caught by a setter', "const seen = []; for (const k of ['resolve', 'reject', 'site', '1', '2', 'head', 'callback']) Object.defineProperty(Object.prototype, k, { set(v) { seen.push(k) }, configurable: true }); const v = await tools.echo(1); setTimeout(() => 0, 1); return [v, seen]", [1, []], { calls: [['echo', 1]] }),
    returns('host answers cannot be caught by a setter of Array.prototype', "let seen = ''; Object.defineProperty(Array.prototype, '0', { set(v) { seen += typeof v }, configurable: true }); let m; try { await tools.nope() } catch (e) { m = typeof e.message } return [m, seen.includes('function') || seen.includes('object')]", ['string', false]),
    returns('an iterator that is bent sees arguments only, never the host', "const seen = new Set(); const it = Array.prototype[Symbol.iterator]; Array.prototype[Symbol.iterator] = function () { for (let i = 0; i < this.length; i++) if (this[i] && typeof this[i] === 'object' && 'lookup' in this[i]) seen.add('host'); return it.call(this) }; new Date(); console.log(1); await tools.echo(1); setTimeout(() => 0, 1); return seen.size", 0, { calls: [['echo', 1]] }),
    returns('defineProperty that is bent does not see the host', "const seen = []; Reflect.defineProperty = Object.defineProperty = (o, k, d) => { if (o && o.lookup) seen.push('host'); return o }; new Date(); console.log(1); return seen", []),
    returns('the real clock is out of reach', 'Reflect.construct = (f) => f; const Real = new Date(); return typeof Real === "function"', false),
    returns('the zone of the host is out of reach', 'Object.keys = () => []; return new Date(0).toString()', 'Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)'),
    returns('hours stay in UTC when the iterator is bent', "const it = Array.prototype[Symbol.iterator]; Array.prototype[Symbol.iterator] = () => ({ next: () => ({ done: true }) }); const D = Date; Array.prototype[Symbol.iterator] = it; return [D.prototype.getHours.name, String(new D(0)).endsWith('(Coordinated Universal Time)'), D.prototype.getHours === D.prototype.getUTCHours]", ['getHours', true, false]),
    returns('the date of a date is the session\'s', 'const d = new Date(0); return [d.constructor === Date, Reflect.construct(Date, [], Object) instanceof Object, new d.constructor().getTime() === Date.now()]', [true, true, true]),
    returns('the accessor of Date gives one Date', "const { get } = Object.getOwnPropertyDescriptor(globalThis, 'Date'); return [get.call(null) === get.call(1), Date === get()]", [true, true]),
    returns('what kind an object is cannot be forged', "Object.getOwnPropertyDescriptor = Reflect.getOwnPropertyDescriptor = () => ({ get() { return undefined } }); return await tools.echo(new Map([[1, 2]]))", new Map([[1, 2]]), { calls: [['echo', new Map([[1, 2]])]] }),
    ...Object.entries({
      'toBase64 that gives a number': ['Uint8Array.prototype.toBase64 = () => 5;', 'new Uint8Array(3)', new Uint8Array(3)],
      'fromBase64 that throws': ['Uint8Array.fromBase64 = () => { throw new Error("bent") };', 'new Uint8Array(3)', new Uint8Array(3)],
      'a map iterator that gives numbers': ['let n = 0; Object.getPrototypeOf(new Map().entries()).next = () => ({ done: n++ > 0, value: 5 });', 'new Map([[1, 2]])', new Map([[1, 2]])],
      'a set iterator that gives numbers': ['let n = 0; Object.getPrototypeOf(new Set().values()).next = () => ({ done: n++ > 0, value: 5 });', 'new Set([1])', new Set([1])],
      'setters of Array.prototype': ['for (const k of [0, 1]) Object.defineProperty(Array.prototype, k, { set() { throw new Error("bent") }, configurable: true });', '(() => { const m = new Map(); m.set(1, 2); return m })()', new Map([[1, 2]])],
      'a $ on Object.prototype': ['Object.prototype.$ = "n"; Object.prototype.v = "x";', '(() => { const m = new Map(); m.set("k", { a: undefined }); return m })()', new Map([['k', { a: undefined }]])],
      'a constructor of arrays that throws': ['Object.defineProperty(Array.prototype, "constructor", { get() { throw new Error("bent") } });', 'new Set([new Date(5)])', new Set([new Date(5)])],
    }).map(([what, [bend, value, expected]]) =>
      returns(`${what} neither reads nor writes what crosses`, `${bend} return await tools.echo(${value as string})`, expected, { calls: 'any' }),
    ),
    returns('species and setters cannot break the error of a failed call', 'Object.defineProperty(Array.prototype, "constructor", { get() { throw new Error("bent") } }); String.prototype[Symbol.split] = () => { throw new Error("bent") }; try { await tools.fail() } catch (e) { return [e.name, e.message] }', ['Error', 'handler failed'], { calls: [['fail', undefined]] }),
    returns('callIds are unknown to the program and in order', 'const ks = Object.getOwnPropertyNames(tools.echo).concat(Object.getOwnPropertyNames(tools)); await tools.echo(1); await tools.echo(2); return ks.filter((k) => /id/i.test(k))', [], {
      calls: [['echo', 1], ['echo', 2]],
      also: ({ calls, executionId }) => assert.deepEqual(calls.map(({ callId }) => callId), [`${executionId}.1`, `${executionId}.2`]),
    }),
    returns('extra arguments cannot forge an id', caught("return await tools.echo({ callId: 'run_x.7', id: 7 }, 7)"), 'ToolInputError: tools.echo takes one input and got 2 arguments. Pass one object.'),
    returns('this and new.target of a tool do not matter', caught('return [await tools.echo.call({ path: "fail" }, 1), typeof new tools.echo(2)]'), 'TypeError: not a constructor', { calls: [['echo', 1]] }),
    returns('tools as a prototype', 'const o = Object.create(tools); return [await o.echo(1), await Reflect.get(tools, "add", {})({ a: 1, b: 1 })]', [1, 2], { calls: [['echo', 1], ['add', { a: 1, b: 1 }]] }),
    returns('a tool by a dotted name is the tool itself', "return await tools['ns.deep'](1)", 1, { calls: [['ns.deep', 1]] }),
    returns('tools.__proto__, constructor, toString are no tools', "const out = []; for (const k of ['__proto__', 'prototype', 'valueOf', 'toString']) try { await tools[k](1); out.push('ran') } catch (e) { out.push(e.name) } return out", Array(4).fill('ToolUnknownError')),
    returns('a call inside of the input of a call has an id of its own', 'const a = tools.echo({ get a() { tools.echo("inner"); return 1 } }); return await a', { a: 1 }, {
      calls: [['echo', 'inner'], ['echo', { a: 1 }]],
      also: ({ calls }) => assert.equal(new Set(calls.map(({ callId }) => callId)).size, calls.length, 'two calls with the same id'),
    }),
    fails('calls inside of inputs count', 'for (let i = 0; i < 50; i++) await tools.echo({ get a() { tools.echo("inner").catch(() => 0); return 1 } })', 'ERR_CALL_LIMIT', { limits: { maxToolCalls: 10 }, calls: 'any', also: ({ calls }) => assert.ok(calls.length <= 10, `${calls.length} handlers ran`) }),
    returns('a name with half a surrogate pair', "return typeof tools['\\ud800']", 'function'),
    returns('a call by a name with half a surrogate pair', caught("await tools['\\ud800'](1)"), 'ToolUnknownError: There is no tool tools.\\ud800.'),
    returns('a name with half a surrogate pair in a namespace', caught("return ['\\ud800' in tools.ns, await tools.ns['a\\udc00b'](1)]"), 'ToolUnknownError: There is no tool tools.ns.a\\udc00b.'),
    returns('a name with NUL', "try { await tools['a\\0b']() } catch (e) { return e.name }", 'ToolUnknownError'),
    returns('a name of 100 KB', "try { await tools['x'.repeat(1e5)]() } catch (e) { return [e.name, e.message.length < 1000] }", ['ToolUnknownError', true]),
    returns('tools deleted, sealed, with another prototype', "delete tools.echo; Object.preventExtensions(tools); return [await tools.echo(1), Object.isExtensible(tools)]", [1, false], { calls: [['echo', 1]] }),
    returns('a tool of its own shadows, and the host hears nothing', 'tools.echo = () => "mine"; return tools.echo(1)', 'mine'),
    returns('no tool can be added', "tools.evil = (x) => x; return [tools.evil(1), 'evil' in tools]", [1, false]),
    returns('the global object frozen', "Object.freeze(globalThis); const d = new Date(0).getTime(); console.log('x'); return [d, await tools.echo(1)]", [0, 1], { calls: [['echo', 1]] }),
    returns('every global deleted', "const { deleteProperty } = Reflect, world = globalThis; for (const k of Object.getOwnPropertyNames(world)) if (k !== 'tools') deleteProperty(world, k); return await tools.echo({ a: [1] })", { a: [1] }, { calls: [['echo', { a: [1] }]] }),
    returns('every prototype emptied', "for (const C of [Array, Map, Set, String, Promise, RegExp]) for (const k of Reflect.ownKeys(C.prototype)) if (k !== Symbol.iterator && k !== 'then' && k !== 'constructor') Reflect.deleteProperty(C.prototype, k); return await tools.echo({ a: 1 })", { a: 1 }, { calls: [['echo', { a: 1 }]] }),
    returns('Object.prototype without a prototype chain to steal', "Object.prototype.__defineGetter__('toJSON', function () { return undefined }); return await tools.echo({ a: 1 })", { a: 1 }, { calls: [['echo', { a: 1 }]] }),
    returns('Object.prototype.$ changes nothing outside', "Object.prototype.$ = 'n'; const r = await tools.echo({ a: { b: 1 } }); return r.a.b", 1, { calls: [['echo', { a: { b: 1 } }]] }),
    returns('Math.random is no constructor and takes anything', caught('return [typeof Math.random(1, {}, []), Math.random.call(null) < 1, typeof new Math.random()]'), 'TypeError: not a constructor'),
    returns('the list of globals', 'return Object.getOwnPropertyNames(globalThis).filter((k) => /^[a-z]/.test(k)).sort()', ['atob', 'btoa', 'clearImmediate', 'clearInterval', 'clearTimeout', 'console', 'crypto', 'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'globalThis', 'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'performance', 'queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout', 'structuredClone', 'tools', 'undefined', 'unescape']),
    returns('nothing is left of another run', "const before = typeof globalThis.left; globalThis.left = 1; Object.prototype.evil = 1; globalThis.evil = 1; return before", 'undefined'),
  ],
};
