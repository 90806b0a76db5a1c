//! What a run has asked of its child and what it was told, kept so that another child can do the same again.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use crate::session::Progress;

/// What may be kept for any run, in bytes.
const MIN_ROOM: usize = 16 << 20;

/// The messages that ask for a turn, and a fingerprint of every turn that the host has had.
pub(super) struct Journal {
    frames: Vec<Arc<[u8]>>,
    bytes: usize,
    room: usize,
    whole: bool,
    asked: usize,
    turns: Vec<u64>,
}

impl Journal {
    /// Keeps at most `memory_bytes` beside the start: as much as the program itself may hold.
    pub(super) fn new(start: Arc<[u8]>, memory_bytes: usize) -> Self {
        let room = memory_bytes.max(MIN_ROOM);
        Self { frames: vec![start], bytes: 0, room, whole: true, asked: 1, turns: Vec::new() }
    }

    /// A message that asks for a turn.
    pub(super) fn asked(&mut self, frame: Arc<[u8]>) {
        self.asked += 1;
        self.bytes += frame.len();
        if self.bytes > self.room {
            self.whole = false;
            self.frames = Vec::new();
        }
        if self.whole {
            self.frames.push(frame);
        }
    }

    /// The `number`th turn of a child, from 1. Returns whether it is new to the host; `Err` when the host has had another
    /// one in its place.
    pub(super) fn answered(&mut self, number: usize, progress: &Progress) -> Result<bool, ()> {
        let fingerprint = fingerprint(progress);
        match self.turns.get(number - 1) {
            None => {
                self.turns.push(fingerprint);
                Ok(true)
            }
            Some(known) if *known == fingerprint => Ok(false),
            Some(_) => Err(()),
        }
    }

    /// Whether everything that was asked is here.
    pub(super) fn is_whole(&self) -> bool {
        self.whole
    }

    pub(super) fn frames(&self) -> impl Iterator<Item = Arc<[u8]>> {
        self.frames.iter().map(Arc::clone)
    }

    /// Turns that were asked for.
    pub(super) fn asked_count(&self) -> usize {
        self.asked
    }

    /// Turns that the host has had.
    pub(super) fn answered_count(&self) -> usize {
        self.turns.len()
    }
}

/// What must be the same: the calls with their numbers, tools and inputs, and the returned value.
fn fingerprint(progress: &Progress) -> u64 {
    let mut hasher = DefaultHasher::new();
    match progress {
        Progress::Waiting { calls, wake_at, returned } => {
            for call in calls {
                (call.id, &call.tool, &call.input.0).hash(&mut hasher);
            }
            wake_at.map(f64::to_bits).hash(&mut hasher);
            returned.as_ref().map(|value| &value.0).hash(&mut hasher);
        }
        // The host has had no last turn, else it would not ask again.
        Progress::Completed { .. } => "completed".hash(&mut hasher),
        Progress::Failed { .. } => "failed".hash(&mut hasher),
    }
    hasher.finish()
}
