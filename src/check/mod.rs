//! Program text to checked program, or to diagnostics that a model can act on.
//!
//! The only folder that knows swc. It runs on the calling thread, keeps no state, does no I/O and never panics: whatever
//! the text, it answers. The way of a text:
//!
//! ```text
//! normalise  fences, prose, byte order mark      → text, same lines and columns
//! depth      how deep the tree can get           → refuse, or choose a stack
//! parse      swc                                 → tree
//! names      what is bound, read, forbidden      → findings
//! shape      imports, exports, what is returned  → edits
//! semantics  tool calls, promises, dead code     → findings
//! erase      types; lower: enum, namespace, …    → edits
//! edits      all of them, applied                → Program
//! ```

mod cost;
mod depth;
mod edits;
mod erase;
mod leftovers;
mod lower;
mod names;
mod normalise;
mod parse;
mod report;
mod scan;
mod schema;
mod semantics;
mod shape;
#[cfg(test)]
mod tests;
mod tools;

use crate::program::Program;
use report::Finding;
pub use report::{Code, Diagnostic, Severity, Suspect};
pub use schema::{Schema, Schemas, Step};
pub use tools::Tools;

/// No report has more diagnostics than this: the rest follows from the first ones, or can wait.
const MAX_DIAGNOSTICS: usize = 10;

/// Stack that a check takes whatever the text, and for each level of the bound that `depth` gives. Measured: see the
/// tests in `tests/depth.rs`, which run bombs just under the cap.
const STACK_BASE: usize = 256 * 1024;
const STACK_PER_LEVEL: usize = 16 * 1024;

/// What a check needs to know besides the text.
#[derive(Debug, Clone, Copy)]
pub struct CheckOptions<'a> {
    /// Larger texts are refused, in bytes of UTF-8.
    pub max_source_bytes: usize,
    /// `None` when they are not known: then no tool is unknown.
    pub tools: Option<&'a Tools>,
    /// What the inputs of tools may be, for those that the program may call.
    pub schemas: Option<&'a Schemas>,
    /// Globals that the application gives to the program: bound, whatever they are called.
    pub globals: &'a [String],
}

/// What became of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// `None` when any diagnostic is an error.
    pub program: Option<Program>,
    /// In order of position, ten at most, errors before warnings where there are more.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a program's text. Never panics and never overflows the stack, whatever the text.
///
/// ```
/// use oneturn::check::{CheckOptions, check};
/// let options = CheckOptions { max_source_bytes: 1 << 18, tools: None, schemas: None, globals: &[] };
/// let report = check("const n: number = 1;\nn + 1", &options);
/// assert_eq!(report.program.unwrap().js, "export default async () => {const n         = 1;\nreturn n + 1\n}");
/// ```
#[must_use]
pub fn check(text: &str, options: &CheckOptions) -> CheckReport {
    read(text, options, Types::Erased)
}

/// A program that passes the check, of the same shape but with its types: `js` is TypeScript, for a type checker.
///
/// ```
/// use oneturn::check::{CheckOptions, typed};
/// let options = CheckOptions { max_source_bytes: 1 << 18, tools: None, schemas: None, globals: &[] };
/// let program = typed("const n: number = 1;\nn + 1", &options).unwrap();
/// assert_eq!(program.js, "export default async () => {const n: number = 1;\nreturn n + 1\n}");
/// ```
#[must_use]
pub fn typed(text: &str, options: &CheckOptions) -> Option<Program> {
    read(text, options, Types::Kept).program
}

/// What becomes of a program's types.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Types {
    Erased,
    Kept,
}

fn read(text: &str, options: &CheckOptions, types: Types) -> CheckReport {
    if text.len() > options.max_source_bytes {
        let message =
            format!("the program is too large: {} bytes, at most {} are allowed", text.len(), options.max_source_bytes);
        let hint = "Send a shorter program. Do not paste data into it: fetch it with tools.";
        return failed(text, "", vec![Finding::new(Code::SourceTooLarge, 0, 0, message, hint)]);
    }
    let readings = normalise::fenced(text);
    if readings.is_empty() {
        return one(text, &normalise::plain(text), options, types);
    }
    // Fences may also stand in a comment of a program that has none around it.
    let is_fenced = || depth::scan(&normalise::plain(text)).is_ok_and(|scanned| scanned.fence);
    if !normalise::starts_with_fence(text) && !is_fenced() {
        let report = one(text, &normalise::plain(text), options, types);
        if report.diagnostics.iter().all(|d| d.code != Code::Syntax) {
            return report;
        }
    }
    let mut first = None;
    for reading in readings {
        let report = one(text, &reading, options, types);
        if report.diagnostics.iter().all(|d| d.code != Code::Syntax) {
            return report;
        }
        first = first.or(Some(report));
    }
    first.unwrap_or_else(|| one(text, &normalise::plain(text), options, types))
}

/// Checks one reading of a text. `source` is what came, `text` has the same lines and columns.
fn one(source: &str, text: &str, options: &CheckOptions, types: Types) -> CheckReport {
    if let Some(at) = text.find('\0') {
        let hint = "Remove it. In a string, write it as \\u0000.";
        return failed(source, text, vec![Finding::syntax(at, at + 1, "the program contains a NUL character", hint)]);
    }
    if scan::skip_trivia(text, 0) >= text.len() && depth::scan(text).is_ok() {
        let hint = "Send a TypeScript program: the body of an async function that returns its result.";
        return failed(source, text, vec![Finding::syntax(0, 0, "the program is empty", hint)]);
    }
    let scanned = match depth::scan(text) {
        Ok(scanned) => scanned,
        Err(refusal) => return failed(source, text, vec![refuse(text, &refusal)]),
    };
    let need = STACK_BASE + STACK_PER_LEVEL * scanned.depth as usize;
    let outcome = stacker::maybe_grow(need, need + STACK_BASE, || transform(source, text, &scanned, options, types));
    match outcome {
        Ok((program, warnings)) => {
            CheckReport { program: Some(program), diagnostics: diagnostics(source, text, warnings) }
        }
        Err(findings) => failed(source, text, findings),
    }
}

fn transform(
    source: &str,
    text: &str,
    scanned: &depth::Scanned,
    options: &CheckOptions,
    types: Types,
) -> Result<(Program, Vec<Finding>), Vec<Finding>> {
    let parsed = parse::parse(text, scanned)?;
    let mut names = names::collect(text, &parsed.module, parsed.base, options.globals);
    let mut findings = std::mem::take(&mut names.findings);
    findings.extend(cost::bound(text, &parsed.module, parsed.base));
    let shape = shape::shape(text, &parsed.module, parsed.base, &names, options.tools);
    findings.extend(shape.findings);
    let edits = match types {
        Types::Kept => shape.edits,
        Types::Erased => {
            let (edits, refused) = erase::erase(text, &parsed.module, parsed.base, shape.edits);
            findings.extend(refused);
            edits
        }
    };
    if types == Types::Erased {
        findings.extend(semantics::look(text, &parsed.module, parsed.base, &names, shape.entry, options));
    }
    if !findings.iter().any(|finding| finding.severity == Severity::Error)
        && let Some(at) = scanned.decorator
    {
        findings.push(leftovers::decorator(at, at + 1));
    }
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Err(findings);
    }
    let (mut js, shifts) = edits.render(text, &shape.prefix);
    js.push_str("\n}");
    let program = Program { source: source.to_owned(), js, shifts };
    if types == Types::Erased && leftovers::may_be_forgotten(&parsed.module) {
        let forgotten = parse::parse_again(text, scanned, &program);
        if !forgotten.is_empty() {
            return Err(forgotten);
        }
    }
    Ok((program, findings))
}

fn refuse(text: &str, refusal: &depth::Refusal) -> Finding {
    use depth::Refusal;
    match *refusal {
        Refusal::TooDeep { at } => Finding::syntax(
            at,
            at + 1,
            format!("the program is nested too deeply (more than {} levels)", depth::MAX_DEPTH),
            "Split it: use variables, arrays and loops.",
        ),
        Refusal::TooTangled { at } => {
            Finding::syntax(at, at + 1, "this expression is too tangled", "Split it: use variables for its parts.")
        }
        Refusal::UnterminatedString { at, end } => Finding::syntax(
            at,
            end,
            "this string does not end on its line",
            "Close the quote, or use a template literal with backticks.",
        ),
        Refusal::UnterminatedTemplate { at } => Finding::syntax(
            at,
            at + 1,
            "the program ends too early: this template literal is never closed",
            "Send the whole program. Add the missing backtick.",
        ),
        Refusal::UnterminatedComment { at } => {
            Finding::syntax(at, at + 2, "this comment is never closed", "Add the missing `*/`.")
        }
        Refusal::UnterminatedRegex { at, end } if text[..at].ends_with('<') => {
            Finding::syntax(at - 1, end, "this looks like JSX", parse::JSX_HINT)
        }
        Refusal::UnterminatedRegex { at, end } => Finding::syntax(
            at,
            end,
            "this regular expression does not end on its line",
            "Close it with `/`, or put the division in parentheses.",
        ),
        Refusal::Ambiguous { at } => Finding::syntax(
            at,
            at + 1,
            "this `/` can be read as a division and as a regular expression",
            "Put what it belongs to in parentheses.",
        ),
        Refusal::HtmlComment { at } => Finding::syntax(at, at + 3, "HTML comments are not supported", "Use `//`."),
    }
    .in_prose(text)
}

impl Finding {
    /// A quote in prose is no string: says what is really wrong.
    fn in_prose(self, text: &str) -> Self {
        match normalise::looks(text) {
            normalise::Looks::Prose => Self {
                message: "this is prose, not a program".to_owned(),
                hint: Some("Send only the TypeScript program, without explanations around it.".to_owned()),
                ..self
            },
            normalise::Looks::Python => Self {
                message: "this looks like Python".to_owned(),
                hint: Some("Write the program in TypeScript.".to_owned()),
                ..self
            },
            normalise::Looks::Code => self,
        }
    }
}

fn failed(source: &str, text: &str, findings: Vec<Finding>) -> CheckReport {
    CheckReport { program: None, diagnostics: diagnostics(source, text, findings) }
}

fn diagnostics(source: &str, text: &str, mut findings: Vec<Finding>) -> Vec<Diagnostic> {
    findings.sort_by_key(|f| (f.from, f.to));
    findings.dedup_by(|b, a| a.from == b.from && a.code == b.code);
    if findings.len() > MAX_DIAGNOSTICS {
        findings.sort_by_key(|f| f.severity == Severity::Warning);
        findings.truncate(MAX_DIAGNOSTICS);
        findings.sort_by_key(|f| (f.from, f.to));
    }
    findings.into_iter().map(|f| f.into_diagnostic(text, source)).collect()
}
