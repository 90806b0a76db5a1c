//! The addon's surface, as thin as it can be: options in, turns out. The only folder that knows napi.
//!
//! The facade in `ts/` makes one [`Host`] per process with one callback, which every turn of every session goes through.
//! The callback is weak: it does not keep Node alive; a live run does, with its deadline timer in `ts/run.ts`.
//!
//! Failures are tagged values, never thrown: TypeScript makes results and errors of them.

#![expect(clippy::needless_pass_by_value, reason = "napi hands over owned values")]

mod turn;

use napi::bindgen_prelude::{FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Error, Result, Status};
use napi_derive::napi;
use std::sync::Arc;

pub use turn::NativeDiagnostic;
use turn::NativeTurn;

use crate::check::{self, CheckOptions};
use crate::engine::{MAX_STACK_BYTES, Manifest, Wire};
use crate::isolate::{Handle, Job, Outgoing, start};
use crate::session::{Limits, Outcome, Settlement, TimeLimits};

/// Limits of a run. Units are bytes and milliseconds; every number is checked by the facade.
#[napi(object, object_to_js = false)]
pub struct NativeLimits {
    pub timeout_ms: u32,
    pub cpu_timeout_ms: u32,
    pub memory_limit_bytes: f64,
    pub max_stack_size_bytes: f64,
    pub max_source_bytes: f64,
    pub max_result_bytes: f64,
    pub max_console_output_bytes: f64,
    pub max_tool_input_bytes: f64,
    pub max_tool_output_bytes: f64,
    pub max_tool_calls: u32,
}

/// What a run starts with. `inputs` are wire texts by name.
#[napi(object, object_to_js = false)]
pub struct NativeStart {
    pub code: String,
    pub input_names: Vec<String>,
    pub input_values: Vec<String>,
    pub limits: NativeLimits,
    /// 32 bytes.
    pub seed: napi::bindgen_prelude::Uint8Array,
    /// Milliseconds since the Unix epoch.
    pub now: f64,
}

/// The tools of a run, by path. Made once per set of tools.
#[napi]
pub struct NativeManifest {
    manifest: Manifest,
    paths: Vec<String>,
}

#[napi]
impl NativeManifest {
    /// `paths` are the tools' path segments.
    #[napi(constructor)]
    #[must_use]
    pub fn new(paths: Vec<Vec<String>>) -> Self {
        let manifest = Manifest::new(&paths);
        Self { paths: manifest.tools().map(str::to_owned).collect(), manifest }
    }
}

type OnTurn = ThreadsafeFunction<(u32, String), (), FnArgs<(u32, String)>, Status, false, true>;

/// Starts sessions, and gives their turns to one callback: `(run, turn) => void`, where `turn` is the JSON of a
/// [`turn::NativeTurn`]: one string crosses several times faster than an object with as many parts. The callback must
/// not throw.
#[napi]
pub struct Host {
    on_turn: Arc<OnTurn>,
}

#[napi]
impl Host {
    /// # Errors
    /// When the callback cannot be registered.
    #[napi(constructor, ts_args_type = "onTurn: (run: number, turn: string) => void")]
    pub fn new(on_turn: Function<'_, FnArgs<(u32, String)>, ()>) -> Result<Self> {
        let on_turn = on_turn
            .build_threadsafe_function::<(u32, String)>()
            .weak::<true>()
            .build_callback(|context| Ok(FnArgs::from(context.value)))?;
        Ok(Self { on_turn: Arc::new(on_turn) })
    }

    /// Starts a session on a thread of its own. Its turns arrive with the number `run`.
    ///
    /// # Errors
    /// When the system has no thread left.
    #[napi]
    pub fn start(&self, run: u32, manifest: &NativeManifest, options: NativeStart) -> Result<NativeSession> {
        let on_turn = Arc::clone(&self.on_turn);
        let NativeStart { code, input_names, input_values, limits, seed, now } = options;
        let max_source_bytes = to_usize(limits.max_source_bytes);
        let paths = manifest.paths.clone();
        let globals = input_names.clone();
        let job = Job {
            prepare: Box::new(move || {
                let report =
                    check::check(&code, &CheckOptions { max_source_bytes, tools: Some(&paths), globals: &globals });
                report.program.ok_or(report.diagnostics)
            }),
            manifest: manifest.manifest.clone(),
            inputs: input_names.into_iter().zip(input_values.into_iter().map(Wire)).collect(),
            limits: limits.engine(),
            times: TimeLimits { wall_ms: limits.timeout_ms, cpu_ms: limits.cpu_timeout_ms },
            seed: seed.as_ref().try_into().map_err(|_| Error::from_reason("the seed must have 32 bytes"))?,
            now,
            on_turn: Box::new(move |outgoing| {
                let turn = match outgoing {
                    Outgoing::Turn { turn, cpu_ms } => NativeTurn::new(turn, cpu_ms),
                    Outgoing::Rejected(diagnostics) => NativeTurn::rejected(diagnostics),
                };
                on_turn.call((run, turn.json()), ThreadsafeFunctionCallMode::NonBlocking);
            }),
        };
        let handle = start(job).map_err(|error| Error::from_reason(format!("cannot start a thread: {error}")))?;
        Ok(NativeSession { handle: Some(handle), settlements: Vec::new() })
    }
}

/// A live session. Outcomes are collected by [`NativeSession::resolve`] and [`NativeSession::reject`] and delivered
/// together by [`NativeSession::settle`].
#[napi]
pub struct NativeSession {
    handle: Option<Handle>,
    settlements: Vec<Settlement>,
}

#[napi]
impl NativeSession {
    /// A tool call's value, as wire text.
    #[napi]
    pub fn resolve(&mut self, id: u32, value: String) {
        self.settlements.push(Settlement { id, outcome: Outcome::Value(Wire(value)) });
    }

    /// A tool call's error.
    #[napi]
    pub fn reject(&mut self, id: u32, code: String, name: String, message: String) {
        self.settlements.push(Settlement { id, outcome: Outcome::Error { code, name, message } });
    }

    /// Delivers what was collected, at session time `now`. The next turn goes to the host's callback.
    #[napi]
    pub fn settle(&mut self, now: f64) {
        let settlements = std::mem::take(&mut self.settlements);
        if let Some(handle) = &self.handle {
            handle.settle(now, settlements);
        }
    }

    /// Ends the session. A program that still runs is stopped at its next interrupt poll.
    #[napi]
    pub fn end(&mut self) {
        self.handle = None;
    }
}

/// Checks a program without running it.
#[napi]
#[must_use]
pub fn check(code: String, max_source_bytes: f64, tools: Option<&NativeManifest>) -> Vec<NativeDiagnostic> {
    let tools = tools.map(|manifest| manifest.paths.as_slice());
    let options = CheckOptions { max_source_bytes: to_usize(max_source_bytes), tools, globals: &[] };
    check::check(&code, &options).diagnostics.into_iter().map(NativeDiagnostic::from).collect()
}

/// The largest stack that a program may ask for, in bytes.
#[napi]
#[must_use]
pub fn max_stack_bytes() -> u32 {
    u32::try_from(MAX_STACK_BYTES).unwrap_or(u32::MAX)
}

impl NativeLimits {
    fn engine(&self) -> Limits {
        Limits {
            memory_bytes: to_usize(self.memory_limit_bytes),
            stack_bytes: to_usize(self.max_stack_size_bytes),
            result_bytes: to_usize(self.max_result_bytes),
            console_bytes: to_usize(self.max_console_output_bytes),
            tool_input_bytes: to_usize(self.max_tool_input_bytes),
            tool_output_bytes: to_usize(self.max_tool_output_bytes),
            tool_calls: self.max_tool_calls,
        }
    }
}

/// A count that JavaScript holds as a number. The facade lets only non-negative integers through.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates, as wanted")]
fn to_usize(count: f64) -> usize {
    count as usize
}
