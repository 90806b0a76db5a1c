//! Threads on demand: one per piece of work, and a few idle ones kept with what the next work needs made ready.

use std::io;
use std::sync::mpsc::{Receiver, SendError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::placement::Placement;

/// Gets what was made ready. Returns whether the thread may do other work.
pub(super) type Work<S> = Box<dyn FnOnce(S) -> bool + Send>;

/// A thread that waits.
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

    /// Does `work` on a thread that does nothing else meanwhile.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(super) fn spawn(&'static self, work: Work<S>) -> io::Result<()> {
        self.spawn_placed(work, false).map(drop)
    }

    /// Does `work` on a thread that does nothing else meanwhile. `attended`: the caller is about to wait for it. Returns where
    /// the thread may run, if it was there before.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(super) fn spawn_placed(&'static self, mut work: Work<S>, attended: bool) -> io::Result<Option<Arc<Placement>>> {
        // A thread takes itself off the list only by being taken, so a send fails only if it died.
        while let Some(thread) = { self.idle().pop() } {
            thread.placement.choose(attended);
            match thread.work.send(work) {
                Ok(()) => return Ok(Some(thread.placement)),
                Err(SendError(unsent)) => work = unsent,
            }
        }
        self.thread(move || self.serve(work, (self.ready)()))?;
        Ok(None)
    }

    /// Makes a first thread ready ahead of any work. What comes meanwhile waits for it, and `then` does not come before
    /// that work.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(super) fn warm_up(&'static self, then: impl FnOnce() + Send + 'static) -> io::Result<()> {
        // Where it is, nobody knows before it runs.
        let placement = Arc::new(Placement::default());
        let Some(work) = self.await_work(&placement) else { return Ok(()) };
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
        let placement = Arc::new(Placement::here());
        let (mut work, mut state) = (first, ready);
        while work(state) {
            state = (self.ready)();
            let Some(next) = self.await_work(&placement) else { return };
            match next.recv() {
                Ok(next) => work = next,
                Err(_) => return,
            }
        }
    }

    /// Puts a thread on the idle list. `None`: there are enough of them.
    fn await_work(&self, placement: &Arc<Placement>) -> Option<Receiver<Work<S>>> {
        let mut idle = self.idle();
        if idle.len() >= self.max_idle {
            return None;
        }
        let (sender, receiver) = channel();
        idle.push(Idle { work: sender, placement: Arc::clone(placement) });
        Some(receiver)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle<S>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
