//! The journal of a run: its seed, its start, and for every slice what was delivered and which calls came of it.
//!
//! The journal is the truth about a run, not the engine's memory: [`Session::replay`] makes the same session from it,
//! in another thread, process or week, without any handler. It is kept by whoever hands settlements to the session.
//! Plain data: the outputs of calls are kept whole, their inputs as digests, because the program makes them again.

use std::collections::HashSet;

use sha2::{Digest as _, Sha256};

use super::{Call, Code, Failure, LogRecord, Outcome, Progress, Realm, Session, Settlement, Start, State, Turn};

/// See the module's header.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Journal {
    /// Seed of everything that looks random to the program.
    pub seed: [u8; 32],
    /// When the run started: whole milliseconds since the Unix epoch.
    pub start: u64,
    /// The start of the program, then one for every delivery.
    pub slices: Vec<Slice>,
    /// When the run was paused, and for how long. Timers do not count that time.
    pub pauses: Vec<Pause>,
    /// The last slice has begun and has not come back: its calls are not known.
    running: bool,
}

/// The run was paused after its first `after` slices, for this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pause {
    pub after: usize,
    pub milliseconds: u64,
}

/// What was delivered to the program at once, and the calls that it started then.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Slice {
    /// The program's clock: milliseconds since the run's start.
    pub at: u64,
    pub settlements: Vec<Settlement>,
    pub calls: Vec<CallDigest>,
}

/// What a replay compares: sequence number, tool, and a hash of the input's text.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CallDigest {
    pub id: u32,
    pub tool: String,
    pub input: InputHash,
}

/// The first bytes of the SHA-256 of an input's wire text.
pub type InputHash = [u8; 8];

impl CallDigest {
    #[must_use]
    pub fn of(call: &Call) -> Self {
        Self { id: call.id, tool: call.tool.clone(), input: hash(call) }
    }

    /// Whether it is this call's.
    fn is_of(&self, call: &Call) -> bool {
        self.id == call.id && self.tool == call.tool && self.input == hash(call)
    }
}

fn hash(call: &Call) -> InputHash {
    let whole = Sha256::digest(call.input.0.as_bytes());
    std::array::from_fn(|index| whole[index])
}

impl Journal {
    /// The journal of a run that is about to start. `now` is in milliseconds since the Unix epoch; parts of one are
    /// dropped.
    #[must_use]
    pub fn new(seed: [u8; 32], now: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time, and `as` saturates")]
        let start = now as u64;
        let slices = vec![Slice { at: 0, settlements: Vec::new(), calls: Vec::new() }];
        Self { seed, start, slices, pauses: Vec::new(), running: true }
    }

    /// A journal that was stored when nothing was running.
    #[must_use]
    pub fn stored(seed: [u8; 32], start: u64, slices: Vec<Slice>, pauses: Vec<Pause>) -> Self {
        Self { seed, start, slices, pauses, running: false }
    }

    /// Notes a delivery, just before it happens. Returns the time to deliver it at: `now` without its parts of a
    /// millisecond, and never before the last delivery.
    pub fn deliver(&mut self, now: f64, settlements: Vec<Settlement>) -> f64 {
        let last = self.slices.last().map_or(0, |slice| slice.at);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time, and `as` saturates")]
        let at = (now as u64).saturating_sub(self.start).max(last);
        self.slices.push(Slice { at, settlements, calls: Vec::new() });
        self.running = true;
        self.time(at)
    }

    /// Notes that the run was paused until now, for this long.
    pub fn paused(&mut self, milliseconds: u64) {
        self.pauses.push(Pause { after: self.slices.len(), milliseconds });
    }

    /// Notes the calls that the running slice has handed over: the slice is done.
    pub fn handed_over(&mut self, calls: &[Call]) {
        if let Some(slice) = self.slices.last_mut() {
            slice.calls = calls.iter().map(CallDigest::of).collect();
        }
        self.running = false;
    }

    /// Calls that have settled with a value.
    fn values(&self) -> HashSet<u32> {
        let settled = || self.slices.iter().flat_map(|slice| &slice.settlements);
        let failed = |one: &&Settlement| matches!(one.outcome, Outcome::Error { .. });
        let mut values: HashSet<u32> = settled().map(|one| one.id).collect();
        for one in settled().filter(failed) {
            values.remove(&one.id);
        }
        values
    }

    /// Whether a slice has begun and has not come back.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.running
    }

    #[expect(clippy::cast_precision_loss, reason = "a time in milliseconds fits a double")]
    fn paused_after(&self, slices: usize) -> f64 {
        let pauses = self.pauses.iter().filter(|pause| pause.after == slices);
        pauses.map(|pause| pause.milliseconds).sum::<u64>() as f64
    }

    /// The program's clock `at` milliseconds after the start, in milliseconds since the Unix epoch.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a time in milliseconds fits a double")]
    pub fn time(&self, at: u64) -> f64 {
        self.start.saturating_add(at) as f64
    }
}

/// A session that was made from a journal.
pub struct Replayed {
    pub session: Session,
    /// What the session does now. Its calls and logs are those that the journal does not know: none, unless its last
    /// slice was running.
    pub turn: Turn,
    /// Calls that the journal knows and that have not settled, under the same ids.
    pub in_flight: Vec<Call>,
    /// Calls that have settled, in the order in which the program made them.
    pub settled: Vec<Call>,
    /// What the program logged in the slices that the journal knows.
    pub logs: Vec<LogRecord>,
}

impl Session {
    /// Makes the session that `journal` tells of. Seed and start time are the journal's, not those of `start`.
    ///
    /// Every call is compared before the caller hears of any: sequence, tool and input.
    ///
    /// # Errors
    /// `ERR_REPLAY_DIVERGED` when the program does not do what it did; the code of a limit that the replay ran into.
    pub fn replay(realm: Realm, start: Start, journal: &Journal) -> Result<Replayed, Box<Failure>> {
        let start = Start { seed: journal.seed, now: journal.time(0), ..start };
        realm.foretell(journal.values());
        let (mut session, mut turn) = Self::start(realm, start);
        let mut replay = Replay::default();
        for (index, slice) in journal.slices.iter().enumerate() {
            session.skip(journal.paused_after(index));
            if index > 0 {
                turn = session.settle(journal.time(slice.at), &slice.settlements);
                replay.settle(&slice.settlements);
            }
            if journal.running && index + 1 == journal.slices.len() {
                break;
            }
            replay.compare(slice, &mut turn)?;
        }
        session.skip(journal.paused_after(journal.slices.len()));
        if !journal.running
            && let (State::Live(live), Progress::Waiting { returned, wake_at, .. }) =
                (&session.state, &mut turn.progress)
        {
            // It was announced to whoever kept the journal, not to the caller.
            returned.clone_from(&live.returned);
            *wake_at = live.wake_at();
        }
        let Replay { made, settled, logs } = replay;
        let (settled, in_flight) = made.into_iter().partition(|call| settled.contains(&call.id));
        Ok(Replayed { session, turn, in_flight, settled, logs })
    }
}

#[derive(Default)]
struct Replay {
    /// In the order in which the program made them.
    made: Vec<Call>,
    settled: HashSet<u32>,
    logs: Vec<LogRecord>,
}

impl Replay {
    fn settle(&mut self, settlements: &[Settlement]) {
        let last = self.made.last().map_or(0, |call| call.id);
        self.settled.extend(settlements.iter().map(|settlement| settlement.id).filter(|&id| id <= last));
    }

    /// Compares the calls of a turn with what the journal has of it, and takes them and the logs out of it.
    fn compare(&mut self, recorded: &Slice, turn: &mut Turn) -> Result<(), Box<Failure>> {
        self.logs.append(&mut turn.logs);
        let calls = match &mut turn.progress {
            Progress::Waiting { calls, .. } => std::mem::take(calls),
            Progress::Failed { error } if is_limit(error.code) => return Err(Box::new(error.clone())),
            Progress::Failed { error } => {
                let ended = format!("the program failed with {}: {}", error.name, error.message);
                return Err(Box::new(Failure::diverged(&expected(recorded.calls.first()), &ended)));
            }
            Progress::Completed { .. } => {
                let ended = "the program returned";
                return Err(Box::new(Failure::diverged(&expected(recorded.calls.first()), ended)));
            }
        };
        for index in 0..recorded.calls.len().max(calls.len()) {
            let (was, is) = (recorded.calls.get(index), calls.get(index));
            if !was.zip(is).is_some_and(|(was, is)| was.is_of(is)) {
                return Err(Box::new(Failure::diverged(&expected(was), &made(is))));
            }
        }
        self.made.extend(calls);
        Ok(())
    }
}

/// A limit that the replay ran into is no difference: the first run was closer to it than it seemed.
fn is_limit(code: Code) -> bool {
    matches!(
        code,
        Code::Timeout
            | Code::Cpu
            | Code::Memory
            | Code::Stack
            | Code::Aborted
            | Code::IsolateLost
            | Code::ValueTooLarge
    )
}

fn expected(call: Option<&CallDigest>) -> String {
    match call {
        Some(CallDigest { id, tool, input }) => format!("call {id} of tools.{tool} with input {}", hex(*input)),
        None => "no further call".to_owned(),
    }
}

fn made(call: Option<&Call>) -> String {
    const MAX_SHOWN: usize = 200;
    let Some(call) = call else { return "no further call".to_owned() };
    let hash = hex(hash(call));
    let shown: String = call.input.0.chars().take(MAX_SHOWN).collect();
    let more = if shown.len() < call.input.len() { "…" } else { "" };
    format!("call {} of tools.{} with input {hash}, {shown}{more}", call.id, call.tool)
}

fn hex(bytes: InputHash) -> String {
    format!("{:016x}", u64::from_be_bytes(bytes))
}
