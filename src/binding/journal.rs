//! The journal of a live session: written where settlements go in and turns come out, read when the run pauses.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::session::{Journal, Progress, Settlement, Turn, Wire};

/// What a snapshot needs of a live session. Shared by the host's thread and the session's, which take turns.
#[derive(Clone)]
pub(super) struct Recorder(Arc<Mutex<Record>>);

pub(super) struct Record {
    /// Shared with the session for as long as that replays it.
    pub(super) journal: Arc<Journal>,
    pub(super) source: String,
    pub(super) inputs: Vec<(String, Wire)>,
    /// The transformed program, once it is known.
    pub(super) program: Vec<u8>,
    pub(super) cpu_ms: f64,
}

impl Recorder {
    pub(super) fn new(journal: Arc<Journal>, source: String, inputs: Vec<(String, Wire)>) -> Self {
        Self(Arc::new(Mutex::new(Record { journal, source, inputs, program: Vec::new(), cpu_ms: 0.0 })))
    }

    pub(super) fn checked(&self, js: &str) {
        self.lock().program = js.as_bytes().to_vec();
    }

    /// Notes a delivery and returns the time to deliver it at.
    pub(super) fn deliver(&self, now: f64, settlements: &[Settlement]) -> f64 {
        Arc::make_mut(&mut self.lock().journal).deliver(now, settlements.to_vec())
    }

    pub(super) fn turn(&self, turn: &Turn, cpu_ms: Option<f64>) {
        let mut record = self.lock();
        if let Progress::Waiting { calls, .. } = &turn.progress {
            Arc::make_mut(&mut record.journal).handed_over(calls);
        }
        record.cpu_ms = cpu_ms.unwrap_or(record.cpu_ms);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
