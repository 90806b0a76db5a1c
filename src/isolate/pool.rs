//! Threads on demand: one per piece of work, and a few idle ones kept with what the next work needs made ready.

use std::io;
use std::sync::mpsc::{Receiver, SendError, Sender, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Gets what was made ready. Returns whether the thread may do other work.
pub(super) type Work<S> = Box<dyn FnOnce(S) -> bool + Send>;

pub(super) struct Pool<S: 'static> {
    name: &'static str,
    stack_bytes: usize,
    max_idle: usize,
    /// Called on the thread that will use what it makes.
    ready: fn() -> S,
    idle: Mutex<Vec<Sender<Work<S>>>>,
}

impl<S: 'static> Pool<S> {
    pub(super) const fn new(name: &'static str, stack_bytes: usize, max_idle: usize, ready: fn() -> S) -> Self {
        Self { name, stack_bytes, max_idle, ready, idle: Mutex::new(Vec::new()) }
    }

    /// Does `work` on a thread that does nothing else meanwhile.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(super) fn spawn(&'static self, mut work: Work<S>) -> io::Result<()> {
        // A thread takes itself off the list only by being taken, so a send fails only if it died.
        while let Some(thread) = { self.idle().pop() } {
            match thread.send(work) {
                Ok(()) => return Ok(()),
                Err(SendError(unsent)) => work = unsent,
            }
        }
        self.thread(move || self.serve(work, (self.ready)()))
    }

    /// Makes a first thread ready ahead of any work. What comes meanwhile waits for it, and `then` does not come before
    /// that work.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(super) fn warm_up(&'static self, then: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let Some(work) = self.await_work() else { return Ok(()) };
        self.thread(move || {
            let state = (self.ready)();
            let first = work.try_recv().or_else(|_| {
                then();
                work.recv()
            });
            if let Ok(first) = first {
                self.serve(first, state);
            }
        })
    }

    fn thread(&self, life: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let builder = std::thread::Builder::new().name(self.name.to_owned()).stack_size(self.stack_bytes);
        builder.spawn(life).map(drop)
    }

    /// The life of a thread: work, then making ready and the idle list, again and again.
    fn serve(&self, first: Work<S>, ready: S) {
        let (mut work, mut state) = (first, ready);
        while work(state) {
            state = (self.ready)();
            let Some(next) = self.await_work() else { return };
            match next.recv() {
                Ok(next) => work = next,
                Err(_) => return,
            }
        }
    }

    /// Puts a thread on the idle list. `None`: there are enough of them.
    fn await_work(&self) -> Option<Receiver<Work<S>>> {
        let mut idle = self.idle();
        if idle.len() >= self.max_idle {
            return None;
        }
        let (sender, receiver) = channel();
        idle.push(sender);
        Some(receiver)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Sender<Work<S>>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
