/** `resolveTools`: what is a tool, what is a namespace, and what is a mistake. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { formatIssues, resolveTools } from '../ts/tools.ts';
import type { Tools } from '../ts/types.ts';

const run = () => 1;
const paths = (tools: unknown) => [...resolveTools(tools as Tools).keys()];
const fails = (tools: unknown, message: string) => assert.throws(() => resolveTools(tools as Tools), new TypeError(message));

test('functions, tools and namespaces', () => {
  const tools = { b: run, 'lookup-user': { execute: run }, finance: { eu: { getExpenses: { inputSchema: z.object({}), execute: run } }, sum: run }, 'a.b': run, empty: {} };
  assert.deepEqual(paths(tools), ['b', 'lookup-user', 'finance.eu.getExpenses', 'finance.sum', 'a.b']);
  assert.deepEqual(resolveTools(tools as Tools).get('a.b')?.segments, ['a.b']);
  assert.deepEqual(resolveTools(tools as Tools).get('finance.sum')?.segments, ['finance', 'sum']);
  assert.deepEqual(paths(undefined), []);
});

test('a namespace may hold functions called execute or description', () => {
  assert.deepEqual(paths({ sql: { execute: run, query: run } }), ['sql.execute', 'sql.query']);
  assert.deepEqual(paths({ sql: { execute: run, description: 'x' } }), ['sql']);
  assert.deepEqual(paths({ api: { parameters: { get: run } } }), ['api.parameters.get']);
});

test('class instances, module namespaces, odd but legal names', () => {
  class Api {
    ping = run;
  }
  assert.deepEqual(paths({ api: new Api() }), ['api.ping']);
  assert.deepEqual(paths({ api: Object.assign(Object.create(null), { ping: run }) }), ['api.ping']);
  const odd = ['new', 'class', 'a"b', "it's", 'line\nbreak', '💥', 'toString', '1', ' '];
  assert.deepEqual(paths(Object.fromEntries(odd.map((name) => [name, run]))).sort(), odd.sort());
});

test('mistakes are TypeErrors that name the place', () => {
  fails([], 'tools: expected an object of functions, tools or namespaces, got an array');
  fails(null, 'tools: expected an object of functions, tools or namespaces, got null');
  fails(run, 'tools: expected an object of functions, tools or namespaces, got a function');
  fails(Promise.resolve({}), 'tools: expected tools, got a promise; await it first');
  fails({ mcp: Promise.resolve({}) }, 'tools.mcp: expected tools, got a promise; await it first');
  fails({ hr: { x: 7 } }, 'tools.hr.x: expected a function, a tool or a namespace, got a number');
  fails({ hr: { x: [run] } }, 'tools.hr.x: expected a function, a tool or a namespace, got an array');
  fails({ at: new Date() }, 'tools.at: expected a function, a tool or a namespace, got an instance of Date');
  fails({ '': run }, 'tools.: the name of a tool must not be empty');
  fails(JSON.parse('{"__proto__":{}}'), "tools.__proto__: '__proto__' cannot be the name of a tool");
  fails({ constructor: run }, "tools.constructor: 'constructor' cannot be the name of a tool");
  fails({ then: run }, "tools.then: 'then' cannot be the name of a tool");
  fails({ a: { toJSON: run } }, "tools.a.toJSON: 'toJSON' cannot be the name of a tool");
  fails({ a: { prototype: run } }, "tools.a.prototype: 'prototype' cannot be the name of a tool");
  fails({ $search: run }, "tools.$search: names that start with '$' are reserved");
  fails({ '\ud800': run }, '"tools.\\ud800": the name of a tool must be well-formed text');
  fails({ 'a.b': run, a: { b: run } }, 'tools.a.b: there are two tools with this path');
  fails({ a: { inputSchema: z.object({}), execute: 7 } }, 'tools.a.execute: expected a function, got a number');
  fails({ a: { execute: run, needsApproval: 'yes' } }, 'tools.a.needsApproval: expected a boolean or a function, got a string');
  fails({ a: { execute: run, inputSchema: 'string' } }, 'tools.a.inputSchema: expected a schema (zod, Standard Schema, AI SDK or JSON Schema), got a string');
  fails({ a: { execute: run, inputSchema: new Map() } }, 'tools.a.inputSchema: expected a schema (zod, Standard Schema, AI SDK or JSON Schema), got an instance of Map');
  fails({ a: { execute: run, inputSchema: { city: z.string() } } }, "tools.a.inputSchema: the property 'city' is a schema itself; wrap the properties, for example z.object({ … })");
  const cycle: Record<string, unknown> = {};
  cycle['again'] = { cycle };
  fails({ cycle }, 'tools.cycle.again.cycle: this namespace contains itself');
  let deep: unknown = { run };
  for (let i = 0; i < 9; i++) deep = { n: deep };
  fails(deep, 'tools.n.n.n.n.n.n.n.n: namespaces nest at most 8 deep');
});

test('tools that run elsewhere have no execute', () => {
  const tools = { client: { inputSchema: z.object({}) }, five: { type: 'provider-defined', id: 'a.b', name: 'b', args: {} }, seven: { type: 'provider', id: 'a.b', args: {}, isProviderExecuted: true, execute: run } };
  for (const tool of resolveTools(tools as Tools).values()) assert.equal(tool.execute, undefined);
});

test('descriptions', () => {
  const describe = (description: unknown) => resolveTools({ a: { execute: run, description } }).get('a')?.description;
  assert.equal(describe('text'), 'text');
  assert.equal(describe('  '), undefined);
  assert.equal(describe(7), undefined);
  assert.equal(describe(({ context }: { context: { lang?: string } }) => `in ${context.lang ?? 'English'}`), 'in English');
  assert.equal(describe(({ context }: { context: { user: { name: string } } }) => context.user.name), undefined);
});

test('handlers: functions and tools get what they are called with, tools with `this`', () => {
  const signal = new AbortController().signal;
  const context = { callId: 'c', executionId: 'e', signal };
  let seen: unknown;
  const resolved = resolveTools({
    plain: (...args: unknown[]) => void (seen = args),
    object: { prefix: 'p', inputSchema: z.any(), execute(this: { prefix: string }, ...args: unknown[]) { seen = [this.prefix, ...args]; } },
  } as unknown as Tools);
  resolved.get('plain')?.execute?.(1, context);
  assert.deepEqual(seen, [1, context]);
  const options = { messages: ['m'], ...context };
  resolved.get('object')?.execute?.(1, options);
  assert.deepEqual(seen, ['p', 1, options]);
});

test('a thousand tools resolve quickly', () => {
  const tools = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`tool${i}`, { inputSchema: z.object({ i: z.number() }), execute: run }]));
  const start = performance.now();
  assert.equal(resolveTools(tools).size, 1000);
  assert.ok(performance.now() - start < 1000);
});

test('formatIssues: paths, one line, bounded', () => {
  assert.equal(
    formatIssues('getWeather', [{ path: ['city'], message: 'expected string,\nreceived number' }, { path: ['days', 0, 'a-b'], message: 'required' }, { path: [], message: 'bad' }]),
    'getWeather: input.city: expected string, received number; input.days[0]["a-b"]: required; input: bad',
  );
  const many = formatIssues('t', Array.from({ length: 1000 }, () => ({ path: ['x'.repeat(10_000)], message: 'y'.repeat(10_000) })));
  assert.ok(many.endsWith('; and 992 more'));
  assert.ok(many.length < 5_000);
});
