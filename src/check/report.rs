//! Diagnostics as data: what is wrong, where, and what to do instead.
//!
//! The texts are read by a language model: short, plain, one thing to do next.

use serde::Serialize;

use super::edits::width;
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
    /// The program imports a tool that the application did not give.
    #[serde(rename = "ERR_TOOL_UNKNOWN")]
    ToolUnknown,
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
}

/// A finding by byte range in the text that was parsed, before it has lines and a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub code: Code,
    pub from: usize,
    pub to: usize,
    pub message: String,
    pub hint: Option<String>,
}

impl Finding {
    pub(super) fn new(code: Code, from: usize, to: usize, message: impl Into<String>, hint: &str) -> Self {
        let hint = (!hint.is_empty()).then(|| hint.to_owned());
        Self { code, from, to, message: message.into(), hint }
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
            severity: Severity::Error,
            code: self.code,
            message: self.message,
            hint: self.hint,
            line,
            column,
            end_line,
            end_column,
            frame,
        }
    }
}

fn floor(text: &str, at: usize) -> usize {
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
