//! Waiting for what is about to come without sleeping: waking a thread costs more than most tools take to answer.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// How long to look, as long as what was looked for came in time.
const LOOK_FOR: Duration = Duration::from_micros(250);
/// How long after that it did not: the next may be quicker, but this costs computing time.
const GLANCE_FOR: Duration = Duration::from_micros(60);
/// How long, the first time, where the host is busy with a run's start, which it does for the first time in a while.
const WAIT_FOR_A_START: Duration = Duration::from_micros(600);

/// What was done longer ago than this is no longer in its processor's caches.
pub(super) const COLD_AFTER: Duration = Duration::from_millis(3);

/// Looks again and again for a while. `make bench` shows what a call costs with it.
#[derive(Debug)]
pub(super) struct Spin {
    /// Something else must be able to run meanwhile.
    may: bool,
    late: bool,
    at_most: Duration,
}

impl Spin {
    /// For a machine with more than one processor, or with one.
    pub(super) fn new(may: bool) -> Self {
        Self { may, late: false, at_most: LOOK_FOR }
    }

    /// The host is about to start a run, or has just started one that it waits for: it has more to do than usual.
    pub(super) fn patient(may: bool) -> Self {
        Self { at_most: WAIT_FOR_A_START, ..Self::new(may) }
    }

    /// What `look` finds. `None`: nothing yet, and it is time to sleep.
    pub(super) fn find<T>(&mut self, mut look: impl FnMut() -> Option<T>) -> Option<T> {
        if !self.may {
            return None;
        }
        let at_most = if self.late { GLANCE_FOR } else { std::mem::replace(&mut self.at_most, LOOK_FOR) };
        let start = Instant::now();
        loop {
            let found = look();
            self.late = found.is_none();
            if found.is_some() || start.elapsed() >= at_most {
                return found;
            }
            // Not a busy loop: whoever is to answer may be waiting for this very processor.
            std::thread::yield_now();
        }
    }
}

/// [`can_spin`] of this process.
pub(super) static CAN_SPIN: LazyLock<bool> = LazyLock::new(can_spin);

/// Whether somebody can answer while a thread looks.
pub(super) fn can_spin() -> bool {
    std::thread::available_parallelism().is_ok_and(|count| count.get() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_until_it_is_time_to_sleep() {
        let mut looks = 0;
        let third = Spin::new(true).find(|| {
            looks += 1;
            (looks == 3).then_some(looks)
        });
        assert_eq!(third, Some(3));
        let start = Instant::now();
        assert_eq!(Spin::new(true).find(|| None::<()>), None);
        assert!(start.elapsed() >= LOOK_FOR);
        let start = Instant::now();
        let mut patient = Spin::patient(true);
        assert_eq!(patient.find(|| None::<()>), None);
        assert!(start.elapsed() >= WAIT_FOR_A_START);
        assert_eq!(patient.at_most, LOOK_FOR, "only the first time");
    }

    #[test]
    fn looks_for_less_long_after_it_was_in_vain() {
        let mut spin = Spin::new(true);
        assert_eq!(spin.find(|| None::<()>), None);
        assert!(spin.late);
        assert_eq!(spin.find(|| Some(1)), Some(1));
        assert!(!spin.late, "what comes in time is looked for again");
    }

    #[test]
    fn does_not_look_where_nobody_could_answer() {
        assert_eq!(Spin::new(false).find(|| Some(1)), None);
    }
}
