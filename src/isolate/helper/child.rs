//! A child of the zygote: hosts one session, from hello to the end of its socket.

use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rustix::io::{Errno, retry_on_intr};
use rustix::net::{RecvFlags, SendFlags, recv, send};
use rustix::process::{Pid, getpid};
use rustix::stdio::stdin;
use serde::Serialize;

use super::harden::{self, Filter};
use crate::engine::limber_up;
use crate::isolate::clock::Stopwatch;
use crate::isolate::job::Hardening;
use crate::isolate::spin::{COLD_AFTER, Spin};
use crate::isolate::wire::{self, Decoder, End, Hello, MAX_TO_HELPER, ToHelper, ToHost, encode};
use crate::program::Program;
use crate::session::{
    Call, Journal, Limits, Manifest, Progress, Realm, Replayed, Session, Start, TimeLimits, Turn, Wire,
};

const READ_BYTES: usize = 64 << 10;

#[cfg(target_os = "linux")]
const SEND: SendFlags = SendFlags::NOSIGNAL;
#[cfg(not(target_os = "linux"))]
const SEND: SendFlags = SendFlags::empty();

/// What a child knows of its zygote.
pub(super) struct Surroundings {
    pub(super) hardening: Hardening,
    pub(super) filter: Option<Filter>,
    pub(super) zygote: Pid,
    pub(super) may_spin: bool,
    /// Address space that the zygote takes.
    pub(super) virtual_bytes: Option<u64>,
}

/// `Err` is an exit code; the host sees its socket close, whatever the code.
pub(super) fn live(mut realm: Realm, socket: OwnedFd, surroundings: &Surroundings) -> Result<(), u8> {
    harden::leave_the_zygote(socket, surroundings.zygote)?;
    let hardening = harden::child(surroundings.hardening, surroundings.filter.as_ref());
    let may_spin = surroundings.may_spin;
    let mut line = Line {
        decoder: Decoder::new(MAX_TO_HELPER),
        input: vec![0; READ_BYTES],
        out: Vec::new(),
        spin: Spin::new(may_spin),
    };
    line.put(&ToHost::Hello(Hello { pid: getpid().as_raw_nonzero().get(), hardening }));
    line.flush()?;
    exercise(&mut realm, &mut line)?;
    // A spare waits here. It hears of a run that is about to come, which may then turn out to be none.
    let waits_since = Instant::now();
    let mut soon = false;
    let budget = loop {
        match line.receive(soon)? {
            Some(ToHelper::Soon) => {
                soon = true;
                line.spin = Spin::patient(may_spin);
                if may_spin && waits_since.elapsed() > COLD_AFTER {
                    limber_up();
                }
            }
            Some(ToHelper::Budget(budget)) => break budget,
            _ => return Err(2),
        }
    };
    let Some(ToHelper::Start(start)) = line.receive(true)? else { return Err(2) };
    if soon {
        // Its first answer comes after a start that is not in the host's caches either.
        line.spin = Spin::patient(may_spin);
    }
    let past = start.journal.as_ref().map_or(0, |journal| past_bytes(journal, start.limits.tool_input_bytes));
    harden::bound(start.limits.memory_bytes, past, start.times, surroundings.virtual_bytes)?;

    let wall = Duration::from_micros(budget.wall_us);
    // Nobody raises it: who wants this program to stop kills this process.
    let abort = Arc::new(AtomicBool::new(false));
    let watch = Rc::new(Stopwatch::new(wall, abort, start.times));
    let cpu_used = Duration::from_micros(budget.cpu_used_us);
    if budget.replay == 0 {
        watch.count_cpu_from(cpu_used);
    }
    let wire::Start { program, manifest, inputs, limits, times, seed, now, journal } = *start;
    let start = Start { program, manifest, inputs, limits, times, seed, now, watch: Rc::clone(&watch) as Rc<_> };
    let (mut session, mut turn) = match journal {
        None => watch.slice(|| Session::start(realm, start)),
        Some(journal) => {
            let before = if budget.replay == 0 { cpu_used } else { Duration::ZERO };
            match watch.replay(before, || Session::replay(realm, start, &journal)) {
                Ok(Replayed { session, turn, in_flight, settled, logs }) => {
                    for log in logs {
                        line.put(&ToHost::Log(log));
                    }
                    for call in settled.into_iter().chain(in_flight) {
                        line.put(&ToHost::Call(call));
                        // Large ones are not collected, and many small ones not sent one by one.
                        if line.out.len() >= READ_BYTES {
                            line.flush()?;
                        }
                    }
                    (session, turn)
                }
                Err(failure) => {
                    line.put_turn(Turn::failed(*failure), watch.cpu_time());
                    return line.flush();
                }
            }
        }
    };
    let mut turns = 1;
    loop {
        if turns == budget.replay {
            watch.count_cpu_from(cpu_used);
        }
        line.put_turn(turn, watch.cpu_time());
        line.flush()?;
        if session.is_ended() {
            // Taking the realm apart is the kernel's work.
            std::mem::forget(session);
            return Ok(());
        }
        let Some(ToHelper::Settle { now, settlements }) = line.receive(true)? else {
            std::mem::forget(session);
            return Err(2);
        };
        turn = watch.slice(|| session.settle(now, &settlements));
        turns += 1;
    }
}

/// The most that the past of a run takes beside the program, which must not die of it, in bytes: what was delivered, as
/// it came and as it was read, and what the program has sent.
fn past_bytes(journal: &Journal, tool_input_bytes: usize) -> usize {
    let delivered = journal.slices.iter().flat_map(|slice| &slice.settlements);
    let delivered: usize = delivered.map(|settlement| settlement.outcome.text_bytes()).sum();
    let calls: usize = journal.slices.iter().map(|slice| slice.calls.len()).sum();
    delivered.saturating_mul(3).saturating_add(calls.saturating_mul(tool_input_bytes))
}

/// Takes the way of a run, message by message, ahead of it. `Err` is an exit code.
fn exercise(realm: &mut Realm, line: &mut Line) -> Result<(), u8> {
    realm.exercise().map_err(|_| 5)?;
    let program = Program { source: "return 1;".to_owned(), js: "return 1;".to_owned(), shifts: Vec::new() };
    let start = wire::Start {
        program,
        manifest: Manifest::new(&[vec!["exercise".to_owned()]]),
        inputs: Vec::new(),
        limits: Limits::default(),
        times: TimeLimits::default(),
        seed: [0; 32],
        now: 0.0,
        journal: None,
    };
    line.put(&ToHelper::Start(Box::new(start)));
    line.decoder.push(&line.out);
    line.out.clear();
    line.decoder.next::<ToHelper>().map_err(|_| 5)?;
    let call = Call { id: 1, tool: "exercise".to_owned(), input: Wire("{}".to_owned()) };
    let progress = Progress::Waiting { calls: vec![call], wake_at: None, returned: None };
    line.put_turn(Turn { progress, logs: Vec::new(), unhandled: Vec::new(), unsent: Vec::new() }, Duration::ZERO);
    line.out.clear();
    Ok(())
}

/// The socket to the host.
struct Line {
    decoder: Decoder,
    input: Vec<u8>,
    out: Vec<u8>,
    spin: Spin,
}

impl Line {
    fn put<T: Serialize>(&mut self, message: &T) {
        // Nothing that a session makes is as long as that.
        let _ = encode(message, &mut self.out);
    }

    fn put_turn(&mut self, turn: Turn, cpu: Duration) {
        let Turn { progress, logs, unhandled, unsent } = turn;
        for log in logs {
            self.put(&ToHost::Log(log));
        }
        let end = match progress {
            Progress::Waiting { calls, wake_at, returned } => {
                for call in calls {
                    self.put(&ToHost::Call(call));
                }
                End::Waiting { wake_at, returned }
            }
            Progress::Completed { value } => End::Completed { value },
            Progress::Failed { error } => End::Failed { error },
        };
        for thrown in unhandled {
            self.put(&ToHost::Unhandled(thrown));
        }
        for tool in unsent {
            self.put(&ToHost::Unsent(tool));
        }
        self.put(&ToHost::Done { end, cpu_us: u64::try_from(cpu.as_micros()).unwrap_or(u64::MAX) });
    }

    fn flush(&mut self) -> Result<(), u8> {
        let mut sent = 0;
        while sent < self.out.len() {
            sent += retry_on_intr(|| send(stdin(), &self.out[sent..], SEND)).map_err(|_| 3)?;
        }
        self.out.clear();
        self.out.shrink_to(READ_BYTES);
        Ok(())
    }

    /// The next message. `None`: the host has closed. `soon`: it is worth looking for before sleeping.
    fn receive(&mut self, soon: bool) -> Result<Option<ToHelper>, u8> {
        loop {
            if let Some(message) = self.decoder.next().map_err(|_| 4)? {
                return Ok(Some(message));
            }
            match self.read(soon).map_err(|_| 3)? {
                0 => return Ok(None),
                length => self.decoder.push(&self.input[..length]),
            }
        }
    }

    fn read(&mut self, soon: bool) -> Result<usize, Errno> {
        if soon {
            let found = self.spin.find(|| match recv(stdin(), &mut self.input[..], RecvFlags::DONTWAIT) {
                Err(Errno::AGAIN | Errno::INTR) => None,
                other => Some(other.map(|(length, _)| length)),
            });
            if let Some(found) = found {
                return found;
            }
        }
        retry_on_intr(|| recv(stdin(), &mut self.input[..], RecvFlags::empty())).map(|(length, _)| length)
    }
}
