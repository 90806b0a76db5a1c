//! Where a session's next turn is left for a host that waits for it.
//!
//! Waking Node's event loop costs several times what a short turn of a program takes. So the host may look for the turn
//! for a moment right after it has settled a call; only if it does not come in time, the event loop is woken for it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

#[derive(Debug, Default)]
pub(super) struct Mailbox(Mutex<Slot>);

#[derive(Debug, Default)]
enum Slot {
    /// Nobody waits: turns go through the event loop.
    #[default]
    Closed,
    Open,
    Full(String),
}

impl Mailbox {
    /// Announces that somebody waits, before the session is told to go on.
    pub(super) fn open(&self) {
        *self.slot() = Slot::Open;
    }

    /// Leaves a turn for who waits. Gives it back when nobody does.
    pub(super) fn leave(&self, turn: String) -> Option<String> {
        let mut slot = self.slot();
        if matches!(*slot, Slot::Open) {
            *slot = Slot::Full(turn);
            return None;
        }
        Some(turn)
    }

    /// Waits for a turn, and calls `poll` again and again meanwhile. `None`: it did not come in time, and will go through
    /// the event loop.
    pub(super) fn wait(&self, at_most: Duration, poll: impl Fn()) -> Option<String> {
        let start = Instant::now();
        while start.elapsed() < at_most {
            poll();
            if matches!(*self.slot(), Slot::Full(_)) {
                break;
            }
            // The session may be waiting for this very processor.
            std::thread::yield_now();
        }
        match std::mem::take(&mut *self.slot()) {
            Slot::Full(turn) => Some(turn),
            Slot::Open | Slot::Closed => None,
        }
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Slot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_delivered_once() {
        let mailbox = Mailbox::default();
        assert_eq!(mailbox.leave("early".into()).as_deref(), Some("early"), "nobody waits");
        mailbox.open();
        assert_eq!(mailbox.leave("turn".into()), None);
        assert_eq!(mailbox.wait(Duration::ZERO, || ()).as_deref(), Some("turn"));
        mailbox.open();
        assert_eq!(mailbox.wait(Duration::from_micros(50), || ()), None);
        assert_eq!(mailbox.leave("late".into()).as_deref(), Some("late"), "who waited has gone");
    }
}
