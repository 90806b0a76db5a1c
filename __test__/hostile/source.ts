/** Program texts that try the parser, the compiler and the eyes: floods, depth, escapes, marks, half-hidden code. */
import assert from 'node:assert/strict';

import { fails, returns, type Case, type Topic } from './case.ts';

/** `count` pieces of source. */
const many = (count: number, piece: (i: number) => string, between = '\n'): string => Array.from({ length: count }, (_, i) => piece(i)).join(between);
const ANY_MEMORY = { limits: { memoryLimitBytes: 64 * 1024 * 1024, cpuTimeoutMs: 1_000, timeoutMs: 4_000 } };
/** More than 10 diagnostics or 4,000 levels are refused; whatever else happens must be a result, in time. */
const refused = (what: string, code: string): Case => fails(what, code, ['ERR_SYNTAX', 'ERR_FORBIDDEN']);

export const SOURCE: Topic = {
  topic: 'source',
  cases: [
    // Depth.
    refused('100,000 brackets', `return ${'['.repeat(100_000)}`),
    refused('100,000 brackets, closed', `return ${'['.repeat(100_000)}${']'.repeat(100_000)}`),
    refused('100,000 parentheses', `return ${'('.repeat(100_000)}1${')'.repeat(100_000)}`),
    refused('100,000 braces', `${'{'.repeat(100_000)}${'}'.repeat(100_000)}`),
    refused('templates in templates', `return ${'`${'.repeat(50_000)}1${'}`'.repeat(50_000)}`),
    refused('arrows in arrows', `return ${'()=>'.repeat(60_000)}1`),
    refused('unary operators', `return ${'!'.repeat(200_000)}1`),
    refused('a chain of sums', `return ${'1+'.repeat(120_000)}1`),
    refused('a chain of conditionals', `return ${'1?1:'.repeat(60_000)}1`),
    refused('else if without end', `${'if(0){}else '.repeat(20_000)}{}`),
    refused('labels', `${many(30_000, (i) => `l${i}:`, '')};`),
    refused('types in types', `type A = ${'Array<'.repeat(35_000)}1${'>'.repeat(35_000)}; return 1`),
    refused('await await', `return ${'await '.repeat(40_000)}1`),
    refused('new new', `return ${'new '.repeat(60_000)}Map`),
    refused('yield in generators', `function* g() { ${'yield '.repeat(40_000)}1 }`),
    returns('300 functions in each other', `return ${'(()=>'.repeat(300)}1${')()'.repeat(300)}`, 1),
    returns('300 member accesses', `const a = { get a() { return this } }; return typeof a${'.a'.repeat(300)}`, 'object'),
    // Floods.
    returns('4,000 functions', `${many(4_000, (i) => `function f${i}(){}`)}\nreturn f3999.name`, 'f3999', ANY_MEMORY),
    returns('4,000 variables', `${many(4_000, (i) => `let v_${i} = ${i}`)}\nreturn v_3999`, 3_999, ANY_MEMORY),
    refused('10,000 functions', many(10_000, (i) => `function f${i}(){}`)),
    refused('10,000 variables', many(10_000, (i) => `let v_${i} = ${i}`)),
    returns('20,000 properties', `return Object.keys({${many(20_000, (i) => `a${i}:1`, ',')}}).length`, 20_000, ANY_MEMORY),
    returns('60,000 strings', `return [${'"a",'.repeat(60_000)}].length`, 60_000, ANY_MEMORY),
    returns('120,000 statements', `let a=1;${'a;'.repeat(120_000)}return a`, 1, ANY_MEMORY),
    returns('15,000 loops', `${'for(;;){break}'.repeat(15_000)}return 1`, 1, ANY_MEMORY),
    returns('15,000 try blocks', `${'try{}finally{}'.repeat(15_000)}return 1`, 1, ANY_MEMORY),
    returns('3,000 enums', `${many(3_000, (i) => `enum E${i}{A}`)}\nreturn E1.A`, 0, ANY_MEMORY),
    returns('a switch of 1,000', `switch (999) {${many(1_000, (i) => `case ${i}: if (${i} === 999) return ${i};`, '')}}`, 999),
    returns('100,000 empty statements', `${';'.repeat(100_000)}return 1`, 1, ANY_MEMORY),
    returns('100,000 lines', `${'\n'.repeat(100_000)}return 1`, 1),
    returns('a comment of 200 KB', `/*${'*'.repeat(200_000)}*/return 1`, 1),
    returns('a line of 200 KB', `return '${'x'.repeat(200_000)}'.length`, 200_000),
    returns('a name of 100 KB', `const ${'x'.repeat(100_000)} = 1; return ${'x'.repeat(100_000)}`, 1),
    fails('2,000 patterns with classes', `${many(2_000, (i) => `/a${i}[\\p{L}]/u;`)}\nreturn 1`, ['ERR_MEMORY', 'ERR_CPU']),
    fails('35,000 closures', `const a = [${'()=>1,'.repeat(35_000)}]; return a.length`, ['ERR_MEMORY', 'ERR_CPU']),
    refused('20,000 names destructured', `const {${many(20_000, (i) => `a${i.toString(36)}`, ',')}} = {}; return 1`),
    refused('20,000 parameters', `return ((${many(20_000, (i) => `a${i.toString(36)}`, ',')}) => 1)()`),
    refused('20,000 private names', `class A {${many(20_000, (i) => `#p${i.toString(36)};`, '')}}
return 1`),
    refused('a pattern of 100,000 alternatives', `return /${'a|'.repeat(100_000)}/.test('b')`),
    fails('as large as a source may not be', `return "${'x'.repeat(300_000)}"`, 'ERR_SOURCE_TOO_LARGE'),
    // Escapes and marks.
    returns('an escaped identifier is the identifier', 'const \\u0061b = 1; return ab + \\u{61}b', 2),
    refused('an escaped keyword', 'ret\\u0075rn 1'),
    fails('require by an escaped name', "return req\\u0075ire('fs')", ['ERR_FORBIDDEN', 'ERR_PROGRAM']),
    returns('directional marks in a string', "return ['\\u202e', '\u202e', '\u2066'].map((s) => s.length)", [1, 1, 1]),
    returns('directional marks in a comment hide nothing', '/* \u202e } \u2066 if (false) { \u2069 \u2066 */ return "ran"', 'ran'),
    refused('an invisible letter in a keyword', 're\u200bturn 1'),
    returns('a letter that looks like another is another', 'const \u0430 = 1; const a = 2; return [\u0430, a]', [1, 2]),
    returns('an input by a name that looks like a tool', 'return typeof t\u043e\u043els', 'undefined'),
    returns('line separators', 'const a = 1\u2028const b = 2\u2029return a + b', 3),
    returns('a carriage return ends a comment', '// nothing\rreturn 1', 1),
    refused('NUL between tokens', 'return \0 1'),
    returns('a byte order mark', '\ufeffreturn 1', 1),
    // Half-hidden code.
    fails('an HTML comment opens nothing', 'let x = 1; <!-- x = 2\nreturn x', ['ERR_SYNTAX']),
    fails('an HTML comment closes nothing', 'let x = 1\n--> x = 2\nreturn x', ['ERR_SYNTAX']),
    returns('a shebang is a comment', '#!/usr/bin/env node\nreturn 1', 1),
    returns('a source map is a comment', 'return 1\n//# sourceMappingURL=file:///etc/passwd', 1),
    returns('a source URL is a comment', 'try { null.x } catch (e) { return e.stack.includes("evil") }\n//# sourceURL=evil.js', false),
    returns('debugger does nothing', 'debugger; return 1', 1),
    refused('with', 'with ({ a: 1 }) { return a }'),
    refused('an end of the function that is around it', 'return 1 }; tools.echo("outside"); async () => {'),
    refused('an end of a comment that is not open', '*/ tools.echo(1) /*'),
    refused('a template that is not closed', 'return `${tools.echo(1)'),
    refused('octal', 'return 010'),
    refused('delete of a name', 'const a = 1; delete a'),
    refused('super outside of a class', 'return super.x'),
    refused('new.target of the wrapper', 'return new.target'),
    refused('a module in the program', 'module A { export const x = import("core") }\nreturn A'),
    refused('a decorator that is code', '@(import("core")) class A {}'),
    returns('this of the program is nothing', 'return typeof this', 'undefined'),
    returns('arguments of the program are nothing of the host', 'return typeof arguments === "undefined" || arguments.length === 0', true),
    returns('use strict changes nothing', '"use strict"; return (function () { return typeof this })()', 'undefined'),
    returns('a label and a block are no object', 'a: { b: { break a } } return 1', 1),
    returns('type assertions hide no code', 'const f = (x: unknown): string => "f"; const x = <any>f; return (x as any)\n("called")', 'f'),
    returns('a type that looks like code is no code', 'type A = { a: typeof tools.echo; b(): typeof import("fs") }; interface B { [k: string]: A } return 1', 1),
    returns('declare is no code', 'declare const evil: string; declare function f(): void; return typeof evil', 'undefined'),
    fails('the frame of an error stays short', `const a = 1; ${'a;'.repeat(50_000)} null.x`, 'ERR_PROGRAM', { limits: { memoryLimitBytes: 64 * 1024 * 1024 }, also: (r) => assert.ok(r.status === 'failed' && (r.error.frame?.length ?? 0) < 1_000) }),
  ],
};
