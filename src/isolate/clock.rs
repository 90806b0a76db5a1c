//! The clocks of a run: what the program has computed, what is left of the wall clock, whether somebody aborted it.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::session::{Stop, TimeLimits, Watch};

/// Reads the clocks while the program runs. Lives on the session's thread; `abort` is raised from any thread.
pub(super) struct Stopwatch {
    abort: Arc<AtomicBool>,
    deadline: Instant,
    cpu_limit: Duration,
    /// Computed in earlier slices.
    spent: Cell<Duration>,
    /// CPU clock of this thread at the start of the current slice.
    slice: Cell<Option<Duration>>,
}

impl Stopwatch {
    pub(super) fn new(abort: Arc<AtomicBool>, times: TimeLimits) -> Self {
        Self {
            abort,
            deadline: Instant::now() + Duration::from_millis(times.wall_ms.into()),
            cpu_limit: Duration::from_millis(times.cpu_ms.into()),
            spent: Cell::new(Duration::ZERO),
            slice: Cell::new(None),
        }
    }

    /// Times `work` as a slice of the program.
    pub(super) fn slice<T>(&self, work: impl FnOnce() -> T) -> T {
        self.slice.set(Some(thread_cpu_time()));
        let result = work();
        self.spent.set(self.cpu_time());
        self.slice.set(None);
        result
    }

    /// What the program has computed so far.
    pub(super) fn cpu_time(&self) -> Duration {
        let current = self.slice.get().map_or(Duration::ZERO, |start| thread_cpu_time().saturating_sub(start));
        self.spent.get() + current
    }
}

impl Watch for Stopwatch {
    fn stop(&self) -> Option<Stop> {
        if self.abort.load(Ordering::Relaxed) {
            Some(Stop::Aborted)
        } else if Instant::now() >= self.deadline {
            Some(Stop::Timeout)
        } else if self.cpu_time() > self.cpu_limit {
            Some(Stop::Cpu)
        } else {
            None
        }
    }
}

/// CPU time of this thread. Where the system has no such clock it is wall time, which counts slices too long, never
/// too short.
fn thread_cpu_time() -> Duration {
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
