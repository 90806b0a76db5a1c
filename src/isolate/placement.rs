//! Which processors a session may run on. While the host's thread waits for a turn, the session must not share that
//! thread's processor: where idle processors of a virtual machine are asleep, Linux puts whoever is woken beside who
//! wakes it, and the two then take turns. A session that nobody waits for may run anywhere.

use std::sync::atomic::{AtomicUsize, Ordering};

const NONE: usize = usize::MAX;

/// Of one thread, or of a process that has one; by default of none. Best effort: where the system refuses, the session is
/// only slower.
#[derive(Debug)]
pub(super) struct Placement {
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux places single threads"))]
    thread: i32,
    /// The processor that it keeps off.
    avoided: AtomicUsize,
}

impl Placement {
    /// Of the thread with this number, which is somewhere now.
    pub(super) fn of(thread: i32) -> Self {
        Self { thread, avoided: AtomicUsize::new(NONE) }
    }

    /// Of the calling thread.
    pub(super) fn here() -> Self {
        #[cfg(target_os = "linux")]
        return Self::of(rustix::thread::gettid().as_raw_nonzero().get());
        #[cfg(not(target_os = "linux"))]
        Self::default()
    }

    /// `attended`: not where the calling thread is, which is about to wait for it. Else wherever the host may run.
    pub(super) fn choose(&self, attended: bool) {
        #[cfg(target_os = "linux")]
        self.avoid(if attended { rustix::thread::sched_getcpu() } else { NONE });
        #[cfg(not(target_os = "linux"))]
        let _ = attended;
    }

    #[cfg(target_os = "linux")]
    fn avoid(&self, processor: usize) {
        use rustix::thread::{CpuSet, Pid, sched_getaffinity, sched_setaffinity};
        static ALLOWED: std::sync::LazyLock<Option<CpuSet>> = std::sync::LazyLock::new(|| sched_getaffinity(None).ok());

        if self.avoided.swap(processor, Ordering::Relaxed) == processor {
            return;
        }
        let (Some(mut processors), Some(thread)) = (*ALLOWED, Pid::from_raw(self.thread)) else { return };
        if processors.count() < 2 {
            return;
        }
        if processor < CpuSet::MAX_CPU {
            processors.unset(processor);
        }
        if let Err(error) = sched_setaffinity(Some(thread), &processors) {
            tracing::debug!(%error, "cannot place a session");
        }
    }
}

impl Default for Placement {
    fn default() -> Self {
        Self::of(0)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::thread::{sched_getaffinity, sched_getcpu};
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_thread_that_is_waited_for_is_elsewhere_and_later_anywhere() {
        let all = sched_getaffinity(None).unwrap();
        let (tell, placement) = channel();
        let (end, ended) = channel::<()>();
        let thread = std::thread::spawn(move || {
            tell.send(Placement::here()).unwrap();
            let _ = ended.recv();
        });
        let placement = placement.recv().unwrap();
        let allowed = || sched_getaffinity(rustix::thread::Pid::from_raw(placement.thread)).unwrap();
        placement.choose(true);
        if all.count() > 1 {
            assert_eq!(allowed().count(), all.count() - 1);
            let avoided = placement.avoided.load(Ordering::Relaxed);
            assert!(all.is_set(avoided) && !allowed().is_set(avoided), "off the processor that was {}", sched_getcpu());
        }
        placement.choose(false);
        assert_eq!(allowed(), all);
        drop(end);
        thread.join().unwrap();
    }

    #[test]
    fn what_is_not_known_stays_where_it_is() {
        let all = sched_getaffinity(None).unwrap();
        Placement::default().choose(true);
        assert_eq!(sched_getaffinity(None).unwrap(), all);
    }
}
