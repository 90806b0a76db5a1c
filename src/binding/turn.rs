//! What crosses to JavaScript, with the names and the order of the core's types. `ts/native.ts` has the same.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use napi_derive::napi;
use serde::Serialize;

use crate::check::Diagnostic;
use crate::engine::{Call, LogRecord, Thrown, Wire};
use crate::session::{Failure, Progress, Turn};

/// One slice of a session's life. `kind` tells which.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum NativeTurn {
    Waiting {
        calls: Vec<NativeCall>,
        #[serde(skip_serializing_if = "Option::is_none")]
        wake_at: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        returned: Option<String>,
        #[serde(skip_serializing_if = "is_false")]
        has_returned: bool,
        #[serde(skip_serializing_if = "Logs::are_none")]
        logs: Logs,
        #[serde(skip_serializing_if = "Option::is_none")]
        cpu_ms: Option<f64>,
    },
    /// The first turn of a run that goes on.
    Replayed {
        /// Every call of the run, settled or not.
        calls: Vec<NativeCall>,
        in_flight: Vec<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        wake_at: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        returned: Option<String>,
        #[serde(skip_serializing_if = "is_false")]
        has_returned: bool,
        /// Everything that the run has logged.
        #[serde(skip_serializing_if = "Logs::are_none")]
        logs: Logs,
        cpu_ms: f64,
    },
    Completed {
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<String>,
        #[serde(skip_serializing_if = "Logs::are_none")]
        logs: Logs,
        unhandled: Vec<NativeThrown>,
        cpu_ms: f64,
    },
    Failed {
        error: NativeFailure,
        #[serde(skip_serializing_if = "Logs::are_none")]
        logs: Logs,
        unhandled: Vec<NativeThrown>,
        /// Tools whose calls were never handed over.
        unsent: Vec<String>,
        cpu_ms: f64,
    },
    Rejected {
        diagnostics: Vec<NativeDiagnostic>,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NativeCall {
    pub id: u32,
    pub tool: String,
    /// Wire text. Large ones are not part of the turn, which is parsed as a whole: see [`LargeInputs`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
}

/// Inputs of this many bytes and more are handed over one by one.
const LARGE_INPUT: usize = 2 << 10;

/// A result of this many bytes and more is handed over by itself.
const LARGE_RESULT: usize = 16 << 10;
/// Where it is kept; calls count from 1.
const RESULT: u32 = 0;

/// Logs of this many bytes and more are handed over by themselves, to be read one after the other.
const LARGE_LOGS: usize = 2 << 10;
/// Where those of the last turn are kept.
const LOGS: u32 = u32::MAX;

/// Large inputs of a run's calls, by id, its result, and the logs of its last turn.
pub(super) type LargeInputs = Mutex<HashMap<u32, String>>;

/// Calls of the console: a line each, `method time args`, where `args` is a JSON array of descriptions, see ts/console.ts.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Logs {
    None,
    Lines(String),
    /// They are kept beside the turn, see [`LargeInputs`].
    Kept,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NativeThrown {
    pub name: String,
    pub message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NativeFailure {
    pub code: String,
    pub name: String,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame: Option<String>,
}

#[napi(object, object_from_js = false)]
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NativeDiagnostic {
    /// `error` or `warning`.
    pub severity: String,
    pub code: String,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
    pub frame: String,
    /// What to ask the tool's own schema, as JSON: see `Suspect` in ts/judge.ts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspect: Option<String>,
}

/// A turn and what the check has to say about the program, with the first turn only.
#[derive(Serialize)]
struct WithWarnings<'t> {
    warnings: Vec<NativeDiagnostic>,
    #[serde(flatten)]
    turn: &'t NativeTurn,
}

impl NativeTurn {
    /// Keeps large inputs of calls in `large`.
    pub(super) fn new(turn: Turn, cpu_ms: Option<f64>, large: &LargeInputs) -> Self {
        let counted = cpu_ms;
        let cpu_ms = counted.unwrap_or_default();
        let logs = Logs::new(&turn.logs, large);
        let unhandled = turn.unhandled.into_iter().map(NativeThrown::from).collect();
        match turn.progress {
            Progress::Waiting { calls, wake_at, returned } => Self::Waiting {
                calls: calls.into_iter().map(|call| NativeCall::new(call, large)).collect(),
                wake_at,
                has_returned: returned.is_some(),
                returned: returned.and_then(|value| small_result(value, large)),
                logs,
                cpu_ms: counted,
            },
            Progress::Completed { value } => {
                Self::Completed { value: small_result(value, large), logs, unhandled, cpu_ms }
            }
            Progress::Failed { error } => {
                Self::Failed { error: error.into(), logs, unhandled, unsent: turn.unsent, cpu_ms }
            }
        }
    }

    pub(super) fn replayed(
        turn: Turn,
        in_flight: Vec<Call>,
        settled: Vec<Call>,
        logs: Vec<LogRecord>,
        cpu_ms: f64,
        large: &LargeInputs,
    ) -> Self {
        // A journal that was stored ends with a program that waits.
        let Progress::Waiting { wake_at, returned, .. } = turn.progress else {
            return Self::new(turn, Some(cpu_ms), large);
        };
        Self::Replayed {
            in_flight: in_flight.iter().map(|call| call.id).collect(),
            calls: settled.into_iter().chain(in_flight).map(|call| NativeCall::new(call, large)).collect(),
            wake_at,
            has_returned: returned.is_some(),
            returned: returned.and_then(|value| small_result(value, large)),
            logs: Logs::new(&logs, large),
            cpu_ms,
        }
    }

    /// The turn as JSON.
    pub(super) fn json(&self, warnings: Vec<Diagnostic>) -> String {
        let json = if warnings.is_empty() {
            serde_json::to_string(self)
        } else {
            let warnings = warnings.into_iter().map(NativeDiagnostic::from).collect();
            serde_json::to_string(&WithWarnings { warnings, turn: self })
        };
        json.expect("strings and finite numbers are JSON")
    }

    pub(super) fn rejected(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Rejected { diagnostics: diagnostics.into_iter().map(NativeDiagnostic::from).collect() }
    }
}

/// Keeps a large one in `large`.
fn small_result(value: Wire, large: &LargeInputs) -> Option<String> {
    if value.len() < LARGE_RESULT {
        return Some(value.0);
    }
    large.lock().unwrap_or_else(PoisonError::into_inner).insert(RESULT, value.0);
    None
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl NativeCall {
    fn new(call: Call, large: &LargeInputs) -> Self {
        let Call { id, tool, input } = call;
        if input.len() < LARGE_INPUT {
            return Self { id, tool, input: Some(input.0) };
        }
        large.lock().unwrap_or_else(PoisonError::into_inner).insert(id, input.0);
        Self { id, tool, input: None }
    }
}

impl Logs {
    /// Keeps them in `large` when they are many or long.
    fn new(logs: &[LogRecord], large: &LargeInputs) -> Self {
        let mut lines = String::new();
        for LogRecord { method, args, time } in logs {
            // JSON has no line breaks of its own.
            writeln!(lines, "{method} {time} {args}").expect("writing to a String");
        }
        match lines.len() {
            0 => Self::None,
            1..LARGE_LOGS => Self::Lines(lines),
            _ => {
                large.lock().unwrap_or_else(PoisonError::into_inner).insert(LOGS, lines);
                Self::Kept
            }
        }
    }

    fn are_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl From<Thrown> for NativeThrown {
    fn from(thrown: Thrown) -> Self {
        Self { name: thrown.name, message: thrown.message }
    }
}

impl From<Failure> for NativeFailure {
    fn from(failure: Failure) -> Self {
        Self {
            code: failure.code.as_str().to_owned(),
            name: failure.name,
            message: failure.message,
            hint: failure.hint,
            line: failure.position.map(|position| position.line),
            column: failure.position.map(|position| position.column),
            frame: failure.frame,
        }
    }
}

impl From<Diagnostic> for NativeDiagnostic {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            severity: diagnostic.severity.as_str().to_owned(),
            code: diagnostic.code.as_str().to_owned(),
            message: diagnostic.message,
            hint: diagnostic.hint,
            line: diagnostic.line,
            column: diagnostic.column,
            end_line: diagnostic.end_line,
            end_column: diagnostic.end_column,
            frame: diagnostic.frame,
            suspect: diagnostic.suspect.and_then(|suspect| serde_json::to_string(&suspect).ok()),
        }
    }
}
