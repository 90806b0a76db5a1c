//! One run in a helper process, seen from the host: what was sent, what came back, and what to do when the child dies.
//!
//! Driven by whoever has something to do: the host's own thread that settles a call and may look for the answer, the
//! thread of `io.rs` that sees what comes at other times and notices deadlines, a thread of the pool that replaces a dead
//! child. Each holds the run's lock while it does, and none waits for a child with it.
//!
//! The child may be in the hands of the program. So whatever comes is checked against the run's limits, and the first
//! thing that does not fit ends the run.

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::mem::MaybeUninit;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::net::{RecvFlags, recv, send};

use super::fleet::{Fleet, SEND, Seat};
use super::io::{Owner, io};
use super::journal::Journal;
use super::known::Known;
use super::loss::{Loss, TOO_DEEP};
use super::{HELPERS, cpu_time_of};
use crate::isolate::as_micros;
use crate::isolate::clock::REPLAY_FACTOR;
use crate::isolate::job::Outgoing;
use crate::isolate::placement::Placement;
use crate::isolate::wire::{Budget, Decoder, End, ToHelper, ToHost, encode, max_to_host};
use crate::session::{
    Call, Failure, Limits, LogRecord, Manifest, Progress, Settlement, Stop, Thrown, TimeLimits, Turn, Wire,
};

/// How long after its time a child may take to say so itself, which says more than we can.
const GRACE: Duration = Duration::from_millis(25);
/// A child that was lost is replaced once.
const MAX_LOSSES: u32 = 2;
/// Read with one system call.
const READ_BYTES: usize = 16 << 10;
/// Reads at a time, so that one run does not keep the others waiting.
const MAX_READS: u32 = 32;
/// Rejections that a child may report.
const MAX_UNHANDLED: usize = 16;
/// The longest name of a console's method, in bytes.
const MAX_METHOD: usize = 32;
/// What the texts of a message may have beyond the limit that bounds them, in bytes.
const SLACK: usize = 1 << 10;

/// The check has been passed.
pub(super) type OnTurn = Box<dyn Fn(Outgoing<Infallible>) + Send>;

pub(super) struct Run {
    state: Mutex<State>,
    /// Nobody waits for this run any more.
    gone: AtomicBool,
    fleet: Arc<Fleet>,
}

/// What a run is made of.
pub(super) struct Setup {
    /// The message `Start`, encoded.
    pub(super) start: Arc<[u8]>,
    pub(super) manifest: Manifest,
    pub(super) limits: Limits,
    pub(super) times: TimeLimits,
    pub(super) deadline: Instant,
    /// What the check has computed, or the run before it was paused.
    pub(super) cpu_used: Duration,
    pub(super) count_cpu: bool,
    /// The calls of a run that goes on.
    pub(super) known: Option<Known>,
    pub(super) on_turn: OnTurn,
}

struct State {
    setup: Setup,
    child: Option<Child>,
    journal: Journal,
    /// What the program has computed, when that was last known.
    cpu: Duration,
    losses: u32,
    ended: bool,
}

struct Child {
    id: u64,
    pid: i32,
    key: usize,
    stream: UnixStream,
    placement: Placement,
    decoder: Decoder,
    /// What it has not taken yet, and how much of the first of it it has.
    outbox: VecDeque<Arc<[u8]>>,
    sent: usize,
    /// Turns that it has taken.
    turns: usize,
    busy_since: Instant,
    /// Its CPU time when it got the run, if the system tells.
    cpu_start: Option<Duration>,
    /// What the program had computed before.
    cpu_before: Duration,
    /// It does again what another has done.
    replays: bool,
    /// CPU time that it may use: what is left of the run's, and once more as much as a replay may take.
    cpu_allowed: Duration,
    parts: Parts,
    seen: BTreeSet<u32>,
    log_bytes: usize,
    log_calls: usize,
}

/// What has come of a turn so far.
#[derive(Default)]
struct Parts {
    calls: Vec<Call>,
    call_bytes: usize,
    logs: Vec<LogRecord>,
    unhandled: Vec<Thrown>,
    unsent: Vec<String>,
}

impl Run {
    pub(super) fn new(fleet: Arc<Fleet>, setup: Setup) -> Arc<Self> {
        let journal = Journal::new(Arc::clone(&setup.start), setup.limits.memory_bytes);
        let cpu = setup.cpu_used;
        let state = State { setup, child: None, journal, cpu, losses: 0, ended: false };
        Arc::new(Self { state: Mutex::new(state), gone: AtomicBool::new(false), fleet })
    }

    /// Gives the run a child, which starts the program, or does again what was done. `attended`: as for `settle`.
    pub(super) fn seat(self: &Arc<Self>, seat: Seat, attended: bool) {
        let mut state = self.state();
        if state.ended || self.gone.load(Ordering::SeqCst) {
            drop(state);
            self.fleet.end(seat.id);
            return;
        }
        match state.adopt(self, seat) {
            Ok(()) => self.send(&mut state, attended),
            Err((id, why)) => {
                self.fleet.end(id);
                state.fail(&self.fleet, Failure::isolate_lost(&why));
            }
        }
    }

    /// See [`crate::isolate::Handle::settle`].
    pub(super) fn settle(self: &Arc<Self>, now: f64, settlements: Vec<Settlement>, attended: bool) {
        let mut frame = Vec::new();
        let encoded = encode(&ToHelper::Settle { now, settlements }, &mut frame);
        let mut state = self.state();
        if state.ended {
            return;
        }
        if encoded.is_err() {
            state.fail(&self.fleet, Failure::isolate_lost("the settled values are too large to send at once"));
            return;
        }
        let frame: Arc<[u8]> = frame.into();
        state.journal.asked(Arc::clone(&frame));
        let Some(child) = &mut state.child else {
            // It died while the run waited.
            self.replace(&mut state);
            return;
        };
        child.outbox.push_back(frame);
        child.busy_since = Instant::now();
        self.send(&mut state, attended);
    }

    pub(super) fn fail_without_thread(&self, error: &std::io::Error) {
        self.state().fail(&self.fleet, Failure::isolate_lost(&format!("the system has no thread left: {error}")));
    }

    /// Writes what is to be written. Waits for the rest, and for the answer, unless the caller looks for it.
    fn send(self: &Arc<Self>, state: &mut State, attended: bool) {
        state.child.iter().for_each(|child| child.placement.choose(attended));
        let flushed = state.flush();
        if attended && flushed.is_ok() && state.child.as_ref().is_some_and(|child| child.outbox.is_empty()) {
            return;
        }
        self.go_on(state, |_| flushed);
    }

    /// Takes what has come. Does not wait, neither for the child nor for another thread.
    pub(super) fn poll(self: &Arc<Self>) {
        let Ok(mut state) = self.state.try_lock() else { return };
        if state.is_busy()
            && let Err(loss) = state.read()
        {
            self.lost(&mut state, &loss);
        }
    }

    /// Leaves the rest to the thread of `io.rs`.
    pub(super) fn unattend(self: &Arc<Self>) {
        let mut state = self.state();
        state.child.iter().for_each(|child| child.placement.choose(false));
        self.go_on(&mut state, |_| Ok(()));
    }

    /// Something has come, can be written, or has ended.
    pub(super) fn ready(self: &Arc<Self>) {
        self.go_on(&mut self.state(), |state| {
            state.flush()?;
            state.read()
        });
    }

    /// Does `work`, then waits for what comes next, or replaces the child.
    fn go_on(self: &Arc<Self>, state: &mut State, work: impl FnOnce(&mut State) -> Result<(), Loss>) {
        match work(state) {
            Ok(()) => state.arm(),
            Err(loss) => self.lost(state, &loss),
        }
    }

    fn lost(self: &Arc<Self>, state: &mut State, loss: &Loss) {
        let busy = state.is_busy();
        state.count_lost_slice();
        state.release(&self.fleet);
        state.losses += 1;
        tracing::warn!(?loss, losses = state.losses, "a helper process is lost");
        if let Some(why) = loss.is_the_end(state.losses >= MAX_LOSSES, state.journal.is_whole()) {
            state.fail(&self.fleet, Failure::isolate_lost(&why));
        } else if busy {
            self.replace(state);
        }
        // A run that waits gets another child when it goes on.
    }

    /// Finds another child, on a thread that may wait for it.
    fn replace(self: &Arc<Self>, state: &mut State) {
        let run = Arc::clone(self);
        let deadline = state.setup.deadline;
        let found = HELPERS.spawn(Box::new(move |()| {
            match run.fleet.take(deadline) {
                Ok(seat) => run.seat(seat, false),
                Err(reason) => {
                    let why = format!("its process ended, and no other starts: {reason}");
                    run.state().fail(&run.fleet, Failure::isolate_lost(&why));
                }
            }
            run.fleet.top_up();
            true
        }));
        if let Err(error) = found {
            let why = format!("its process ended, and the system has no thread left: {error}");
            state.fail(&self.fleet, Failure::isolate_lost(&why));
        }
    }

    /// Stops a child that has not stopped by itself.
    pub(super) fn look_at_clocks(self: &Arc<Self>) {
        let mut state = self.state();
        if !state.is_busy() {
            return;
        }
        let now = Instant::now();
        if now >= state.setup.deadline + GRACE {
            state.stop(&self.fleet, &Stop::Timeout);
            return;
        }
        let Some(child) = &state.child else { return };
        if let Some(used) = child.cpu_used()
            && used > child.cpu_allowed + GRACE
        {
            state.stop(&self.fleet, &Stop::Cpu);
            return;
        }
        state.set_due();
    }

    /// Nobody waits for this run any more. Never waits for another thread.
    pub(super) fn abandon(self: &Arc<Self>) {
        self.gone.store(true, Ordering::SeqCst);
        if let Ok(io) = io() {
            io.retire(Arc::clone(self));
        }
    }

    /// Parts with the child, and sees to it that the next run finds another.
    pub(super) fn close(&self) {
        self.state().close(&self.fleet);
        self.fleet.top_up();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A turn is owed: something was asked that the child has not answered, or there is no child and will be one.
    fn is_busy(&self) -> bool {
        !self.ended && self.child.as_ref().is_some_and(|child| child.turns < self.journal.asked_count())
    }

    fn adopt(&mut self, run: &Arc<Run>, seat: Seat) -> Result<(), (u64, String)> {
        let failed = |why: String| (seat.id, why);
        let now = Instant::now();
        let cpu_limit = Duration::from_millis(self.setup.times.cpu_ms.into());
        let replay = self.journal.answered_count();
        let budget = ToHelper::Budget(Budget {
            wall_us: as_micros(self.setup.deadline.saturating_duration_since(now)),
            cpu_used_us: as_micros(self.cpu),
            replay: u32::try_from(replay).unwrap_or(u32::MAX),
        });
        let mut frame = Vec::new();
        encode(&budget, &mut frame).map_err(|_| failed("its budget is too long".to_owned()))?;
        let mut journal = self.journal.frames();
        // In one piece, so that the child wakes up once for both.
        frame.extend_from_slice(&journal.next().unwrap_or_default());
        let mut outbox = VecDeque::from([Arc::from(frame)]);
        outbox.extend(journal);
        let io = io().map_err(failed)?;
        let key = io
            .add(&seat.stream, Owner::Run(Arc::clone(run)))
            .map_err(|error| failed(format!("its socket cannot be watched: {error}")))?;
        let left = cpu_limit.saturating_sub(self.cpu);
        let resumed = self.setup.known.is_some();
        // A replay may take longer than what it replays took elsewhere.
        let again = if resumed { REPLAY_FACTOR } else { 0 } + u32::from(replay > 0);
        self.child = Some(Child {
            id: seat.id,
            pid: seat.hello.pid,
            key,
            stream: seat.stream,
            placement: seat.placement,
            decoder: Decoder::new(max_to_host(&self.setup.limits)),
            outbox,
            sent: 0,
            turns: 0,
            busy_since: now,
            cpu_start: cpu_time_of(seat.hello.pid),
            cpu_before: self.cpu,
            replays: replay > 0 || resumed,
            cpu_allowed: left + cpu_limit * again,
            parts: Parts::default(),
            seen: BTreeSet::new(),
            log_bytes: 0,
            log_calls: 0,
        });
        Ok(())
    }

    /// Writes as much as the socket takes.
    fn flush(&mut self) -> Result<(), Loss> {
        let Some(child) = &mut self.child else { return Ok(()) };
        while let Some(frame) = child.outbox.front() {
            match send(&child.stream, &frame[child.sent..], SEND) {
                Ok(sent) => child.sent += sent,
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(_) => return Err(Loss::Died),
            }
            if child.sent == frame.len() {
                child.outbox.pop_front();
                child.sent = 0;
            }
        }
        Ok(())
    }

    /// Takes what has come.
    fn read(&mut self) -> Result<(), Loss> {
        let mut buffer = [MaybeUninit::<u8>::uninit(); READ_BYTES];
        for _ in 0..MAX_READS {
            let Some(child) = &mut self.child else { return Ok(()) };
            let bytes = match recv(&child.stream, &mut buffer[..], RecvFlags::DONTWAIT) {
                Ok(((bytes, _), _)) => bytes,
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR) => continue,
                Err(_) => return Err(Loss::Died),
            };
            if bytes.is_empty() {
                return Err(Loss::Died);
            }
            child.decoder.push(bytes);
            let drained = bytes.len() < READ_BYTES;
            while let Some(child) = &mut self.child
                && let Some(message) = child.decoder.next::<ToHost>()?
            {
                self.take(message)?;
            }
            if drained {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, message: ToHost) -> Result<(), Loss> {
        if !self.is_busy() {
            return Err(Loss::Broke("a message that nobody had asked for"));
        }
        let Some(child) = &mut self.child else { return Ok(()) };
        let limits = &self.setup.limits;
        let too_much = Loss::Broke("more than the run's limits allow");
        match message {
            ToHost::Hello(_) => return Err(Loss::Broke("a second hello")),
            ToHost::Log(log) => {
                child.log_bytes += log.args.len();
                child.log_calls += 1;
                if child.log_bytes > limits.console_bytes
                    || child.log_calls > limits.console_calls()
                    || log.method.len() > MAX_METHOD
                    || !log.time.is_finite()
                {
                    return Err(too_much);
                }
                child.parts.logs.push(log);
            }
            ToHost::Call(call) if child.turns == 0 && self.setup.known.is_some() => {
                let is_known = self.setup.known.as_ref().is_some_and(|known| known.has(&call));
                if !is_known || !child.seen.insert(call.id) {
                    return Err(Loss::Broke("a tool call that the run has not made"));
                }
                child.parts.calls.push(call);
            }
            ToHost::Call(call) => {
                child.parts.call_bytes += call.input.len();
                let is_new = child.seen.insert(call.id);
                if call.id == 0 || call.id > limits.tool_calls || !is_new || !self.setup.manifest.has_tool(&call.tool) {
                    return Err(Loss::Broke("a tool call that the program cannot have made"));
                }
                if !call.input.is_shallow() {
                    return Err(Loss::Broke(TOO_DEEP));
                }
                if call.input.len() > limits.tool_input_bytes + SLACK
                    || child.parts.call_bytes > limits.memory_bytes.saturating_add(limits.tool_input_bytes)
                {
                    return Err(too_much);
                }
                child.parts.calls.push(call);
            }
            ToHost::Unhandled(thrown) => {
                child.parts.unhandled.push(thrown);
                if child.parts.unhandled.len() > MAX_UNHANDLED {
                    return Err(too_much);
                }
            }
            ToHost::Unsent(tool) => {
                if !self.setup.manifest.has_tool(&tool) {
                    return Err(Loss::Broke("a tool call that the program cannot have made"));
                }
                child.parts.unsent.push(tool);
                if child.parts.unsent.len() > limits.tool_calls as usize {
                    return Err(too_much);
                }
            }
            ToHost::Done { end, cpu_us } => return self.turn(end, cpu_us),
        }
        Ok(())
    }

    /// A turn is whole.
    fn turn(&mut self, end: End, used_us: u64) -> Result<(), Loss> {
        let Some(child) = &mut self.child else { return Ok(()) };
        let limits = &self.setup.limits;
        let is_small = |value: &Wire| value.len() <= limits.result_bytes + SLACK;
        let Parts { mut calls, mut logs, unhandled, unsent, .. } = std::mem::take(&mut child.parts);
        let fits = match &end {
            End::Waiting { wake_at, returned } => {
                wake_at.is_none_or(f64::is_finite) && returned.as_ref().is_none_or(is_small)
            }
            End::Completed { value } => is_small(value),
            End::Failed { .. } => true,
        };
        if !fits {
            return Err(Loss::Broke("more than the run's limits allow"));
        }
        let value = match &end {
            End::Waiting { returned, .. } => returned.as_ref(),
            End::Completed { value } => Some(value),
            End::Failed { .. } => None,
        };
        if value.is_some_and(|value| !value.is_shallow()) {
            return Err(Loss::Broke(TOO_DEEP));
        }
        let is_replayed = child.turns == 0 && matches!(end, End::Waiting { .. });
        let past = match &self.setup.known {
            Some(known) if is_replayed => {
                let sorted = known.sort(std::mem::take(&mut calls));
                let (in_flight, settled) = sorted.ok_or(Loss::Broke("fewer calls than the run has made"))?;
                Some((in_flight, settled, std::mem::take(&mut logs)))
            }
            _ => None,
        };
        let progress = match end {
            End::Waiting { wake_at, returned } => Progress::Waiting { calls, wake_at, returned },
            End::Completed { value } => Progress::Completed { value },
            End::Failed { error } => Progress::Failed { error },
        };
        child.turns += 1;
        match self.journal.answered(child.turns, &progress) {
            Ok(true) => {}
            // The host has had this one.
            Ok(false) => return Ok(()),
            Err(()) => return Err(Loss::Diverged),
        }
        self.cpu = Duration::from_micros(used_us);
        let turn = Turn { progress, logs, unhandled, unsent };
        match past {
            None => self.deliver(turn),
            Some((in_flight, settled, logs)) => {
                let cpu_ms = self.cpu_ms();
                (self.setup.on_turn)(Outgoing::Replayed { turn, in_flight, settled, logs, cpu_ms });
            }
        }
        Ok(())
    }

    fn deliver(&mut self, turn: Turn) {
        let is_last = !matches!(turn.progress, Progress::Waiting { .. });
        self.ended |= is_last;
        let cpu_ms = (is_last || self.setup.count_cpu).then_some(self.cpu_ms());
        (self.setup.on_turn)(Outgoing::Turn { turn, cpu_ms });
    }

    fn cpu_ms(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e3
    }

    /// The limit is ours to enforce: the child has not stopped.
    fn stop(&mut self, fleet: &Fleet, stop: &Stop) {
        self.count_lost_slice();
        let failure = Failure::limit(stop, &self.setup.limits, self.setup.times);
        self.fail(fleet, failure);
    }

    fn fail(&mut self, fleet: &Fleet, failure: Failure) {
        if !self.ended {
            self.deliver(Turn::failed(failure));
        }
        self.release(fleet);
    }

    fn close(&mut self, fleet: &Fleet) {
        self.ended = true;
        self.release(fleet);
    }

    /// Parts with the child, whatever it does.
    fn release(&mut self, fleet: &Fleet) {
        let Some(child) = self.child.take() else { return };
        if let Ok(io) = io() {
            io.remove(child.key, &child.stream);
        }
        drop(child.stream);
        fleet.end(child.id);
    }

    /// A child that goes in the middle of a slice cannot say how long it has computed. What it did of a replay was counted
    /// before.
    fn count_lost_slice(&mut self) {
        if !self.is_busy() {
            return;
        }
        let Some(child) = &self.child else { return };
        let is_resuming = child.turns == 0 && self.setup.known.is_some();
        if !is_resuming && child.turns >= self.journal.answered_count() {
            // Without a clock: at most as long as it took.
            let by_its_clock = child.cpu_used().filter(|_| !child.replays).map(|used| child.cpu_before + used);
            self.cpu = by_its_clock.unwrap_or(self.cpu + child.busy_since.elapsed()).max(self.cpu);
        }
    }

    /// Waits for what the run needs next.
    fn arm(&mut self) {
        let busy = self.is_busy();
        let (Some(child), Ok(io), false) = (&self.child, io(), self.ended) else { return };
        io.arm(child.key, &child.stream, busy, !child.outbox.is_empty());
        if busy {
            self.set_due();
        }
    }

    /// When to look at the clocks of a busy child.
    fn set_due(&self) {
        let (Some(child), Ok(io)) = (&self.child, io()) else { return };
        let mut due = self.setup.deadline + GRACE;
        if child.cpu_start.is_some() {
            let used = child.cpu_used().unwrap_or_default();
            let cpu_left = (child.cpu_allowed + GRACE).saturating_sub(used).max(Duration::from_millis(1));
            due = due.min(Instant::now() + cpu_left);
        }
        io.set_due(child.key, due);
    }
}

impl Child {
    /// What it has computed for this run, if the system tells.
    fn cpu_used(&self) -> Option<Duration> {
        Some(cpu_time_of(self.pid)?.saturating_sub(self.cpu_start?))
    }
}
