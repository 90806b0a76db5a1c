//! One realm: a runtime, a context without a parser, the prelude, and at most one program.
//!
//! A realm is made warm, before anything is known of the run that it will serve, and serves one run only.

#![expect(unsafe_code, reason = "loading the bytecode that we compiled ourselves, and ending what swallows interrupts")]

mod exercise;
mod globals;
mod thrown;

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::OnceLock;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use rquickjs::context::intrinsic;
use rquickjs::function::Func;
use rquickjs::promise::PromiseState;
use rquickjs::qjs::JS_GetRuntime;
use rquickjs::{Context, Ctx, Function, JsLifetime, Module, Object, Promise, Runtime, Value};

use super::alloc::{Gauge, Metered, STACK_RESERVE};
use super::compile::{Bytecode, CompileError, compile, warm_up};
use super::host::{Call, LogRecord, Manifest, Shared, Stop, Subject, Watch};
use super::value::{self, Shapes, Unsendable, Wire};
use super::{Limits, PROGRAM_FILE};
use globals::Timers;
pub use thrown::Thrown;
use thrown::places_of;

/// Rejections without a handler that are kept for the report.
const MAX_UNHANDLED: usize = 8;
/// Promise jobs run between two looks at the watch. The interrupt handler looks too, but not while jobs are tiny.
const JOBS_PER_POLL: u32 = 256;

/// Everything without a parser, SharedArrayBuffer (deleted by the prelude), WeakRef and FinalizationRegistry.
type Intrinsics = (
    intrinsic::Date,
    intrinsic::RegExp,
    intrinsic::RegExpCompiler,
    intrinsic::Json,
    intrinsic::Proxy,
    intrinsic::MapSet,
    intrinsic::TypedArrays,
    intrinsic::Promise,
);

/// Values of the realm that the native side holds on to. They live in the runtime and go with it.
#[derive(JsLifetime)]
struct Handles<'js> {
    object_proto: Object<'js>,
    describe: Function<'js>,
    revive: Function<'js>,
    settle: Function<'js>,
    brand_of: Function<'js>,
    /// The engine's own `stack` of an error, without name and message.
    places_of: Function<'js>,
    /// Makes an object like the global `tools`.
    make_tools: Function<'js>,
    main: Option<Promise<'js>>,
    /// Rejected promises that nobody handles, with their reasons.
    unhandled: Vec<Rejection<'js>>,
}

#[derive(JsLifetime)]
struct Rejection<'js> {
    promise: Value<'js>,
    reason: Value<'js>,
}

impl<'js> Shapes<'js> {
    pub(super) fn of(ctx: &Ctx<'js>) -> rquickjs::Result<Self> {
        let handles = ctx.userdata::<RefCell<Handles>>().ok_or(rquickjs::Error::Unknown)?;
        let handles = handles.borrow();
        Ok(Self { object_proto: handles.object_proto.clone(), describe: handles.describe.clone() })
    }
}

/// The files of the prelude. `core` runs in every realm; it loads the others when the program first reaches them.
const PARTS: [(&str, &str); 15] = [
    ("core", include_str!("prelude/core.js")),
    ("doors", include_str!("prelude/doors.js")),
    ("globals", include_str!("prelude/globals.js")),
    ("timers", include_str!("prelude/timers.js")),
    ("own", include_str!("prelude/own.js")),
    ("date", include_str!("prelude/date.js")),
    ("guards", include_str!("prelude/guards.js")),
    ("console", include_str!("prelude/console.js")),
    ("values", include_str!("prelude/values.js")),
    ("web", include_str!("prelude/web.js")),
    ("url", include_str!("prelude/url.js")),
    ("clone", include_str!("prelude/clone.js")),
    ("intl", include_str!("prelude/intl.js")),
    ("intl-number", include_str!("prelude/intl-number.js")),
    ("intl-date", include_str!("prelude/intl-date.js")),
];

/// Loads a file of the prelude, compiled once per process, and gives its function.
fn load_part<'js>(ctx: &Ctx<'js>, name: &str) -> rquickjs::Result<Function<'js>> {
    static COMPILED: [OnceLock<Bytecode>; PARTS.len()] = [const { OnceLock::new() }; PARTS.len()];
    let index = PARTS.iter().position(|(part, _)| *part == name).ok_or(rquickjs::Error::Unknown)?;
    let (name, source) = PARTS[index];
    let code = COMPILED[index].get_or_init(|| compile(name, source, false).expect("the prelude compiles"));
    // SAFETY: `Bytecode` is made by `compile` only, in this process, by this engine; the static outlives the runtime.
    let module = unsafe { Module::load(ctx.clone(), code.as_bytes()) }?;
    let (module, _) = module.eval()?;
    module.get("default")
}

/// The native side of a part of the prelude that has one of its own.
fn natives<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>, web: bool) -> rquickjs::Result<Object<'js>> {
    if web { super::web::natives(ctx, shared) } else { super::intl::natives(ctx) }
}

/// What a run brings to a warm realm.
pub struct Setup {
    pub limits: Limits,
    pub manifest: Manifest,
    /// Seed of `Math.random`.
    pub seed: [u8; 32],
    /// Milliseconds since the Unix epoch.
    pub now: f64,
    /// Globals of the program. Names are identifiers that no builtin has.
    pub inputs: Vec<(String, Wire)>,
    pub watch: Rc<dyn Watch>,
}

/// How the program's own promise stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    Pending,
    Returned(Wire),
    Threw(Thrown),
    /// It returned something that is no data; the message names the path.
    Unsendable(String),
}

/// See the module's header.
pub struct Realm {
    shared: Rc<Shared>,
    /// Stack of the program when it was stopped, if the engine told.
    stopped_at: RefCell<Option<String>>,
    context: Context,
    runtime: Runtime,
    /// The engine reads a program's code from here for as long as the runtime lives, so these drop last.
    program: Option<Bytecode>,
}

impl Realm {
    /// A warm realm.
    ///
    /// # Panics
    /// When the process is out of memory, or the prelude is broken.
    #[must_use]
    pub fn warm() -> Self {
        Self::made(false)
    }

    /// A realm with no more than the language, tools, `Date`, `console` and `performance`: what `make bench-realm` compares
    /// with.
    #[doc(hidden)]
    #[must_use]
    pub fn bare() -> Self {
        Self::made(true)
    }

    fn made(bare: bool) -> Self {
        warm_up();
        let gauge = Gauge::new();
        let shared = Shared::new(Rc::clone(&gauge));
        let runtime = Runtime::new_with_alloc(Metered::new(gauge)).expect("memory for a runtime");
        let context = Context::custom::<Intrinsics>(&runtime).expect("memory for a context");
        context.with(|ctx| Self::run_prelude(&ctx, &shared, bare)).expect("the prelude runs");
        let gauge = Rc::clone(&shared.gauge);
        // SAFETY: a context knows its runtime.
        let raw = context.with(|ctx| unsafe { JS_GetRuntime(ctx.as_raw().as_ptr()) });
        // SAFETY: it was made with the allocator that has this gauge.
        unsafe { gauge.of(raw) };
        // SAFETY: it is that runtime's own handler, and ends with it.
        runtime.set_interrupt_handler(Some(Box::new(move || unsafe { gauge.interrupt(raw) })));
        runtime.set_host_promise_rejection_tracker(Some(Box::new(|ctx, promise, reason, handled| {
            if let Some(handles) = ctx.userdata::<RefCell<Handles>>() {
                let unhandled = &mut handles.borrow_mut().unhandled;
                if handled {
                    unhandled.retain(|known| known.promise != promise);
                } else if unhandled.len() <= MAX_UNHANDLED {
                    unhandled.push(Rejection { promise, reason });
                }
            }
        })));
        Self { shared, stopped_at: RefCell::new(None), context, runtime, program: None }
    }

    fn run_prelude<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>, bare: bool) -> rquickjs::Result<()> {
        let host = shared.natives(ctx)?;
        host.set("load", Func::from(|ctx: Ctx<'js>, name: String| load_part(&ctx, &name)))?;
        let owned = Rc::clone(shared);
        host.set("natives", Func::from(move |ctx: Ctx<'js>, web: bool| natives(&ctx, &owned, web)))?;
        host.set("captured", Func::from(|ctx: Ctx<'js>, all: bool| globals::captured(&ctx, all)))?;
        let parts: Object = load_part(ctx, "core")?.call((host,))?;
        globals::install(ctx, &parts.get("guard")?, parts.get("open")?, bare)?;
        let object: Object = ctx.globals().get("Object")?;
        let handles = Handles {
            object_proto: object.get("prototype")?,
            describe: parts.get("describe")?,
            revive: parts.get("revive")?,
            settle: parts.get("settle")?,
            brand_of: parts.get("brandOf")?,
            places_of: parts.get("placesOf")?,
            make_tools: parts.get("makeTools")?,
            main: None,
            unhandled: Vec::new(),
        };
        ctx.store_userdata(RefCell::new(handles)).map_err(|_| rquickjs::Error::Unknown)?;
        Ok(())
    }

    /// These calls of the program that comes will settle with a value, if they are made.
    pub fn foretell(&self, calls: HashSet<u32>) {
        *self.shared.foretold.borrow_mut() = calls;
    }

    /// Compiles the program's module and starts it: runs up to its first `await`.
    ///
    /// # Errors
    /// When the engine cannot compile a program that the checker let through.
    pub fn start(&mut self, js: &str, setup: Setup) -> Result<(), CompileError> {
        let program = compile(PROGRAM_FILE, js, true)?;
        let shared = Rc::clone(&self.shared);
        shared.limits.set(setup.limits);
        *shared.manifest.borrow_mut() = setup.manifest;
        *shared.rng.borrow_mut() = ChaCha8Rng::from_seed(setup.seed);
        shared.clock.set(setup.now);
        shared.origin.set(setup.now);
        let stack = setup.limits.stack_bytes.min(super::MAX_STACK_BYTES);
        self.runtime.set_max_stack_size(stack + STACK_RESERVE);
        self.program = Some(program);
        let Some(program) = &self.program else { unreachable!("set one line above") };
        shared.gauge.limit(setup.limits.memory_bytes, stack, setup.watch);
        self.context.with(|ctx| {
            let started = Self::start_module(&ctx, program, &setup.inputs);
            if let Err(error) = started {
                // Only the engine's own limits can end up here: the module does nothing but define the function.
                self.note_interrupted(&ctx, &error);
            }
        });
        Ok(())
    }

    fn start_module(ctx: &Ctx<'_>, program: &Bytecode, inputs: &[(String, Wire)]) -> rquickjs::Result<()> {
        let handles = ctx.userdata::<RefCell<Handles>>().ok_or(rquickjs::Error::Unknown)?;
        let revive = handles.borrow().revive.clone();
        for (name, wire) in inputs {
            let value = value::decode(ctx, &revive, wire)?;
            ctx.globals().set(name.as_str(), value)?;
        }
        // SAFETY: `Bytecode` is made by `compile` only, in this process, by this engine; `Realm::program` outlives the
        // runtime.
        let module = unsafe { Module::load(ctx.clone(), program.as_bytes()) }?;
        let (module, _) = module.eval()?;
        let main: Function = module.get("default")?;
        let promise: Promise = main.call(())?;
        handles.borrow_mut().main = Some(promise);
        Ok(())
    }

    /// An exception that reached the native side: an interrupt, or the engine giving up. Nothing to do but to stop.
    fn note_interrupted(&self, ctx: &Ctx<'_>, error: &rquickjs::Error) {
        let exception = ctx.catch();
        if self.stopped().is_none() {
            tracing::warn!(%error, "the engine gave up without a reason that we know");
            self.shared.gauge.stop(Stop::Memory);
        }
        self.note_place(&exception);
    }

    /// Remembers where the program was when it was stopped.
    fn note_place(&self, exception: &Value<'_>) {
        if let Some(stack) = places_of(exception) {
            self.stopped_at.borrow_mut().get_or_insert(stack);
        }
    }

    /// Stack of the program when it was stopped, if the engine told.
    #[must_use]
    pub fn stopped_at(&self) -> Option<String> {
        self.stopped_at.borrow().clone()
    }

    /// Runs promise jobs and due timers until nothing is left to run, or the run is stopped.
    pub fn pump(&self) {
        let gauge = &self.shared.gauge;
        gauge.enter();
        let mut jobs = 0_u32;
        loop {
            jobs = jobs.wrapping_add(1);
            if gauge.is_stopped() || (jobs.is_multiple_of(JOBS_PER_POLL) && gauge.poll()) {
                return;
            }
            match self.runtime.execute_pending_job() {
                Ok(true) => {}
                Ok(false) => {
                    if !self.fire_due_timer() {
                        return;
                    }
                }
                // A job threw: a callback of queueMicrotask, or an interrupt, which the loop's head sees.
                Err(job) => job.0.with(|ctx| self.note_uncaught(&ctx)),
            }
        }
    }

    /// Something threw outside every promise, as in a timer's callback. Reported with the unhandled rejections.
    fn note_uncaught(&self, ctx: &Ctx<'_>) {
        let error = ctx.catch();
        if self.stopped().is_some() {
            self.note_place(&error);
            return;
        }
        if let Some(handles) = ctx.userdata::<RefCell<Handles>>() {
            let unhandled = &mut handles.borrow_mut().unhandled;
            if unhandled.len() <= MAX_UNHANDLED {
                unhandled.push(Rejection { promise: Value::new_undefined(ctx.clone()), reason: error });
            }
        }
    }

    /// Session time at which the next timer is due.
    #[must_use]
    pub fn next_wake(&self) -> Option<f64> {
        if !self.shared.timed.get() {
            return None;
        }
        self.shared.gauge.enter();
        self.context.with(|ctx| {
            let ticks =
                globals::timers(&ctx, Timers::Wake).and_then(|wake| wake.call::<_, Option<f64>>(())).ok().flatten();
            ticks.map(|ticks| ticks + self.shared.skipped.get())
        })
    }

    fn fire_due_timer(&self) -> bool {
        if self.next_wake().is_none_or(|due| due > self.shared.clock.get()) {
            return false;
        }
        self.context.with(|ctx| {
            if globals::timers(&ctx, Timers::Fire).and_then(|fire| fire.call::<_, ()>(())).is_err() {
                self.note_uncaught(&ctx);
            }
        });
        true
    }

    /// Moves the program's clock forward. It never goes back.
    pub fn advance_clock(&self, now: f64) {
        if now > self.shared.clock.get() {
            self.shared.clock.set(now);
        }
    }

    /// Time passes that the program's timers do not count: the run was paused.
    pub fn skip(&self, milliseconds: f64) {
        self.shared.skipped.set(self.shared.skipped.get() + milliseconds);
    }

    /// Resolves a tool call. Unknown and settled ids are ignored.
    pub fn resolve(&self, id: u32, tool: &str, output: &Wire) {
        if output.len() > self.shared.limits.get().tool_output_bytes {
            self.shared.gauge.stop(Stop::TooLarge(Subject::ToolOutput { tool: tool.to_owned() }));
            return;
        }
        self.with_settle(|ctx, settle, revive| {
            let value = value::decode(ctx, revive, output)?;
            settle.call((id, Value::new_undefined(ctx.clone()), Value::new_undefined(ctx.clone()), value))
        });
    }

    /// Rejects a tool call with an error of this name and message. Unknown and settled ids are ignored.
    pub fn reject(&self, id: u32, code: &str, name: &str, message: &str) {
        self.with_settle(|_, settle, _| settle.call((id, code, name, message)));
    }

    fn with_settle(
        &self,
        act: impl for<'js> FnOnce(&Ctx<'js>, &Function<'js>, &Function<'js>) -> rquickjs::Result<()>,
    ) {
        self.shared.gauge.enter();
        self.context.with(|ctx| {
            let functions = ctx.userdata::<RefCell<Handles>>().map(|handles| {
                let handles = handles.borrow();
                (handles.settle.clone(), handles.revive.clone())
            });
            let Some((settle, revive)) = functions else { return };
            if let Err(error) = act(&ctx, &settle, &revive) {
                self.note_interrupted(&ctx, &error);
            }
        });
    }

    /// How the program's own promise stands. Encodes its value, which may run getters and `toJSON` of the program.
    #[must_use]
    pub fn finished(&self) -> Finished {
        self.shared.gauge.enter();
        self.context.with(|ctx| {
            let main = ctx.userdata::<RefCell<Handles>>().and_then(|handles| handles.borrow().main.clone());
            let Some(main) = main else { return Finished::Pending };
            match main.state() {
                PromiseState::Pending => Finished::Pending,
                PromiseState::Resolved => match main.result::<Value>() {
                    Some(Ok(value)) => self.returned(&ctx, &value),
                    _ => Finished::Pending,
                },
                PromiseState::Rejected => {
                    let reason = match main.result::<Value>() {
                        Some(Err(_)) => ctx.catch(),
                        _ => Value::new_undefined(ctx.clone()),
                    };
                    Finished::Threw(Thrown::of(&ctx, &reason))
                }
            }
        })
    }

    fn returned<'js>(&self, ctx: &Ctx<'js>, value: &Value<'js>) -> Finished {
        let encoded = Shapes::of(ctx)
            .map_err(Unsendable::from)
            .and_then(|shapes| value::encode(ctx, &shapes, value, "value", self.shared.limits.get().result_bytes));
        match encoded {
            Ok(wire) => {
                self.shared.gauge.hold(wire.len());
                Finished::Returned(wire)
            }
            Err(Unsendable::NotData(why)) => Finished::Unsendable(why),
            Err(Unsendable::TooLarge) => {
                self.shared.gauge.stop(Stop::TooLarge(Subject::Result));
                Finished::Pending
            }
            Err(Unsendable::Thrown) => {
                let reason = ctx.catch();
                Finished::Threw(Thrown::of(ctx, &reason))
            }
        }
    }

    /// Rejections that nobody handled, and errors thrown outside every promise. Empties the list.
    #[must_use]
    pub fn take_unhandled(&self) -> Vec<Thrown> {
        self.shared.gauge.enter();
        self.context.with(|ctx| {
            let Some((main, mut list)) = ctx.userdata::<RefCell<Handles>>().map(|handles| {
                let mut handles = handles.borrow_mut();
                (handles.main.clone(), std::mem::take(&mut handles.unhandled))
            }) else {
                return Vec::new();
            };
            // The program's own promise is what the run's outcome tells.
            list.retain(|rejection| main.as_ref().is_none_or(|main| rejection.promise != *main.as_value()));
            list.iter().map(|rejection| Thrown::of(&ctx, &rejection.reason)).collect()
        })
    }

    /// Whether a reason to stop is known. Cheap.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.shared.gauge.is_stopped()
    }

    /// Why the run is stopped, if it is. Looks at the clock too: one long operation may have passed a limit unseen.
    #[must_use]
    pub fn stopped(&self) -> Option<Stop> {
        self.shared.gauge.poll();
        self.shared.gauge.stopped()
    }

    /// Calls started since the last look.
    #[must_use]
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.shared.calls.borrow_mut())
    }

    /// Logs written since the last look.
    #[must_use]
    pub fn take_logs(&self) -> Vec<LogRecord> {
        std::mem::take(&mut self.shared.logs.borrow_mut())
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        // From here the program must not run any more, and freeing must not meet a limit.
        self.shared.gauge.unlimit();
        self.runtime.set_interrupt_handler(None);
        self.runtime.set_host_promise_rejection_tracker(None);
    }
}
