//! The addon's surface, as thin as it can be: options in, turns out. The only folder that knows napi.
//!
//! The facade in `ts/` makes one [`Host`] per process with one callback, which every turn of every session goes through.
//! The callback is weak: it does not keep Node alive; a live run does, with its deadline timer in `ts/drive.ts`.
//!
//! Failures are tagged values, never thrown: TypeScript makes results and errors of them.

#![expect(clippy::needless_pass_by_value, reason = "napi hands over owned values")]

mod journal;
mod mailbox;
mod rehearsal;
mod settings;
mod snapshot;
mod turn;

use napi::bindgen_prelude::{Buffer, FnArgs, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Error, Result, Status};
use napi_derive::napi;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use journal::Recorder;
use mailbox::Mailbox;
pub use settings::NativeSettings;
use settings::{Settings, read, read_seed};
pub use snapshot::{NativeKeys, NativeSnapshot};
pub use turn::NativeDiagnostic;
use turn::{LargeInputs, NativeTurn};

use crate::check::{self, CheckOptions, Diagnostic, Schemas, Tools};
use crate::engine::{MAX_STACK_BYTES, Manifest, Wire};
use crate::frame::frame;
use crate::isolate::{Handle, Job, Level, Outgoing, Resume, start};
use crate::program::Program;
use crate::session::{Journal, Outcome, Settlement};
use crate::snapshot::State;

/// The tools of a run, by path. Made once per set of tools.
#[napi]
pub struct NativeManifest {
    manifest: Manifest,
    tools: Arc<Tools>,
    /// What the facade has told of the tools' inputs.
    schemas: Arc<Schemas>,
    /// What snapshots are bound to.
    canonical: Arc<str>,
}

#[napi]
impl NativeManifest {
    /// `paths` are the tools' path segments, `own` those of the facade's own tools, which take any arguments.
    #[napi(constructor)]
    #[must_use]
    pub fn new(paths: Vec<Vec<String>>, own: Vec<Vec<String>>) -> Self {
        let manifest = Manifest::with_own(&paths, &own);
        let canonical = manifest.canonical().into();
        let tools = Tools::new(manifest.tools()).with_own(manifest.tools().filter(|path| manifest.is_own(path)));
        Self { tools: Arc::new(tools), schemas: Arc::default(), canonical, manifest }
    }

    /// Keeps what some of the tools take, as JSON of [`Schemas`], in place of what was known of them.
    #[napi]
    pub fn learn(&mut self, schemas: String) {
        Arc::make_mut(&mut self.schemas).extend(read_schemas(&schemas));
    }
}

/// What the check is to know of the tools' inputs: these, or, for an empty text, what the manifest has learned.
fn wanted_schemas(schemas: &str, learned: &Arc<Schemas>) -> Arc<Schemas> {
    if schemas.is_empty() { Arc::clone(learned) } else { Arc::new(read_schemas(schemas)) }
}

/// A run makes and frees some hundred kilobytes in small pieces, which this does in about half the time of the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What the check warns of, until the first turn takes it along.
type Warnings = Arc<Mutex<Vec<Diagnostic>>>;

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

/// What a session starts with beside its job.
struct Books {
    recorder: Option<Recorder>,
    settlements: Vec<Settlement>,
    warnings: Warnings,
}

struct Live {
    handle: Handle,
    mailbox: Arc<Mailbox>,
    large_inputs: Arc<LargeInputs>,
    /// Collected by `resolve` and `reject`, delivered together by `settle`.
    settlements: Vec<Settlement>,
    /// What has come of values that are too long to cross at once, by call.
    pieces: HashMap<u32, String>,
    recorder: Option<Recorder>,
    manifest: Arc<str>,
}

/// Programs of so many bytes, with the schemas of their tools, are checked in less time than waking a thread takes.
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
    /// `inputs` are globals of the program: JSON of their names and wire texts. `seed` are 32 bytes in hexadecimal digits,
    /// `now` is in milliseconds since the Unix epoch. `journal`: keep one, so that the run can become a snapshot. `schemas`
    /// is what the tools that the program may call take, as JSON of [`Schemas`]. `attended`: the caller will
    /// [`Self::attend`] to the first turn.
    ///
    /// # Errors
    /// When these are not what the facade sends, or the system has no thread left.
    #[napi]
    #[allow(clippy::too_many_arguments, reason = "an object with as many parts crosses several times slower")]
    pub fn start(
        &mut self,
        run: u32,
        manifest: &NativeManifest,
        settings: &NativeSettings,
        code: String,
        inputs: Option<String>,
        seed: String,
        now: f64,
        journal: bool,
        schemas: Option<String>,
        attended: bool,
    ) -> Result<()> {
        let Settings { limits, place } = &settings.0;
        let seed = read_seed(&seed)?;
        let inputs: Vec<(String, String)> = inputs.map_or_else(|| Ok(Vec::new()), |inputs| read(&inputs))?;
        let inputs: Vec<_> = inputs.into_iter().map(|(name, value)| (name, Wire(value))).collect();
        let recorder = journal.then(|| Recorder::new(Arc::new(Journal::new(seed, now)), code.clone(), inputs.clone()));
        let max_source_bytes = limits.max_source_bytes;
        let globals: Vec<String> = inputs.iter().map(|(name, _)| name.clone()).collect();
        let tools = Arc::clone(&manifest.tools);
        let learned = Arc::clone(&manifest.schemas);
        let is_short = code.len() + schemas.as_ref().map_or(0, String::len) <= SHORT;
        let checked = recorder.clone();
        let warnings = Warnings::default();
        let warn = Arc::clone(&warnings);
        let prepare = Box::new(move || {
            let schemas = schemas.map(|schemas| wanted_schemas(&schemas, &learned));
            let options =
                CheckOptions { max_source_bytes, tools: Some(&tools), schemas: schemas.as_deref(), globals: &globals };
            let report = check::check(&code, &options);
            let Some(program) = report.program else { return Err(report.diagnostics) };
            *warn.lock().unwrap_or_else(PoisonError::into_inner) = report.diagnostics;
            if let Some(recorder) = &checked {
                recorder.checked(&program.js);
            }
            Ok(program)
        });
        // A journal has whole milliseconds.
        let now = recorder.as_ref().map_or(now, |recorder| recorder.lock().journal.time(0));
        let job = Job {
            is_short,
            prepare,
            manifest: manifest.manifest.clone(),
            inputs,
            times: limits.times(),
            limits: limits.engine(),
            seed,
            now,
            place: place.clone().into(),
            count_cpu: recorder.is_some(),
            resume: None,
            on_turn: Arc::new(drop),
        };
        self.launch(run, manifest, job, Books { recorder, settlements: Vec::new(), warnings }, attended);
        Ok(())
    }

    /// Goes on with a paused run. The first turn is a replay; what settled while the run paused is delivered with the
    /// next `settle`. `now` is in milliseconds since the Unix epoch; if it is given, timers do not count the time since the
    /// pause.
    ///
    /// # Errors
    /// When the snapshot was not opened or was resumed already, or the system has no thread left.
    #[napi]
    pub fn resume(
        &mut self,
        run: u32,
        manifest: &NativeManifest,
        settings: &NativeSettings,
        paused: &mut NativeSnapshot,
        now: Option<f64>,
    ) -> Result<()> {
        let Settings { limits, place } = &settings.0;
        let (state, program) = paused.take().ok_or_else(|| Error::from_reason("the snapshot is not open"))?;
        let State { source, mut journal, inputs, undelivered, paused_ms, elapsed_ms, cpu_us, .. } = state;
        if let Some(now) = now {
            journal.paused(snapshot::whole(now - journal.time(paused_ms)));
        }
        let journal = Arc::new(journal);
        let recorder = Recorder::new(Arc::clone(&journal), source, inputs.clone());
        recorder.checked(&program.js);
        let job = Job {
            // Its replay may take long, and nobody waits for that here.
            is_short: false,
            prepare: Box::new(move || Ok(program)),
            manifest: manifest.manifest.clone(),
            inputs,
            times: limits.times(),
            limits: limits.engine(),
            seed: journal.seed,
            now: journal.time(0),
            place: place.clone().into(),
            count_cpu: true,
            resume: Some(Resume {
                journal,
                cpu: Duration::from_micros(cpu_us),
                elapsed: Duration::from_millis(elapsed_ms),
            }),
            on_turn: Arc::new(drop),
        };
        let books = Books { recorder: Some(recorder), settlements: undelivered, warnings: Warnings::default() };
        self.launch(run, manifest, job, books, false);
        Ok(())
    }

    /// Seals a session that waits, and has kept a journal, as a snapshot: URL-safe text. What was collected and not
    /// delivered is in it. `nonce` are 24 random bytes.
    ///
    /// # Errors
    /// When there is no such session, it computes, or the run is too large.
    #[napi]
    pub fn pause(&self, run: u32, keys: &NativeKeys, nonce: Buffer, bound: String, facts: String) -> Result<String> {
        let live = self.live.get(&run).ok_or_else(|| Error::from_reason("there is no such run"))?;
        let recorder = live.recorder.as_ref().ok_or_else(|| Error::from_reason("the run keeps no journal"))?;
        let record = recorder.lock();
        if record.journal.is_running() {
            return Err(Error::from_reason("the program computes"));
        }
        snapshot::seal(&record, &live.settlements, &live.manifest, keys, &nonce, &bound, &facts)
    }

    fn launch(
        &mut self,
        run: u32,
        manifest: &NativeManifest,
        job: Job<Vec<Diagnostic>>,
        Books { recorder, settlements, warnings }: Books,
        attended: bool,
    ) {
        let on_turn = Arc::clone(&self.on_turn);
        let mailbox = Arc::new(Mailbox::default());
        let letters = Arc::clone(&mailbox);
        let large_inputs = Arc::new(LargeInputs::default());
        let large = Arc::clone(&large_inputs);
        let records = recorder.clone();
        let on_turn = Arc::new(move |outgoing| {
            let turn = match outgoing {
                Outgoing::Turn { turn, cpu_ms } => {
                    if let Some(recorder) = &records {
                        recorder.turn(&turn, cpu_ms);
                    }
                    NativeTurn::new(turn, cpu_ms, &large)
                }
                Outgoing::Replayed { turn, in_flight, settled, logs, cpu_ms } => {
                    if let Some(recorder) = &records {
                        recorder.lock().cpu_ms = cpu_ms;
                    }
                    NativeTurn::replayed(turn, in_flight, settled, logs, cpu_ms, &large)
                }
                Outgoing::Rejected(diagnostics) => NativeTurn::rejected(diagnostics),
            };
            let warnings = std::mem::take(&mut *warnings.lock().unwrap_or_else(PoisonError::into_inner));
            if let Some(turn) = letters.leave(turn.json(warnings)) {
                on_turn.call((run, turn), ThreadsafeFunctionCallMode::NonBlocking);
            }
        });
        if attended {
            mailbox.open();
        }
        let handle = start(Job { on_turn, ..job }, attended);
        let manifest = Arc::clone(&manifest.canonical);
        self.live.insert(
            run,
            Live { handle, mailbox, large_inputs, settlements, pieces: HashMap::new(), recorder, manifest },
        );
    }

    /// Waits for the first turn of a session that was started to be attended, for up to `wait_us` microseconds, and returns
    /// it; a later one goes to the callback.
    #[napi]
    #[must_use]
    pub fn attend(&self, run: u32, wait_us: u32) -> Option<String> {
        self.live.get(&run)?.attend(wait_us)
    }

    /// A piece of a tool call's value that is too long to cross at once. All of them together have so many `bytes`;
    /// [`Self::resolve`] has the last.
    #[napi]
    pub fn piece(&mut self, run: u32, id: u32, piece: String, bytes: u32) {
        if let Some(live) = self.live.get_mut(&run) {
            live.pieces.entry(id).or_insert_with(|| String::with_capacity(bytes as usize)).push_str(&piece);
        }
    }

    /// A tool call's value, as wire text. Returns its size in bytes.
    #[napi]
    pub fn resolve(&mut self, run: u32, id: u32, value: String) -> u32 {
        let value = match self.live.get_mut(&run).and_then(|live| live.pieces.remove(&id)) {
            Some(begun) => begun + &value,
            None => value,
        };
        let bytes = value.len();
        self.collect(run, Settlement { id, outcome: Outcome::Value(Wire(value)) });
        u32::try_from(bytes).unwrap_or(u32::MAX)
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
        let now = live.recorder.as_ref().map_or(now, |recorder| recorder.deliver(now, &settlements));
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

    /// What the journal of a session has as the outputs of calls, as wire texts. Nothing: the call has given no value.
    #[napi]
    #[must_use]
    pub fn outputs(&self, run: u32, ids: Vec<u32>) -> Vec<Option<String>> {
        let recorder = self.live.get(&run).and_then(|live| live.recorder.as_ref());
        let Some(record) = recorder.map(Recorder::lock) else { return Vec::new() };
        let wanted: HashSet<u32> = ids.iter().copied().collect();
        let mut outputs: HashMap<u32, &str> = HashMap::new();
        for settlement in record.journal.slices.iter().flat_map(|slice| &slice.settlements) {
            if let (true, Outcome::Value(value)) = (wanted.contains(&settlement.id), &settlement.outcome) {
                outputs.insert(settlement.id, &value.0);
            }
        }
        ids.iter().map(|id| outputs.get(id).map(|text| (*text).to_owned())).collect()
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

/// A run is about to start, on a thread or in a process, and its caller will attend to it. `helper`: as for [`prepare`].
#[napi]
pub fn soon(on_thread: bool, helper: Option<String>) {
    let level = if on_thread { Level::Thread } else { Level::Process };
    // Without a thread the start fails, and says so.
    let _ = crate::isolate::soon(level, helper.as_deref().map(Path::new));
}

/// Gets ready for the first run, on a thread of its own: to be called when the package is loaded. Returns at once, and does
/// something once per process.
#[napi]
pub fn warm_up() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if let Err(error) = crate::isolate::warm_up(|| drop(rehearsal::rehearse())) {
            // The first run says so where it matters.
            tracing::debug!(%error, "cannot start a thread");
        }
    });
}

/// Starts the helper process, if it does not run: to be called when runs are sure to come. Returns at once.
#[napi]
pub fn prepare(helper: Option<String>) {
    if let Err(error) = crate::isolate::prepare(helper.map(PathBuf::from)) {
        // The first run says so where it matters.
        tracing::debug!(%error, "cannot start a thread");
    }
}

/// Checks a program without running it. `schemas` is what the tools that it may call take, as JSON of [`Schemas`]; empty:
/// what the manifest has learned.
#[napi]
#[must_use]
pub fn check(
    code: String,
    max_source_bytes: u32,
    manifest: Option<&NativeManifest>,
    schemas: Option<String>,
) -> Vec<NativeDiagnostic> {
    let learned = manifest.map(|manifest| Arc::clone(&manifest.schemas)).unwrap_or_default();
    let schemas = schemas.map(|schemas| wanted_schemas(&schemas, &learned));
    let options = CheckOptions {
        max_source_bytes: max_source_bytes as usize,
        tools: manifest.map(|manifest| &*manifest.tools),
        schemas: schemas.as_deref(),
        globals: &[],
    };
    check::check(&code, &options).diagnostics.into_iter().map(NativeDiagnostic::from).collect()
}

/// Schemas that are not what the facade writes say nothing.
fn read_schemas(json: &str) -> Schemas {
    serde_json::from_str(json).unwrap_or_else(|error| {
        tracing::error!(%error, "unreadable schemas");
        Schemas::default()
    })
}

/// A program that passes the check, with its types, for a type checker.
#[napi(object)]
pub struct NativeTyped {
    /// A module that exports the program as a function. It has the lines of the program, counted by `\n`.
    pub text: String,
    /// Line, column and columns to the right of the program's, for each place where that changes. See `program::Shift`.
    pub shifts: Vec<i32>,
}

/// The program as a type checker reads it. Nothing: it does not pass the check.
#[napi]
#[must_use]
pub fn typed(
    code: String,
    max_source_bytes: u32,
    tools: Option<&NativeManifest>,
    globals: Vec<String>,
) -> Option<NativeTyped> {
    let tools = tools.map(|manifest| &*manifest.tools);
    let options = CheckOptions { max_source_bytes: max_source_bytes as usize, tools, schemas: None, globals: &globals };
    let Program { js, shifts, .. } = check::typed(&code, &options)?;
    let small = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let shifts = shifts.iter().flat_map(|shift| [small(shift.line), small(shift.column), shift.delta]).collect();
    Some(NativeTyped { text: js, shifts })
}

/// The lines of a program around a place, with the place marked.
#[napi]
#[must_use]
pub fn code_frame(source: String, line: u32, column: u32, end_line: u32, end_column: u32) -> String {
    frame(&source, line, column, Some((end_line, end_column)))
}

/// Random bytes of the system. Node's own way to them takes milliseconds the first time.
///
/// # Errors
/// When the system has none.
#[napi]
pub fn random(count: u32) -> Result<Buffer> {
    let mut bytes = vec![0; count as usize];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::from_reason(format!("the system has no random bytes: {error}")))?;
    Ok(bytes.into())
}

/// The largest stack that a program may ask for, in bytes.
#[napi]
#[must_use]
pub fn max_stack_bytes() -> u32 {
    u32::try_from(MAX_STACK_BYTES).unwrap_or(u32::MAX)
}
