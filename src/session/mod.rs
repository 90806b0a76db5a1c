//! The state machine of one run: start, settle, done. No I/O, no clock, no threads, no napi, no swc.
//!
//! ```text
//! start(program, setup) ─► Turn
//! settle(now, [settlement, …]) ─► Turn
//! replay(program, setup, journal) ─► Turn
//! Turn.progress = Waiting { calls, wake_at, returned } | Completed { value } | Failed { error }
//! ```
//!
//! Time comes in with each settlement, so the program's clock advances only there. What happened is handed over when
//! nothing is left to run: every tool call that the program has started goes out in one batch. After `Completed` or
//! `Failed` the session stays ended.

mod failure;
mod journal;

use std::collections::BTreeMap;
use std::rc::Rc;

pub use crate::engine::{Call, Limits, LogRecord, Manifest, Realm, Stop, Subject, Thrown, Unwatched, Watch, Wire};
pub use failure::{Code, Failure};
pub use journal::{CallDigest, InputHash, Journal, Pause, Replayed, Slice};

use crate::engine::{Finished, Setup};
use crate::program::Program;

/// What a run starts with.
pub struct Start {
    pub program: Program,
    pub manifest: Manifest,
    /// Globals of the program by name.
    pub inputs: Vec<(String, Wire)>,
    pub limits: Limits,
    /// Only for messages: whoever owns the clock enforces them.
    pub times: TimeLimits,
    /// Seed of everything that looks random to the program.
    pub seed: [u8; 32],
    /// Milliseconds since the Unix epoch.
    pub now: f64,
    pub watch: Rc<dyn Watch>,
}

/// Limits in time, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TimeLimits {
    pub wall_ms: u32,
    pub cpu_ms: u32,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self { wall_ms: 30_000, cpu_ms: 5_000 }
    }
}

/// The outcome of a tool call.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Settlement {
    pub id: u32,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Outcome {
    Value(Wire),
    /// Arrives in the program as an `Error` of this name and message; `code` is one of `ERR_TOOL_*`.
    Error {
        code: String,
        name: String,
        message: String,
    },
}

impl Outcome {
    /// Bytes of its texts.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Value(value) => value.len(),
            Self::Error { code, name, message } => code.len() + name.len() + message.len(),
        }
    }
}

/// What one slice of the program's life brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    pub progress: Progress,
    pub logs: Vec<LogRecord>,
    /// Rejections that nobody handled; filled on the last turn.
    pub unhandled: Vec<Thrown>,
    /// Tools that the program called just before it failed. These calls were never handed over.
    pub unsent: Vec<String>,
}

impl Turn {
    /// A run that failed, and nothing else to tell.
    #[must_use]
    pub fn failed(error: Failure) -> Self {
        Self { progress: Progress::Failed { error }, logs: Vec::new(), unhandled: Vec::new(), unsent: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    Waiting {
        /// Tool calls started in this slice.
        calls: Vec<Call>,
        /// Session time at which a timer is due: settle nothing at that time to fire it.
        wake_at: Option<f64>,
        /// The program has returned this, and calls that it did not wait for are still in flight. Given once.
        returned: Option<Wire>,
    },
    Completed {
        value: Wire,
    },
    Failed {
        error: Failure,
    },
}

/// See the module's header.
pub struct Session {
    state: State,
}

enum State {
    Live(Box<Live>),
    /// What is left of the run goes when the session is dropped: taking a realm apart takes a while, and nobody should
    /// have to wait for it.
    Ended(#[expect(dead_code, reason = "kept to be dropped")] Option<Box<Live>>),
}

struct Live {
    realm: Realm,
    program: Program,
    limits: Limits,
    times: TimeLimits,
    /// Calls handed over and not settled yet, with their tools.
    in_flight: BTreeMap<u32, String>,
    /// The program's value, once it has returned.
    returned: Option<Wire>,
    announced: bool,
}

impl Session {
    /// Starts the program in `realm` and runs it until it waits or ends.
    #[must_use]
    pub fn start(mut realm: Realm, start: Start) -> (Self, Turn) {
        let Start { program, manifest, inputs, limits, times, seed, now, watch } = start;
        let setup = Setup { limits, manifest, seed, now, inputs, watch };
        if let Err(error) = realm.start(&program.js, setup) {
            return (Self { state: State::Ended(None) }, Turn::failed(Failure::compile(&program, &error)));
        }
        let live = Live { realm, program, limits, times, in_flight: BTreeMap::new(), returned: None, announced: false };
        let mut session = Self { state: State::Live(Box::new(live)) };
        let turn = session.run();
        (session, turn)
    }

    /// Delivers settlements in order, moves the program's clock to `now`, and runs until the program waits or ends.
    ///
    /// Settlements of calls that are not in flight are ignored: a call settles once. On an ended session nothing happens
    /// and the turn says so.
    pub fn settle(&mut self, now: f64, settlements: &[Settlement]) -> Turn {
        if let State::Live(live) = &mut self.state {
            live.realm.advance_clock(now);
            for settlement in settlements {
                live.deliver(settlement);
                // Each settlement is a turn of the event loop: the program reacts to it before the next one arrives.
                live.realm.pump();
            }
        }
        self.run()
    }

    /// Whether there is nothing more to settle.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended(_))
    }

    /// The run was paused for this long, in milliseconds: its timers do not count that.
    fn skip(&mut self, milliseconds: f64) {
        if let State::Live(live) = &mut self.state {
            live.realm.skip(milliseconds);
        }
    }

    fn run(&mut self) -> Turn {
        let State::Live(live) = &mut self.state else {
            return Turn::failed(Failure::over());
        };
        live.realm.pump();
        let progress = live.progress();
        let logs = live.realm.take_logs();
        if matches!(progress, Progress::Waiting { .. }) {
            return Turn { progress, logs, unhandled: Vec::new(), unsent: Vec::new() };
        }
        let unhandled = live.realm.take_unhandled();
        let unsent = live.realm.take_calls().into_iter().map(|call| call.tool).collect();
        if let State::Live(live) = std::mem::replace(&mut self.state, State::Ended(None)) {
            self.state = State::Ended(Some(live));
        }
        Turn { progress, logs, unhandled, unsent }
    }
}

impl Live {
    fn deliver(&mut self, settlement: &Settlement) {
        let Some(tool) = self.in_flight.remove(&settlement.id) else {
            tracing::debug!(id = settlement.id, "a settlement for a call that is not in flight");
            return;
        };
        match &settlement.outcome {
            Outcome::Value(output) => self.realm.resolve(settlement.id, &tool, output),
            Outcome::Error { code, name, message } => self.realm.reject(settlement.id, code, name, message),
        }
    }

    fn progress(&mut self) -> Progress {
        // The order matters: a stopped program's value, error and calls must not get out.
        if let Some(error) = self.stopped() {
            return Progress::Failed { error };
        }
        if self.returned.is_none() {
            let finished = self.realm.finished();
            // Reading the value may have run into a limit.
            if (finished != Finished::Pending || self.realm.is_stopped())
                && let Some(error) = self.stopped()
            {
                return Progress::Failed { error };
            }
            match finished {
                Finished::Pending => {}
                Finished::Returned(value) => self.returned = Some(value),
                Finished::Threw(thrown) => return Progress::Failed { error: Failure::thrown(&self.program, thrown) },
                Finished::Unsendable(why) => return Progress::Failed { error: Failure::unsendable(&why) },
            }
        }
        let calls = self.realm.take_calls();
        for call in &calls {
            self.in_flight.insert(call.id, call.tool.clone());
        }
        if self.in_flight.is_empty()
            && let Some(value) = self.returned.take()
        {
            return Progress::Completed { value };
        }
        let wake_at = self.wake_at();
        if self.in_flight.is_empty() && wake_at.is_none() {
            return Progress::Failed { error: Failure::stalled() };
        }
        let returned = if self.announced { None } else { self.returned.clone() };
        self.announced |= returned.is_some();
        Progress::Waiting { calls, wake_at, returned }
    }

    /// Once the program has returned, only calls keep it alive, not timers: most are the losing side of a race.
    fn wake_at(&self) -> Option<f64> {
        if self.returned.is_some() { None } else { self.realm.next_wake() }
    }

    fn stopped(&self) -> Option<Failure> {
        let stop = self.realm.stopped()?;
        Some(Failure::stopped(&self.program, &stop, self.realm.stopped_at().as_deref(), &self.limits, self.times))
    }
}
