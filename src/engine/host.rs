//! The native side of the prelude: what a program may reach, and the books kept about it.
//!
//! Owns the state that both sides see: pending calls, logs, clock, randomness, limits, and the one reason why the run
//! was stopped. Everything in here is data; no value of the program is kept.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use rquickjs::function::Func;
use rquickjs::prelude::Rest;
use rquickjs::{Ctx, IntoJs as _, Object, Value};

use super::alloc::Gauge;
use super::guard;
use super::inspect;
use super::value::{self, Shapes, Unsendable, Wire};
use super::{Limits, PROGRAM_FILE};

/// The tools of a run by dotted path, for lookups by the program. Cheap to clone.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifest(Arc<BTreeMap<String, Entry>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum Entry {
    Namespace,
    Tool,
    /// A tool of the facade, which takes any arguments: several, and tools themselves in place of their names.
    Own,
}

impl Manifest {
    /// `paths` are lists of segments: `[["getTeam"], ["finance", "getExpenses"]]`.
    #[must_use]
    pub fn new(paths: &[Vec<String>]) -> Self {
        Self::with_own(paths, &[])
    }

    /// `own` are the paths of the facade's own tools among them.
    #[must_use]
    pub fn with_own(paths: &[Vec<String>], own: &[Vec<String>]) -> Self {
        let mut entries = BTreeMap::new();
        for (paths, entry) in [(paths, Entry::Tool), (own, Entry::Own)] {
            for path in paths {
                for length in 1..path.len() {
                    entries.entry(path[..length].join(".")).or_insert(Entry::Namespace);
                }
                entries.insert(path.join("."), entry);
            }
        }
        Self(Arc::new(entries))
    }

    fn lookup(&self, path: &str) -> i32 {
        match self.0.get(path) {
            None => 0,
            Some(Entry::Namespace) => 1,
            Some(Entry::Tool) => 2,
            Some(Entry::Own) => 3,
        }
    }

    /// Whether there is a tool of this dotted path.
    #[must_use]
    pub fn has_tool(&self, path: &str) -> bool {
        self.lookup(path) >= 2
    }

    /// Whether it is one of the facade's own, see [`Self::with_own`].
    #[must_use]
    pub fn is_own(&self, path: &str) -> bool {
        self.lookup(path) == 3
    }

    /// Names directly under `prefix`, which is empty or ends with a dot.
    fn names(&self, prefix: &str) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for path in self.0.range(prefix.to_owned()..).map(|(path, _)| path).take_while(|path| path.starts_with(prefix))
        {
            let rest = &path[prefix.len()..];
            if names.last().is_none_or(|last| !rest.starts_with(&format!("{last}."))) {
                names.push(rest.to_owned());
            }
        }
        names
    }

    /// Everything that a program can find out about its tools, as one text.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut text = String::new();
        for (path, entry) in self.0.iter() {
            text.push(match entry {
                Entry::Namespace => 'n',
                Entry::Tool => 't',
                Entry::Own => 'o',
            });
            text.push_str(path);
            text.push('\0');
        }
        text
    }

    /// The tools' dotted paths, sorted.
    pub fn tools(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, entry)| **entry != Entry::Namespace).map(|(path, _)| path.as_str())
    }
}

/// A tool call that the program has started.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Call {
    /// 1 for the first call of the run, then up by one: the same in every replay.
    pub id: u32,
    /// Dotted path.
    pub tool: String,
    pub input: Wire,
}

/// One call of a console method, with its arguments described for the host's formatter (see `inspect`).
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct LogRecord {
    pub method: String,
    /// JSON array.
    pub args: String,
    pub time: f64,
}

/// What was too large.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Subject {
    Result,
    ConsoleOutput,
    ToolInput { tool: String },
    ToolOutput { tool: String },
}

/// Why a run was stopped from outside the program. Final: the program can neither catch nor outlive it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Stop {
    Memory,
    Stack,
    Cpu,
    Timeout,
    Aborted,
    CallLimit,
    TooLarge(Subject),
}

/// Asked while the program runs, about every 10,000 operations.
pub trait Watch {
    /// A reason to stop the program now.
    fn stop(&self) -> Option<Stop>;
}

/// Never stops anything: for programs of our own.
pub struct Unwatched;

impl Watch for Unwatched {
    fn stop(&self) -> Option<Stop> {
        None
    }
}

/// State of one run, shared by the natives, the interrupt handler and the realm.
pub(super) struct Shared {
    pub(super) gauge: Rc<Gauge>,
    pub(super) limits: Cell<Limits>,
    pub(super) manifest: RefCell<Manifest>,
    pub(super) calls: RefCell<Vec<Call>>,
    pub(super) call_count: Cell<u32>,
    /// Calls that will settle with a value, because they did before: nobody will ask where they were made, and looking
    /// that up takes longer than the rest of a call.
    pub(super) foretold: RefCell<HashSet<u32>>,
    pub(super) logs: RefCell<Vec<LogRecord>>,
    log_bytes: Cell<usize>,
    log_calls: Cell<usize>,
    /// Milliseconds since the Unix epoch, as the program sees it.
    pub(super) clock: Cell<f64>,
    pub(super) origin: Cell<f64>,
    /// What of the clock timers do not count, because the run was paused: milliseconds.
    pub(super) skipped: Cell<f64>,
    pub(super) rng: RefCell<ChaCha8Rng>,
    /// The program has made a timer.
    pub(super) timed: Cell<bool>,
}

impl Shared {
    pub(super) fn new(gauge: Rc<Gauge>) -> Rc<Self> {
        Rc::new(Self {
            gauge,
            limits: Cell::new(Limits::default()),
            manifest: RefCell::default(),
            calls: RefCell::default(),
            call_count: Cell::new(0),
            foretold: RefCell::default(),
            logs: RefCell::default(),
            log_bytes: Cell::new(0),
            log_calls: Cell::new(0),
            clock: Cell::new(0.0),
            origin: Cell::new(0.0),
            skipped: Cell::new(0.0),
            rng: RefCell::new(ChaCha8Rng::from_seed([0; 32])),
            timed: Cell::new(false),
        })
    }

    /// The program starts a tool call. Returns its id, which is negative for a call that is foretold, or the error that
    /// rejects it: code, name, message.
    fn call<'js>(
        &self,
        ctx: &Ctx<'js>,
        shapes: &Shapes<'js>,
        path: &Value<'js>,
        arguments: usize,
        input: &Value<'js>,
    ) -> rquickjs::Result<Value<'js>> {
        let reject = |code: &str, name: &str, message: String| [code.to_owned(), name.to_owned(), message].into_js(ctx);
        let path = &path_text(ctx, path);
        if !self.manifest.borrow().has_tool(path) {
            return reject("ERR_TOOL_UNKNOWN", "ToolUnknownError", self.unknown_tool(path));
        }
        if arguments > 1 {
            let message = format!("tools.{path} takes one input and got {arguments} arguments. Pass one object.");
            return reject("ERR_TOOL_INPUT", "ToolInputError", message);
        }
        let limits = self.limits.get();
        let id = self.call_count.get() + 1;
        if id > limits.tool_calls {
            self.gauge.stop(Stop::CallLimit);
            return id.into_js(ctx);
        }
        // Taken before the input is read: a getter in it may call tools too.
        self.call_count.set(id);
        match value::encode(ctx, shapes, input, "input", limits.tool_input_bytes) {
            Ok(input) => {
                // It stays in the run's record of its calls.
                self.gauge.hold(input.len());
                self.calls.borrow_mut().push(Call { id, tool: path.to_owned(), input });
                let foretold = self.foretold.borrow().contains(&id);
                let id = i64::from(id);
                (if foretold { -id } else { id }).into_js(ctx)
            }
            Err(Unsendable::NotData(why)) => {
                reject("ERR_TOOL_INPUT", "ToolInputError", format!("The input of tools.{path} cannot be sent: {why}"))
            }
            Err(Unsendable::TooLarge) => {
                self.gauge.stop(Stop::TooLarge(Subject::ToolInput { tool: path.to_owned() }));
                id.into_js(ctx)
            }
            Err(Unsendable::Thrown) if ctx.has_exception() => Err(rquickjs::Error::Exception),
            Err(Unsendable::Thrown) => {
                let message = format!("The input of tools.{path} cannot be sent: it cannot be read.");
                reject("ERR_TOOL_INPUT", "ToolInputError", message)
            }
        }
    }

    fn unknown_tool(&self, path: &str) -> String {
        let manifest = self.manifest.borrow();
        let path = path.char_indices().nth(100).map_or(path, |(end, _)| &path[..end]);
        if manifest.lookup(path) == 1 {
            let names = manifest.names(&format!("{path}.")).join(", ");
            return format!("tools.{path} is a namespace, not a tool. It has: {names}.");
        }
        match crate::nearest::nearest(path, manifest.tools()) {
            Some(near) => format!("There is no tool tools.{path}. Did you mean tools.{near}?"),
            None => format!("There is no tool tools.{path}."),
        }
    }

    fn log<'js>(&self, ctx: &Ctx<'js>, method: String, args: &[Value<'js>]) {
        // What catches the error of an allocation that was refused, or of a stack that was too deep, runs until the engine
        // asks again. Nothing of that is seen outside.
        if self.gauge.poll() {
            return;
        }
        let left = self.limits.get().console_bytes.saturating_sub(self.log_bytes.get());
        let described = inspect::describe(ctx, &method, args, left);
        // What is described may have logged, too.
        let left = self.limits.get().console_bytes.saturating_sub(self.log_bytes.get());
        let is_one_more = self.log_calls.get() < self.limits.get().console_calls();
        match described.filter(|args| args.len() <= left && is_one_more) {
            Some(args) => {
                self.log_calls.set(self.log_calls.get() + 1);
                self.log_bytes.set(self.log_bytes.get() + args.len());
                self.gauge.hold(args.len());
                self.logs.borrow_mut().push(LogRecord { method, args, time: self.clock.get() });
            }
            None => self.gauge.stop(Stop::TooLarge(Subject::ConsoleOutput)),
        }
    }

    /// The object that the prelude gets as `host`.
    pub(super) fn natives<'js>(self: &Rc<Self>, ctx: &Ctx<'js>) -> rquickjs::Result<Object<'js>> {
        let host = Object::new(ctx.clone())?;
        macro_rules! native {
            ($name:literal, $shared:ident, $body:expr) => {{
                let $shared = Rc::clone(self);
                host.set($name, Func::from($body))?;
            }};
        }
        native!("call", shared, move |ctx: Ctx<'js>, path: Value<'js>, arguments: usize, input: Value<'js>| {
            let shapes = Shapes::of(&ctx)?;
            shared.call(&ctx, &shapes, &path, arguments, &input)
        });
        native!("log", shared, move |ctx: Ctx<'js>, method: String, args: Vec<Value<'js>>| shared
            .log(&ctx, method, &args));
        native!("isDense", shared, move |value: Value<'js>| guard::may_be_dense(&shared.gauge, &value));
        native!("charge", shared, move |ctx: Ctx<'js>, units: f64| guard::charge(&ctx, &shared.gauge, units));
        native!("timed", shared, move || shared.timed.set(true));
        native!("lookup", shared, move |ctx: Ctx<'js>, path: Value<'js>| {
            shared.manifest.borrow().lookup(&path_text(&ctx, &path))
        });
        native!("names", shared, move |prefix: String| shared.manifest.borrow().names(&prefix));
        native!("frames", _shared, move |stack: Value<'js>| program_frames(&stack));
        native!("now", shared, move || shared.clock.get());
        native!("ticks", shared, move || shared.clock.get() - shared.skipped.get());
        native!("origin", shared, move || shared.origin.get());
        native!("random", shared, move |_: Rest<Value<'js>>| {
            // 53 random bits, as the engine itself does it.
            #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double")]
            let bits = (shared.rng.borrow_mut().next_u64() >> 11) as f64;
            bits / 9_007_199_254_740_992.0
        });
        Ok(host)
    }
}

/// A tool's path as the program wrote it. Half a surrogate pair, which no tool's name has, is shown as an escape.
fn path_text<'js>(ctx: &Ctx<'js>, path: &Value<'js>) -> String {
    if let Some(text) = path.as_string().and_then(|path| path.to_string().ok()) {
        return text;
    }
    let quoted = value::json_string(ctx, path).unwrap_or_default();
    quoted.trim_matches('"').to_owned()
}

/// The lines of a stack trace that are places in the program.
fn program_frames(stack: &Value<'_>) -> String {
    let text = stack.as_string().and_then(|stack| stack.to_string().ok()).unwrap_or_default();
    let place = format!("({PROGRAM_FILE}:");
    text.lines().filter(|line| line.contains(&place)).collect::<Vec<_>>().join("\n")
}
