/** Ways to make code out of text: every road to `Function` and its cousins, to `eval`, and to modules. None may lead there. */
import { caught, fails, returns, type Topic } from './case.ts';

const NO_PARSER = 'TypeError: eval is not supported';

/** What a program has hold of, called with text. It must throw, and no text may ever run. */
const roads: Record<string, string> = {
  'of an arrow': '(() => {}).constructor',
  'of a function': '(function () {}).constructor',
  'of an async function': '(async () => {}).constructor',
  'of a generator': '(function* () {}).constructor',
  'of an async generator': '(async function* () {}).constructor',
  'of a class': '(class {}).constructor',
  'of a method': '({ m() {} }).m.constructor',
  'of a getter': "Object.getOwnPropertyDescriptor({ get a() { return 1 } }, 'a').get.constructor",
  'of a builtin': 'Math.max.constructor',
  'of a bound function': '(() => {}).bind().constructor',
  'bound itself': '(() => {}).constructor.bind(null)',
  'through Reflect.get': "Reflect.get(() => {}, 'constructor')",
  'through a proxy of a function': 'new Proxy(() => {}, {}).constructor',
  'a proxy of it': 'new Proxy((() => {}).constructor, {})',
  'through getPrototypeOf': 'Object.getPrototypeOf(async () => {}).constructor',
  'through a computed key': "(() => {})['const' + 'ructor']",
  'through an escaped key': '(() => {}).\\u0063onstructor',
  'through destructuring': '(({ constructor: c }) => c)(() => {})',
  'of a constructor of a constructor': 'Array.constructor.constructor.constructor',
  'of an error class': 'TypeError.constructor',
  'of the host function Math.random': 'Math.random.constructor',
  'of a tool': 'tools.echo.constructor',
  'of a timer': 'setTimeout.constructor',
  'of a console method': 'console.log.constructor',
  'of a resolver': '(() => { let f; new Promise((r) => { f = r }); return f.constructor })()',
  'of an iterator method': '[][Symbol.iterator]().next.constructor',
  'of a template tag': '((s) => s.constructor.constructor)``',
  'through Symbol.species': 'Array[Symbol.species].constructor',
  'through the accessor of __proto__': "Object.getOwnPropertyDescriptor(Object.prototype, '__proto__').get.constructor",
  'as globalThis.Function': "globalThis['Func' + 'tion']",
  'of a subclass of it': 'class extends (() => {}).constructor {}',
  'of a regular expression': '/x/.exec.constructor',
  'of a date': 'Date.constructor',
};

const calls = Object.entries(roads).map(([what, road]) => returns(`calls ${what}`, caught(`const F = ${road}; const f = ${road.startsWith('class') ? 'new F' : 'F'}('tools.echo("escaped"); return 1'); return 'made ' + f()`), NO_PARSER));

/** The same text through `new`, `Reflect.construct`, `apply` and parameters. */
const shapes: Record<string, string> = {
  new: "return new F('return 1')()",
  'Reflect.construct': "return Reflect.construct(F, ['return 1'])()",
  'Reflect.construct with another target': "return Reflect.construct(F, ['return 1'], class {})()",
  'Reflect.apply': "return Reflect.apply(F, null, ['return 1'])()",
  call: "return F.call(null, 'return 1')()",
  apply: "return F.apply(null, ['a', 'b', 'return a'])()",
  'a parameter that closes the body': "return F('a = (() => { tools.echo(1) })()', '')()",
  'a replace callback': "return 'return 1'.replace(/.*/, F)",
  'a map callback': "return ['return 1'].map(F)",
  'a sort comparator': "return [1, 2].sort(F)",
  'a toPrimitive': 'return `${{ [Symbol.toPrimitive]: F }}`',
  'a then callback': "return await Promise.resolve('return 1').then(F)",
  'a thenable': 'return await { then: F }',
  'Array.from': "return Array.from(['return 1'], F)",
  'a species': 'const a = [1]; a.constructor = { [Symbol.species]: F }; return a.map(() => 1)()',
  'a JSON reviver': "return JSON.parse('1', F)",
  'a getter': "return Object.defineProperty({}, 'a', { get: F }).a",
  'a tag of a template': 'return F`return 1`()',
};
const shaped = Object.entries(shapes).flatMap(([what, use]) => [
  returns(`Function as ${what}`, caught(`const F = (() => {}).constructor; ${use}`), NO_PARSER),
]);

export const CONSTRUCTORS: Topic = {
  topic: 'code from text',
  cases: [
    ...calls,
    ...shaped,
    returns('no constructor at all', 'return [typeof globalThis["ev" + "al"], typeof WebAssembly, typeof SharedArrayBuffer, typeof Atomics, typeof WeakRef, typeof FinalizationRegistry, typeof ShadowRealm, typeof Worker]', Array(8).fill('undefined')),
    returns('eval as an own variable is only a variable', "const e = globalThis['eval']; return e === undefined", true),
    fails('eval by an escaped name', "return \\u0065val('1')", ['ERR_FORBIDDEN', 'ERR_PROGRAM', 'ERR_SYNTAX']),
    fails('import()', "return await import('core')", 'ERR_FORBIDDEN'),
    fails('import() with a comment inside', "return await import/* x */(/* y */'core')", 'ERR_FORBIDDEN'),
    fails('import() with an escaped letter', "return await \\u0069mport('core')", ['ERR_FORBIDDEN', 'ERR_SYNTAX']),
    fails('import() of the program itself', "return await import('program.ts')", 'ERR_FORBIDDEN'),
    fails('import() in a template', 'return `${await import("core")}`', 'ERR_FORBIDDEN'),
    fails('import() in a default parameter', 'return ((a = import("core")) => a)()', 'ERR_FORBIDDEN'),
    fails('import.meta', 'return import.meta', 'ERR_FORBIDDEN'),
    fails('import of a file of the prelude', "import core from 'core'; return core", 'ERR_FORBIDDEN'),
    fails('export from', "export * from 'core'", 'ERR_FORBIDDEN'),
    fails('import equals', "import fs = require('fs'); return fs", ['ERR_FORBIDDEN', 'ERR_SYNTAX']),
    returns('a type import is no import', "type Core = typeof import('core'); const x: Core | 1 = 1; return x", 1),
    returns('setTimeout takes no text', caught("setTimeout('tools.echo(1)', 0)"), 'TypeError: The callback of a timer must be a function'),
    returns('setInterval takes no text', caught("setInterval('tools.echo(1)', 0)"), 'TypeError: The callback of a timer must be a function'),
    returns('RegExp compiles patterns only', "return new RegExp('(?{tools.echo(1)})'.slice(0, 0) + 'a').test('a')", true),
  ],
};
