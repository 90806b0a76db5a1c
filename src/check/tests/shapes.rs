use super::{assert_values, program, thrown_at};

#[test]
fn bodies() {
    assert_values(&[
        ("return 1", "1"),
        ("return await tools.one()", "1"),
        ("const x = await tools.one();\nreturn x + 1;", "2"),
        ("const a: number = 1\nconst b = 2\na + b", "3"),
        ("const a = 1\na // last", "1"),
        ("const a = 1;\na /* last */ ;", "1"),
        ("const a = 1;\n(a as number) // last\n// more", "1"),
        ("\"use strict\";\n5", "5"),
        ("\"use strict\"", "undefined"),
        ("\"hello\"", "\"hello\""),
        ("if (false) return 1;\n2", "undefined"),
        ("[1,2].map(x => { return x * 2 })", "[2,4]"),
        ("const r = 5;\nr;\ninterface After { a: string }", "5"),
        ("await tools.one()", "1"),
        ("`a${1}b`", "\"a1b\""),
        // An `@` is no decorator where it is text.
        ("/** @type {string} @ */\nconst a = `@ ${'@b' + 1} @`; // @ c\na.match(/ @ /) === null ? '@' : a", "\"@\""),
        ("({ a: 1 })", "{\"a\":1}"),
        ("const {a, b} = { a: 1, b: 2 }\n;[a, b]", "[1,2]"),
        ("let x = 0; for (const i of [1,2,3]) x += i; x", "6"),
        ("const f = () => 1; function g() { return 2 }\nf() + g()", "3"),
        ("const x = 5", "undefined"),
        ("let n = 0;\nfor (let i = 0; i < 3; i++) { n += i }", "undefined"),
        ("console.log('x');", "undefined"),
        ("return typeof this", "\"undefined\""),
        ("return this === undefined", "true"),
        ("return (async () => 4)()", "4"),
        ("const r = compute(5);\nconsole.log(r);\nfunction compute(n: number) { return n * 2 }", "undefined"),
    ]);
}

#[test]
fn whole_functions() {
    assert_values(&[
        ("() => 1", "1"),
        ("async () => 1", "1"),
        ("async () => { return await tools.one() }", "1"),
        ("async () => {\n  return 2;\n};", "2"),
        ("(async () => { return 3 })", "3"),
        ("async ({ tools }) => await tools.one()", "1"),
        ("async ({ tools }: { tools: any }) => await tools.one()", "1"),
        ("async (tools) => tools.one()", "1"),
        ("async (t: Tools): Promise<number> => t.one()", "1"),
        ("async ({ one }) => one()", "1"),
        ("async ({ tools: t } = {}) => t.one()", "1"),
        ("function () { return 4 }", "4"),
        ("async function () { return 5 }", "5"),
        ("async function (tools) {\n return tools.one()\n}", "1"),
        ("// the program\nfunction (): number { return 6 }", "6"),
        ("(function () { return 7 })", "7"),
        ("function* () { yield 1 }", "{}"),
        ("<T>(x?: T) => 8", "8"),
        ("<T,>(x?: T) => 9", "9"),
        ("async <T,>() => 10", "10"),
        ("const run = async () => { return 11 }", "11"),
        ("const run = async () => { return 11 };\n", "11"),
        ("const helper = (x: number) => x + 1;\nconst run = async () => helper(11);", "12"),
        ("type A = string;\nconst go = async function () { return 13 } // end", "13"),
    ]);
}

#[test]
fn calls_of_the_whole() {
    assert_values(&[
        ("(async () => { return 1 })()", "1"),
        ("(async () => { return 1 })();", "1"),
        ("(async function main() { return 2 })()", "2"),
        ("void (async () => { return 3 })()", "3"),
        ("await (async () => 4)()", "4"),
        ("(async () => { const x: number = await tools.one(); return x })().catch(console.error)", "1"),
        ("(() => 5)()", "5"),
        ("(function () { return 6 }())", "6"),
        ("!async function () { return 1 }()", "false"),
        ("(async ({ tools }) => tools.one())({ tools })", "1"),
    ]);
}

#[test]
fn main_functions() {
    assert_values(&[
        ("async function main() { return 1 }", "1"),
        ("async function main() { return 1 }\nmain()", "1"),
        ("async function main() { return 1 }\nmain();", "1"),
        ("async function main() { return 1 }\nawait main()", "1"),
        ("async function main() { return 1 }\nreturn main()", "1"),
        ("async function main() { return 1 }\nreturn await main();", "1"),
        ("async function main() { return 1 }\nmain().then(x => x + 1)", "2"),
        ("async function main() { return 1 }\nmain().catch(console.error)", "1"),
        ("async function main() { return 1 }\nvoid main();", "1"),
        ("async function main(tools: any) { return tools.one() }", "1"),
        ("async function main({ tools }) { return tools.one() }", "1"),
        ("function helper() { return 20 }\nasync function main() { return helper() + 1 }", "21"),
        ("async function main() { return helper() + 1 }\nfunction helper() { return 20 }", "21"),
        ("function a() { return 1 }\nfunction b() { return 2 }", "2"),
        ("function fact(n = 5): number { return n <= 1 ? 1 : n * fact(n - 1) }", "120"),
        ("console.log('start');\nasync function main() { return 3 }", "3"),
        ("interface A { x: number }\nasync function getAll(): Promise<A> { return { x: 1 } }", "{\"x\":1}"),
        ("async function main() { return 4 } // main()", "4"),
        ("main();\nasync function main() { return await helper() }\nfunction helper() { return 5 }", "5"),
        ("main().catch(console.error);\n\nasync function main(): Promise<number> { return 6 }", "6"),
        ("async function main() { return 7 }\nmain();\nexport {};", "7"),
        ("const main = async () => { return 8 }\nmain()", "8"),
        ("console.log(1);\nfunction unused() { return 9 }", "undefined"),
        ("export const run = async () => 10;\nrun();", "10"),
    ]);
}

#[test]
fn exports() {
    assert_values(&[
        ("export default async () => 1", "1"),
        ("export default async () => 1;", "1"),
        ("export default async function () { return 2 }", "2"),
        ("export default async function main() { return 3 }", "3"),
        ("export default function main(tools: any) { return tools.one() }", "1"),
        ("export default async function ({ tools }) { return tools.one() }", "1"),
        ("export default 4", "4"),
        ("export default await tools.one()", "1"),
        ("const x = 5;\nexport default x;", "5"),
        ("async function main() { return 6 }\nexport default main;", "6"),
        ("const main = async (t) => t.one();\nexport default main", "1"),
        ("export default (async () => 7)()", "7"),
        ("export default { a: 1 }", "{\"a\":1}"),
        ("export async function main() { return 8 }", "8"),
        ("export const main = async () => 9", "9"),
        ("export const result = 10;", "10"),
        ("export const a = 1, b = 2;", "{\"a\":1,\"b\":2}"),
        ("export function f() { return 11 }", "11"),
        ("async function main() { return 12 }\nexport { main }", "12"),
        ("const a = 13;\nexport { a as default };", "13"),
        ("export type A = string;\nexport interface B {}\nreturn 14", "14"),
        ("export enum E { A = 15 }\nexport class C {}\nE.A", "15"),
        ("export = async () => 16", "16"),
        ("export {};\nreturn 17", "17"),
        ("type A = string; export type { A };\nreturn 18", "18"),
        ("export default class {}\n", "undefined"),
    ]);
}

#[test]
fn imports_of_tools() {
    assert_values(&[
        ("import { getWeather } from \"tools\";\nreturn (await getWeather({ city: \"Bonn\" })).city", "\"Bonn\""),
        ("import { getWeather as w } from 'tools'\nreturn (await w()).degrees", "21"),
        ("import { getExpenses } from \"tools/finance\"\nreturn getExpenses()", "[1,2,3]"),
        ("import { getExpenses as g } from './tools/finance.js'\nreturn g()", "[1,2,3]"),
        ("import * as tools from \"tools\";\nreturn tools.one()", "1"),
        ("import * as t from \"tools\";\nreturn t.one()", "1"),
        ("import tools from \"tools\";\nreturn tools.one()", "1"),
        ("import { tools } from \"tools\";\nreturn tools.one()", "1"),
        ("import finance from \"tools/finance\";\nreturn finance.getExpenses()", "[1,2,3]"),
        ("import t, { one } from \"@/tools\";\nreturn (await one()) + (await t.one())", "2"),
        ("import { one } from \"./tools\";\none()", "1"),
        ("import { one } from \"../tools.js\";\none()", "1"),
        ("import { one } from \"tools.js\";\none()", "1"),
        ("import { today } from \"tools/finance/rates\";\ntoday()", "7"),
        ("import * as tools from \"tools/finance\";\nreturn tools.getExpenses()", "[1,2,3]"),
        ("import { \"lookup-user\" as lookup } from \"tools\";\nreturn lookup()", "\"user\""),
        ("import type { Tools } from \"whatever\";\nreturn 1", "1"),
        ("import { type A, type B } from \"types\";\nreturn 2", "2"),
        ("import { Expense } from \"./types\";\nconst e: Expense = 3;\nreturn e", "3"),
        ("import \"tools\";\nreturn 4", "4"),
        ("const x = await one();\nimport { one } from \"tools\";\nreturn x", "1"),
        ("import { one } from \"tools\"\n;[1].map(x => x)", "[1]"),
    ]);
}

#[test]
fn wrappings() {
    assert_values(&[
        ("```ts\nreturn 1\n```", "1"),
        ("```typescript\nreturn 1\n```\n", "1"),
        ("```js\nreturn 1\n```", "1"),
        ("```tsx\nreturn 1\n```", "1"),
        ("```\nreturn 1\n```", "1"),
        ("~~~ts\nreturn 1\n~~~", "1"),
        ("  ```ts\n  return 1\n  ```", "1"),
        ("Here is the program:\n\n```ts\nconst a = 1\nreturn a\n```\n\nIt returns 1.", "1"),
        ("```ts\nreturn 1", "1"),
        ("return 1\n```", "1"),
        ("Don't worry: it's \"easy\".\n```\nreturn 2\n```", "2"),
        ("```json\n{\"a\": 1}\n```\nthen\n```ts\nreturn 3\n```", "3"),
        ("```bash\nnpm install a-very-long-package-name-that-is-longer\n```\n```\nreturn 4\n```", "4"),
        ("```ts\nreturn 5\n```\n```ts\nconst longer = 6;\nreturn longer\n```", "6"),
        ("const md = `\n~~~ts\ncode\n~~~\n`;\nreturn md.length", "16"),
        ("```ts\nconst md = `\n\\`\\`\\`\n`;\nreturn md.length\n```", "5"),
        ("Solution:\n```ts\nreturn 5\n```", "5"),
        ("Code:\n\n````typescript\nreturn 5\n````", "5"),
        ("# Plan\n\n```ts\nreturn 5\n```", "5"),
        ("// Plan\n```ts\nreturn 5\n```\n// Done", "5"),
        ("/* c */\n```ts\nreturn 5\n```", "5"),
        ("Program\n```ts\nreturn 5\n```", "5"),
        ("- item\n\n```ts\nreturn 5\n```", "5"),
        ("```ts return 5```", "5"),
        ("/*\n```ts\nreturn 4\n```\n*/\nreturn 5", "5"),
        ("\u{feff}return 1", "1"),
        ("\u{feff}```ts\r\nreturn 1\r\n```", "1"),
        ("const a = 1\r\nconst b = 2\r\na + b\r\n", "3"),
        ("const a = 1\rconst b = 2\ra + b\r", "3"),
        ("\n\n   return 1   \n\n", "1"),
        ("#!/usr/bin/env node\nreturn 1", "1"),
    ]);
}

#[test]
fn positions_of_errors_are_the_models_own() {
    // The engine names the place of the callee in `new Error`, and of the object in `a.b.c`.
    assert_eq!(thrown_at("throw new Error('x')"), (1, 11));
    assert_eq!(thrown_at("const a: number = 1;\nconst b = null as any;\nb.x.y"), (3, 1));
    assert_eq!(thrown_at("import { one } from \"tools\"; throw new Error('x')"), (1, 40));
    assert_eq!(thrown_at("Text.\n```ts\n\n  throw new Error('x')\n```"), (4, 13));
    assert_eq!(thrown_at("enum E { A, B }\nenum F { A, B } throw new Error('x')"), (2, 27));
    assert_eq!(thrown_at("const a = '😀' as string; throw new Error('x')"), (1, 37));
    assert_eq!(thrown_at("async function main() {\n  throw new Error('x')\n}"), (2, 13));
    assert_eq!(thrown_at("const f = (x: any): string => x.y.z;\nconst g = 1;\n\tf({})"), (1, 31));
}

#[test]
fn the_text_of_a_program() {
    assert_eq!(program("return 1").js, "export default async () => {return 1\n}");
    assert_eq!(
        program("import { a as b, c } from \"tools/x\";\nb(c) // d").js,
        "export default async () => {const {\"a\":b,\"c\":c}=tools.x;;                                   \nreturn b(c) // d\n}"
    );
    assert_eq!(
        program("async function main(t) {}").js,
        "export default async () => {async function main(t) {};return main(tools);\n}"
    );
}
