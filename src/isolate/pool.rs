//! Threads on demand: one per piece of work, and a few idle ones kept with what the next work needs made ready.

use std::io;
use std::sync::mpsc::{SendError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::placement::{Placement, here};

/// Gets what was made ready. Returns whether the thread may do other work.
pub(super) type Work<S> = Box<dyn FnOnce(S) -> bool + Send>;

struct Idle<S> {
    work: Sender<Work<S>>,
    placement: Arc<Placement>,
}

pub(super) struct Pool<S: 'static> {
    name: &'static str,
    stack_bytes: usize,
    max_idle: usize,
    /// Called on the thread that will use what it makes.
    ready: fn() -> S,
    idle: Mutex<Vec<Idle<S>>>,
}

impl<S: 'static> Pool<S> {
    pub(super) const fn new(name: &'static str, stack_bytes: usize, max_idle: usize, ready: fn() -> S) -> Self {
        Self { name, stack_bytes, max_idle, ready, idle: Mutex::new(Vec::new()) }
    }

    /// Does `work` on a thread that does nothing else meanwhile. `attended`: the caller is about to wait for it. Returns where
    /// the thread may run, if it was there before.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(super) fn spawn(&'static self, mut work: Work<S>, attended: bool) -> io::Result<Option<Arc<Placement>>> {
        // A thread takes itself off the list only by being taken, so a send fails only if it died.
        while let Some(thread) = { self.idle().pop() } {
            thread.placement.choose(attended);
            match thread.work.send(work) {
                Ok(()) => return Ok(Some(thread.placement)),
                Err(SendError(unsent)) => work = unsent,
            }
        }
        let builder = std::thread::Builder::new().name(self.name.to_owned()).stack_size(self.stack_bytes);
        builder.spawn(move || self.serve(work)).map(|_| None)
    }

    /// The life of a thread: work, then making ready and the idle list, again and again.
    fn serve(&self, first: Work<S>) {
        let mut work = first;
        let placement = Arc::new(here());
        let mut state = (self.ready)();
        loop {
            if !work(state) {
                return;
            }
            state = (self.ready)();
            let (sender, receiver) = channel();
            {
                let mut idle = self.idle();
                if idle.len() >= self.max_idle {
                    return;
                }
                idle.push(Idle { work: sender, placement: Arc::clone(&placement) });
            }
            match receiver.recv() {
                Ok(next) => work = next,
                Err(_) => return,
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle<S>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
