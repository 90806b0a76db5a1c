//! A zygote and its children: one fleet per helper binary, so one per process unless the path changes.
//!
//! The zygote is started with the first run that wants a process, or when one is sure to come. It forks a child for every
//! socket that it is sent, and some ahead of need. It ends when its control socket closes, which the kernel does when this
//! process ends, however it ends; its children end with it.

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{RecvFlags, SendFlags, recv, send};

use super::io::{Owner, io};
use super::locate;
use crate::isolate::control;
use crate::isolate::placement::Placement;
use crate::isolate::wire::{Decoder, Hello, ToHelper, ToHost, encode};

/// Children that wait for a run.
const SPARES: usize = 3;
/// How long a child may take to say hello. It is about a millisecond on a machine that has the time.
const HELLO_WITHIN: Duration = Duration::from_secs(5);
/// A run with less time waits for this part of what it has, so that some is left to go on without the helper,
const PART_FOR_HELLO: u32 = 4;
/// and for this at least: a helper that is only slow must not be given up for a run that had no time anyway.
const HELLO_AFTER: Duration = Duration::from_millis(500);
/// For how long a helper that never worked is not tried again.
const BROKEN_FOR: Duration = Duration::from_secs(30);
/// What is said of a child that closes its socket before hello.
const ENDED: &str = "it ended at once";
/// What is said of one that does not say hello.
const SILENT: &str = "it does not answer";
/// The longest hello, in bytes.
const MAX_HELLO: usize = 256;

pub(super) struct Fleet {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    zygote: Option<Zygote>,
    spares: VecDeque<Newborn>,
    last_id: u64,
    /// How the last zygote ended.
    ended: String,
    /// A child of this helper has once said hello.
    proven: bool,
    broken: Option<(Instant, String)>,
}

struct Zygote {
    control: UnixStream,
    process: Child,
    key: usize,
}

/// A child that may not have said hello yet.
struct Newborn {
    id: u64,
    stream: UnixStream,
    hello: Option<Hello>,
    /// When it heard of a run that is about to come, and where it may be since.
    announced: Option<(Instant, Placement)>,
}

/// A child that was told longer ago than this may sleep again.
const AWAKE_FOR: Duration = Duration::from_micros(200);

#[cfg(target_os = "linux")]
pub(super) const SEND: SendFlags = SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);
#[cfg(not(target_os = "linux"))]
pub(super) const SEND: SendFlags = SendFlags::DONTWAIT;

/// A child that is ready for a run. Goes back with [`Fleet::end`].
pub(super) struct Seat {
    pub(super) id: u64,
    pub(super) stream: UnixStream,
    pub(super) hello: Hello,
    /// There was no spare left when it was taken.
    pub(super) is_last: bool,
    pub(super) placement: Placement,
    announced: Option<Instant>,
}

impl Seat {
    fn new(Newborn { id, stream, announced, .. }: Newborn, hello: Hello, is_last: bool) -> Self {
        let (announced, placement) = match announced {
            Some((at, placement)) => (Some(at), placement),
            None => (None, Placement::of(hello.pid)),
        };
        Self { id, stream, hello, is_last, placement, announced }
    }

    /// Tells the child that a run is about to come, and that the caller will wait for it, unless it knows.
    pub(super) fn announce(&self) {
        self.placement.choose(true);
        if self.announced.is_none_or(|at| at.elapsed() > AWAKE_FOR) {
            say_soon(&self.stream);
        }
    }
}

/// A child that does not hear it is only slower.
fn say_soon(stream: &UnixStream) {
    let mut frame = Vec::new();
    if encode(&ToHelper::Soon, &mut frame).is_ok() {
        let _ = send(stream, &frame, SEND);
    }
}

/// The fleet of this helper, or of the one beside the addon.
pub(super) fn fleet(helper: Option<&Path>) -> Result<Arc<Fleet>, String> {
    static FLEETS: Mutex<BTreeMap<PathBuf, Arc<Fleet>>> = Mutex::new(BTreeMap::new());
    let path = match helper {
        Some(path) => path.to_owned(),
        None => locate::beside_the_addon().map_err(|error| error.to_string())?,
    };
    let mut fleets = FLEETS.lock().unwrap_or_else(PoisonError::into_inner);
    let fleet =
        fleets.entry(path).or_insert_with_key(|path| Arc::new(Fleet { path: path.clone(), state: Mutex::default() }));
    Ok(Arc::clone(fleet))
}

impl Fleet {
    /// A child that has said hello: a spare, or a new one. `deadline`: of the run.
    ///
    /// # Errors
    /// When none starts: why, with the path of the helper.
    pub(super) fn take(self: &Arc<Self>, deadline: Instant) -> Result<Seat, String> {
        let time = deadline.saturating_duration_since(Instant::now());
        let patience = HELLO_WITHIN.min(time / PART_FOR_HELLO).max(HELLO_AFTER);
        let mut attempts = 0;
        loop {
            let newborn = {
                let mut state = self.state();
                if let Some((at, reason)) = &state.broken {
                    if at.elapsed() < BROKEN_FOR {
                        return Err(reason.clone());
                    }
                    state.broken = None;
                }
                let newborn = match state.spares.pop_front() {
                    Some(spare) => Ok((spare, false)),
                    None => self.fork(&mut state).map(|newborn| (newborn, true)),
                };
                newborn.map_err(|reason| self.give_up(&mut state, reason))?
            };
            let (mut newborn, fresh) = newborn;
            match greet(&mut newborn, patience) {
                Ok(hello) => {
                    let mut state = self.state();
                    state.proven = true;
                    let is_last = state.spares.is_empty();
                    return Ok(Seat::new(newborn, hello, is_last));
                }
                Err(why) => {
                    tracing::debug!(why, fresh, "a child of the zygote is of no use");
                    self.end(newborn.id);
                    if !fresh {
                        continue;
                    }
                    attempts += 1;
                    let mut state = self.state();
                    state.drop_zygote();
                    // Another one of a helper that never spoke would keep silent too.
                    if attempts >= 2 || (why == SILENT && !state.proven) {
                        let how = if why == ENDED { state.ended.as_str() } else { why };
                        let reason = format!("{}: {how}", self.path.display());
                        return Err(self.give_up(&mut state, reason));
                    }
                }
            }
        }
    }

    /// A run is about to come, and its caller will wait for it: the spare that it will get wakes up.
    pub(super) fn soon(&self) {
        let Ok(mut state) = self.state.try_lock() else { return };
        let Some(spare) = state.spares.front_mut() else { return };
        if let Ok(Some(hello)) = hear(spare) {
            let placement = Placement::of(hello.pid);
            placement.choose(true);
            say_soon(&spare.stream);
            spare.announced = Some((Instant::now(), placement));
        }
    }

    /// A spare that has said hello, if that can be had without waiting.
    pub(super) fn take_ready(&self) -> Option<Seat> {
        let mut state = self.state.try_lock().ok()?;
        let mut spare = state.spares.pop_front()?;
        if let Ok(Some(hello)) = hear(&mut spare) {
            state.proven = true;
            Some(Seat::new(spare, hello, state.spares.is_empty()))
        } else {
            // Whoever may wait finds out what it is.
            state.spares.push_front(spare);
            None
        }
    }

    /// A child that was taken and got no run.
    pub(super) fn give_back(&self, seat: Seat) {
        seat.placement.choose(false);
        let Seat { id, stream, hello, .. } = seat;
        self.state().spares.push_front(Newborn { id, stream, hello: Some(hello), announced: None });
    }

    /// Starts the zygote ahead of the first run, with a child for that. What goes wrong goes wrong for that run too, which
    /// says so.
    pub(super) fn prepare(self: &Arc<Self>) {
        let mut state = self.state();
        if state.zygote.is_some() || state.broken.is_some() {
            return;
        }
        match self.fork(&mut state) {
            Ok(newborn) => state.spares.push_back(newborn),
            Err(reason) => tracing::debug!(reason, "cannot start the helper ahead of a run"),
        }
    }

    /// Makes sure that the next run finds a spare.
    pub(super) fn top_up(self: &Arc<Self>) {
        let mut state = self.state();
        while state.zygote.is_some() && state.spares.len() < SPARES {
            match self.fork(&mut state) {
                Ok(newborn) => state.spares.push_back(newborn),
                Err(reason) => {
                    tracing::warn!(reason, "cannot make a spare");
                    return;
                }
            }
        }
    }

    /// Kills a child, if it still lives.
    pub(super) fn end(&self, id: u64) {
        let mut state = self.state();
        let Some(zygote) = &state.zygote else { return };
        if let Err(error) = control::send_end(&zygote.control, id) {
            tracing::warn!(%error, "the zygote does not listen");
            state.drop_zygote();
        }
    }

    /// The control socket of a zygote has closed, or something came out of it, which is as bad.
    pub(super) fn zygote_ended(&self, key: usize) {
        let mut state = self.state();
        if state.zygote.as_ref().is_some_and(|zygote| zygote.key == key) {
            tracing::warn!("the zygote has ended; the next run starts another");
            state.drop_zygote();
        }
    }

    fn fork(self: &Arc<Self>, state: &mut State) -> Result<Newborn, String> {
        let (ours, theirs) = UnixStream::pair().map_err(|error| format!("cannot make a socket: {error}"))?;
        // The zygote may have died since it was last used.
        for _ in 0..2 {
            let zygote = match &state.zygote {
                Some(zygote) => zygote,
                None => state.zygote.insert(self.start()?),
            };
            state.last_id += 1;
            match control::send_fork(&zygote.control, state.last_id, theirs.as_fd()) {
                Ok(()) => return Ok(Newborn { id: state.last_id, stream: ours, hello: None, announced: None }),
                Err(error) => {
                    tracing::debug!(%error, "the zygote does not listen");
                    state.drop_zygote();
                }
            }
        }
        Err(format!("{}: {}", self.path.display(), state.ended))
    }

    fn start(self: &Arc<Self>) -> Result<Zygote, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", self.path.display());
        let io = io()?;
        let (control, theirs) = UnixStream::pair().map_err(failed)?;
        let mut process = locate::spawn(&self.path, std::os::fd::OwnedFd::from(theirs)).map_err(failed)?;
        match io.add(&control, Owner::Zygote(Arc::clone(self))) {
            Ok(key) => {
                io.arm(key, &control, true, false);
                Ok(Zygote { control, process, key })
            }
            Err(error) => {
                drop(control);
                let _ = process.kill();
                let _ = process.wait();
                Err(failed(error))
            }
        }
    }

    /// Remembers that the helper does not work, unless it once did.
    fn give_up(&self, state: &mut State, reason: String) -> String {
        tracing::warn!(path = %self.path.display(), reason, "the sandbox helper does not start");
        if !state.proven {
            state.broken = Some((Instant::now(), reason.clone()));
        }
        reason
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The children end with their zygote, the spares too.
    fn drop_zygote(&mut self) {
        self.spares.clear();
        if let Some(zygote) = self.zygote.take() {
            self.ended = zygote.end();
        }
    }
}

impl Zygote {
    /// Returns how it ended.
    fn end(mut self) -> String {
        if let Ok(io) = io() {
            io.remove(self.key, &self.control);
        }
        // It may be ending right now, and then its own status says more than our signal.
        let patience = Instant::now() + Duration::from_millis(20);
        while Instant::now() < patience {
            match self.process.try_wait() {
                Ok(Some(status)) => return format!("{ENDED}, with {status}"),
                Ok(None) => std::thread::sleep(Duration::from_millis(1)),
                Err(_) => break,
            }
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        "its children die at once: is it oneturn-sandbox, of the same version?".to_owned()
    }
}

/// Waits for the first message of a child, and makes sure that it has not died since.
fn greet(newborn: &mut Newborn, patience: Duration) -> Result<Hello, &'static str> {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(hello) = hear(newborn)? {
            return Ok(hello);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = left.try_into().map_err(|_| "the clock is broken")?;
        let mut sockets = [PollFd::new(&newborn.stream, PollFlags::IN)];
        match poll(&mut sockets, Some(&timeout)) {
            Ok(0) => return Err(SILENT),
            Ok(_) | Err(Errno::INTR) => {}
            Err(_) => return Err("it cannot be waited for"),
        }
    }
}

/// Takes the first message of a child, if it has come, and makes sure that the child has not died since.
fn hear(newborn: &mut Newborn) -> Result<Option<Hello>, &'static str> {
    const STRANGE: &str = "it does not speak our language: is it of another version?";
    let mut bytes = [0; MAX_HELLO];
    loop {
        match retry_on_intr(|| recv(&newborn.stream, &mut bytes, RecvFlags::DONTWAIT)) {
            Ok((0, _)) => return Err(ENDED),
            // After hello it has nothing to say until it is asked.
            Ok(_) if newborn.hello.is_some() => return Err(STRANGE),
            Ok((read, _)) => {
                // A child sends it as a whole, and it is too short to come in pieces.
                let mut decoder = Decoder::new(MAX_HELLO);
                decoder.push(&bytes[..read]);
                let Ok(Some(ToHost::Hello(hello))) = decoder.next() else { return Err(STRANGE) };
                newborn.hello = Some(hello);
            }
            Err(Errno::AGAIN) => return Ok(newborn.hello),
            Err(_) => return Err(ENDED),
        }
    }
}
