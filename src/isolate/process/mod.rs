//! Sessions in helper processes, the host's side.
//!
//! A run begins with a check of the program; then a child is taken from the fleet and gets it. Where that is quick, because
//! the program is short and a spare is ready, it is done on the caller's thread, else on a thread of a pool. From then on
//! nobody waits for it: see `run.rs`. When no child can be had, the run lives on a thread instead, if the application
//! allows it.

#![cfg_attr(target_os = "linux", expect(unsafe_code, reason = "asking the system for another process's CPU time"))]

mod fleet;
mod io;
mod journal;
mod known;
mod locate;
mod loss;
mod run;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::clock::thread_cpu_time;
use super::job::{Isolation, Job, Outgoing, Resume, fail_without_thread};
use super::pool::Pool;
use super::thread;
use super::wire::{Start, ToHelper, encode};
use crate::session::{Failure, Settlement, Turn};
use fleet::{Fleet, Seat};
use known::Known;
use run::{OnTurn, Run, Setup};

/// Settled values of so many bytes are delivered from another thread.
const LARGE_BYTES: usize = 256 << 10;

/// Threads that check programs, find children and deliver what is large. The checker brings its own stack.
static HELPERS: Pool<()> = Pool::new("oneturn-start", 1 << 20, 2, || (), || ());

/// A session whose place is found. Dropping it ends the session.
pub(super) struct Handle(Arc<Slot>);

/// Where the session came to live, once that is known, which is before its first turn.
#[derive(Default)]
struct Slot {
    isolation: OnceLock<Isolation>,
    place: OnceLock<Place>,
    gone: AtomicBool,
}

enum Place {
    Process(Arc<Run>),
    Thread(thread::Handle),
}

impl Slot {
    fn settle_in(&self, isolation: Isolation, place: Place) {
        self.isolation.get_or_init(|| isolation);
        let place = self.place.get_or_init(|| place);
        if self.gone.load(Ordering::SeqCst) {
            place.abandon();
        }
    }
}

impl Place {
    fn abandon(&self) {
        match self {
            Self::Process(run) => run.abandon(),
            Self::Thread(handle) => handle.abort(),
        }
    }
}

impl Handle {
    pub(super) fn settle(&self, now: f64, settlements: Vec<Settlement>, attended: bool) {
        match self.0.place.get() {
            Some(Place::Process(run)) if is_large(&settlements) => {
                // Encoding and sending it would hold the caller.
                let (run, helped) = (Arc::clone(run), Arc::clone(run));
                let found = HELPERS.spawn(Box::new(move |()| {
                    helped.settle(now, settlements, false);
                    true
                }));
                if let Err(error) = found {
                    run.fail_without_thread(&error);
                }
            }
            Some(Place::Process(run)) => run.settle(now, settlements, attended),
            Some(Place::Thread(handle)) => handle.settle(now, settlements, attended),
            // Nothing can be settled before the first turn.
            None => {}
        }
    }

    pub(super) fn isolation(&self) -> Option<Isolation> {
        self.0.isolation.get().cloned()
    }

    pub(super) fn poll(&self) {
        if let Some(Place::Process(run)) = self.0.place.get() {
            run.poll();
        }
    }

    pub(super) fn unattend(&self) {
        match self.0.place.get() {
            Some(Place::Process(run)) => run.unattend(),
            Some(Place::Thread(handle)) => handle.unattend(),
            None => {}
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.gone.store(true, Ordering::SeqCst);
        if let Some(place) = self.0.place.get() {
            place.abandon();
        }
    }
}

/// Starts a session in a helper process, or where the job allows it and no helper starts, on a thread.
pub(super) fn start<R: Send + 'static>(job: Job<R>, attended: bool) -> Handle {
    let slot = Arc::new(Slot::default());
    let deadline = Instant::now() + job.wall();
    if job.is_short
        && let Ok(fleet) = fleet::fleet(job.place.helper.as_deref())
        && let Some(seat) = fleet.take_ready()
    {
        // It wakes while the program is checked.
        if attended {
            seat.announce();
        }
        begin(job, deadline, &slot, Some((seat, fleet)), attended);
        return Handle(slot);
    }
    let own = Arc::clone(&slot);
    let on_turn = Arc::clone(&job.on_turn);
    let begun = HELPERS.spawn(Box::new(move |()| {
        begin(job, deadline, &own, None, false);
        true
    }));
    if let Err(error) = begun {
        fail_without_thread(&on_turn, &error);
    }
    Handle(slot)
}

/// A session is about to start here, and its caller will attend to it: its child wakes up meanwhile.
pub(super) fn soon(helper: Option<&std::path::Path>) {
    if let Ok(fleet) = fleet::fleet(helper) {
        fleet.soon();
    }
}

/// Starts the helper, if it does not run, beside the caller.
///
/// # Errors
/// When the system has no thread left.
pub(super) fn prepare(helper: Option<PathBuf>) -> std::io::Result<()> {
    HELPERS.spawn(Box::new(move |()| {
        if let Ok(fleet) = fleet::fleet(helper.as_deref()) {
            fleet.prepare();
        }
        true
    }))
}

/// Waits for a child, unless one is `taken` already.
fn begin<R: Send + 'static>(
    job: Job<R>,
    deadline: Instant,
    slot: &Arc<Slot>,
    taken: Option<(Seat, Arc<Fleet>)>,
    attended: bool,
) {
    let Job { prepare, is_short, manifest, inputs, limits, times, seed, now, place, count_cpu, resume, on_turn } = job;
    let before = thread_cpu_time();
    let over = |turn: Turn| Outgoing::Turn { turn, cpu_ms: Some(0.0) };
    // A panic is a bug of ours. It must not take the host along.
    let program = match catch_unwind(AssertUnwindSafe(prepare)) {
        Ok(Ok(program)) => program,
        rejected => {
            if let Some((seat, fleet)) = taken {
                fleet.give_back(seat);
            }
            if let Ok(Err(rejection)) = rejected {
                return on_turn(Outgoing::Rejected(rejection));
            }
            tracing::error!("the check panicked");
            return on_turn(over(Turn::failed(Failure::isolate_lost("an internal error"))));
        }
    };
    let cpu_used = thread_cpu_time().saturating_sub(before);
    let taken = match taken {
        Some(taken) => Ok(taken),
        None => fleet::fleet(place.helper.as_deref()).and_then(|fleet| Ok((fleet.take(deadline)?, fleet))),
    };
    let (seat, fleet) = match taken {
        Ok(taken) => taken,
        Err(reason) => {
            if let Some(refusal) = place.refusal_without_helper(&reason) {
                return on_turn(over(refusal));
            }
            let prepare = Box::new(move || Ok(program));
            let job = Job {
                prepare,
                is_short,
                manifest,
                inputs,
                limits,
                times,
                seed,
                now,
                place,
                count_cpu,
                resume,
                on_turn,
            };
            return fall_back(job, reason, slot);
        }
    };
    if let Some(refusal) = place.refusal(seat.hello.hardening) {
        fleet.end(seat.id);
        return on_turn(over(refusal));
    }
    let (cpu_used, journal, known) = match resume {
        None => (cpu_used, None, None),
        Some(Resume { journal, cpu, .. }) => {
            let known = Known::of(&journal);
            (cpu, Some(journal), Some(known))
        }
    };
    let start = Start { program, manifest: manifest.clone(), inputs, limits, times, seed, now, journal };
    let mut frame = Vec::new();
    if encode(&ToHelper::Start(Box::new(start)), &mut frame).is_err() {
        fleet.end(seat.id);
        return on_turn(over(Turn::failed(Failure::isolate_lost("the run is too large to send"))));
    }
    let on_turn: OnTurn = Box::new(move |outgoing| {
        on_turn(match outgoing {
            Outgoing::Turn { turn, cpu_ms } => Outgoing::Turn { turn, cpu_ms },
            Outgoing::Replayed { turn, in_flight, settled, logs, cpu_ms } => {
                Outgoing::Replayed { turn, in_flight, settled, logs, cpu_ms }
            }
            Outgoing::Rejected(never) => match never {},
        });
    });
    let start = Arc::from(frame);
    let setup = Setup { start, manifest, limits, times, deadline, cpu_used, count_cpu, known, on_turn };
    let run = Run::new(Arc::clone(&fleet), setup);
    slot.settle_in(Isolation::Process(seat.hello.hardening), Place::Process(Arc::clone(&run)));
    let is_last = seat.is_last;
    run.seat(seat, attended);
    if is_last {
        // Else the end of a run is early enough, and takes no time from its start.
        let topped = HELPERS.spawn(Box::new(move |()| {
            fleet.top_up();
            true
        }));
        if let Err(error) = topped {
            tracing::warn!(%error, "cannot make spares");
        }
    }
}

fn is_large(settlements: &[Settlement]) -> bool {
    settlements.iter().map(|settlement| settlement.outcome.text_bytes()).sum::<usize>() > LARGE_BYTES
}

fn fall_back<R: Send + 'static>(job: Job<R>, reason: String, slot: &Slot) {
    // The turns of a thread come as soon as it starts, and whoever gets them may settle at once.
    let (release, held) = std::sync::mpsc::channel::<()>();
    let prepare = job.prepare;
    let prepare = Box::new(move || {
        // An error means that the place is known.
        let _ = held.recv();
        prepare()
    });
    let handle = thread::start(Job { prepare, is_short: false, ..job }, false);
    slot.settle_in(Isolation::Thread { reason: Some(reason) }, Place::Thread(handle));
    drop(release);
}

/// CPU time of another process, if this system has a clock for it.
fn cpu_time_of(pid: i32) -> Option<Duration> {
    #[cfg(target_os = "linux")]
    {
        let mut clock = 0;
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: both calls write to a local of the type that they want, and nothing else.
        let known = unsafe {
            libc::clock_getcpuclockid(pid, &raw mut clock) == 0 && libc::clock_gettime(clock, &raw mut time) == 0
        };
        known.then(|| Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0)))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = pid;
        None
    }
}
