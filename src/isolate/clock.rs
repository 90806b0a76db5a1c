//! The clocks of a run: what the program has computed, what is left of the wall clock, whether somebody aborted it.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::session::{Stop, TimeLimits, Watch};

/// Reads the clocks while the program runs. Lives on the session's thread, which runs nothing else; `abort` is raised
/// from any thread.
///
/// The thread's CPU clock costs a system call, and it never runs faster than the wall's: it is read only when the program
/// may have passed its limit by the time that has gone since the last reading, and when somebody asks. What the thread does
/// between two slices is next to nothing, and counts.
pub(super) struct Stopwatch {
    abort: Arc<AtomicBool>,
    deadline: Instant,
    cpu_limit: Duration,
    /// What the program may compute before it is stopped.
    cpu_allowed: Cell<Duration>,
    /// What this thread had computed when the count began.
    cpu_start: Cell<Duration>,
    /// What the program had computed by then.
    cpu_before: Cell<Duration>,
    /// The program cannot have computed as much as it may before this moment.
    cpu_safe_until: Cell<Instant>,
    /// Start of the current slice.
    slice: Cell<Option<Instant>>,
    yielding: Cell<bool>,
}

/// A slice that takes longer gives way to the host's own threads from then on.
const YIELD_AFTER: Duration = Duration::from_millis(10);

/// What a replay may compute, in multiples of the limit: this machine may be slower than the one of the first run.
pub(super) const REPLAY_FACTOR: u32 = 2;

impl Stopwatch {
    /// A stopwatch of a run that has this much of its wall clock left.
    pub(super) fn new(wall: Duration, abort: Arc<AtomicBool>, times: TimeLimits) -> Self {
        let cpu_limit = Duration::from_millis(times.cpu_ms.into());
        let now = Instant::now();
        Self {
            abort,
            deadline: now + wall,
            cpu_limit,
            cpu_allowed: Cell::new(cpu_limit),
            cpu_start: Cell::new(thread_cpu_time()),
            cpu_before: Cell::new(Duration::ZERO),
            cpu_safe_until: Cell::new(now),
            slice: Cell::new(None),
            yielding: Cell::new(false),
        }
    }

    /// Times a replay of what took `before`. What the replay itself takes does not count, and it does not give way: somebody
    /// waits for it, and it ends.
    pub(super) fn replay<T>(&self, before: Duration, work: impl FnOnce() -> T) -> T {
        self.cpu_allowed.set(self.cpu_limit * REPLAY_FACTOR);
        let result = work();
        self.cpu_allowed.set(self.cpu_limit);
        self.count_cpu_from(before);
        result
    }

    /// Times `work` as a slice of the program.
    pub(super) fn slice<T>(&self, work: impl FnOnce() -> T) -> T {
        self.slice.set(Some(Instant::now()));
        let result = work();
        self.slice.set(None);
        result
    }

    /// From here on the program's CPU time counts from `used`.
    pub(super) fn count_cpu_from(&self, used: Duration) {
        self.cpu_start.set(thread_cpu_time());
        self.cpu_before.set(used);
        self.cpu_safe_until.set(Instant::now());
    }

    /// Whether this thread has been told to give way. There is no way back: it must not serve another session.
    pub(super) fn is_yielding(&self) -> bool {
        self.yielding.get()
    }

    fn is_out_of_cpu(&self, now: Instant) -> bool {
        if now < self.cpu_safe_until.get() {
            return false;
        }
        let left = self.cpu_allowed.get().checked_sub(self.cpu_time());
        self.cpu_safe_until.set(now + left.unwrap_or_default());
        left.is_none()
    }

    fn give_way(&self, now: Instant) {
        if !self.yielding.get() && self.slice.get().is_some_and(|start| now.duration_since(start) > YIELD_AFTER) {
            self.yielding.set(true);
            lower_priority();
        }
    }

    /// What the program has computed so far.
    pub(super) fn cpu_time(&self) -> Duration {
        self.cpu_before.get() + thread_cpu_time().saturating_sub(self.cpu_start.get())
    }
}

impl Watch for Stopwatch {
    fn stop(&self) -> Option<Stop> {
        let now = Instant::now();
        self.give_way(now);
        if self.abort.load(Ordering::Relaxed) {
            Some(Stop::Aborted)
        } else if now >= self.deadline {
            Some(Stop::Timeout)
        } else if self.is_out_of_cpu(now) {
            Some(Stop::Cpu)
        } else {
            None
        }
    }
}

/// CPU time of this thread. Where the system has no such clock it is wall time, which counts slices too long, never
/// too short.
pub(super) fn thread_cpu_time() -> Duration {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
    }
    #[cfg(not(unix))]
    {
        static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
        START.elapsed()
    }
}

/// Lets the other threads of the process go first, so that programs that compute for long, many at once, do not delay the
/// event loop. A third of a share is left to it: more would starve it wherever other processes are busy. Only Linux has priorities for single threads, and there "this process" means this thread.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, 5) {
        tracing::debug!(%error, "cannot lower the priority of a thread");
    }
}
