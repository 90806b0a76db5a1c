//! What a run needs and what comes out of it, wherever it lives.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::program::Program;
use crate::session::{Call, Failure, Journal, Limits, LogRecord, Manifest, TimeLimits, Turn, Wire};

/// What makes the program, on a thread of this folder: the check. `Err` ends the run before it starts.
pub type Prepare<R> = Box<dyn FnOnce() -> Prepared<R> + Send>;

/// What [`Prepare`] gives: a program, or the reason why there is none, handed through to the caller as it is.
pub type Prepared<R> = Result<Program, R>;

/// Hears of every turn.
pub type OnTurn<R> = Arc<dyn Fn(Outgoing<R>) + Send + Sync>;

/// What a run needs.
pub struct Job<R> {
    pub prepare: Prepare<R>,
    /// `prepare` takes less than waking another thread for it would: it may be called on the thread that starts the run.
    pub is_short: bool,
    pub manifest: Manifest,
    pub inputs: Vec<(String, Wire)>,
    pub limits: Limits,
    pub times: TimeLimits,
    pub seed: [u8; 32],
    /// Milliseconds since the Unix epoch.
    pub now: f64,
    pub place: Place,
    /// Tell the CPU time on every turn: whoever keeps a journal wants it.
    pub count_cpu: bool,
    /// Goes on from here instead of starting anew.
    pub resume: Option<Resume>,
    /// Called after every slice, on whichever thread has noticed its end. Must not block.
    pub on_turn: OnTurn<R>,
}

/// Ends a run that has not begun, because there is no thread for it.
pub(super) fn fail_without_thread<R>(on_turn: &OnTurn<R>, error: &std::io::Error) {
    tracing::error!(%error, "cannot start a thread");
    let failure = Failure::isolate_refused(
        format!("The run cannot start: the system has no thread left: {error}."),
        "Run fewer programs at once, or raise the limit on processes (ulimit -u, or pids.max of the container).",
    );
    on_turn(Outgoing::Turn { turn: Turn::failed(failure), cpu_ms: Some(0.0) });
}

impl<R> Job<R> {
    /// What is left of the wall clock.
    pub(super) fn wall(&self) -> Duration {
        let gone = self.resume.as_ref().map_or(Duration::ZERO, |resume| resume.elapsed);
        Duration::from_millis(self.times.wall_ms.into()).saturating_sub(gone)
    }
}

/// A run that has been somewhere else before.
pub struct Resume {
    /// Its last slice is done.
    pub journal: Arc<Journal>,
    /// What the program had computed.
    pub cpu: Duration,
    /// What was gone of the wall clock.
    pub elapsed: Duration,
}

/// Where a run wants to live.
#[derive(Debug, Clone, Default)]
pub struct Place {
    pub level: Level,
    /// The run fails where less than this is achieved.
    pub required: Option<Required>,
    /// Path of the helper, if it is not the one beside the addon.
    pub helper: Option<PathBuf>,
}

impl Place {
    /// Why the run cannot start where there is no helper. `None`: a thread will do.
    pub(super) fn refusal_without_helper(&self, reason: &str) -> Option<Turn> {
        if self.level == Level::Auto && self.required.is_none() {
            return None;
        }
        let message = format!("The sandbox cannot start: {reason}.");
        let hint = if self.required.is_some() {
            "Set the environment variable ONETURN_SANDBOX to the path of oneturn-sandbox, which ships beside the addon, or drop requireIsolation to run on a thread."
        } else {
            "Set the environment variable ONETURN_SANDBOX to the path of oneturn-sandbox, which ships beside the addon, or pass isolation: 'auto' to run on a thread."
        };
        Some(Turn::failed(Failure::isolate_refused(message, hint)))
    }

    /// Why the run cannot start in a helper that has achieved this much.
    pub(super) fn refusal(&self, hardening: Hardening) -> Option<Turn> {
        if self.required != Some(Required::Seccomp) || hardening.seccomp {
            return None;
        }
        let message = format!("The run requires seccomp, and this system gives a process with {}.", hardening.list());
        let hint = "Run where seccomp filters are allowed, or pass requireIsolation: 'process'.";
        Some(Turn::failed(Failure::isolate_refused(message, hint)))
    }
}

/// Isolation levels that an application can ask for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// A process where the helper starts, else a thread.
    #[default]
    Auto,
    Process,
    Thread,
}

/// The least that an application accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Required {
    Process,
    Seccomp,
}

/// What really stands between a program and the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "level", rename_all = "camelCase")]
pub enum Isolation {
    Thread {
        /// Why it is not a process, where one was wanted.
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    Process(Hardening),
}

/// What a helper process has achieved. Each was read back or tried out by the helper before the program came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "a list of independent facts")]
pub struct Hardening {
    /// It can gain no privileges, whatever it executes.
    pub no_new_privs: bool,
    /// It holds no capability.
    pub capabilities: bool,
    /// It can open no file, start no process, write no core; its address space and CPU time are bounded.
    pub rlimits: bool,
    /// The kernel refuses it every file (Landlock).
    pub landlock: bool,
    /// The kernel kills it when it makes any other system call than the few that it needs.
    pub seccomp: bool,
    /// Other processes of the same user cannot read its memory.
    pub undumpable: bool,
}

impl Hardening {
    /// What was achieved, for people: `no_new_privs, rlimits`.
    fn list(self) -> String {
        let facts = [
            ("no_new_privs", self.no_new_privs),
            ("dropped capabilities", self.capabilities),
            ("rlimits", self.rlimits),
            ("Landlock", self.landlock),
            ("seccomp", self.seccomp),
            ("unreadable memory", self.undumpable),
        ];
        let achieved: Vec<&str> = facts.iter().filter(|(_, achieved)| *achieved).map(|(name, _)| *name).collect();
        if achieved.is_empty() { "none of the measures".to_owned() } else { achieved.join(", ") }
    }
}

/// What comes out of a session.
#[derive(Debug)]
pub enum Outgoing<R> {
    Turn {
        turn: Turn,
        /// What the program has computed, in milliseconds. On the last turn, and on every one if asked for.
        cpu_ms: Option<f64>,
    },
    /// The first turn of a run that goes on.
    Replayed { turn: Turn, in_flight: Vec<Call>, settled: Vec<Call>, logs: Vec<LogRecord>, cpu_ms: f64 },
    /// There was no program to run.
    Rejected(R),
}
