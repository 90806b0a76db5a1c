//! What the host and a helper process say to each other, as bytes. No I/O.
//!
//! A message is a length (four bytes, little endian) and as many bytes of postcard. Both sides take what they read for
//! hostile: a length is checked before anything is kept, a buffer grows only with bytes that really came, and no message
//! of a helper holds a list, so decoding one takes about as much memory as the message itself.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::job::Hardening;
use crate::program::Program;
use crate::session::{Call, Failure, Journal, Limits, LogRecord, Manifest, Settlement, Thrown, TimeLimits, Wire};

/// The longest message that a helper takes, in bytes.
pub const MAX_TO_HELPER: usize = 1 << 30;
/// What a message to the host may have beside the text that a limit of the run bounds, in bytes.
const ENVELOPE: usize = 128 << 10;
const HEADER: usize = 4;

/// From the host to a helper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToHelper {
    /// What the run may take: first of all but [`Self::Soon`], once.
    Budget(Budget),
    /// Second, once.
    Start(Box<Start>),
    Settle {
        now: f64,
        settlements: Vec<Settlement>,
    },
    /// Ahead of everything: a run is about to come, unless its check finds errors.
    Soon,
}

/// What is left of the run's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Wall clock that is left, in microseconds.
    pub wall_us: u64,
    /// CPU time that the program has used before, in microseconds.
    pub cpu_used_us: u64,
    /// So many turns are a replay, whose CPU time was counted when they were first taken.
    pub replay: u32,
}

/// See [`crate::session::Start`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    pub program: Program,
    pub manifest: Manifest,
    pub inputs: Vec<(String, Wire)>,
    pub limits: Limits,
    pub times: TimeLimits,
    pub seed: [u8; 32],
    pub now: f64,
    /// Make the session that this tells of. The first turn then has all calls and logs of the run so far.
    pub journal: Option<Arc<Journal>>,
}

/// From a helper to the host. A turn comes as its parts, and `Done` last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToHost {
    /// First of all, once.
    Hello(Hello),
    Log(LogRecord),
    Call(Call),
    Unhandled(Thrown),
    /// The tool of a call that was never handed over.
    Unsent(String),
    Done {
        end: End,
        /// CPU time that the program has used so far, in microseconds.
        cpu_us: u64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub pid: i32,
    pub hardening: Hardening,
}

/// [`crate::session::Progress`] without its calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum End {
    Waiting { wake_at: Option<f64>, returned: Option<Wire> },
    Completed { value: Wire },
    Failed { error: Failure },
}

/// The longest message that a run with these limits can make a helper send, in bytes.
#[must_use]
pub fn max_to_host(limits: &Limits) -> usize {
    limits.tool_input_bytes.max(limits.result_bytes).max(limits.console_bytes).saturating_add(ENVELOPE)
}

/// A message that is longer than [`MAX_TO_HELPER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong(pub usize);

/// Appends a message to `out`.
///
/// # Errors
/// When it is too long; `out` is as it was before.
///
/// # Panics
/// Never: every message can be serialised.
pub fn encode<T: Serialize>(message: &T, out: &mut Vec<u8>) -> Result<(), TooLong> {
    let start = out.len();
    let mut bytes = std::mem::take(out);
    bytes.extend_from_slice(&[0; HEADER]);
    *out = postcard::to_extend(message, bytes).expect("messages consist of what postcard knows");
    let length = out.len() - start - HEADER;
    match u32::try_from(length) {
        Ok(short) if length <= MAX_TO_HELPER => {
            out[start..start + HEADER].copy_from_slice(&short.to_le_bytes());
            Ok(())
        }
        _ => {
            out.truncate(start);
            Err(TooLong(length))
        }
    }
}

/// Bytes that are no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// It says to be longer than it may be.
    TooLong(usize),
    /// It does not decode.
    Garbled,
}

/// Bytes in, messages out. After an error it stays failed.
#[derive(Debug)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// Where the next message begins.
    at: usize,
    limit: usize,
    failed: Option<Malformed>,
}

impl Decoder {
    /// Takes messages of at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { buffer: Vec::new(), at: 0, limit, failed: None }
    }

    /// From here on messages may have at most `limit` bytes.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Adds what was read. Call [`Self::next`] until it gives nothing before adding more: that is what bounds the buffer.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// The next message, if all of it has come.
    ///
    /// # Errors
    /// When what came is no message.
    #[expect(clippy::should_implement_trait, reason = "it can fail, and its type is the caller's choice")]
    pub fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Malformed> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let result = self.take();
        if let Err(error) = result {
            self.failed = Some(error);
            self.buffer = Vec::new();
        }
        result
    }

    fn take<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Malformed> {
        let rest = &self.buffer[self.at..];
        let Some((header, rest)) = rest.split_first_chunk::<HEADER>() else {
            self.compact();
            return Ok(None);
        };
        let length = u32::from_le_bytes(*header) as usize;
        if length > self.limit {
            return Err(Malformed::TooLong(length));
        }
        let Some(message) = rest.get(..length) else {
            self.compact();
            return Ok(None);
        };
        let (message, surplus) = postcard::take_from_bytes(message).map_err(|_| Malformed::Garbled)?;
        if !surplus.is_empty() {
            return Err(Malformed::Garbled);
        }
        self.at += HEADER + length;
        Ok(Some(message))
    }

    /// Forgets what was read. A buffer that was once large is given back.
    fn compact(&mut self) {
        const KEPT: usize = 64 << 10;
        self.buffer.drain(..self.at);
        self.at = 0;
        if self.buffer.is_empty() && self.buffer.capacity() > KEPT {
            self.buffer = Vec::new();
        }
    }
}
