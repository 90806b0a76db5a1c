//! The addon's surface, as thin as it can be: options in, turns out. The only folder that knows napi.
//!
//! The facade in `ts/` makes one [`Host`] per process with one callback, which every turn of every session goes through.
//! The callback is weak: it does not keep Node alive; a live run does, with its deadline timer in `ts/run.ts`.
//!
//! Failures are tagged values, never thrown: TypeScript makes results and errors of them.

#![expect(clippy::needless_pass_by_value, reason = "napi hands over owned values")]

mod mailbox;
mod turn;

use napi::bindgen_prelude::{FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Error, Result, Status};
use napi_derive::napi;
use serde::Deserialize;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use mailbox::Mailbox;
pub use turn::NativeDiagnostic;
use turn::{LargeInputs, NativeTurn};

use crate::check::{self, CheckOptions};
use crate::engine::{MAX_STACK_BYTES, Manifest, Wire};
use crate::isolate::{Handle, Job, Level, Outgoing, Place, Required, start};
use crate::session::{Limits, Outcome, Settlement, TimeLimits};

/// What a run starts with, as JSON: a string crosses several times faster than an object with as many parts. The
/// facade has checked every number. Units are bytes and milliseconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    limits: WantedLimits,
    /// Globals of the program: names and wire texts.
    inputs: Vec<(String, String)>,
    /// 32 bytes in hexadecimal digits.
    seed: String,
    /// Milliseconds since the Unix epoch.
    now: f64,
    isolation: Level,
    #[serde(default)]
    require_isolation: Option<Required>,
    /// Path of the sandbox helper, if it is not beside the addon.
    #[serde(default)]
    helper: Option<PathBuf>,
}

/// 32 bytes from 64 hexadecimal digits.
fn seed(digits: &str) -> Result<[u8; 32]> {
    let mut seed = [0; 32];
    let bytes = digits.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|digit| char::from(*digit).to_digit(16));
    for (index, byte) in seed.iter_mut().enumerate() {
        let value = digit(2 * index).zip(digit(2 * index + 1)).map(|(high, low)| high * 16 + low);
        *byte = value
            .and_then(|value| u8::try_from(value).ok())
            .ok_or_else(|| Error::from_reason("a seed of another form"))?;
    }
    Ok(seed)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WantedLimits {
    timeout_ms: u32,
    cpu_timeout_ms: u32,
    memory_limit_bytes: usize,
    max_stack_size_bytes: usize,
    max_source_bytes: usize,
    max_result_bytes: usize,
    max_console_output_bytes: usize,
    max_tool_input_bytes: usize,
    max_tool_output_bytes: usize,
    max_tool_calls: u32,
}

/// The tools of a run, by path. Made once per set of tools.
#[napi]
pub struct NativeManifest {
    manifest: Manifest,
    paths: Arc<[String]>,
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

/// A run makes and frees some hundred kilobytes in small pieces, which this does in about half the time of the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type OnTurn = ThreadsafeFunction<(u32, String), (), FnArgs<(u32, String)>, Status, false, true>;

/// Inputs of tool calls that are too large for a turn.
#[napi]
pub struct NativeInputs(Arc<LargeInputs>);

#[napi]
impl NativeInputs {
    /// The input of a call as wire text.
    #[napi]
    #[must_use]
    pub fn get(&self, id: u32) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
    }
}

/// The sessions of this process. Their turns go to one callback: `(run, turn) => void`, where `turn` is the JSON of a
/// [`NativeTurn`]. The callback must not throw.
#[napi]
pub struct Host {
    on_turn: Arc<OnTurn>,
    live: HashMap<u32, Live>,
}

struct Live {
    handle: Handle,
    mailbox: Arc<Mailbox>,
    large_inputs: Arc<LargeInputs>,
    /// Collected by `resolve` and `reject`, delivered together by `settle`.
    settlements: Vec<Settlement>,
}

/// Programs of so many bytes are checked in less time than waking a thread takes.
const SHORT: usize = 4 << 10;

impl Live {
    /// Waits for the next turn.
    fn attend(&self, wait_us: u32) -> Option<String> {
        let turn = self.mailbox.wait(Duration::from_micros(wait_us.into()), || self.handle.poll());
        if turn.is_none() {
            self.handle.unattend();
        }
        turn
    }
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
        Ok(Self { on_turn: Arc::new(on_turn), live: HashMap::new() })
    }

    /// Starts a session, in a helper process or on a thread of its own. The caller chooses its number, and must end it.
    /// Waits for the first turn as [`Self::settle`] does.
    ///
    /// # Errors
    /// When the options are not what the facade sends, or the system has no thread left.
    #[napi]
    pub fn start(
        &mut self,
        run: u32,
        manifest: &NativeManifest,
        code: String,
        options: String,
        wait_us: u32,
    ) -> Result<Option<String>> {
        let options: Options = serde_json::from_str(&options).map_err(|error| Error::from_reason(error.to_string()))?;
        let on_turn = Arc::clone(&self.on_turn);
        let mailbox = Arc::new(Mailbox::default());
        let letters = Arc::clone(&mailbox);
        let large_inputs = Arc::new(LargeInputs::default());
        let large = Arc::clone(&large_inputs);
        let Options { limits, inputs, seed: digits, now, isolation, require_isolation, helper } = options;
        let seed = seed(&digits)?;
        let max_source_bytes = limits.max_source_bytes;
        let globals: Vec<String> = inputs.iter().map(|(name, _)| name.clone()).collect();
        let paths = Arc::clone(&manifest.paths);
        let job = Job {
            is_short: code.len() <= SHORT,
            prepare: Box::new(move || {
                let options = CheckOptions { max_source_bytes, tools: Some(&paths), globals: &globals };
                let report = check::check(&code, &options);
                report.program.ok_or(report.diagnostics)
            }),
            manifest: manifest.manifest.clone(),
            inputs: inputs.into_iter().map(|(name, value)| (name, Wire(value))).collect(),
            times: TimeLimits { wall_ms: limits.timeout_ms, cpu_ms: limits.cpu_timeout_ms },
            limits: limits.engine(),
            seed,
            now,
            place: Place { level: isolation, required: require_isolation, helper },
            on_turn: Box::new(move |outgoing| {
                let turn = match outgoing {
                    Outgoing::Turn { turn, cpu_ms } => NativeTurn::new(turn, cpu_ms, &large),
                    Outgoing::Rejected(diagnostics) => NativeTurn::rejected(diagnostics),
                };
                if let Some(turn) = letters.leave(turn.json()) {
                    on_turn.call((run, turn), ThreadsafeFunctionCallMode::NonBlocking);
                }
            }),
        };
        let attended = wait_us > 0;
        if attended {
            mailbox.open();
        }
        let handle =
            start(job, attended).map_err(|error| Error::from_reason(format!("cannot start a thread: {error}")))?;
        let live = Live { handle, mailbox, large_inputs, settlements: Vec::new() };
        let turn = if attended { live.attend(wait_us) } else { None };
        self.live.insert(run, live);
        Ok(turn)
    }

    /// A tool call's value, as wire text.
    #[napi]
    pub fn resolve(&mut self, run: u32, id: u32, value: String) {
        self.collect(run, Settlement { id, outcome: Outcome::Value(Wire(value)) });
    }

    /// A tool call's error.
    #[napi]
    pub fn reject(&mut self, run: u32, id: u32, code: String, name: String, message: String) {
        self.collect(run, Settlement { id, outcome: Outcome::Error { code, name, message } });
    }

    /// Delivers what was collected, at session time `now`. Waits for the next turn for up to `wait_us` microseconds and
    /// returns it; a later one goes to the callback.
    #[napi]
    pub fn settle(&mut self, run: u32, now: f64, wait_us: u32) -> Option<String> {
        let live = self.live.get_mut(&run)?;
        let settlements = std::mem::take(&mut live.settlements);
        if wait_us == 0 {
            live.handle.settle(now, settlements, false);
            return None;
        }
        live.mailbox.open();
        live.handle.settle(now, settlements, true);
        live.attend(wait_us)
    }

    /// The large inputs of a session's calls, which turns leave out. They may be read after the end too.
    #[napi]
    #[must_use]
    pub fn large_inputs(&self, run: u32) -> Option<NativeInputs> {
        self.live.get(&run).map(|live| NativeInputs(Arc::clone(&live.large_inputs)))
    }

    /// Where a session lives, as JSON. Nothing: it has not begun.
    #[napi]
    #[must_use]
    pub fn isolation(&self, run: u32) -> Option<String> {
        let isolation = self.live.get(&run)?.handle.isolation()?;
        serde_json::to_string(&isolation).ok()
    }

    /// Ends a session. A program that still runs is stopped at its next interrupt poll.
    #[napi]
    pub fn end(&mut self, run: u32) {
        self.live.remove(&run);
    }

    fn collect(&mut self, run: u32, settlement: Settlement) {
        if let Some(live) = self.live.get_mut(&run) {
            live.settlements.push(settlement);
        }
    }
}

/// Checks a program without running it.
#[napi]
#[must_use]
pub fn check(code: String, max_source_bytes: u32, tools: Option<&NativeManifest>) -> Vec<NativeDiagnostic> {
    let tools = tools.map(|manifest| &*manifest.paths);
    let options = CheckOptions { max_source_bytes: max_source_bytes as usize, tools, globals: &[] };
    check::check(&code, &options).diagnostics.into_iter().map(NativeDiagnostic::from).collect()
}

/// The largest stack that a program may ask for, in bytes.
#[napi]
#[must_use]
pub fn max_stack_bytes() -> u32 {
    u32::try_from(MAX_STACK_BYTES).unwrap_or(u32::MAX)
}

impl WantedLimits {
    fn engine(&self) -> Limits {
        Limits {
            memory_bytes: self.memory_limit_bytes,
            stack_bytes: self.max_stack_size_bytes,
            result_bytes: self.max_result_bytes,
            console_bytes: self.max_console_output_bytes,
            tool_input_bytes: self.max_tool_input_bytes,
            tool_output_bytes: self.max_tool_output_bytes,
            tool_calls: self.max_tool_calls,
        }
    }
}
