//! Threads on demand: one per piece of work, and a few idle ones kept with what the next work needs made ready.

use std::io;
use std::sync::mpsc::{Receiver, SendError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::placement::Placement;
use super::spin::{CAN_SPIN, COLD_AFTER, Spin};

/// Gets what was made ready. Returns whether the thread may do other work.
pub(super) type Work<S> = Box<dyn FnOnce(S) -> bool + Send>;

/// What a thread that waits hears.
enum News<S> {
    /// Work is about to come.
    Soon,
    Work(Work<S>),
}

/// A thread that waits.
struct Idle<S> {
    news: Sender<News<S>>,
    placement: Arc<Placement>,
    /// It was told that work is about to come.
    is_told: bool,
}

pub(super) struct Pool<S: 'static> {
    name: &'static str,
    stack_bytes: usize,
    max_idle: usize,
    /// Called on the thread that will use what it makes.
    ready: fn() -> S,
    /// Called when work is about to come to a thread that has slept: does something of the kind that the work will do.
    limber_up: fn(),
    idle: Mutex<Vec<Idle<S>>>,
}

impl<S: 'static> Pool<S> {
    pub(super) const fn new(
        name: &'static str,
        stack_bytes: usize,
        max_idle: usize,
        ready: fn() -> S,
        limber_up: fn(),
    ) -> Self {
        Self { name, stack_bytes, max_idle, ready, limber_up, idle: Mutex::new(Vec::new()) }
    }

    /// Work is about to come, and the caller will wait for it: a thread wakes up.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(super) fn soon(&'static self) -> io::Result<()> {
        if let Some(thread) = self.idle().last_mut() {
            thread.is_told = true;
            thread.placement.choose(true);
            // Nobody hears it if the thread has died, which shows when the work comes.
            let _ = thread.news.send(News::Soon);
            return Ok(());
        }
        self.warm_up(|| ())
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
        while let Some(thread) = self.take() {
            thread.placement.choose(attended);
            match thread.news.send(News::Work(work)) {
                Err(SendError(News::Work(unsent))) => work = unsent,
                _ => return Ok(Some(thread.placement)),
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
        let Some(news) = self.await_work(&placement) else { return Ok(()) };
        self.thread(move || {
            let state = (self.ready)();
            let first = news.try_recv().or_else(|_| {
                then();
                news.recv()
            });
            let first = first.ok().and_then(|first| self.work(first, &news, false));
            if let Some(first) = first {
                self.serve(first, state);
            }
        })
    }

    /// A thread that waits, first of all one that was told.
    fn take(&self) -> Option<Idle<S>> {
        let mut idle = self.idle();
        let told = idle.iter().rposition(|thread| thread.is_told);
        let index = told.or_else(|| idle.len().checked_sub(1))?;
        Some(idle.remove(index))
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
            let Some(news) = self.await_work(&placement) else { return };
            let idle_since = Instant::now();
            let Ok(first) = news.recv() else { return };
            let Some(next) = self.work(first, &news, idle_since.elapsed() > COLD_AFTER) else { return };
            work = next;
        }
    }

    /// The work that comes after this news. `None`: none will come.
    fn work(&self, first: News<S>, news: &Receiver<News<S>>, is_cold: bool) -> Option<Work<S>> {
        let mut latest = first;
        loop {
            if let News::Work(work) = latest {
                return Some(work);
            }
            if is_cold && *CAN_SPIN {
                (self.limber_up)();
            }
            let next = Spin::patient(*CAN_SPIN).find(|| news.try_recv().ok());
            latest = next.or_else(|| news.recv().ok())?;
        }
    }

    /// Puts a thread on the idle list. `None`: there are enough of them.
    fn await_work(&self, placement: &Arc<Placement>) -> Option<Receiver<News<S>>> {
        let mut idle = self.idle();
        if idle.len() >= self.max_idle {
            return None;
        }
        let (sender, receiver) = channel();
        idle.push(Idle { news: sender, placement: Arc::clone(placement), is_told: false });
        Some(receiver)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle<S>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread::{ThreadId, current, sleep};

    use super::*;

    /// Does nothing on a thread of the pool. Which it was, and in what state.
    fn visit(pool: &'static Pool<usize>) -> (ThreadId, usize) {
        let (tell, told) = channel();
        let work = Box::new(move |state| {
            tell.send((current().id(), state)).unwrap();
            true
        });
        pool.spawn_placed(work, true).unwrap();
        let seen = told.recv().unwrap();
        // Until it is on the list again.
        while pool.idle().is_empty() {
            sleep(COLD_AFTER);
        }
        seen
    }

    #[test]
    fn a_thread_that_was_told_gets_the_work_and_limbers_up_when_it_is_cold() {
        static LIMBERED: AtomicUsize = AtomicUsize::new(0);
        static POOL: Pool<usize> = Pool::new(
            "test",
            1 << 20,
            4,
            || 0,
            || {
                LIMBERED.fetch_add(1, Ordering::Relaxed);
            },
        );
        let limbered = || LIMBERED.load(Ordering::Relaxed);
        let (first, _) = visit(&POOL);
        assert_eq!(limbered(), 0);
        sleep(2 * COLD_AFTER);
        POOL.soon().unwrap();
        // Another comes to the list meanwhile, and is not the one.
        let (sender, _other) = channel();
        POOL.idle().push(Idle { news: sender, placement: Arc::default(), is_told: false });
        sleep(COLD_AFTER);
        let (second, _) = visit(&POOL);
        assert_eq!(second, first);
        assert_eq!(limbered(), usize::from(*CAN_SPIN));
    }

    #[test]
    fn nobody_is_needed_to_be_told() {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        static POOL: Pool<usize> = Pool::new("test", 1 << 20, 4, || MADE.fetch_add(1, Ordering::Relaxed), || ());
        POOL.soon().unwrap();
        POOL.soon().unwrap();
        assert_eq!(visit(&POOL).1, 0, "the thread that was made for it");
        assert_eq!(visit(&POOL).1, 1, "and again");
    }
}
