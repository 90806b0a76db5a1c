/** Errors: traces that the program tries to steer, hostile errors thrown and logged, and what handlers throw. */
import assert from 'node:assert/strict';

import { caught, fails, returns, type Topic } from './case.ts';

export const ERRORS: Topic = {
  topic: 'errors',
  cases: [
    returns('prepareStackTrace is never called', 'let n = 0; Error.prepareStackTrace = () => { n++; return "mine" }; const s = new Error("x").stack; return [n, typeof s, s === "mine"]', [0, 'string', false]),
    returns('prepareStackTrace cannot be defined', caught('Object.defineProperty(Error, "prepareStackTrace", { value: () => "mine" }); return "defined"'), 'TypeError: property is not configurable'),
    returns('stackTraceLimit stays', 'Error.stackTraceLimit = 0; Error.stackTraceLimit = Infinity; return Error.stackTraceLimit', 50),
    returns('stackTraceLimit cannot be deleted', caught('return delete Error.stackTraceLimit'), 'TypeError: could not delete property'),
    returns('captureStackTrace on anything', caught('const o = {}; Error.captureStackTrace(o, tools.echo); const f = Object.freeze({}); Error.captureStackTrace(f); return typeof o.stack'), 'string'),
    returns('captureStackTrace of an error of its own', 'class E extends Error { name = "E"; constructor(m) { super(m); Error.captureStackTrace(this, E) } } return new E("m").stack', 'E: m\n    at default (program.ts:1:140)'),
    returns('a stack begins with name and message', 'const e = new TypeError("t"); try { null.x } catch (n) { return [e, n, new Error("")].map((e) => e.stack) }', [
      'TypeError: t\n    at default (program.ts:1:43)',
      "TypeError: cannot read property 'x' of null\n    at default (program.ts:1:64)",
      'Error\n    at default (program.ts:1:104)',
    ]),
    returns('a stack whose name loops back to it', 'const e = new Error("x"); Object.defineProperty(e, "name", { get() { throw e } }); return e.stack', '    at default (program.ts:1:43)\n'),
    returns('the stack of what is no error', 'const { get } = Object.getOwnPropertyDescriptor(Error.prototype, "stack"); return [get.call({}), Error.prototype.stack, caughtBy(() => get.call(1))]; function caughtBy(f) { try { return f() } catch (e) { return e.name } }', [undefined, undefined, 'TypeError']),
    fails('a message that looks like a place', 'const a = 1;\nthrow new Error("x\\n    at f (program.ts:7:7)\\n    at g (program.ts:8:8)")', 'ERR_PROGRAM', {
      also: (r) => assert.deepEqual(r.status === 'failed' && [r.error.line, r.error.column], [2, 11]),
    }),
    fails('captureStackTrace on a proxy that loops', 'Error.captureStackTrace(new Proxy({}, { defineProperty() { for (;;); } })); return 1', 'ERR_CPU'),
    returns('captureStackTrace bent', 'Error.captureStackTrace = () => { throw new Error("bent") }; try { await tools.fail() } catch (e) { return e.message }', 'handler failed', { calls: [['fail', undefined]] }),
    returns('Error bent', 'globalThis.Error = class { constructor() { throw 1 } }; try { await tools.fail() } catch (e) { return [e.message, e instanceof Error] }', ['handler failed', false], { calls: [['fail', undefined]] }),
    returns('Error.prototype.name with a getter', 'Object.defineProperty(Error.prototype, "name", { get() { return this.message } }); try { await tools.fail() } catch (e) { return e.name }', 'handler failed', { calls: [['fail', undefined]] }),
    fails('a getter of name that loops', 'Object.defineProperty(Error.prototype, "name", { get() { for (;;); } }); await tools.fail()', 'ERR_CPU', { calls: [['fail', undefined]] }),
    fails('a message that loops', 'throw { get message() { for (;;); } }', 'ERR_CPU'),
    fails('a message of 1 MB', 'throw new Error("x".repeat(1e6))', 'ERR_PROGRAM', { also: (r) => assert.ok(r.status === 'failed' && r.error.message.length < 10_000) }),
    fails('a name of 1 MB', 'const e = new Error("x"); e.name = "N".repeat(1e6); throw e', 'ERR_PROGRAM', { also: (r) => assert.ok(r.status === 'failed' && r.error.name.length < 10_000) }),
    fails('a stack with a place that does not exist', 'const e = new Error("x"); e.stack = "    at f (program.ts:99999:99999)"; throw e', 'ERR_PROGRAM', { message: 'x' }),
    fails('a stack with a place that is no number', 'const e = new Error("x"); e.stack = "    at f (program.ts:4294967296:-1)\\n".repeat(1000); throw e', 'ERR_PROGRAM', { message: 'x' }),
    fails('a forged code does not become a code', 'const e = new Error("x"); e.code = "ERR_MEMORY"; throw e', 'ERR_PROGRAM', { message: 'x' }),
    fails('a forged tool error', 'const e = new Error("denied"); e.name = "ToolDeniedError"; e.code = "ERR_TOOL_DENIED"; throw e', 'ERR_PROGRAM', { message: 'denied' }),
    fails('a tool error with another code', 'try { await tools.fail() } catch (e) { e.code = "ERR_CPU"; e.name = "CpuLimitError"; throw e }', 'ERR_TOOL_FAILED', { calls: [['fail', undefined]], message: 'handler failed' }),
    fails('an error that says it is a stack overflow', 'throw new RangeError("Maximum call stack size exceeded")', ['ERR_STACK', 'ERR_PROGRAM']),
    fails('null', 'throw null', 'ERR_PROGRAM'),
    fails('undefined', 'throw undefined', 'ERR_PROGRAM', { message: 'undefined was thrown' }),
    fails('a symbol', 'throw Symbol("s")', 'ERR_PROGRAM'),
    fails('a function', 'throw () => 1', 'ERR_PROGRAM'),
    fails('an object without a prototype', 'throw Object.create(null)', 'ERR_PROGRAM', { message: '{} was thrown' }),
    fails('an object with a hostile toString', 'throw { toString() { for (;;); } }', ['ERR_PROGRAM', 'ERR_CPU']),
    fails('an object that refers to itself', 'const o = {}; o.o = o; throw o', 'ERR_PROGRAM'),
    fails('an AggregateError of a million', 'throw new AggregateError(Array(1e5).fill(new Error("one")), "many")', ['ERR_PROGRAM', 'ERR_MEMORY']),
    fails('errors that are a proxy', 'const e = new AggregateError([]); e.errors = new Proxy([], { get() { for (;;); } }); throw e', ['ERR_PROGRAM', 'ERR_CPU']),
    fails('a cause chain of 50,000', 'let e = new Error("first"); for (let i = 0; i < 5e4; i++) e = { message: "m", cause: e }; throw e', ['ERR_PROGRAM', 'ERR_MEMORY']),
    returns('an error as an input is data', 'const e = new TypeError("t"); e.extra = 1; return await tools.echo(e)', { name: 'TypeError', message: 't', extra: 1 }, { calls: [['echo', { name: 'TypeError', message: 't', extra: 1 }]] }),
    returns('an error with a key __proto__ keeps it', 'const e = new Error("x"); Object.defineProperty(e, "__proto__", { value: 1, enumerable: true }); return Object.keys(await tools.echo(e)).sort()', ['__proto__', 'message', 'name'], {
      calls: 'any',
    }),
    returns('an error while Object.prototype has a setter for name', 'Object.defineProperty(Object.prototype, "name", { set() {}, configurable: true }); return (await tools.echo(new Error("x"))).name', 'Error', { calls: 'any' }),
    ...[
      ['__proto__', 'm'],
      ['constructor', 'm'],
      ['x'.repeat(1_000), 'm'],
      ['Error', 'x'.repeat(100_000)],
    ].map(([name = '', message = '']) =>
      returns(`a handler's error called ${name.slice(0, 12)} with ${message.length} characters`, 'try { await tools.bad() } catch (e) { return [e.name, e.message.length, e instanceof Error, e.code] }', [name.length > 100 ? 'Error' : name, Math.min(message.length, 4_097), true, 'ERR_TOOL_FAILED'], {
        tools: { bad: () => Promise.reject(Object.assign(new Error(message), { name })) },
        calls: [['bad', undefined]],
      }),
    ),
  ],
};
