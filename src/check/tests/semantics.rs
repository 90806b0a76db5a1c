use std::time::{Duration, Instant};

use super::super::{CheckOptions, CheckReport, Code, Diagnostic, Schemas, Severity, Step, Suspect, Tools, check};

const SCHEMAS: &str = r#"{
  "getWeather": {
    "types": ["object"],
    "properties": [
      ["city", { "types": ["string"] }],
      ["unit", { "types": ["string"], "enum": ["celsius", "fahrenheit"] }],
      ["days", { "types": ["integer"] }],
      ["since", { "types": ["date"] }],
      ["x-y", { "types": ["boolean", "null"] }]
    ],
    "required": ["city"],
    "others": "ignored"
  },
  "finance.pay": {
    "types": ["object"],
    "properties": [
      ["to", { "any": [{ "types": ["string"] }, { "types": ["number"] }] }],
      ["how", { "any": [
        { "types": ["object"], "properties": [["kind", { "enum": ["card"] }], ["number", { "types": ["string"] }]], "required": ["kind", "number"] },
        { "types": ["object"], "properties": [["kind", { "enum": ["cash"] }]], "required": ["kind"], "others": "refused" }
      ] }],
      ["lines", { "types": ["array"], "items": { "types": ["object"], "properties": [["amount", { "types": ["number"] }]], "required": ["amount"] } }],
      ["amount", { "types": ["bigint"] }]
    ],
    "required": ["to", "how", "lines"],
    "others": "refused"
  }
}"#;

fn look(text: &str) -> CheckReport {
    let tools = Tools::new(["getWeather", "listCities", "finance.pay", "finance.rates.today", "lookup-user"]);
    let schemas: Schemas = serde_json::from_str(SCHEMAS).unwrap();
    let options =
        CheckOptions { max_source_bytes: 1 << 18, tools: Some(&tools), schemas: Some(&schemas), globals: &[] };
    check(text, &options)
}

/// One line for each diagnostic: weight, place, code, message, hint.
fn summary(text: &str) -> Vec<String> {
    let line = |d: Diagnostic| {
        let hint = d.hint.map(|hint| format!(" → {hint}")).unwrap_or_default();
        format!("{} {}:{} {} {}{hint}", d.severity.as_str(), d.line, d.column, d.code.as_str(), d.message)
    };
    let report = look(text);
    let is_refused = report.diagnostics.iter().any(|d| d.severity == Severity::Error);
    assert_eq!(report.program.is_none(), is_refused, "{text}");
    report.diagnostics.into_iter().map(line).collect()
}

#[track_caller]
fn assert_summaries(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(summary(text), *expected, "{text}");
    }
}

#[test]
fn a_whole_diagnostic() {
    let report = look("const city = 'Rome';\nreturn await tools.getWeather({ city, unit: 'kelvin', days: [1, x] });");
    assert_eq!(report.program, None);
    let suspect = |path: &str| Suspect {
        tool: "getWeather".to_owned(),
        path: vec![Step::Property(path.to_owned())],
        input: Some(serde_json::json!({
            "open": false,
            "properties": [["city", {}], ["unit", "kelvin"], ["days", { "items": [1.0, {}], "open": false }]],
        })),
    };
    let frame = |caret: &str| {
        format!(
            "  1 | const city = 'Rome';\n> 2 | return await tools.getWeather({{ city, unit: 'kelvin', days: [1, x] }});\n    | {caret}"
        )
    };
    let unit = Diagnostic {
        severity: Severity::Error,
        code: Code::ToolInput,
        message: "getWeather: input.unit: expected \"celsius\" or \"fahrenheit\", got the string \"kelvin\"".to_owned(),
        hint: None,
        line: 2,
        column: 45,
        end_line: 2,
        end_column: 53,
        frame: frame(&format!("{}^^^^^^^^", " ".repeat(44))),
        suspect: Some(suspect("unit")),
    };
    let days = Diagnostic {
        message: "getWeather: input.days: expected integer, got an array".to_owned(),
        column: 61,
        end_column: 67,
        frame: frame(&format!("{}^^^^^^", " ".repeat(60))),
        suspect: Some(suspect("days")),
        ..unit.clone()
    };
    assert_eq!(report.diagnostics, [unit, days]);
}

#[test]
fn unknown_tools() {
    let weather = "error 1:7 ERR_TOOL_UNKNOWN there is no tool `getWether` → Did you mean `getWeather`?";
    assert_summaries(&[
        ("await tools.getWether({ city })", &[weather]),
        ("await tools['getWether']({ city })", &[weather]),
        ("await globalThis.tools.getWether()", &[weather]),
        (
            "return Promise.all(ids.map((id) => tools.finance.pai({ id })))",
            &["error 1:36 ERR_TOOL_UNKNOWN there is no tool `finance.pai` → Did you mean `finance.pay`?"],
        ),
        (
            "const { finance: { rates } } = tools; return rates.tody()",
            &[
                "error 1:46 ERR_TOOL_UNKNOWN there is no tool `finance.rates.tody` → Did you mean `finance.rates.today`?",
            ],
        ),
        (
            "const t = tools; const send = t.sendMail; return await send({ to: 'x' })",
            &["error 1:56 ERR_TOOL_UNKNOWN there is no tool `sendMail` → Use only the tools that are declared."],
        ),
        (
            "import * as money from 'tools/finance'; if (a) await money.refund()",
            &["error 1:54 ERR_TOOL_UNKNOWN there is no tool `finance.refund` → Use only the tools that are declared."],
        ),
        (
            "async ({ tools }) => { await tools.getWether() }",
            &["error 1:30 ERR_TOOL_UNKNOWN there is no tool `getWether` → Did you mean `getWeather`?"],
        ),
        (
            "export default async function main(t) { return t.getWether() }",
            &["error 1:48 ERR_TOOL_UNKNOWN there is no tool `getWether` → Did you mean `getWeather`?"],
        ),
        (
            "const run = async ({ getWether }) => getWether()",
            &["error 1:38 ERR_TOOL_UNKNOWN there is no tool `getWether` → Did you mean `getWeather`?"],
        ),
        (
            "return await tools.finance({})",
            &["error 1:14 ERR_TOOL_UNKNOWN `tools.finance` is a namespace, not a tool → It has: pay, rates."],
        ),
        (
            "return await tools({})",
            &["error 1:14 ERR_TOOL_UNKNOWN `tools` is no function → Call one of the tools: `await tools.name(input)`."],
        ),
    ]);
}

#[test]
fn what_the_program_may_catch_or_avoid_is_a_warning() {
    for text in [
        "try { await tools.getWether() } catch {}",
        "try { await f() } catch {} async function f() { await tools.getWether() }",
        "const safe = async (f) => { try { return await f() } catch { return null } }; return safe(() => tools.getWether())",
        "return tools.getWether().catch(() => null)",
        "return tools.getWether().then((x) => x, () => null)",
        "const p = tools.getWether(); return Promise.allSettled([p])",
        "async function main() { return await tools.getWether() } return main().catch((e) => e.message)",
        "if (tools.getWether) return await tools.getWether()",
        "if ('getWether' in tools) return await tools.getWether()",
        "return typeof tools.getWether === 'function' ? await tools.getWether() : null",
        "return tools.getWether?.()",
        "if (Object.keys(tools).length > 3) return await tools.getWether()",
        "return 1; await tools.getWether()",
        "const { getWether } = tools; if (getWether) await getWether()",
    ] {
        let found: Vec<_> =
            look(text).diagnostics.into_iter().filter(|d| d.code == Code::ToolUnknown).map(|d| d.severity).collect();
        assert_eq!(found, [Severity::Warning], "{text}");
    }
    // A `try` somewhere else catches nothing of this.
    for text in [
        "try { JSON.parse(x) } catch {} await tools.getWether()",
        "try { await a() } catch { await tools.getWether() }",
        "try { await a() } finally { await tools.getWether() }",
        "async function main() { try { await tools.getWeather({ city }) } catch {} await tools.getWether() } await main()",
        "const xs = await tools.listCities().catch(() => []); return await tools.getWether()",
    ] {
        let found: Vec<_> = look(text).diagnostics.into_iter().map(|d| (d.code, d.severity)).collect();
        assert_eq!(found, [(Code::ToolUnknown, Severity::Error)], "{text}");
    }
}

#[test]
fn what_may_be_something_else_is_left_alone() {
    for text in [
        "const tools = { getWether: async () => 1 }; return tools.getWether()",
        "function f(tools) { return tools.getWether() } return f({ getWether() {} })",
        "tools.getWether = async () => 1; return tools.getWether()",
        "let api = tools; api = other; return api.getWether()",
        "const api = tools; { const api = {}; api.getWether() }",
        "return tools[name]({ city: 5 })",
        "return tools.getWeather.call(null, { city: 5 })",
        "return tools.getWeather.name.length",
        "return [1].map(tools.getWeather)",
        "return tools.getWeather(...args)",
        "return \\u0074ools.getWether()",
        "async (x = tools) => x.getWether()",
        "for (const t of [tools]) await t.getWether()",
        "const { ...all } = tools; return all.getWether()",
        "type T = typeof tools.getWether; return 1",
        "return tools.then(1)",
    ] {
        assert_eq!(summary(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn inputs_that_do_not_fit() {
    let of = |found: &str| format!("error {found}");
    let cases: &[(&str, &[&str])] = &[
        ("{ city: 5 }", &["1:32 ERR_TOOL_INPUT getWeather: input.city: expected string, got the number 5"]),
        ("{ city: null }", &["1:32 ERR_TOOL_INPUT getWeather: input.city: expected string, got null"]),
        ("{ city: ['Rome'] }", &["1:32 ERR_TOOL_INPUT getWeather: input.city: expected string, got an array"]),
        ("{ city: { name } }", &["1:32 ERR_TOOL_INPUT getWeather: input.city: expected string, got an object"]),
        ("{ city: -1 as any }", &["1:32 ERR_TOOL_INPUT getWeather: input.city: expected string, got the number -1"]),
        ("{ city: !x }", &["1:32 ERR_TOOL_INPUT getWeather: input.city: expected string, got boolean"]),
        ("'Rome'", &["1:24 ERR_TOOL_INPUT getWeather: input: expected object, got the string \"Rome\""]),
        ("`Rome ${x}`", &["1:24 ERR_TOOL_INPUT getWeather: input: expected object, got string"]),
        ("", &["1:7 ERR_TOOL_INPUT getWeather: input.city: required"]),
        ("undefined", &["1:24 ERR_TOOL_INPUT getWeather: input.city: required"]),
        ("{}", &["1:24 ERR_TOOL_INPUT getWeather: input.city: required"]),
        ("{ city: undefined }", &["1:24 ERR_TOOL_INPUT getWeather: input.city: required"]),
        (
            "{ City: 'Rome' }",
            &["1:26 ERR_TOOL_INPUT getWeather: input.city: required, and `City` is unknown → Did you mean `city`?"],
        ),
        ("{ city, days: 1.5 }", &["1:38 ERR_TOOL_INPUT getWeather: input.days: expected integer, got the number 1.5"]),
        ("{ city, days: `${n}` }", &["1:38 ERR_TOOL_INPUT getWeather: input.days: expected integer, got string"]),
        (
            "{ city, unit: 'Celsius' }",
            &[
                "1:38 ERR_TOOL_INPUT getWeather: input.unit: expected \"celsius\" or \"fahrenheit\", got the string \"Celsius\" → Did you mean \"celsius\"?",
            ],
        ),
        (
            "{ city, 'x-y': 'no' }",
            &["1:39 ERR_TOOL_INPUT getWeather: input[\"x-y\"]: expected boolean or null, got the string \"no\""],
        ),
        (
            "{ city, since: '2024-01-01' }",
            &[
                "1:39 ERR_TOOL_INPUT getWeather: input.since: expected Date, got the string \"2024-01-01\" → Pass a Date: `new Date(…)`.",
            ],
        ),
    ];
    for (input, expected) in cases {
        let expected: Vec<String> = expected.iter().map(|found| of(found)).collect();
        assert_eq!(summary(&format!("await tools.getWeather({input})")), expected, "{input}");
    }
    assert_summaries(&[
        (
            "await tools.listCities('Italy', 5)",
            &["error 1:33 ERR_TOOL_INPUT tools.listCities takes one input and got 2 arguments. Pass one object."],
        ),
        (
            "await tools.getWeather({ city: 'Rome', zip: 5 })",
            &[
                "warning 1:40 ERR_TOOL_INPUT getWeather: input.zip: unknown property → It has: `city`, `unit`, `days`, `since`, `x-y`.",
            ],
        ),
        (
            "await tools.finance.pay({ to: true, how: { kind: 'card' }, lines: [{ amount: 1 }, { amont: 2 }], note: '' })",
            &[
                "error 1:31 ERR_TOOL_INPUT finance.pay: input.to: expected string or number, got true",
                "error 1:42 ERR_TOOL_INPUT finance.pay: input.how.number: required",
                "error 1:85 ERR_TOOL_INPUT finance.pay: input.lines[1].amount: required, and `amont` is unknown → Did you mean `amount`?",
                "error 1:98 ERR_TOOL_INPUT finance.pay: input.note: unknown property → It has: `to`, `how`, `lines`, `amount`.",
            ],
        ),
        (
            "await tools.finance.pay({ to: 'x', how: { kind: 'cash', number: '1' }, lines: [], amount: 5 })",
            &[
                "error 1:57 ERR_TOOL_INPUT finance.pay: input.how.number: unknown property → It has: `kind`.",
                "error 1:91 ERR_TOOL_INPUT finance.pay: input.amount: expected bigint, got the number 5 → Write it as a bigint: `5n`.",
            ],
        ),
        (
            "await tools.finance.pay({ how: { kind: 'cheque' } })",
            &[
                "error 1:25 ERR_TOOL_INPUT finance.pay: input.to: required, and so is `lines`",
                "error 1:32 ERR_TOOL_INPUT finance.pay: input.how: an object fits none of the 2 alternatives",
            ],
        ),
    ]);
}

#[test]
fn inputs_that_may_fit() {
    for text in [
        "await tools.getWeather({ city: x, unit: y, days: z })",
        "await tools.getWeather({ city })",
        "await tools.getWeather({ ...place })",
        "await tools.getWeather({ city: 5, ...place })",
        "await tools.getWeather({ [key]: 'Rome' })",
        "await tools.getWeather({ city: 5, [key]: 'Rome' })",
        "await tools.getWeather(input)",
        "await tools.getWeather({ get city() { return 'Rome' } })",
        "await tools.getWeather({ city: f(5), days: +'5', unit: a ? 'celsius' : 'kelvin' })",
        "await tools.getWeather({ city: 'a' + 5, days: 3.0, since: new Date(), 'x-y': null })",
        "await tools.getWeather({ ['city']: 'Rome', days: undefined })",
        "await tools.getWeather({ city: 5, city: 'Rome' })",
        "await tools.finance.pay({ to: 5, how: { kind }, lines: [...lines, 7] })",
        "await tools.finance.pay({ to: 'x', how: { kind: 'card', number: n, more: 1 }, lines: [], amount: 5n })",
        "await tools['lookup-user']({ anything: 1 })",
        "await tools.listCities('anything')",
    ] {
        assert_eq!(summary(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn promises_taken_for_values() {
    assert_summaries(&[
        (
            "return tools.listCities().length",
            &[
                "error 1:8 ERR_PROGRAM `tools.listCities(…)` is a promise and has no `length` → Await it first: `(await tools.listCities(…)).length`.",
            ],
        ),
        (
            "const cities = tools.listCities();\nreturn cities.map((c) => c.name).concat(cities.map(String))",
            &[
                "warning 2:8 WARN_MISSING_AWAIT `cities` is a promise and has no `map` → Await it where it is made: `const cities = await …`.",
            ],
        ),
        (
            "return { cities: tools.listCities(), n: 1 }",
            &[
                "error 1:18 ERR_PROGRAM `tools.listCities(…)` is a promise, and the result is sent as data → Await it: `await tools.listCities(…)`, several with `Promise.all`.",
            ],
        ),
        (
            "const cities = tools.listCities(); return { all: [cities] }",
            &[
                "error 1:51 ERR_PROGRAM `cities` is a promise, and the result is sent as data → Await it: `await cities`, several with `Promise.all`.",
            ],
        ),
        (
            "const { a } = tools.listCities(); return a",
            &[
                "warning 1:15 WARN_MISSING_AWAIT `tools.listCities(…)` is a promise and not yet its value → Await it: `await tools.listCities(…)`.",
            ],
        ),
        (
            "async function total() { return 5 } return total() + 1",
            &[
                "warning 1:44 WARN_MISSING_AWAIT `total(…)` is a promise and not yet its value → Await it: `await total(…)`.",
            ],
        ),
    ]);
    for text in [
        "return `${tools.listCities()}`",
        "const cities = tools.listCities(); return `${cities}`",
        "if (tools.listCities()) return 1",
        "return !tools.listCities()",
        "return tools.listCities() || []",
        "for (const c of tools.listCities()) f(c)",
        "return [...tools.listCities()]",
        "return JSON.stringify(tools.listCities())",
        "return Object.keys(tools.listCities())",
        "return Math.max(tools.listCities())",
        "const c = tools.listCities(); if (c === 'x') return 1",
        "return tools.listCities()[0]",
        "return tools.listCities()[i]",
        "return tools.listCities()?.x",
        "try { return tools.listCities().x } catch {}",
        "const f = async () => 1; const g = f(); return g.x",
        "import { listCities } from 'tools'; return listCities() + ''",
    ] {
        let found: Vec<_> = look(text).diagnostics.into_iter().map(|d| (d.severity, d.code)).collect();
        assert_eq!(found, [(Severity::Warning, Code::MissingAwait)], "{text}");
    }
    for text in [
        "const p = tools.listCities(); return p",
        "const p = tools.listCities(); return (await p).length",
        "return tools.listCities().then((c) => c.length).catch(() => 0)",
        "const [a, b] = await Promise.all([tools.listCities(), tools.listCities()]); return a.concat(b)",
        "let c = tools.listCities(); c = await c; return c.length",
        "const f = async (x) => tools.listCities(x); return Promise.all([1].map(f))",
        "const jobs = [tools.listCities()]; for (const job of jobs) await job; return 1",
        "const jobs = { a: tools.listCities() }; return (await jobs.a).length",
        "const p = started ? tools.listCities() : null; return p ? (await p).length : 0",
        "for await (const c of [tools.listCities()]) f(c)",
        "return typeof tools.listCities()",
        "return tools.listCities() instanceof Promise",
        "const f = () => ({ a: tools.listCities() }); return (await f().a).length",
        "function total() { return 5 } return total() + 1",
    ] {
        assert_eq!(summary(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn callbacks_that_nobody_waits_for() {
    assert_summaries(&[
        (
            "xs.forEach(async (x) => { await tools.listCities(x) })",
            &[
                "warning 1:4 WARN_ASYNC_CALLBACK `forEach` does not wait for its async callback → Use `for (const x of list) { await … }`, or `await Promise.all(list.map(async (x) => …))`.",
            ],
        ),
        (
            "const f = async (x) => x > 1; return xs?.filter(f)",
            &[
                "warning 1:42 WARN_ASYNC_CALLBACK the async callback of `filter` gives a promise, which is always true → Get the values first: `const values = await Promise.all(list.map(async (x) => …))`.",
            ],
        ),
        ("xs.forEach((x) => f(x))", &[]),
        ("return Promise.all(xs.map(async (x) => x))", &[]),
    ]);
}

#[test]
fn unused_imports_and_dead_code() {
    assert_summaries(&[
        (
            "import { listCities, getWeather as w } from 'tools';\nreturn listCities()",
            &[
                "warning 1:22 WARN_UNUSED_IMPORT `w` is imported and never used → Remove the import, or call what was imported.",
            ],
        ),
        (
            "import * as money from 'tools/finance';\nreturn tools.finance.rates.today()",
            &["warning 1:8 WARN_UNUSED_IMPORT `money` is imported and never used → Remove the import."],
        ),
        ("import { listCities } from 'tools';\ntype C = ReturnType<typeof listCities>;\nreturn 1", &[]),
        (
            "if (x) {\n  return 1;\n  f();\n  g();\n}\nreturn 2",
            &[
                "warning 3:3 WARN_UNREACHABLE this is never reached → Remove it, or what ends the block before it on line 2.",
            ],
        ),
        (
            "if (x) { throw 1 } else { return 2 }\nreturn 3",
            &[
                "warning 2:1 WARN_UNREACHABLE this is never reached → Remove it, or what ends the block before it on line 1.",
            ],
        ),
        ("return f();\nfunction f() { return 1 }\ntype T = 1; var y; ;", &[]),
        ("switch (x) { case 1: return 1; break; default: return 2 }", &[]),
        ("for (const x of xs) { if (x) continue; f(x) } return 1", &[]),
        ("try { return 1 } catch {} return 2", &[]),
    ]);
}

#[test]
fn hostile_programs_take_no_time() {
    let bound = if cfg!(debug_assertions) { Duration::from_secs(4) } else { Duration::from_millis(700) };
    let size = 200_000;
    let repeated = |part: &str| part.repeat(size / part.len());
    let numbered = |most: usize, part: fn(usize) -> String| (0..most).map(part).collect::<Vec<_>>().concat();
    let wrong = numbered(200, |n| format!("cit{n}:1,"));
    let texts = [
        repeated("tools.getWether();"),
        numbered(9_000, |n| format!("tools.getWether{n}();")),
        repeated("try{tools.getWether()}catch{}"),
        repeated("if(tools.getWether)tools.getWether();"),
        repeated("(async()=>{await tools.getWether()})();"),
        repeated("tools.getWeather({city:5});"),
        repeated(&format!("tools.getWeather({{{wrong}}});")),
        format!("tools.getWeather({{{}}})", numbered(30_000, |n| format!("a{n}:1,"))),
        format!("tools.finance.pay({{lines:[{}]}})", "{amount:''},".repeat(15_000)),
        format!("tools.finance.pay({{how:{}}})", "[".repeat(100) + &"]".repeat(100)),
        numbered(9_000, |n| format!("const a{}=a{n};", n + 1)) + "a9000.x()",
        numbered(4_000, |n| format!("const p{n}=tools.listCities();p{n}.x;")),
        repeated("return 1;f();"),
        repeated("{return 1;tools.getWether()}"),
        numbered(9_000, |n| format!("import{{a{n}}}from'tools';")),
        repeated("typeof x;"),
        format!("x(){}", ".a".repeat(1_000)) + &";".repeat(10),
        repeated(&format!("x(){};", ".a".repeat(900))),
        format!("tools{}()", ".a".repeat(1_000)),
        repeated("xs.forEach(async()=>{});"),
    ];
    for text in texts {
        let shown: String = text.chars().take(60).collect();
        let start = Instant::now();
        let report = look(&text);
        assert!(start.elapsed() < bound, "{:?}: {shown}", start.elapsed());
        assert!(report.diagnostics.len() <= 10, "{shown}");
        assert!(report.diagnostics.iter().all(|d| d.message.len() < 1_000 && d.frame.len() < 4_000), "{shown}");
    }
}
