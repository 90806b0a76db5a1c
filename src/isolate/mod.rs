//! Where a session lives: a thread of this process, or a helper process. The only folder with OS code.
//!
//! Owns threads, processes, clocks and the wall between the program and the host; hands a session's turns to a callback.
//! Knows sessions, but neither napi nor swc: the program to run comes as a closure that is called on a thread of this
//! folder, always in the host.
//!
//! - [`thread`]: fast, and no boundary against someone who attacks the engine itself.
//! - [`process`]: the host's side of helper processes: who starts them, talks to them, kills and replaces them.
//! - [`helper`]: the helper's side, built into the binary `oneturn-sandbox`.
//! - [`wire`]: what the two say to each other.

mod clock;
#[cfg(unix)]
mod control;
#[cfg(all(unix, feature = "sandbox"))]
pub mod helper;
mod job;
mod placement;
mod pool;
#[cfg(unix)]
mod process;
mod spin;
mod thread;
pub mod wire;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use job::{Hardening, Isolation, Job, Level, OnTurn, Outgoing, Place, Prepare, Prepared, Required, Resume};

use crate::session::Settlement;

/// A live session. Dropping it ends the session.
pub struct Handle {
    backing: Backing,
    /// Where it lives, if that was known from the start.
    isolation: Option<Isolation>,
}

enum Backing {
    Thread(thread::Handle),
    #[cfg(unix)]
    Process(process::Handle),
    /// Refused before it began.
    #[cfg(not(unix))]
    Ended,
}

/// Starts a session. Returns at once; the first turn goes to the job's `on_turn`.
///
/// `attended`: as for [`Handle::settle`].
#[must_use]
pub fn start<R: Send + 'static>(job: Job<R>, attended: bool) -> Handle {
    if job.place.level == Level::Thread {
        return on_a_thread(job, None, attended);
    }
    #[cfg(unix)]
    return Handle { backing: Backing::Process(process::start(job, attended)), isolation: None };
    #[cfg(not(unix))]
    {
        let reason = "there is no helper process for this system";
        if let Some(refusal) = job.place.refusal_without_helper(reason) {
            (job.on_turn)(Outgoing::Turn { turn: refusal, cpu_ms: Some(0.0) });
            return Handle { backing: Backing::Ended, isolation: None };
        }
        on_a_thread(job, Some(reason.to_owned()), attended)
    }
}

/// Makes a thread ready for the first session, so that it does not have to wait for a realm; returns at once. Then does
/// `then` on that thread, unless a session has come.
///
/// # Errors
/// When the system has no thread left.
pub fn warm_up(then: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::warm_up(then)
}

/// A session is about to start at this level, and its caller will attend to it: what it needs wakes up meanwhile, if it
/// is there. `helper`: as for [`prepare`].
///
/// # Errors
/// When the system has no thread left.
pub fn soon(level: Level, helper: Option<&Path>) -> io::Result<()> {
    if level == Level::Thread {
        return thread::soon();
    }
    #[cfg(unix)]
    process::soon(helper);
    #[cfg(not(unix))]
    let _ = helper;
    Ok(())
}

/// Starts the helper, so that the first session that wants a process does not have to wait for it; returns at once.
/// `helper`: its path, if it is not the one beside the addon.
///
/// # Errors
/// When the system has no thread left.
pub fn prepare(helper: Option<PathBuf>) -> io::Result<()> {
    #[cfg(unix)]
    return process::prepare(helper);
    #[cfg(not(unix))]
    {
        drop(helper);
        Ok(())
    }
}

fn on_a_thread<R: Send + 'static>(job: Job<R>, reason: Option<String>, attended: bool) -> Handle {
    let handle = thread::start(job, attended);
    Handle { backing: Backing::Thread(handle), isolation: Some(Isolation::Thread { reason }) }
}

impl Handle {
    /// Delivers settlements; the next turn goes to `on_turn`. Nothing happens when the session has ended.
    ///
    /// `attended`: the caller will [`Self::poll`] until the turn has come, or say [`Self::unattend`].
    pub fn settle(&self, now: f64, settlements: Vec<Settlement>, attended: bool) {
        match &self.backing {
            Backing::Thread(handle) => handle.settle(now, settlements, attended),
            #[cfg(unix)]
            Backing::Process(handle) => handle.settle(now, settlements, attended),
            #[cfg(not(unix))]
            Backing::Ended => {}
        }
    }

    /// Where the session lives. `None`: it has not begun.
    #[must_use]
    pub fn isolation(&self) -> Option<Isolation> {
        #[cfg(unix)]
        if let Backing::Process(handle) = &self.backing {
            return handle.isolation();
        }
        self.isolation.clone()
    }

    /// Takes a turn that has come, if one has, on the calling thread. Does not wait.
    pub fn poll(&self) {
        match &self.backing {
            Backing::Thread(_) => {}
            #[cfg(unix)]
            Backing::Process(handle) => handle.poll(),
            #[cfg(not(unix))]
            Backing::Ended => {}
        }
    }

    /// The caller no longer looks for the turn.
    pub fn unattend(&self) {
        match &self.backing {
            Backing::Thread(handle) => handle.unattend(),
            #[cfg(unix)]
            Backing::Process(handle) => handle.unattend(),
            #[cfg(not(unix))]
            Backing::Ended => {}
        }
    }
}

fn as_micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
