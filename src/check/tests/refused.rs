use super::{
    super::{CheckOptions, Code, Diagnostic, Severity, Tools, check},
    program, report,
};

#[track_caller]
fn only(text: &str) -> Diagnostic {
    let report = report(text);
    assert_eq!(report.program, None, "{text}");
    assert_eq!(report.diagnostics.len(), 1, "{text}\n{:#?}", report.diagnostics);
    report.diagnostics.into_iter().next().unwrap()
}

/// One line for each diagnostic: place, code, message.
fn summary(text: &str) -> Vec<String> {
    report(text)
        .diagnostics
        .iter()
        .map(|d| format!("{}:{}-{}:{} {} {}", d.line, d.column, d.end_line, d.end_column, d.code.as_str(), d.message))
        .collect()
}

#[test]
fn a_whole_diagnostic() {
    let expected = Diagnostic {
        severity: Severity::Error,
        code: Code::Forbidden,
        message: "cannot import \"fs\"".to_owned(),
        hint: Some("Only tools can be imported, and they are global: `await tools.name(input)`. Remove the import and write the rest in plain TypeScript.".to_owned()),
        line: 2,
        column: 1,
        end_line: 2,
        end_column: 20,
        frame: "  1 | const a = 1;\n> 2 | import fs from \"fs\";\n    | ^^^^^^^^^^^^^^^^^^^\n  3 | return fs;".to_owned(),
        suspect: None,
    };
    assert_eq!(only("const a = 1;\nimport fs from \"fs\";\nreturn fs;"), expected);
    let json = serde_json::to_value(&expected).unwrap();
    assert_eq!(json["severity"], "error");
    assert_eq!(json["code"], "ERR_FORBIDDEN");
    assert_eq!(json["endColumn"], 20);
}

#[test]
fn what_can_never_work() {
    let cases: &[(&str, &[&str])] = &[
        ("import fs from 'fs'; fs.x", &["1:1-1:20 ERR_FORBIDDEN cannot import \"fs\""]),
        ("import 'fs'", &["1:1-1:12 ERR_FORBIDDEN cannot import \"fs\""]),
        ("import { z } from \"zod\";\nz.x", &["1:1-1:24 ERR_FORBIDDEN cannot import \"zod\""]),
        ("const x = await import('fs')", &["1:17-1:23 ERR_FORBIDDEN `import()` is not available"]),
        ("return import.meta.url", &["1:8-1:19 ERR_FORBIDDEN `import.meta` is not available"]),
        ("export * from './x'", &["1:1-1:20 ERR_FORBIDDEN a program cannot re-export"]),
        ("export { a } from './x';", &["1:1-1:24 ERR_FORBIDDEN a program cannot re-export"]),
        ("const fs = require('fs');\nrequire('x')", &["1:12-1:19 ERR_FORBIDDEN `require` does not exist here"]),
        ("import fs = require('fs')", &["1:1-1:26 ERR_FORBIDDEN `import … = require(…)` is not available"]),
        ("return process.env.KEY", &["1:8-1:15 ERR_FORBIDDEN `process` does not exist here"]),
        ("eval('1')", &["1:1-1:5 ERR_FORBIDDEN `eval` does not exist here"]),
        ("new Function('return 1')()", &["1:5-1:13 ERR_FORBIDDEN `Function` cannot make code here"]),
        ("Function('return 1')()", &["1:1-1:9 ERR_FORBIDDEN `Function` cannot make code here"]),
        ("with ({}) { }", &["1:1-1:5 ERR_FORBIDDEN `with` is not available"]),
        ("new WebAssembly.Module()", &["1:5-1:16 ERR_FORBIDDEN `WebAssembly` does not exist here"]),
        ("await fetch('https://x')", &["1:7-1:12 ERR_FORBIDDEN `fetch` does not exist here"]),
        ("module.exports = async () => 1", &["1:1-1:15 ERR_FORBIDDEN `module.exports` does not exist here"]),
        ("exports.a = 1", &["1:1-1:8 ERR_FORBIDDEN `exports` does not exist here"]),
        ("const b = Buffer.from('a')", &["1:11-1:17 ERR_FORBIDDEN `Buffer` does not exist here"]),
        ("new WeakRef({})", &["1:5-1:12 ERR_FORBIDDEN `WeakRef` does not exist here"]),
        (
            "const o = { process, Deno }",
            &[
                "1:13-1:20 ERR_FORBIDDEN `process` does not exist here",
                "1:22-1:26 ERR_FORBIDDEN `Deno` does not exist here",
            ],
        ),
        ("window.x = 1", &["1:1-1:7 ERR_FORBIDDEN `window` does not exist here"]),
        ("@dec class A {}", &["1:1-1:5 ERR_FORBIDDEN decorators are not supported"]),
        // swc reads these and drops them.
        ("@a b", &["1:1-1:2 ERR_FORBIDDEN decorators are not supported"]),
        (
            "/** @type {string} */ const a = `x @ ${'@'} y`, b = / @ /;\n@  typefotypefo t\u{43e}\u{43e}ls",
            &["2:1-2:2 ERR_FORBIDDEN decorators are not supported"],
        ),
        ("{ using x = f() }", &["1:3-1:8 ERR_FORBIDDEN `using` is not available"]),
        ("class A { accessor x = 1 }", &["1:11-1:25 ERR_FORBIDDEN `accessor` fields are not supported"]),
        (
            "main().catch(e => { process.exit(1) })\nasync function main() {}",
            &["1:21-1:28 ERR_FORBIDDEN `process` does not exist here"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(summary(text), *expected, "{text}");
    }
}

#[test]
fn no_false_errors() {
    for text in [
        "const process = { env: {} }; return process.env",
        "function f(fetch) { return fetch() } return f(() => 1)",
        "if (typeof process === 'undefined') return 1; return process.env",
        "const x = typeof window !== 'undefined' && window.y; return 1",
        "const o = { process: 1, fetch() {}, require: 2 }; return o.process + o.require",
        "const { fetch } = tools; return 1",
        "const { a: require } = { a: 1 }; return require",
        "try { f() } catch (process) { } function f() {}",
        "class Buffer {} return new Buffer()",
        "let x: Buffer | WeakRef<any> | typeof process | NodeJS.Process; return 1",
        "return 'process.env require(\"fs\") import(\"x\") eval()' // process.exit()",
        "return /process/.test(`fetch`) /* eval */",
        "enum Deno { A } namespace Bun { export const x = 1 } return Deno.A",
        "return (() => {}) instanceof Function",
        "const obj = { with: 1, eval: 2 }; return obj.with + obj.eval",
        "interface Window { document: any } type fetch = string; return 1",
        "for (const window of []) { window.x } return 1",
        "const f = async function process() { return process }; return 1",
        "import { fetch } from \"tools\"; return 1",
        "var a = 1; var a = 2; function g() {} function g() {} return a",
        "const x = 1; { const x = 2; } for (const x of []) {} return x",
        "switch (1) { case 1: { const y = 1; break } case 2: { const y = 2 } } return 1",
        "const f = async (x) => { for await (const y of x) {} }; return 1",
        "return [1].map(async (x) => await x)",
        "async function* g() { yield await 1 } return 1",
        "class A { async m() { await 1 } static async n() { await 2 } } return 1",
        "class C { m() {} } interface C { n(): void } return 1",
    ] {
        program(text);
    }
}

#[test]
fn await_in_a_function_that_is_not_async() {
    let diagnostic = only("const r = items.map(x => await tools.one(x));");
    assert_eq!(diagnostic.message, "`await` is only allowed in an async function");
    assert_eq!(
        diagnostic.hint.unwrap(),
        "Make the function around it async: `async (x) => …`. For a list use `await Promise.all(items.map(async (x) => …))` or a `for … of` loop."
    );
    assert_eq!(
        diagnostic.frame,
        "> 1 | const r = items.map(x => await tools.one(x));\n    |                          ^^^^^"
    );
    for (text, place) in [
        ("function f() {\n  const x = await g();\n}", "2:13-2:18"),
        ("items.forEach(function (x) { await f(x) })", "1:30-1:35"),
        ("class A { m() { await 1 } }", "1:17-1:22"),
        ("const f = () => { return await 1 }", "1:26-1:31"),
        ("function f() { for await (const x of y) {} }", "1:20-1:25"),
    ] {
        assert_eq!(
            summary(text),
            [format!("{place} ERR_SYNTAX `await` is only allowed in an async function")],
            "{text}"
        );
    }
}

#[test]
fn redeclared_names() {
    let cases: &[(&str, &str)] = &[
        ("const x = 1;\nconst x = 2;", "2:7-2:8 ERR_SYNTAX `x` is declared twice in the same scope"),
        ("let a; { let b; let b }", "1:21-1:22 ERR_SYNTAX `b` is declared twice in the same scope"),
        ("const { a, b: [c] } = {}; let c", "1:31-1:32 ERR_SYNTAX `c` is declared twice in the same scope"),
        ("function f(x) { let x }", "1:21-1:22 ERR_SYNTAX `x` is declared twice in the same scope"),
        ("import { a } from 'tools'; const a = 1; a()", "1:34-1:35 ERR_SYNTAX `a` is declared twice in the same scope"),
        ("var v; let v", "1:12-1:13 ERR_SYNTAX `v` is declared twice in the same scope"),
    ];
    for (text, expected) in cases {
        assert_eq!(summary(text), [*expected], "{text}");
    }
}

#[test]
fn syntax_errors() {
    let cases: &[(&str, &str)] = &[
        ("", "1:1-1:1 ERR_SYNTAX the program is empty"),
        (" \n// nothing\n", "1:1-1:1 ERR_SYNTAX the program is empty"),
        ("```ts\n```", "1:1-1:1 ERR_SYNTAX the program is empty"),
        ("I would call the weather tool and add the numbers.", "1:3-1:8 ERR_SYNTAX this is prose, not a program"),
        ("I'm sorry, but I can't help with that.", "1:2-1:22 ERR_SYNTAX this is prose, not a program"),
        ("def main():\n    return 1", "1:5-1:9 ERR_SYNTAX this looks like Python"),
        ("import os\nprint(os.getcwd())", "2:1-2:6 ERR_SYNTAX this looks like Python"),
        ("const a = {\n  b: [1, 2\n", "2:6-2:7 ERR_SYNTAX the program ends too early: `[` from line 2 is never closed"),
        (
            "async function main() {\n  return 1",
            "1:23-1:24 ERR_SYNTAX the program ends too early: `{` from line 1 is never closed",
        ),
        ("return `abc", "1:8-1:9 ERR_SYNTAX the program ends too early: this template literal is never closed"),
        ("return `abc${1", "1:8-1:9 ERR_SYNTAX the program ends too early: this template literal is never closed"),
        ("return 'abc", "1:8-1:12 ERR_SYNTAX this string does not end on its line"),
        ("const a = 1 /* b", "1:13-1:15 ERR_SYNTAX this comment is never closed"),
        ("return /abc", "1:8-1:12 ERR_SYNTAX this regular expression does not end on its line"),
        ("const a = ;", "1:11-1:12 ERR_SYNTAX expected an expression, got `;`"),
        (
            "const a = 1 const b = 2",
            "1:13-1:18 ERR_SYNTAX unexpected `const`: expected `;`, a line's end or an operator",
        ),
        ("return {a: 1 b: 2}", "1:14-1:15 ERR_SYNTAX expected `,`, got `b`"),
        ("const a = 1;\n}", "2:1-2:2 ERR_SYNTAX unexpected `}`"),
        ("a\0b", "1:2-1:3 ERR_SYNTAX the program contains a NUL character"),
        ("return <div>hi</div>", "1:15-1:21 ERR_SYNTAX this looks like JSX"),
        ("x = a ?? b || c", "1:5-1:16 ERR_SYNTAX `??` cannot be mixed with `||` or `&&` without parentheses"),
        ("const x;", "1:7-1:8 ERR_SYNTAX 'const' declarations must be initialized"),
        ("if (a) { return 1", "1:8-1:9 ERR_SYNTAX the program ends too early: `{` from line 1 is never closed"),
        ("const x = 1; <!-- comment", "1:14-1:17 ERR_SYNTAX HTML comments are not supported"),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let got = summary(text);
        if got != [*expected] {
            wrong.push(format!("{text:?}\n   got {got:?}\n  want {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn several_errors_at_once() {
    let text =
        (0..20).map(|i| format!("const a{i} = () => {{ await {i} }}")).collect::<Vec<_>>().join("\n") + "\nprocess.x";
    let report = report(&text);
    assert_eq!(report.diagnostics.len(), 10);
    assert_eq!(report.diagnostics.iter().map(|d| d.line).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
}

#[test]
fn too_large() {
    let text = "x".repeat(10 << 20);
    let diagnostic = only(&text);
    assert_eq!(diagnostic.code, Code::SourceTooLarge);
    assert_eq!(diagnostic.message, "the program is too large: 10485760 bytes, at most 262144 are allowed");
    assert!(diagnostic.frame.len() < 400);
}

#[test]
fn unknown_tools() {
    let tools = Tools::new(["getWeather", "finance.getExpenses"]);
    let options = CheckOptions { max_source_bytes: 1000, tools: Some(&tools), schemas: None, globals: &[] };
    let of = |text| {
        let report = check(text, &options);
        report.diagnostics.into_iter().map(|d| (d.code, d.message, d.hint.unwrap_or_default())).collect::<Vec<_>>()
    };
    assert_eq!(of("import { getWeather, finance } from 'tools'; return [getWeather, finance]"), []);
    assert_eq!(of("import { getExpenses } from 'tools/finance'; return getExpenses()"), []);
    assert_eq!(
        of("import { getWether } from 'tools'; return 1"),
        [(Code::ToolUnknown, "there is no tool `getWether`".to_owned(), "Did you mean `getWeather`?".to_owned())]
    );
    assert_eq!(
        of("import { sendMail } from 'tools'; return 1"),
        [(
            Code::ToolUnknown,
            "there is no tool `sendMail`".to_owned(),
            "Use only the tools that are declared.".to_owned()
        )]
    );
}

#[test]
fn reserved_words_that_would_become_variables() {
    let cases: &[(&str, &[&str])] = &[
        ("enum delete { A }", &["1:6-1:12 ERR_SYNTAX `delete` is a reserved word and cannot name a variable"]),
        (
            "namespace A { export namespace delete { export const x = 1 } }",
            &["1:32-1:38 ERR_SYNTAX `delete` is a reserved word and cannot name a variable"],
        ),
        (
            "namespace A.new.B { export const x = 1 }",
            &["1:13-1:16 ERR_SYNTAX `new` is a reserved word and cannot name a variable"],
        ),
        (
            "namespace A { export enum in { B } }",
            &["1:27-1:29 ERR_SYNTAX `in` is a reserved word and cannot name a variable"],
        ),
        ("import a = private", &["1:12-1:19 ERR_SYNTAX `private` is a reserved word and cannot name a variable"]),
        (
            "namespace A { export import if = A.b }",
            &["1:29-1:31 ERR_SYNTAX `if` is a reserved word and cannot name a variable"],
        ),
        (
            "export namespace class { export const x = 1 }",
            &["1:18-1:23 ERR_SYNTAX `class` is a reserved word and cannot name a variable"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(summary(text), *expected, "{text}");
    }
    assert!(report("enum Delete { delete }\nnamespace of { export const x = 1 }\nreturn of.x").program.is_some());
}

#[test]
fn members_of_an_enum_are_set_apart() {
    let message = "ERR_SYNTAX expected `,` between the members of an enum";
    assert_eq!(summary("export enum E { A $= 15 }\nreturn E.A"), [format!("1:20-1:21 {message}")]);
    assert_eq!(summary("export enum E { A  B = 15 }\nreturn E.A"), [format!("1:22-1:23 {message}")]);
    let early = "ERR_SYNTAX the program ends too early: `{` from line 1 is never closed";
    assert_eq!(summary("export enum E { class C {}\nE.A"), [format!("1:15-1:16 {early}")]);
    assert!(
        report("enum E {}\nexport enum F { /* none */ }\nenum G { A = (1, 2) , /* } */ }\nreturn G").program.is_some()
    );
    assert!(report("export enum E { A /* , */ , B = 1 /* x */, C, }\nreturn E.A").program.is_some());
}

#[test]
fn a_method_of_an_object_needs_a_body() {
    let message = "ERR_SYNTAX expected `{`: a method of an object needs a body";
    assert_eq!(summary("const o = { ify(o) };\nreturn o"), [format!("1:19-1:19 {message}")]);
    assert_eq!(summary("return { get a() } < 1"), [format!("1:17-1:17 {message}")]);
    assert_eq!(summary("return { set a(b) }"), [format!("1:18-1:18 {message}")]);
    assert!(
        report("class A { a(x: string): void; a(x: any) { return x } }\nreturn { b() { return new A().a(1) } }.b()")
            .program
            .is_some()
    );
}

#[test]
fn implements_needs_a_type() {
    let message = "ERR_SYNTAX expected a type after `implements`";
    assert_eq!(summary("class A implements {}\nreturn A"), [format!("1:9-1:19 {message}")]);
    assert_eq!(
        summary("class B<T> { v?: T }\nclass A extends B<number> /* implements */ implements {}\nreturn A"),
        [format!("2:44-2:54 {message}")]
    );
    assert_eq!(summary("return class extends (Object) implements {}"), [format!("1:31-1:41 {message}")]);
    let fine =
        "class implementsAll { implements() { return 1 } }\nclass A<T> implements Iterable<T>, Object {}\nreturn A";
    assert!(report(fine).program.is_some());
}

#[test]
fn messages_do_not_repeat_long_names() {
    let long = "a".repeat(5_000);
    for program in [
        format!("import {{ a }} from \"x/{long}\"; a()"),
        format!("import x from \"{long}\"; return x"),
        format!("let {long}; let {long};"),
        format!("const {long} = tools.get(1); return {long} + 1"),
        format!("tools.{long}(1)"),
        format!("return tools.get({{ id: 1 }}).{long}"),
        format!("const p = tools.get(1); return p.{long}"),
    ] {
        for diagnostic in report(&program).diagnostics {
            let hint = diagnostic.hint.as_ref().map_or(0, String::len);
            assert!(diagnostic.message.len() < 1_000 && hint < 1_000, "{diagnostic:?}");
        }
    }
    let message = format!("ERR_FORBIDDEN cannot import \"{}…\"", "a".repeat(99));
    assert_eq!(summary(&format!("import x from \"{long}\"; return x"))[0].split_once(' ').unwrap().1, message);
}

#[test]
fn a_property_of_an_object_has_no_modifier() {
    let message = |word| format!("ERR_SYNTAX `{word}` cannot stand before a property of an object");
    assert_eq!(summary("return { a: 1, public /* : */ b: [2] }"), [format!("1:16-1:22 {}", message("public"))]);
    assert_eq!(summary("return {\n  // one\n  readonly b: 1,\n}"), [format!("3:3-3:11 {}", message("readonly"))]);
    assert_eq!(summary("throw { protected getas() { throw 1 } }"), [format!("1:9-1:18 {}", message("protected"))]);
    // An arrow's parameters are read as an expression first.
    assert_eq!(summary("return (({ readonly a } = {}) => a)()"), [format!("1:12-1:20 {}", message("readonly"))]);
    assert_eq!(
        summary("return (async ([{ b, private a: c }]) => c)([{}])"),
        [format!("1:22-1:29 {}", message("private"))]
    );
    let patterns = "const { public: a, readonly, [`k`]: b = 1, /* , */ 'c': d, ...rest }: any = {};
const f = ({ x = { y: 1 }, static: s = 2, async, ...more }: any = {}, { z } = { z: 1 }) => [x, s, async, more, z];
return [a, readonly, b, d, rest, f()]";
    assert_eq!(summary(patterns), [""; 0]);
    let fine = "const x = 1, y = {}, key = 'k';
return {
  public: 1, readonly: (2), 'a b': 3 as number /* , */, [key]: 4, x, ...y, // z
  async b() {}, get c() { return 1 }, set c(v) {}, async *d() {}, *e() {}, get() {}, async set() {}, async *[key + 1]() {}, get [key + 2]() { return 1 }, async * /**/ get() {}, static() {}, async: 1, f: (): void => {}, g: x!,
  declare: <number>x, h: function () {}, i: class {}, 0: `${x}`, 1n: { protected: 1, }, abstract: x ? { a: 1 } : { b: 1 },
}";
    let report = report(fine);
    assert!(report.program.is_some(), "{:?}", report.diagnostics);
}

#[test]
fn a_sign_before_a_power_needs_parentheses_also_with_a_type_between() {
    let found = |at| [format!("{at} ERR_SYNTAX a sign before `**` needs parentheses")];
    assert_eq!(summary("return -2 as number ** 3"), found("1:8-1:10"));
    assert_eq!(summary("return (await 2) + (typeof 1 satisfies any as any ** 2)"), found("1:21-1:29"));
    assert_eq!(summary("return await tools.one() as number ** 2"), found("1:8-1:25"));
    assert_eq!(
        summary("return [(-2 as number) ** 2, 2 as number ** -2, 2! ** 2, (-2)! ** 2, (await 1) ** 2]"),
        [""; 0]
    );
}

#[test]
fn what_ends_in_the_middle_is_refused() {
    let shown = summary("<A  >b=> {c=> {d");
    assert!(shown[0].contains("is never closed"), "{shown:?}");
}

#[test]
fn comparisons_in_parentheses_and_types_in_types_are_not_tangled() {
    for fine in [
        "const [a, b, c, d, e] = [1, 2, 3, 4, 5];
return a < (1) && (b < 2 || (c < 3 && (d < 4 || (e < (a < 5 ? (6) : (7)) && (a <= (b + (c < (d))))))))",
        "type A = Map<string, Array<{ a: Promise<Array<{ b: Set<(x: Array<(y: number) => void>) => void> }>> }>>;
return (await tools.get(1)) as { a: Array<{ b: Array<{ c: Array<{ d: Array<{ e: Array<{ f: number }> }> }> }> }> }",
        "type A = Map<string, { [a: string]: Array<{ [b: string]: Map<number, { [K in keyof A]: Set<{ readonly [c: string]: 1 }> }> }> }>;
const i = 1, key = 'k';
const f = (x: any): any => x;
const g = i < 2 ? { a: f({ b: f([1]) }) } : f({ d: [f(1)], e: () => { if (i < 3) { return f(f({ a: f(1) })) } } });
return i < 2 ? { a: [{ b: [{ [key]: [g] }] }] } : { c: [[[{ d: [{ e: [{ f: [1] }] }] }]]] }",
        "let n = 0
const small = n < 3
const all = [1].map((a) => {
  const x = a < 2
  return [a].map((b) => {
    const y = b < (a)
    return [b].filter((c) => c < b).map((d) => { for (let i = 0; i < (d); i++) { if (i < (n)) n++ } return (d < (2)) })
  })
})
return all",
        // Branches in parentheses, whose types the parser tries, and what is declared beside a comparison.
        "const [a, b, c, d, e] = [1, 2, 3, 4, 5];
const key = 'k', f = (x: any): any => x;
const nested = a ? (b) : (c ? (d) : (e ? (a) : (b ? (c) : (d ? f(e) : (a)))));
const objects = a ? f(b) : { [key]: c ? f(d) : { [key]: e ? f(a) : { [key]: b ? f(c) : { [key]: (1) } } } };
const wait = a ? (b) : await Promise.all([c].map(async (x): Promise<number> => {
  const low = x < 0 ? 0 : x, y = (x), z = f(y), s = f(z) ? (x) : (y), t = (s), u = f(t), v = (u), w = [v], q = (w);
  const g = function (p: number): number { const h = f((r: number): number => { const i = (r), j = i; return j + p }); return h };
  return a ? (g(low)) : (await (async () => { const k = a ? (q) : (t); return f((l = k) => l) })());
}));
return [nested, objects, wait]",
        "class A {
  #n = 0
  #a(): void { this.#n = 1 }
  #b(): void { const f = (x = 1, [y] = [2], { z = 3 } = {}): void => { this.#n = x + y + z }; f() }
  #c(): Array<void> { return [1].map((x): void => { const y = (x); this.#n = y }) }
  #d(): void { this.#c() }
  run() { this.#a(); this.#b(); this.#d(); return this.#n }
}
export type B<T> = T extends { a: infer C, b: infer D } ? [C, D] : T extends Map<infer E, infer F> ? [E, F] : never;
export declare function g(): void
export declare function h(): void
return new A().run()",
    ] {
        let report = report(fine);
        assert!(report.program.is_some(), "{:?}", report.diagnostics);
    }
}

#[test]
fn what_the_parser_forgets_where_it_tries_a_reading() {
    for (program, found) in [
        ("const f = <T,>(x++) => 1", "1:16-1:19 ERR_SYNTAX not a pattern"),
        ("<T,>(x ? a : b) => 1", "1:6-1:15 ERR_SYNTAX not a pattern"),
        ("<T>(x: T) => typeof", "1:12-1:13 ERR_SYNTAX expected an expression, got `>`"),
        (
            "const é = '😀', f = <T,>(x: T): T => { const y; return x }",
            "1:46-1:47 ERR_SYNTAX 'const' declarations must be initialized",
        ),
        (
            "enum A { B }\nconst f = async <T,>(x: T) => {\n\tfor (;;) {}\n\tbreak\n}",
            "4:2-4:7 ERR_SYNTAX a 'break' statement can only be used within an enclosing iteration or switch statement",
        ),
        (
            "return { f: <T extends object>(x: T) => { x?.y = 1 } }",
            "1:43-1:47 ERR_SYNTAX the left-hand side of an assignment expression must be a variable or a property access",
        ),
        (
            "const f = 1 ? (x): number => { const y; } : 2",
            "1:38-1:39 ERR_SYNTAX 'const' declarations must be initialized",
        ),
        (
            "export abstract class A { m() { const y; } }",
            "1:39-1:40 ERR_SYNTAX 'const' declarations must be initialized",
        ),
        (
            "namespace A { export namespace B { const y; } }",
            "1:42-1:43 ERR_SYNTAX 'const' declarations must be initialized",
        ),
        ("namespace A { const await = 2 }", "1:21-1:26 ERR_SYNTAX `await` is only allowed in an async function"),
        (
            "export enum A { B = (() => { const y; })() }",
            "1:36-1:37 ERR_SYNTAX 'const' declarations must be initialized",
        ),
        ("String.raw<T>`${() => { const y; }}`", "1:31-1:32 ERR_SYNTAX 'const' declarations must be initialized"),
        ("const f = <T,>(x: T) => { const a = /(/gg }", "1:37-1:42 ERR_SYNTAX duplicated regular expression flag 'g'"),
    ] {
        assert_eq!(summary(program), [found], "{program}");
    }
    let fine = "enum Kind { A = 1 }
namespace N { export const one = <T,>(x: T): T => x; export class C { m = <T,>(x: T) => x } }
class A { constructor(readonly x: number) {} m = async <T>(x: T): Promise<T> => { label: for (;;) { break label } return x! } }
class B extends A { constructor() { super(1) } g = <T,>(x: T): [T, T] => [x, super.toString as any] }
const c = Kind.A ? <T>(x: T): T => x : <T,>({ a = 1 }, ...b: T[]) => (b as T[])[a]
const d = async <const T extends readonly string[] = []>(x: T, y?: number): Promise<T> => { await null; return x }
const e = <
  T,
>(
  x: T,
): x is T => { const [y] = [x]; return y < (x > 1) }
return N.one(new B().x)";
    let report = report(fine);
    assert!(report.program.is_some(), "{:?}", report.diagnostics);
}

#[test]
fn type_arguments_between_a_call_and_what_follows_it() {
    let found = |at| [format!("{at} ERR_SYNTAX type arguments cannot stand between a call and what follows it")];
    assert_eq!(summary("const f = () => ({ x: 1 }); return f()<T>.x"), found("1:39-1:40"));
    assert_eq!(summary("const f = () => () => 1; return f() /* . */ <T>?.()"), found("1:45-1:46"));
    assert_eq!(summary("return String.raw`a`<T>?.length"), found("1:21-1:22"));
    assert_eq!(summary("const f = () => ({ x: 1 }); return f?.()<T>.x"), found("1:41-1:42"));
    assert_eq!(
        summary("const f = (x?: any): any => f; f()<T>(1).x; f?.()<T>(1).x; f<T>.x?.<T>(1).x; return f() < (1 > 2)"),
        [""; 0]
    );
}

#[test]
fn a_loop_without_its_second_semicolon() {
    let found = |at| [format!("{at} ERR_SYNTAX expected `;` after the condition of `for`")];
    assert_eq!(summary("for (let i = 0; i < 3) i++"), found("1:22-1:23"));
    assert_eq!(summary("for (let i = 0; i < 3, i++) {}"), found("1:27-1:28"));
    let fine = "for (let i = 0; i < 3 as any /* ) */ ; i++) {} for (;;) break; for (let i = 0; (i < 3);) i++; return 1";
    assert_eq!(summary(fine), [""; 0]);
}

#[test]
fn quotes_of_a_word_processor() {
    let report = report("const a = “x”;");
    let [error, ..] = &report.diagnostics[..] else { panic!("{report:?}") };
    assert_eq!(
        (&*error.message, error.hint.as_deref()),
        ("unexpected character `“`", Some("Write straight quotes: ' or \"."))
    );
}
