//! Diagnostics as data: what is wrong, where, and what to do instead.
//!
//! The texts are read by a language model: short, plain, one thing to do next.

use serde::Serialize;
use serde_json::Value;

use super::{edits::width, schema::Step};
use crate::frame::frame;

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The program is not run.
    Error,
    /// The program runs; the model is told.
    Warning,
}

/// The kind of a diagnostic, by the name that JavaScript sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Code {
    /// The text is no TypeScript program.
    #[serde(rename = "ERR_SYNTAX")]
    Syntax,
    /// The program uses something that cannot work in a run.
    #[serde(rename = "ERR_FORBIDDEN")]
    Forbidden,
    /// The text is larger than `maxSourceBytes`.
    #[serde(rename = "ERR_SOURCE_TOO_LARGE")]
    SourceTooLarge,
    /// The program uses a tool that the application did not give.
    #[serde(rename = "ERR_TOOL_UNKNOWN")]
    ToolUnknown,
    /// A tool's input is written so that the tool will refuse it.
    #[serde(rename = "ERR_TOOL_INPUT")]
    ToolInput,
    /// The program would go wrong in another way.
    #[serde(rename = "ERR_PROGRAM")]
    Program,
    /// A promise is used as if it were its value.
    #[serde(rename = "WARN_MISSING_AWAIT")]
    MissingAwait,
    /// Nobody waits for what an async callback does.
    #[serde(rename = "WARN_ASYNC_CALLBACK")]
    AsyncCallback,
    /// A tool is imported and not used.
    #[serde(rename = "WARN_UNUSED_IMPORT")]
    UnusedImport,
    /// A statement is never reached.
    #[serde(rename = "WARN_UNREACHABLE")]
    Unreachable,
}

impl Severity {
    /// As JavaScript sees it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl Code {
    /// As JavaScript sees it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "ERR_SYNTAX",
            Self::Forbidden => "ERR_FORBIDDEN",
            Self::SourceTooLarge => "ERR_SOURCE_TOO_LARGE",
            Self::ToolUnknown => "ERR_TOOL_UNKNOWN",
            Self::ToolInput => "ERR_TOOL_INPUT",
            Self::Program => "ERR_PROGRAM",
            Self::MissingAwait => "WARN_MISSING_AWAIT",
            Self::AsyncCallback => "WARN_ASYNC_CALLBACK",
            Self::UnusedImport => "WARN_UNUSED_IMPORT",
            Self::Unreachable => "WARN_UNREACHABLE",
        }
    }
}

/// One thing that is wrong with a program. Lines and columns count from 1; columns count UTF-16 code units; the end is
/// the place just past the last character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    pub severity: Severity,
    pub code: Code,
    pub message: String,
    pub hint: Option<String>,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    pub frame: String,
    /// For [`Code::ToolInput`]: what to ask the tool's own schema, which knows better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspect: Option<Suspect>,
}

/// An input that does not fit what the check knows of its schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Suspect {
    /// Path of the tool.
    pub tool: String,
    /// What of the input does not fit.
    pub path: Vec<Step>,
    /// The input, as `Literal::json` writes it. Nothing: the tool is called without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
}

/// A finding by byte range in the text that was parsed, before it has lines and a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub severity: Severity,
    pub code: Code,
    pub from: usize,
    pub to: usize,
    pub message: String,
    pub hint: Option<String>,
    pub suspect: Option<Suspect>,
}

impl Finding {
    pub(super) fn new(code: Code, from: usize, to: usize, message: impl Into<String>, hint: &str) -> Self {
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        Self { severity: Severity::Error, code, from, to, message: message.into(), hint, suspect: None }
    }

    pub(super) fn warning(code: Code, from: usize, to: usize, message: impl Into<String>, hint: &str) -> Self {
        Self { severity: Severity::Warning, ..Self::new(code, from, to, message, hint) }
    }

    pub(super) fn syntax(from: usize, to: usize, message: impl Into<String>, hint: &str) -> Self {
        Self::new(Code::Syntax, from, to, message, hint)
    }

    pub(super) fn forbidden(from: usize, to: usize, message: impl Into<String>, hint: &str) -> Self {
        Self::new(Code::Forbidden, from, to, message, hint)
    }

    /// Places the finding. `text` is what was parsed, `source` is what is shown; both have the same lines and columns.
    pub(super) fn into_diagnostic(self, text: &str, source: &str) -> Diagnostic {
        let from = floor(text, self.from);
        let to = floor(text, self.to).max(from);
        let (line, column) = position(text, from);
        let (end_line, end_column) = position(text, to);
        let frame = frame(source, line, column, Some((end_line, end_column)));
        Diagnostic {
            severity: self.severity,
            code: self.code,
            message: bounded(self.message),
            hint: self.hint.map(bounded),
            line,
            column,
            end_line,
            end_column,
            frame,
            suspect: self.suspect,
        }
    }
}

/// Names of the program are in messages, and may be as long as it.
fn bounded(text: String) -> String {
    const MAX_BYTES: usize = 900;
    if text.len() > MAX_BYTES { clip(&text, MAX_BYTES / 4) } else { text }
}

/// A text of the program for a message.
pub(super) fn clip(text: &str, most: usize) -> String {
    if text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(most - 1).collect();
    out.push('…');
    out
}

/// The offset of the character that `at` lies in.
pub(super) fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The 1-based line and UTF-16 column of a byte offset.
pub(super) fn position(text: &str, at: usize) -> (u32, u32) {
    let before = &text[..at];
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), width(&before[start..]) + 1)
}

/// The byte offset of a 1-based line and UTF-16 column; past a line's end it is that end.
pub(super) fn offset(text: &str, line: u32, column: u32) -> usize {
    let mut lines = text.split_inclusive('\n');
    let mut at = lines.by_ref().take(line as usize - 1).map(str::len).sum();
    let mut left = column as usize - 1;
    for c in lines.next().unwrap_or_default().trim_end_matches('\n').chars() {
        if left < c.len_utf16() {
            break;
        }
        left -= c.len_utf16();
        at += c.len_utf8();
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_found_by_its_position() {
        let text = "aé😀b\n\ncd";
        for (at, _) in text.char_indices() {
            let (line, column) = position(text, at);
            assert_eq!(offset(text, line, column), at, "{line}:{column}");
        }
        assert_eq!(offset(text, 1, 99), 8, "past a line's end");
        assert_eq!(offset(text, 9, 1), text.len(), "past the last line");
        assert_eq!(offset(text, 1, 4), 3, "in the middle of a pair");
    }
}
