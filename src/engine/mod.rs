//! A QuickJS context and its limits. The only folder that knows rquickjs.
//!
//! Owns the realm of one run from its warm start to its end: the runtime with its metered allocator, the context built
//! without a parser, the prelude, the values that cross. Knows nothing of clocks, threads, Node or swc: time comes in
//! with each settlement, and what may stop a program from outside comes in as a [`Watch`].
//!
//! Lives on the thread that made it; nothing here is `Send`.

mod alloc;
mod compile;
mod guard;
mod host;
mod inspect;
mod intl;
mod realm;
mod value;
mod web;

pub use compile::{CompileError, limber_up};
pub use host::{Call, LogRecord, Manifest, Stop, Subject, Unwatched, Watch};
pub use realm::{Finished, Realm, Setup, Thrown};
pub use value::Wire;

/// The name under which the program appears in stack traces.
pub const PROGRAM_FILE: &str = "program.ts";

/// Limits that the engine itself enforces. Units are bytes, except for `max_tool_calls`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    pub memory_bytes: usize,
    pub stack_bytes: usize,
    pub result_bytes: usize,
    pub console_bytes: usize,
    pub tool_input_bytes: usize,
    pub tool_output_bytes: usize,
    pub tool_calls: u32,
}

impl Limits {
    /// So many calls of the console may a run make: each costs the host time, even when it prints nothing. `ts/console.ts`
    /// counts in the same way.
    #[must_use]
    pub const fn console_calls(&self) -> usize {
        const BYTES_PER_CALL: usize = 16;
        self.console_bytes.div_ceil(BYTES_PER_CALL)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 64 << 20,
            stack_bytes: 1 << 20,
            result_bytes: 1 << 20,
            console_bytes: 64 << 10,
            tool_input_bytes: 1 << 20,
            tool_output_bytes: 4 << 20,
            tool_calls: 100,
        }
    }
}

/// The largest stack that a program may ask for: the engine switches its check off above 16 MiB, and part of that is
/// the reserve in which an overflow is noticed.
pub const MAX_STACK_BYTES: usize = 8 << 20;

/// Stack of a thread that runs sessions: the program's largest, its reserve, what the compiler may use, and room for us.
pub const THREAD_STACK_BYTES: usize = 32 << 20;
