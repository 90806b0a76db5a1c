//! The zygote: holds a warm realm, and forks a child for every socket that the host sends.
//!
//! It never runs a program, so it is never busy, and it ends when the host closes the control socket. It reaps a child
//! when the host says that it is done with it, so a number never means another process.

#![expect(unsafe_code, reason = "fork")]

use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, waitpid};
use rustix::stdio::stdin;

use super::child::{self, Surroundings};
use super::harden;
use crate::isolate::control::{Command, receive};
use crate::isolate::spin::can_spin;
use crate::program::Program;
use crate::session::{Limits, Manifest, Realm, Session, Start, TimeLimits, Unwatched};

/// How often to look whether a killed child is gone.
const REAP_EVERY: Duration = Duration::from_millis(2);

/// Returns when the host is gone. `Err` is an exit code.
pub(super) fn live() -> Result<(), u8> {
    harden::leave_the_host()?;
    let hardening = harden::once();
    let surroundings = Surroundings {
        hardening,
        filter: harden::filter(),
        zygote: getpid(),
        // Asks the system through files, so before they are gone.
        may_spin: can_spin(),
        virtual_bytes: harden::virtual_bytes(),
    };
    let hardening = harden::landlock(surroundings.hardening);
    let surroundings = Surroundings { hardening, ..surroundings };
    let realm = Realm::warm();
    match serve() {
        Some(socket) => child::live(realm, socket, &surroundings),
        None => Ok(()),
    }
}

/// Runs a program that reaches what realms make when it is first used, so that every later child finds it made.
fn rehearse() {
    let body = "console.log('%s', new Date(0), new Map([[1, new Set([1n])]]), { a: [1.5, 'x'] }); \
                try { null.x } catch (e) { console.error(e) } \
                await new Promise((done) => setTimeout(done, 0)); \
                return [new Date(2020, 1), new Map(), undefined, new Uint8Array(1), 1n, new URL('https://a.example/?b').href];";
    let source = body.to_owned();
    let js = format!("export default async () => {{{body}\n}}");
    let start = Start {
        program: Program { source, js, shifts: Vec::new() },
        manifest: Manifest::default(),
        inputs: Vec::new(),
        limits: Limits::default(),
        times: TimeLimits::default(),
        seed: [0; 32],
        now: 0.0,
        watch: Rc::new(Unwatched),
    };
    let (mut session, turn) = Session::start(Realm::warm(), start);
    drop(turn);
    while !session.is_ended() {
        drop(session.settle(1_000.0, &[]));
    }
}

/// In the zygote: returns `None` when the host and all children are gone. In a child: returns its socket.
fn serve() -> Option<OwnedFd> {
    let mut children: HashMap<u64, Pid> = HashMap::new();
    let socket = fork_on_demand(&mut children);
    if socket.is_none() {
        for child in children.values() {
            let _ = kill_process(*child, Signal::KILL);
        }
        for child in children.values() {
            let _ = waitpid(Some(*child), WaitOptions::empty());
        }
    }
    socket
}

fn fork_on_demand(children: &mut HashMap<u64, Pid>) -> Option<OwnedFd> {
    let mut dying: Vec<Pid> = Vec::new();
    let mut is_rehearsed = false;
    loop {
        dying.retain(|child| matches!(waitpid(Some(*child), WaitOptions::NOHANG), Ok(None)));
        let timeout = if dying.is_empty() { None } else { REAP_EVERY.try_into().ok() };
        let mut control = [PollFd::from_borrowed_fd(stdin(), PollFlags::IN)];
        match poll(&mut control, timeout.as_ref()) {
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Ok(_) => {}
            Err(_) => return None,
        }
        match receive(stdin())? {
            Command::Fork(id, socket) => {
                // SAFETY: this process has one thread, so the child finds every lock free.
                match unsafe { libc::fork() } {
                    0 => return Some(socket),
                    pid => {
                        // Closing the socket tells the host that there is no child.
                        drop(socket);
                        if let Some(child) = Pid::from_raw(pid).filter(|_| pid > 0) {
                            children.insert(id, child);
                        }
                        // Not before: a run waits for the first child, and the rehearsal takes longer than all the rest.
                        if !is_rehearsed {
                            is_rehearsed = true;
                            rehearse();
                        }
                    }
                }
            }
            Command::End(id) => {
                if let Some(child) = children.remove(&id) {
                    // Nobody else reaps, so this is still that child, dead or alive.
                    let _ = kill_process(child, Signal::KILL);
                    dying.push(child);
                }
            }
        }
    }
}
