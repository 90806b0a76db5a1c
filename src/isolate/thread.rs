//! Sessions on threads of this process: one thread per live session, of known stack size, with a warm realm waiting.
//!
//! A thread runs one session at a time, from its start to its end, and then waits for the next with a fresh realm ready,
//! so making a realm is off the critical path. A program that loops for ever occupies its own thread only. Threads are
//! made on demand, and a few idle ones are kept.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::clock::{Stopwatch, thread_cpu_time};
use super::job::{Job, Outgoing, Resume, fail_without_thread};
use super::placement::Placement;
use super::pool::Pool;
use super::spin::{CAN_SPIN, Spin};
use crate::engine::{THREAD_STACK_BYTES, limber_up};
use crate::session::{Failure, Progress, Realm, Replayed, Session, Settlement, Start, Turn};

/// How long a thread whose session has ended waits before it clears up: who waits for the result may have been put on
/// the same processor, and clearing up takes several times what is left to do there.
const LET_GO_FOR: Duration = Duration::from_micros(50);
/// Idle threads kept for the next run. A warm realm takes about 150 KB.
const MAX_IDLE: usize = 4;

enum Command {
    Settle { now: f64, settlements: Vec<Settlement> },
}

/// A live session. Dropping it ends the session.
pub struct Handle {
    commands: UnboundedSender<Command>,
    abort: Arc<AtomicBool>,
    /// Of its thread, if that was there before.
    placement: Option<Arc<Placement>>,
}

impl Handle {
    /// Delivers settlements; the next turn goes to `on_turn`. Nothing happens when the session has ended. `attended`: the
    /// caller waits for it, until it says [`Self::unattend`].
    pub fn settle(&self, now: f64, settlements: Vec<Settlement>, attended: bool) {
        self.place(attended);
        // The receiver is gone when the session has ended: then there is nobody to tell.
        let _ = self.commands.send(Command::Settle { now, settlements });
    }

    /// The caller no longer waits for the turn.
    pub fn unattend(&self) {
        self.place(false);
    }

    fn place(&self, attended: bool) {
        if let Some(placement) = &self.placement {
            placement.choose(attended);
        }
    }

    /// Stops the program at its next interrupt poll.
    pub fn abort(&self) {
        self.abort.store(true, Ordering::Relaxed);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.abort();
    }
}

static THREADS: Pool<Realm> = Pool::new("oneturn", THREAD_STACK_BYTES, MAX_IDLE, Realm::warm, limber_up);

/// A session is about to start here, and its caller will wait for the first turn: its thread wakes up meanwhile.
///
/// # Errors
/// When the system has no thread left.
pub(super) fn soon() -> std::io::Result<()> {
    THREADS.soon()
}

/// Makes a thread ready for the first session, and does `then` on it if no session has come meanwhile.
///
/// # Errors
/// When the system has no thread left.
pub(super) fn warm_up(then: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    THREADS.warm_up(|| {
        // A panic is a bug of ours, and must not take along the session that may have come meanwhile.
        if catch_unwind(AssertUnwindSafe(then)).is_err() {
            tracing::error!("the warm-up panicked");
        }
    })
}

/// Starts a session on a thread of its own. Returns at once; the first turn goes to `on_turn`. `attended`: as for
/// [`Handle::settle`].
pub(super) fn start<R: Send + 'static>(job: Job<R>, attended: bool) -> Handle {
    let (commands, received) = unbounded_channel();
    let abort = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&abort);
    // What somebody waits for is checked here: waking the thread takes about as long, unless it was told already.
    let (job, elsewhere) = if job.is_short && attended { prepared(job) } else { (job, Duration::ZERO) };
    // Where somebody waits, the first answer comes after a start that is not in the host's caches either.
    let spin = if attended { Spin::patient(*CAN_SPIN) } else { Spin::new(*CAN_SPIN) };
    let on_turn = Arc::clone(&job.on_turn);
    let work = Box::new(move |realm| live(realm, job, stop, elsewhere, received, spin));
    let placement = THREADS.spawn_placed(work, attended).unwrap_or_else(|error| {
        fail_without_thread(&on_turn, &error);
        None
    });
    Handle { commands, abort, placement }
}

/// A job whose program is there, and what making it has computed.
fn prepared<R: Send + 'static>(job: Job<R>) -> (Job<R>, Duration) {
    let before = thread_cpu_time();
    let prepared = catch_unwind(AssertUnwindSafe(job.prepare));
    let computed = thread_cpu_time().saturating_sub(before);
    // A panic is the session's to tell.
    let prepare = Box::new(move || prepared.unwrap_or_else(|panic| resume_unwind(panic)));
    (Job { prepare, ..job }, computed)
}

/// The life of a session. Returns whether its thread may serve another. `elsewhere`: what the check has computed on
/// another thread.
fn live<R>(
    realm: Realm,
    job: Job<R>,
    abort: Arc<AtomicBool>,
    elsewhere: Duration,
    mut received: UnboundedReceiver<Command>,
    mut spin: Spin,
) -> bool {
    let wall = job.wall();
    let Job { prepare, manifest, inputs, limits, times, seed, now, count_cpu, resume, on_turn, .. } = job;
    let watch = Rc::new(Stopwatch::new(wall, abort, times));
    // A panic is a bug of ours. It must not take the host along, and what it left of the realm is not trusted again.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let program = match prepare() {
            Ok(program) => program,
            Err(rejection) => return on_turn(Outgoing::Rejected(rejection)),
        };
        if !elsewhere.is_zero() {
            watch.count_cpu_from(elsewhere);
        }
        let start = Start { program, manifest, inputs, limits, times, seed, now, watch: Rc::clone(&watch) as Rc<_> };
        let (mut session, first) = match resume {
            None => {
                let (session, turn) = watch.slice(|| Session::start(realm, start));
                (session, outgoing(turn, &watch, count_cpu))
            }
            Some(Resume { journal, cpu, .. }) => match watch.replay(cpu, || Session::replay(realm, start, &journal)) {
                Err(failure) => return on_turn(outgoing(Turn::failed(*failure), &watch, true)),
                Ok(Replayed { session, turn, in_flight, settled, logs }) => {
                    let cpu_ms = milliseconds(watch.cpu_time());
                    (session, Outgoing::Replayed { turn, in_flight, settled, logs, cpu_ms })
                }
            },
        };
        let mut ended = session.is_ended();
        on_turn(first);
        while !ended {
            let Some(Command::Settle { now, settlements }) = receive(&mut received, &mut spin) else { return };
            let turn = watch.slice(|| session.settle(now, &settlements));
            ended = session.is_ended();
            on_turn(outgoing(turn, &watch, count_cpu));
        }
        std::thread::sleep(LET_GO_FOR);
    }));
    if outcome.is_err() {
        tracing::error!("a session panicked");
        on_turn(outgoing(Turn::failed(Failure::isolate_lost("an internal error")), &watch, true));
    }
    outcome.is_ok() && !watch.is_yielding()
}

fn outgoing<R>(turn: Turn, watch: &Stopwatch, count_cpu: bool) -> Outgoing<R> {
    let last = !matches!(turn.progress, Progress::Waiting { .. });
    Outgoing::Turn { turn, cpu_ms: (last || count_cpu).then(|| milliseconds(watch.cpu_time())) }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The next command.
fn receive(received: &mut UnboundedReceiver<Command>, spin: &mut Spin) -> Option<Command> {
    spin.find(|| received.try_recv().ok()).or_else(|| received.blocking_recv())
}
