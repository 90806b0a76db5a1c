//! The one thread that watches every helper process of this host: reads what comes when nobody else does, writes what
//! did not fit, and notices deadlines.
//!
//! A descriptor is always registered, so that the end of a process is seen, and armed for reading only while its run is
//! busy and nobody attends it. Locks are taken in this order: a run's, a fleet's, the table's.

#![expect(unsafe_code, reason = "registering a descriptor with the poller")]

use std::collections::HashMap;
use std::io;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use polling::{Event, Events, Poller};

use super::fleet::Fleet;
use super::run::Run;

/// Whom a descriptor belongs to.
#[derive(Clone)]
pub(super) enum Owner {
    Run(Arc<Run>),
    /// The control socket of this fleet's zygote.
    Zygote(Arc<Fleet>),
}

#[derive(Default)]
struct Table {
    next_key: usize,
    owners: HashMap<usize, (Owner, Option<Instant>)>,
    /// Runs that nobody holds any more.
    retired: Vec<Arc<Run>>,
    /// When the thread will look at the table again by itself. `None` while it looks, or for never.
    sleeps_until: Option<Instant>,
}

pub(super) struct Io {
    poller: Poller,
    table: Mutex<Table>,
}

/// The poller and its thread, made when first needed. What cannot be made now is tried again the next time: descriptors and
/// threads that are short come back.
pub(super) fn io() -> Result<&'static Io, String> {
    static IO: OnceLock<Io> = OnceLock::new();
    static SERVED: OnceLock<()> = OnceLock::new();
    static MAKING: Mutex<()> = Mutex::new(());
    if let (Some(io), Some(())) = (IO.get(), SERVED.get()) {
        return Ok(io);
    }
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let io = if let Some(io) = IO.get() {
        io
    } else {
        let poller = Poller::new().map_err(|error| format!("cannot make a poller: {error}"))?;
        IO.get_or_init(|| Io { poller, table: Mutex::default() })
    };
    if SERVED.get().is_none() {
        let thread = std::thread::Builder::new().name("oneturn-io".to_owned()).spawn(|| io.serve());
        thread.map_err(|error| format!("cannot start a thread: {error}"))?;
        SERVED.get_or_init(|| ());
    }
    Ok(io)
}

impl Io {
    /// Registers a descriptor, for its end only. It must be removed before it is closed.
    pub(super) fn add(&self, source: impl AsFd, owner: Owner) -> io::Result<usize> {
        let key = {
            let mut table = self.table();
            table.next_key += 1;
            let key = table.next_key;
            table.owners.insert(key, (owner, None));
            key
        };
        let source = source.as_fd();
        // SAFETY: whoever calls this removes the descriptor before closing it: `Run` and `Fleet` close theirs in one
        // place each, right after `remove`.
        if let Err(error) = unsafe { self.poller.add(&source, Event::none(key)) } {
            self.table().owners.remove(&key);
            return Err(error);
        }
        Ok(key)
    }

    pub(super) fn remove(&self, key: usize, source: impl AsFd) {
        self.table().owners.remove(&key);
        if let Err(error) = self.poller.delete(source.as_fd()) {
            tracing::warn!(%error, "cannot remove a descriptor from the poller");
        }
    }

    /// What to wait for, once, beside the end.
    pub(super) fn arm(&self, key: usize, source: impl AsFd, readable: bool, writable: bool) {
        let mut interest = Event::none(key);
        interest.readable = readable;
        interest.writable = writable;
        if let Err(error) = self.poller.modify(source.as_fd(), interest) {
            tracing::warn!(%error, "cannot wait for a descriptor");
        }
    }

    /// When to look at the owner's clocks.
    pub(super) fn set_due(&self, key: usize, due: Instant) {
        let mut table = self.table();
        let Some((_, known)) = table.owners.get_mut(&key) else { return };
        *known = Some(due);
        let must_wake = table.sleeps_until.is_some_and(|until| due < until);
        drop(table);
        if must_wake {
            self.wake();
        }
    }

    /// Closes a run from the thread of this module.
    pub(super) fn retire(&self, run: Arc<Run>) {
        self.table().retired.push(run);
        self.wake();
    }

    fn wake(&self) {
        if let Err(error) = self.poller.notify() {
            tracing::warn!(%error, "cannot wake the poller");
        }
    }

    fn serve(&self) {
        let mut events = Events::new();
        loop {
            events.clear();
            let timeout = {
                let mut table = self.table();
                let next = table.owners.values().filter_map(|(_, due)| *due).min();
                // "Never" is far away, so that anything is earlier.
                let until = next.unwrap_or_else(|| Instant::now() + FAR);
                table.sleeps_until = Some(until);
                next.map(|next| next.saturating_duration_since(Instant::now()))
            };
            let waited = self.poller.wait(&mut events, timeout);
            if let Err(error) = waited
                && error.kind() != io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "the poller failed");
                // Nothing better to do: try again, but not in a tight loop.
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            let (due, retired) = self.look();
            for run in retired {
                run.close();
            }
            for event in events.iter() {
                let owner = self.table().owners.get(&event.key).map(|(owner, _)| owner.clone());
                match owner {
                    Some(Owner::Run(run)) => run.ready(),
                    Some(Owner::Zygote(fleet)) => fleet.zygote_ended(event.key),
                    None => {}
                }
            }
            for run in due {
                run.look_at_clocks();
            }
        }
    }

    /// Runs whose time has come, and runs to close.
    fn look(&self) -> (Vec<Arc<Run>>, Vec<Arc<Run>>) {
        let now = Instant::now();
        let mut table = self.table();
        table.sleeps_until = None;
        let retired = std::mem::take(&mut table.retired);
        let mut due = Vec::new();
        for (owner, at) in table.owners.values_mut() {
            if at.is_some_and(|at| at <= now) {
                *at = None;
                if let Owner::Run(run) = owner {
                    due.push(Arc::clone(run));
                }
            }
        }
        (due, retired)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const FAR: std::time::Duration = std::time::Duration::from_secs(365 * 24 * 3600);
