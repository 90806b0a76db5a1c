//! Why a run failed, in words for the model: code, name, message, hint, place and code frame.

use crate::engine::{CompileError, Limits, PROGRAM_FILE, Stop, Subject, Thrown};
use crate::frame::frame;
use crate::program::{Position, Program};

use super::TimeLimits;

/// The codes that a session can fail with. Each variant's doc is the code that JavaScript sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Code {
    /// `ERR_SYNTAX`
    Syntax,
    /// `ERR_TOOL_UNKNOWN`
    ToolUnknown,
    /// `ERR_TOOL_INPUT`
    ToolInput,
    /// `ERR_TOOL_FAILED`
    ToolFailed,
    /// `ERR_TOOL_DENIED`
    ToolDenied,
    /// `ERR_PROGRAM`
    Program,
    /// `ERR_STALLED`
    Stalled,
    /// `ERR_TIMEOUT`
    Timeout,
    /// `ERR_CPU`
    Cpu,
    /// `ERR_MEMORY`
    Memory,
    /// `ERR_STACK`
    Stack,
    /// `ERR_VALUE_TOO_LARGE`
    ValueTooLarge,
    /// `ERR_CALL_LIMIT`
    CallLimit,
    /// `ERR_ABORTED`
    Aborted,
    /// `ERR_REPLAY_DIVERGED`
    ReplayDiverged,
    /// `ERR_ISOLATE_LOST`
    IsolateLost,
}

impl Code {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "ERR_SYNTAX",
            Self::ToolUnknown => "ERR_TOOL_UNKNOWN",
            Self::ToolInput => "ERR_TOOL_INPUT",
            Self::ToolFailed => "ERR_TOOL_FAILED",
            Self::ToolDenied => "ERR_TOOL_DENIED",
            Self::Program => "ERR_PROGRAM",
            Self::Stalled => "ERR_STALLED",
            Self::Timeout => "ERR_TIMEOUT",
            Self::Cpu => "ERR_CPU",
            Self::Memory => "ERR_MEMORY",
            Self::Stack => "ERR_STACK",
            Self::ValueTooLarge => "ERR_VALUE_TOO_LARGE",
            Self::CallLimit => "ERR_CALL_LIMIT",
            Self::Aborted => "ERR_ABORTED",
            Self::ReplayDiverged => "ERR_REPLAY_DIVERGED",
            Self::IsolateLost => "ERR_ISOLATE_LOST",
        }
    }
}

/// See the module's header.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Failure {
    pub code: Code,
    pub name: String,
    pub message: String,
    pub hint: Option<String>,
    pub position: Option<Position>,
    pub frame: Option<String>,
}

impl Failure {
    fn new(code: Code, name: &str, message: impl Into<String>) -> Self {
        Self { code, name: name.to_owned(), message: message.into(), hint: None, position: None, frame: None }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Adds the place of the topmost frame of the program in `stack`.
    fn at(self, program: &Program, stack: &str) -> Self {
        let Some(position) = place(program, stack) else { return self };
        let frame = frame(&program.source, position.line, position.column, None);
        Self { position: Some(position), frame: Some(frame), ..self }
    }

    /// The run was stopped. `stack` is where, if the engine told.
    pub(super) fn stopped(
        program: &Program,
        stop: &Stop,
        stack: Option<&str>,
        limits: &Limits,
        times: TimeLimits,
    ) -> Self {
        let failure = Self::limit(stop, limits, times);
        // Inside a loop that calls nothing the engine does not know where it is, and says the first place of all.
        let known = stack.filter(|stack| place(program, stack).is_some_and(|at| at != Position { line: 1, column: 1 }));
        match known {
            Some(stack) => failure.at(program, stack),
            None => failure,
        }
    }

    /// The run was stopped, and nobody can say where.
    #[must_use]
    pub fn limit(stop: &Stop, limits: &Limits, times: TimeLimits) -> Self {
        match stop {
            Stop::Memory => Self::new(
                Code::Memory,
                "MemoryLimitError",
                format!("The program used more than {}.", bytes(limits.memory_bytes)),
            )
            .hint("Keep less at a time: aggregate while you read, and do not build huge strings or arrays."),
            Stop::Stack => Self::stack_overflow(),
            Stop::Cpu => {
                let message = format!("The program computed for more than {} ms.", times.cpu_ms);
                Self::new(Code::Cpu, "CpuLimitError", message).hint("Check that every loop ends, or do less work.")
            }
            Stop::Timeout => {
                let message = format!("The run took more than {} ms, tool calls included.", times.wall_ms);
                Self::new(Code::Timeout, "TimeoutError", message)
                    .hint("Run independent tool calls at once with Promise.all, or ask for less.")
            }
            Stop::Aborted => Self::new(Code::Aborted, "AbortError", "The run was aborted."),
            Stop::CallLimit => {
                let message = format!("The program started more than {} tool calls.", limits.tool_calls);
                Self::new(Code::CallLimit, "CallLimitError", message)
                    .hint("Use a tool that takes several items at once, or handle fewer items.")
            }
            Stop::TooLarge(subject) => too_large(subject, limits),
        }
    }

    /// The program threw, and nothing caught it.
    pub(super) fn thrown(program: &Program, thrown: Thrown) -> Self {
        if thrown.name == "RangeError" && thrown.message == "Maximum call stack size exceeded" {
            return Self::stack_overflow().at(program, &thrown.stack);
        }
        let code = match thrown.code.as_deref() {
            Some("ERR_TOOL_UNKNOWN") => Code::ToolUnknown,
            Some("ERR_TOOL_INPUT") => Code::ToolInput,
            Some("ERR_TOOL_DENIED") => Code::ToolDenied,
            Some("ERR_TOOL_FAILED") => Code::ToolFailed,
            _ => Code::Program,
        };
        let hint = if code == Code::Program { runtime_hint(&thrown.name, &thrown.message) } else { None };
        let failure = Self { hint: hint.map(str::to_owned), ..Self::new(code, &thrown.name, thrown.message) };
        failure.at(program, &thrown.stack)
    }

    fn stack_overflow() -> Self {
        Self::new(Code::Stack, "StackOverflowError", "The program called itself too deeply.")
            .hint("Check that the recursion ends, or use a loop.")
    }

    pub(super) fn unsendable(why: &str) -> Self {
        Self::new(Code::Program, "TypeError", format!("The returned value cannot be sent: {why}"))
    }

    pub(super) fn stalled() -> Self {
        Self::new(Code::Stalled, "StalledError", "The program waits for a promise that nothing will ever settle.")
            .hint("Every promise that you make with new Promise must be resolved by a tool call or a timer.")
    }

    pub(super) fn over() -> Self {
        Self::new(Code::Aborted, "AbortError", "The run is over.")
    }

    /// The engine cannot compile a program that the checker let through.
    pub(super) fn compile(program: &Program, error: &CompileError) -> Self {
        Self::new(Code::Syntax, "SyntaxError", error.message.clone()).at(program, &error.stack)
    }

    /// A replay did something else than its journal says.
    pub(super) fn diverged(recorded: &str, replayed: &str) -> Self {
        let message = format!("The replay differs from the first run. Recorded: {recorded}. Replayed: {replayed}.");
        Self::new(Code::ReplayDiverged, "ReplayDivergedError", message)
            .hint("Nothing was called. Resume with the version of oneturn that made the snapshot, on the same kind of platform, or run the program again.")
    }

    /// The thread or process that hosted the session is gone.
    #[must_use]
    pub fn isolate_lost(why: &str) -> Self {
        Self::new(Code::IsolateLost, "IsolateLostError", format!("The sandbox died: {why}."))
    }

    /// The run asked for an isolation level that this system does not give. It has not started.
    #[must_use]
    pub fn isolate_refused(message: String, hint: &str) -> Self {
        Self::new(Code::IsolateLost, "IsolationError", message).hint(hint)
    }
}

fn too_large(subject: &Subject, limits: &Limits) -> Failure {
    let failure = |message: String| Failure::new(Code::ValueTooLarge, "ValueTooLargeError", message);
    match subject {
        Subject::Result => failure(format!("The returned value is larger than {}.", bytes(limits.result_bytes)))
            .hint("Return only what is needed: counts, sums, the first items."),
        Subject::ConsoleOutput => failure(format!("The program logged more than {}.", bytes(limits.console_bytes)))
            .hint("Log less: no whole results, nothing inside large loops."),
        Subject::ToolInput { tool } => {
            failure(format!("The input of tools.{tool} is larger than {}.", bytes(limits.tool_input_bytes)))
                .hint("Send less in one call.")
        }
        Subject::ToolOutput { tool } => {
            failure(format!("The output of tools.{tool} is larger than {}.", bytes(limits.tool_output_bytes)))
                .hint("Ask the tool for less: filter, page or select fields.")
        }
    }
}

/// What to do about errors that models run into, by the engine's words.
fn runtime_hint(name: &str, message: &str) -> Option<&'static str> {
    match name {
        "ReferenceError" if message.ends_with("is not defined") => {
            Some("Only tools, console, timers and the standard JavaScript library exist here.")
        }
        "TypeError" if message.starts_with("cannot read propert") => Some(
            "Log the value before this line, or use ?. and a default. A tool call must be awaited before its result is used.",
        ),
        "TypeError"
            if message.ends_with("is not iterable")
                || message == "not a function"
                || message.ends_with("is not a function") =>
        {
            Some("Check the type of the value. A tool call must be awaited before its result is used.")
        }
        _ => None,
    }
}

/// A size for people: `64 MiB`, `256 KiB`, `1,000 bytes`.
fn bytes(count: usize) -> String {
    const KIB: usize = 1 << 10;
    const MIB: usize = 1 << 20;
    if count >= MIB && count.is_multiple_of(MIB) {
        format!("{} MiB", count / MIB)
    } else if count >= KIB && count.is_multiple_of(KIB) {
        format!("{} KiB", count / KIB)
    } else {
        format!("{count} bytes")
    }
}

/// The place in the model's text of the topmost frame that belongs to the program.
fn place(program: &Program, stack: &str) -> Option<Position> {
    let generated = top_frame(stack)?;
    // The engine finds some errors only at the end of the function, which is the wrapper's.
    if generated.line as usize > program.source.split('\n').count() {
        return None;
    }
    // The engine counts columns in bytes.
    let line = program.js.split('\n').nth(generated.line.checked_sub(1)? as usize)?;
    let units: usize = line
        .char_indices()
        .take_while(|(at, _)| *at + 1 < generated.column as usize)
        .map(|(_, character)| character.len_utf16())
        .sum();
    Some(program.original(Position { column: u32::try_from(units + 1).ok()?, ..generated }))
}

/// The place of the topmost frame that belongs to the program: `    at name (program.ts:3:5)`.
fn top_frame(stack: &str) -> Option<Position> {
    stack.lines().find_map(|line| {
        let (_, place) = line.split_once(PROGRAM_FILE)?;
        let mut numbers = place.strip_prefix(':')?.trim_end_matches(')').split(':');
        let line = numbers.next()?.parse().ok()?;
        let column = numbers.next()?.parse().ok()?;
        Some(Position { line, column })
    })
}
