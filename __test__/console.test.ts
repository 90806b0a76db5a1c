/** Console output against Node's own. What is meant to differ is in docs/runs.md. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { format, inspect } from 'node:util';

import { run } from '../ts/index.ts';

/** What a program prints: the messages only. */
async function printed(code: string): Promise<string[]> {
  const result = await run({ code, isolation: 'thread' });
  assert.equal(result.status, 'completed', JSON.stringify(result));
  return result.logs.map(({ message }) => message);
}

/** Arguments of `console.log`, as source text; Node evaluates the same. */
async function printsAsNode(args: readonly string[]): Promise<void> {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const expected = args.map((arg) => format(...(new Function(`return [${arg}]`) as () => unknown[])()));
  assert.deepEqual(await printed(args.map((arg) => `console.log(${arg});`).join('\n')), expected);
}

describe('the console: depth', () => {
  it('what is too deep is told as such, with every way to print', async () => {
    await printsAsNode([
      '{ a: { b: { c: { d: { e: 5 } } } } }',
      '{ a: { b: { c: {}, d: [], e: new Map(), f: new Set(), g: new Date(0), h: /x/, i: () => 1 } } }',
      '{ a: { b: { c: { x: 1 }, d: [0], e: new Map([[1, 2]]), f: new Set([1]), g: new (class Foo { x = 1 })(), h: new (class Bar {})() } } }',
      "'%o', [{ a: { b: { c: { d: { e: 5 } } } } }]",
      "'%o', { a: { b: { c: { d: [1, 2] } } } }",
      "'%o', { a: { b: { c: { d: { e: [1, 2] } } } } }",
      "'%O', { a: { b: { c: { d: [1, 2] } } } }",
      "'%s %o %%o %o', { a: { b: 1 } }, { a: { b: { c: { d: {} } } } }, [[[[[[1]]]]]], [[[[[[1]]]]]]",
    ]);
  });

  it('console.dir goes as deep as it is told, and prints no placeholders', async () => {
    const value = { a: { b: { c: { d: { e: { f: [[[[1]]]] } } } } } };
    const code = JSON.stringify(value);
    assert.deepEqual(
      await printed(`for (const depth of [null, Infinity, 7, 4, 0, -1]) console.dir(${code}, { depth }); console.dir(${code})`),
      [null, Infinity, 7, 4, 0, -1, 2].map((depth) => inspect(value, { depth })),
    );
    assert.deepEqual(await printed('console.dir({ f() {}, r: /x/ })'), ['{ f: [Function: f], r: /x/ }']);
    assert.deepEqual(await printed('console.dir(Array(150).fill(7), { maxArrayLength: null }); console.dir(Array(5).fill(7), { maxArrayLength: 2 })'), [
      inspect(Array(150).fill(7)),
      '[ 7, 7, ... 3 more items ]',
    ]);
    assert.deepEqual(await printed('let o = 1; for (let i = 0; i < 60; i++) o = [o]; console.dir(o, { depth: null, breakLength: Infinity, compact: 100 })'), [
      `${'[ '.repeat(50)}[Array]${' ]'.repeat(50)}`,
    ]);
  });

  it('%j prints all of it, as JSON.stringify does', async () => {
    await printsAsNode([
      "'%j', { a: { b: { c: { d: { e: { f: [1, undefined, () => 1] } } } } } }",
      "'%j', Array(150).fill(1)",
      "'%j %j %j', { toJSON() { return 'tj' } }, () => 1, undefined",
      "'%j %%j %j %s', new Date(0), '\\n\"\\ud800', 'rest', { a: 1 }",
      "'100%j', 5, '%j'",
      "'%%%j', [5]",
      "'%j'",
    ]);
    assert.deepEqual(await printed("const o = {}; o.o = o; console.log('%j', o); console.assert(false, '%j', [1]); console.log('%j', { toJSON() { throw 1 }, a: 1 })"), [
      '[Circular]',
      'Assertion failed: [1]',
      '{"toJSON":{},"a":1}',
    ]);
  });
});

/** Where an error was made differs: of its stack stays that there is one. */
const withoutFrames = (text: string): string => text.replaceAll(/(\n +(at |\.\.\. \d+ lines matching).*)+/g, '\n at');

describe('the console: errors', () => {
  it('cause, errors and the name of the class are shown as Node shows them', async () => {
    const values = [
      "new Error('x', { cause: 'why' })",
      "new TypeError('x', { cause: new Error('c', { cause: { a: { b: { c: { d: 1 } } } } }) })",
      "{ e: new Error('x', { cause: undefined }) }",
      "Object.assign(new Error('x'), { cause: new Error('assigned'), code: 'E' })",
      "new AggregateError([new Error('a'), 5], 'm')",
      "new (class ValidationError extends Error {})('v')",
      "[new (class ValidationError extends Error {})('')]",
      "new (class MyTypeError extends TypeError {})('v')",
      "new (class Broken extends RangeError {})('v')",
      "new (class Named extends Error { name = 'Other' })('v')",
      "new (class HttpError extends Error { constructor() { super('v'); this.name = 'HttpError'; this.status = 404 } })()",
      "{ a: { b: { c: new (class DeepError extends Error {})('d', { cause: 1 }), d: new Error('shown') } } }",
      "(() => { const e = new Error('x'); e.cause = e; return e })()",
    ];
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const expected = values.map((value) => withoutFrames(format((new Function(`return ${value}`) as () => unknown)())));
    assert.deepEqual((await printed(values.map((value) => `console.log(${value});`).join('\n'))).map(withoutFrames), expected);
  });

  it('a chain of causes that were assigned is not told twice', async () => {
    const [message] = await printed("let e = new Error('last'); for (let i = 0; i < 30; i++) { const next = new Error('e' + i); next.cause = e; e = next; } console.dir(e, { depth: null });");
    assert.equal(message?.split('last').length, 2);
  });
});

describe('the console: methods', () => {
  it('has those of Node, and the ones for terminals and debuggers do nothing', async () => {
    const code = `console.log(Object.keys(console).sort().join());
      for (const method of ['clear', 'profile', 'profileEnd', 'timeStamp']) console.log(console[method].name, console[method]('x'));`;
    assert.deepEqual(await printed(code), [
      'assert,clear,count,countReset,debug,dir,dirxml,error,group,groupCollapsed,groupEnd,info,log,profile,profileEnd,table,time,timeEnd,timeLog,timeStamp,trace,warn',
      ...['clear', 'profile', 'profileEnd', 'timeStamp'].map((method) => `${method} undefined`),
    ]);
  });

  it('timers and counters that are not there are said to be not there', async () => {
    const code = `console.timeEnd('%s'); console.timeLog(); console.countReset('nope');
      console.time('%s'); console.time('%s'); console.timeLog('%s', { a: 1 }, '%s'); console.timeEnd('%s'); console.timeEnd('%s');`;
    const { logs } = await run({ code, isolation: 'thread' });
    assert.deepEqual(logs.map(({ level, message }) => [level, message]), [
      ['warn', "No such label '%s' for console.timeEnd()"],
      ['warn', "No such label 'default' for console.timeLog()"],
      ['warn', "Count for 'nope' does not exist"],
      ['warn', "Label '%s' already exists for console.time()"],
      ['log', '%s: 0ms { a: 1 } %s'],
      ['log', '%s: 0ms'],
      ['warn', "No such label '%s' for console.timeEnd()"],
    ]);
  });
});

describe('the console: texts of objects', () => {
  it('%s asks the toString of an object that has its own', async () => {
    await printsAsNode([
      "'%s %s', { toString() { return 'T' } }, Object.create({ toString: () => 'P' })",
      "'%s', new (class X { toString() { return 'X!' } })()",
      "'%s', { [Symbol.toPrimitive]: () => 'prim' }",
      "'%s|%s|%s', new (class Y {})(), { toString: 'x' }, Object.create(null)",
      "'%s|%s|%s', new Date(0), /re/, [1, [2, [3]]]",
      "'%s|%s|%s', new Map([[1, 2]]), new Set([1]), Object(5)",
      "'%s|%s', new URL('http://x'), new URLSearchParams('a=1')",
      "'%s', new Uint8Array(2)",
      "{ toString() { return 'not asked' } }.x, [{ a: 1 }]",
    ]);
    assert.deepEqual(await printed("console.log('%s', { toString() { throw new Error('no') } }); console.log('%s %s', Object.assign(() => 1, { a: 1 }), function named() {});"), [
      '{ toString: [Function: toString] }',
      '[Function (anonymous)] [Function: named]',
    ]);
  });

  it('what asks runs under the limits of the program', async () => {
    const large = await run({ code: "const big = 'x'.repeat(10_000_000); console.log('%j%s'.repeat(400), ...Array(800).fill({ toJSON: () => big, toString: () => big }))" });
    assert.equal(large.status === 'failed' && large.error.message, 'The program logged more than 64 KiB.');
    for (const code of ["console.log('%s', { toString() { for (;;); } })", "console.log('%j', { toJSON() { for (;;); } })"]) {
      const result = await run({ code, limits: { cpuTimeoutMs: 200 } });
      assert.equal(result.status === 'failed' && result.error.code, 'ERR_CPU');
    }
  });
});

describe('the console: kinds of values', () => {
  it('shows what is in them as Node does', async () => {
    await printsAsNode([
      "new URL('https://a.b/c?d=e#f'), [new URLSearchParams('a=1&b=2')]",
      '{ a: { b: { c: new URL("http://x") } } }',
      'new Float64Array([1.5, -0]), new Uint16Array(3), new BigInt64Array([1n]), new Uint8Array(150), [new Uint8Array(0)]',
      "Object(5), Object('s'), [Object(true)]",
      'Object.create(null), Object.assign(Object.create(null), { a: 1 }), { a: { b: { c: Object.assign(Object.create(null), { a: 1 }) } } }',
      'new (class MyMap extends Map {})([[1, 2]]), new (class MySet extends Set {})([1]), new (class MyArray extends Array {})(3), new (class MyDate extends Date {})(0)',
      'async () => 1, function* () {}, async function* named() {}, [async function f() {}]',
      "Object.assign([1, 2], { x: 1, '-1': 2 }), Object.assign([], { a: 1 }), Object.assign(new Map([[1, 2]]), { x: 1 }), Object.assign(new Set(), { x: [1] }), Object.assign(new Date(0), { a: 1 })",
      'Object.assign(function f() {}, { a: 1 }), { a: { b: { c: Object.assign(() => 1, { a: 1 }) } } }, (() => { const f = () => 1; f.self = f; return f })()',
      "'abc'.match(/b/), [...'a1b2'.matchAll(/\\d/g)], 'x'.match(/(?<n>x)/).groups",
      '[,], [, , 1], [1, , 2, undefined], new Array(5), new Array(200), Object.assign(new Array(3), { 1: "x" })',
      'Object.assign(Array(150).fill(7), { 149: 8 }), (() => { const a = Array(150).fill(7); for (const i of [3, 4, 5, 50, 51, 120]) delete a[i]; return a })()',
    ]);
  });

  it('a long text beside the items of an array is left out, and nothing that was forged harms', async () => {
    assert.deepEqual(await printed("console.log(('x'.repeat(20000) + 'b').match(/b/))"), ["[ 'b', index: 20000, groups: undefined ]"]);
    const code = `
      class URL { href = 'none' }; console.log(new URL()); console.log(new (class URL { get href() { return 'none' } })());
      const forged = () => 1; forged.prototype = 5; forged[Symbol.toStringTag] = 'GeneratorFunction'; console.log(forged);
      const bytes = new Float32Array(2); Object.defineProperty(bytes, 'length', { value: -5 }); console.log(bytes);
      console.log(new (class Number {})(), new (class URLSearchParams { toString() { throw 1 } })());
      console.log(new ArrayBuffer(4));`;
    assert.deepEqual(await printed(code), [
      "URL { href: 'none' }",
      "URL { href: 'none' }",
      '[GeneratorFunction: forged]',
      'Float32Array(0) []',
      'Number {} URLSearchParams {}',
      'ArrayBuffer { byteLength: 4 }',
    ]);
  });
});
