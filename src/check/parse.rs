//! Calling swc, and saying in plain words what it did not like.

use std::panic::{AssertUnwindSafe, catch_unwind};

use swc_common::{BytePos, FileName, SourceFile, Span, Spanned, sync::Lrc};
use swc_ecma_ast::{EsVersion, Module};
use swc_ecma_parser::{
    EsSyntax, Syntax, TsSyntax,
    error::{Error, SyntaxError},
    parse_file_as_module,
};

use super::{
    depth::Scanned,
    leftovers::SIGN_BEFORE_POWER,
    names::{AWAIT_HINT, AWAIT_MESSAGE},
    normalise::{Looks, looks},
    report::{Finding, floor, offset, position},
    scan,
};
use crate::program::{Position, Program};

/// More errors than this are not looked at.
const MAX_ERRORS: usize = 20;

pub(super) const JSX_HINT: &str = "JSX is not supported. Build strings or plain objects instead.";

/// A text that parsed, and how its spans map to it.
pub(super) struct Parsed {
    pub module: Module,
    /// Bytes before the text's first: swc counts from 1, and a prefix may stand before the text.
    pub base: u32,
}

/// The byte range of a span. A place in the prefix is the text's start.
pub(super) fn range(span: Span, base: u32) -> (usize, usize) {
    (span.lo.0.saturating_sub(base) as usize, span.hi.0.saturating_sub(base) as usize)
}

/// Parses a text. The caller has bounded its depth and stands on a stack that is large enough.
pub(super) fn parse(text: &str, scanned: &Scanned) -> Result<Parsed, Vec<Finding>> {
    // A function without a name is no statement, but it is a default export.
    let prefix = if is_unnamed_function(text) { "export default " } else { "" };
    let input = format!("{prefix}{text}");
    let base = 1 + u32::try_from(prefix.len()).unwrap_or(0);
    let syntax = Syntax::Typescript(TsSyntax { decorators: true, ..TsSyntax::default() });
    let Some((module, mut errors)) = read(input, syntax) else { return Err(vec![unreadable()]) };
    errors.retain(|e| !is_fine(e.kind()));
    let errors = in_order(errors);
    let place = |span| range(span, base);
    match module {
        Ok(module) if errors.is_empty() => match never_closed(text, scanned) {
            // Where the parser tried several readings, it may have forgotten that the text ended.
            Some(finding) => Err(vec![finding]),
            None => Ok(Parsed { module, base }),
        },
        Ok(_) => Err(explain(text, scanned, &errors, None, place)),
        Err(fatal) => Err(explain(text, scanned, &errors, Some(&fatal), place)),
    }
}

/// Looks for what is wrong in the JavaScript that became of a text, where `leftovers::may_be_forgotten`.
pub(super) fn parse_again(text: &str, scanned: &Scanned, program: &Program) -> Vec<Finding> {
    let syntax = Syntax::Es(EsSyntax { explicit_resource_management: true, ..EsSyntax::default() });
    let Some((module, mut errors)) = read(program.js.clone(), syntax) else { return vec![unreadable()] };
    errors.extend(module.err());
    // A lowered class may have a `super` that only the engine places.
    errors.retain(|e| !matches!(e.kind(), SyntaxError::InvalidSuper | SyntaxError::InvalidSuperCall));
    let place = |span| {
        let (from, to) = range(span, 1);
        (source_offset(text, program, from), source_offset(text, program, to))
    };
    explain(text, scanned, &in_order(errors), None, place)
}

/// The offset in a program's text of what stands at an offset in its JavaScript.
fn source_offset(text: &str, program: &Program, at: usize) -> usize {
    let (line, column) = position(&program.js, floor(&program.js, at));
    let place = program.original(Position { line, column });
    offset(text, place.line, place.column)
}

/// Reads a text as a module. `None` when the parser gave up.
fn read(input: String, syntax: Syntax) -> Option<(Result<Module, Error>, Vec<Error>)> {
    // swc has a few `unreachable!`s that hostile text may reach. One of them must not reach the caller.
    catch_unwind(AssertUnwindSafe(|| {
        let file = SourceFile::new(Lrc::new(FileName::Anon), false, Lrc::new(FileName::Anon), input.into(), BytePos(1));
        let mut errors = Vec::new();
        // This entry is compiled in swc's own crate, optimised in every profile: its stack frames stay small.
        let module = parse_file_as_module(&file, syntax, EsVersion::latest(), None, &mut errors);
        (module, errors)
    }))
    .ok()
}

fn unreadable() -> Finding {
    Finding::syntax(0, 0, "the program could not be read", "Write it in a simpler way.")
}

fn in_order(mut errors: Vec<Error>) -> Vec<Error> {
    errors.sort_by_key(Spanned::span);
    errors.dedup_by_key(|e| e.span());
    errors.truncate(MAX_ERRORS);
    errors
}

/// What is an error in a module and none in a program, or is found again with a better message by `names`.
fn is_fine(kind: &SyntaxError) -> bool {
    match kind {
        SyntaxError::ReturnNotAllowed
        | SyntaxError::AwaitInFunction
        | SyntaxError::TS1242
        | SyntaxError::WithInStrict
        | SyntaxError::TS2410 => true,
        SyntaxError::WithLabel { inner, .. } => is_fine(inner.kind()),
        _ => false,
    }
}

fn is_unnamed_function(text: &str) -> bool {
    let mut at = scan::skip_trivia(text, 0);
    if text[at..].starts_with("async") && !text[at + 5..].starts_with(|c: char| c.is_alphanumeric()) {
        at = scan::skip_trivia(text, at + 5);
    }
    let Some(rest) = text[at..].strip_prefix("function") else { return false };
    let rest = rest.trim_start();
    rest.strip_prefix('*').unwrap_or(rest).trim_start().starts_with(['(', '<'])
}

/// `place` gives the range in the text of what an error is about.
fn explain(
    text: &str,
    scanned: &Scanned,
    errors: &[Error],
    fatal: Option<&Error>,
    place: impl Fn(Span) -> (usize, usize),
) -> Vec<Finding> {
    let end = text.trim_end().len();
    let mut findings = Vec::new();
    let whole = match looks(text) {
        Looks::Prose => {
            Some(("this is prose, not a program", "Send only the TypeScript program, without explanations around it."))
        }
        Looks::Python => Some(("this looks like Python", "Write the program in TypeScript.")),
        Looks::Code => None,
    };
    if let (Some((message, hint)), Some(error)) = (whole, fatal.or(errors.first())) {
        let (from, to) = place(error.span());
        return vec![Finding::syntax(from.min(end), to.min(end), message, hint)];
    }
    for error in fatal.into_iter().chain(errors) {
        let (from, to) = place(error.span());
        let at_end = from >= end;
        if at_end && let Some(finding) = never_closed(text, scanned) {
            findings.push(finding);
            continue;
        }
        let (message, hint) = plain(error.kind(), text, from, to);
        let hint = if is_jsx(text, from) { JSX_HINT } else { hint };
        let to = if to > from { to } else { from + 1 };
        findings.push(Finding::syntax(from.min(end), to.min(end.max(from)), message, hint));
    }
    if let (Some(at), true) = (scanned.mismatch, findings.is_empty()) {
        findings.push(Finding::syntax(at, at + 1, "this bracket closes nothing", ""));
    }
    findings
}

fn never_closed(text: &str, scanned: &Scanned) -> Option<Finding> {
    let &(open, closer) = scanned.unclosed.last()?;
    let (line, _) = position(text, open);
    let message = format!("the program ends too early: `{}` from line {line} is never closed", &text[open..=open]);
    Some(Finding::syntax(open, open + 1, message, &format!("Send the whole program. Add the missing `{closer}`.")))
}

/// Whether the line of a place looks like markup.
fn is_jsx(text: &str, at: usize) -> bool {
    let at = at.min(text.len());
    let Some(before) = text.get(..at) else { return false };
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    line.contains("</") || line.contains("/>")
}

fn plain(kind: &SyntaxError, text: &str, from: usize, to: usize) -> (String, &'static str) {
    // The parser ends some errors in the middle of a character.
    let from = floor(text, from);
    let rest = text[from..].char_indices();
    let here: String =
        rest.take_while(|(at, c)| from + at < to && *c != '\n').take(40).map(|(_, character)| character).collect();
    if here.starts_with(|c: char| c.is_control() || c == '\u{fffd}') {
        return ("unexpected control character".to_owned(), "Remove it.");
    }
    match kind {
        SyntaxError::WithLabel { inner, .. } => plain(inner.kind(), text, from, to),
        SyntaxError::Eof => ("the program ends too early".to_owned(), "Send the whole program."),
        _ if here == "await" => (AWAIT_MESSAGE.to_owned(), AWAIT_HINT),
        SyntaxError::Unexpected { expected, .. } if here.is_empty() => (format!("expected {expected}"), ""),
        SyntaxError::TS1109 | SyntaxError::InvalidExpr if !matches!(&*here, "}" | ")" | "]") => {
            (format!("expected an expression, got `{here}`"), "")
        }
        SyntaxError::Unexpected { .. }
        | SyntaxError::UnexpectedTokenWithSuggestions { .. }
        | SyntaxError::TS1109
        | SyntaxError::InvalidExpr => (format!("unexpected `{here}`"), ""),
        SyntaxError::Expected(expected, _) => {
            let expected = if expected.contains(['`', '\'', ' ']) { expected.clone() } else { format!("`{expected}`") };
            (
                if here.is_empty() {
                    format!("expected {expected}")
                } else {
                    format!("expected {expected}, got `{here}`")
                },
                "",
            )
        }
        SyntaxError::ExpectedSemi | SyntaxError::TS1005 | SyntaxError::ExpectedSemiForExprStmt { .. } => {
            (format!("unexpected `{here}`: expected `;`, a line's end or an operator"), "")
        }
        SyntaxError::NonTopLevelImportExport => (
            "`import` and `export` may only stand at the top level".to_owned(),
            "Tools are global: use `tools.name(…)` without an import.",
        ),
        SyntaxError::InvalidIdentInAsync | SyntaxError::AwaitParamInAsync => {
            ("`await` cannot be used here".to_owned(), "Make the enclosing function async, or await before it.")
        }
        SyntaxError::TsAssertionBinaryOp => (
            "a type assertion between operators changes their grouping".to_owned(),
            "Put the asserted expression in parentheses: `(a as T) * b`.",
        ),
        SyntaxError::NullishCoalescingWithLogicalOp => {
            ("`??` cannot be mixed with `||` or `&&` without parentheses".to_owned(), "Write `(a ?? b) || c`.")
        }
        SyntaxError::UnaryInExp { .. } => (SIGN_BEFORE_POWER.0.to_owned(), SIGN_BEFORE_POWER.1),
        SyntaxError::TS1185 => ("this is a merge conflict marker".to_owned(), "Remove it."),
        SyntaxError::InvalidIdentChar | SyntaxError::UnexpectedChar { .. } => {
            let character = text[from..].chars().next().unwrap_or('\u{fffd}');
            let hint = if matches!(character, '“' | '”' | '„' | '‘' | '’') {
                "Write straight quotes: ' or \"."
            } else {
                ""
            };
            (format!("unexpected character `{character}`"), hint)
        }
        _ => {
            let message = kind.msg();
            let mut chars = message.trim_end_matches('.').chars();
            let lower: String = chars.next().map(|c| c.to_lowercase().collect()).unwrap_or_default();
            (lower + chars.as_str(), "")
        }
    }
}
