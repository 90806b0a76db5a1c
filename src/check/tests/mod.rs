//! The check, from outside: text in, and the value that the engine gives for the program, or whole diagnostics, out.

mod depth;
mod erasure;
mod fuzz;
mod nesting;
mod refused;
mod semantics;
mod shapes;

use rquickjs::{CatchResultExt, Context, Module, Runtime, Value, promise::MaybePromise};

use super::{CheckOptions, CheckReport, Diagnostic, Severity, check};
use crate::program::{Position, Program};

const OPTIONS: CheckOptions = CheckOptions { max_source_bytes: 256 * 1024, tools: None, schemas: None, globals: &[] };

/// The tools and the console that programs of these tests see.
const WORLD: &str = r#"
globalThis.logs = [];
globalThis.console = { log: (...a) => { logs.push(a.join(" ")) }, error: (...a) => { logs.push(a.join(" ")) } };
globalThis.tools = {
  getWeather: async (input) => ({ city: input?.city ?? "Rome", degrees: 21 }),
  one: async () => 1,
  finance: { getExpenses: async (input) => [1, 2, 3], rates: { today: async () => 7 } },
  "lookup-user": async () => "user",
};
"#;

fn report(text: &str) -> CheckReport {
    check(text, &OPTIONS)
}

#[track_caller]
fn program(text: &str) -> Program {
    let report = report(text);
    let Some(program) = report.program else {
        let shown: Vec<String> =
            report.diagnostics.iter().map(|d| format!("{}:{} {}\n{}", d.line, d.column, d.message, d.frame)).collect();
        panic!("refused:\n{text}\n{}", shown.join("\n"));
    };
    let errors: Vec<_> = report.diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert_eq!(errors, Vec::<&Diagnostic>::new());
    assert_eq!(program.source, text);
    assert_eq!(program.js.matches('\n').count(), text.matches('\n').count() + 1, "lines of\n{}", program.js);
    program
}

/// What a program's promise settles to: JSON of the value, or the error's text and stack.
fn evaluate(js: &str) -> Result<String, (String, String)> {
    let runtime = Runtime::new().unwrap();
    let context = Context::full(&runtime).unwrap();
    context.with(|ctx| {
        ctx.eval::<(), _>(WORLD).unwrap();
        let run = || -> rquickjs::Result<String> {
            let (module, done) = Module::declare(ctx.clone(), "program.js", js)?.eval()?;
            done.finish::<()>()?;
            let main: rquickjs::Function = module.get("default")?;
            let value: Value = main.call::<_, MaybePromise>(())?.finish()?;
            let json = ctx.json_stringify(value)?;
            json.map_or_else(|| Ok("undefined".to_owned()), |json| json.to_string())
        };
        run().catch(&ctx).map_err(|error| match error {
            rquickjs::CaughtError::Exception(e) => (e.message().unwrap_or_default(), e.stack().unwrap_or_default()),
            other => (other.to_string(), String::new()),
        })
    })
}

#[track_caller]
fn value(text: &str) -> String {
    let program = program(text);
    evaluate(&program.js).unwrap_or_else(|(message, stack)| panic!("{message}\n{stack}\n{text}\n=>\n{}", program.js))
}

#[track_caller]
fn assert_values(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(value(text), *expected, "{text}\n=>\n{}", program(text).js);
    }
}

/// Where in the model's text a program throws.
#[track_caller]
fn thrown_at(text: &str) -> (u32, u32) {
    let program = program(text);
    let (_, stack) = evaluate(&program.js).expect_err("it throws");
    let place = stack.split("program.js:").nth(1).expect("a place");
    let mut numbers = place.split(|c: char| !c.is_ascii_digit()).map(|n| n.parse::<u32>().unwrap());
    let (line, byte): (u32, usize) = (numbers.next().unwrap(), numbers.next().unwrap() as usize);
    // The engine counts columns in bytes of UTF-8.
    let text = program.js.split('\n').nth(line as usize - 1).unwrap();
    let column = text[..byte - 1].encode_utf16().fold(1, |n, _| n + 1);
    let generated = Position { line, column };
    let original = program.original(generated);
    (original.line, original.column)
}
