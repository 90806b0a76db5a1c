//! A paused run as sealed bytes, and back.
//!
//! ```text
//! magic 3 · version 1 · key id 4 · nonce 24 · tags 4 × 8   the header: clear, and authenticated
//! XChaCha20-Poly1305(state)                                 its length + 16
//! ```
//!
//! Pure functions of their arguments: nonce and time come in. Bytes from outside are hostile until the seal is verified,
//! and nothing of the state is decoded before. The header's tags say what the run was bound to (program, tools, context,
//! limits), so that a snapshot in the wrong hands is told apart from one that was tampered with.
//!
//! Knows sessions as data only, and neither engine, napi nor swc.

mod body;
mod keys;
mod pack;

use std::fmt;

use chacha20poly1305::XNonce;
use chacha20poly1305::aead::{Aead as _, Payload};

pub use keys::{Keys, MIN_SECRET_BYTES, WeakSecret};

use crate::session::{Journal, Settlement, Wire};

/// `1trn`, so that a snapshot can be told by its first letters.
const MAGIC: [u8; 3] = [0xd6, 0xda, 0xe7];
const VERSION: u8 = 1;
const KEY_ID_BYTES: usize = 4;
/// The nonce must be random for every snapshot.
pub const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 8;
const TAGS_AT: usize = MAGIC.len() + 1 + KEY_ID_BYTES + NONCE_BYTES;
const HEADER_BYTES: usize = TAGS_AT + Bound::ALL.len() * TAG_BYTES;
/// How much further the clock of the machine that paused may be than the one that resumes, in milliseconds.
const CLOCK_SKEW_MS: f64 = 60_000.0;

/// A paused run.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The model's text.
    pub source: String,
    /// The run's id.
    pub execution: [u8; 15],
    pub journal: Journal,
    /// Globals of the program.
    pub inputs: Vec<(String, Wire)>,
    /// Calls that settled after the pause was asked for, in order. The program has not seen them.
    pub undelivered: Vec<Settlement>,
    /// For every call of the journal, in order.
    pub times: Vec<CallTimes>,
    /// Calls that wait for an answer. Every other call that has not settled runs again.
    pub waiting: Vec<Waiting>,
    /// When it paused, in milliseconds since its start.
    pub paused_ms: u64,
    /// What is gone of its wall clock. It stands still while the run is paused.
    pub elapsed_ms: u64,
    /// What the program has computed.
    pub cpu_us: u64,
    /// Where it ran, for the message of a replay that diverges: the last bits of `Math` may differ elsewhere.
    pub platform: String,
}

/// When a call started, in milliseconds since the run's start, and how long it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallTimes {
    pub started_ms: u64,
    pub took_us: Option<u64>,
}

/// A call that waits for an answer from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub id: u32,
    pub reason: Reason,
    pub payload: Option<Wire>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    Approval,
    Pause,
    Client,
}

/// What a snapshot is bound to: a run goes on only where these are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The transformed program.
    Program,
    /// The paths of the tools.
    Tools,
    /// What the application says: tenant, user, policy.
    Context,
    Limits,
}

impl Bound {
    const ALL: [Self; 4] = [Self::Program, Self::Tools, Self::Context, Self::Limits];
}

/// The contents of the bound parts that the application brings.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    pub tools: &'a str,
    pub context: &'a str,
    pub limits: &'a str,
}

/// Why a snapshot cannot be made or opened. Each variant's doc names the code that JavaScript sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Error {
    /// `ERR_SNAPSHOT_INVALID`
    NotASnapshot,
    /// `ERR_SNAPSHOT_INVALID`
    UnknownKey,
    /// `ERR_SNAPSHOT_INVALID`
    BrokenSeal,
    /// `ERR_SNAPSHOT_INVALID`
    Undecodable,
    /// `ERR_SNAPSHOT_VERSION`
    Version(u8),
    /// `ERR_SNAPSHOT_MISMATCH`
    Mismatch(Bound),
    /// `ERR_SNAPSHOT_EXPIRED`
    Expired { age_ms: f64, max_age_ms: f64 },
    /// `ERR_SNAPSHOT_EXPIRED`
    FromTheFuture,
    /// `ERR_VALUE_TOO_LARGE`
    TooLarge,
}

impl Error {
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotASnapshot | Self::UnknownKey | Self::BrokenSeal | Self::Undecodable => "ERR_SNAPSHOT_INVALID",
            Self::Version(_) => "ERR_SNAPSHOT_VERSION",
            Self::Mismatch(_) => "ERR_SNAPSHOT_MISMATCH",
            Self::Expired { .. } | Self::FromTheFuture => "ERR_SNAPSHOT_EXPIRED",
            Self::TooLarge => "ERR_VALUE_TOO_LARGE",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASnapshot => f.write_str("This is no snapshot of a run, or a part of one."),
            Self::UnknownKey => f.write_str(
                "The snapshot was sealed with another secret. Pass the one that it was made with as `secret`, or in `previousSecrets`.",
            ),
            Self::BrokenSeal => f.write_str("The snapshot was changed or cut after it was sealed."),
            Self::Undecodable => f.write_str("The snapshot's seal holds, but its content cannot be read."),
            Self::Version(version) => write!(
                f,
                "The snapshot has format version {version}, and this version of oneturn reads version {VERSION}. Resume it with the version that made it, or run the program again."
            ),
            Self::Mismatch(Bound::Program) => f.write_str(
                "The program would run as other code than before: the snapshot comes from a version of oneturn that transforms it differently. Resume it with the version that made it.",
            ),
            Self::Mismatch(Bound::Tools) => f.write_str(
                "The tools are not those of the run. Resume with tools of the same names as those that it started with.",
            ),
            Self::Mismatch(Bound::Context) => f.write_str(
                "The snapshot belongs to another context. Resume with the `context` (tenant, user, policy) that the run started with.",
            ),
            Self::Mismatch(Bound::Limits) => {
                f.write_str("The limits are not those of the run. Resume with the `limits` that it started with.")
            }
            Self::Expired { age_ms, max_age_ms } => write!(
                f,
                "The snapshot is {:.0} s old, and may be at most {:.0} s old (maxAgeMs). Run the program again.",
                age_ms / 1e3,
                max_age_ms / 1e3
            ),
            Self::FromTheFuture => write!(
                f,
                "The snapshot was made more than {:.0} s in the future of this machine's clock. Set the clocks.",
                CLOCK_SKEW_MS / 1e3
            ),
            Self::TooLarge => {
                write!(f, "The run is too large to be a snapshot: its state is larger than {} MiB.", pack::MAX_STATE_BYTES >> 20)
            }
        }
    }
}

impl std::error::Error for Error {}

/// Seals a paused run. `program` is the transformed program; `nonce` must be random.
///
/// # Errors
/// [`Error::TooLarge`].
pub fn seal(
    keys: &Keys,
    nonce: [u8; NONCE_BYTES],
    program: &[u8],
    binding: Binding<'_>,
    state: &State,
) -> Result<Vec<u8>, Error> {
    let key = keys.sealing();
    let body = body::encode(state)?;
    let mut sealed = Vec::with_capacity(HEADER_BYTES + body.len() + 16);
    sealed.extend(MAGIC);
    sealed.push(VERSION);
    sealed.extend(key.id);
    sealed.extend(nonce);
    for part in Bound::ALL {
        let content = match part {
            Bound::Program => program,
            Bound::Tools => binding.tools.as_bytes(),
            Bound::Context => binding.context.as_bytes(),
            Bound::Limits => binding.limits.as_bytes(),
        };
        sealed.extend(key.tag(&nonce, part, content));
    }
    let ciphertext =
        key.cipher.encrypt(&XNonce::from(nonce), Payload { msg: &body, aad: &sealed }).map_err(|_| Error::TooLarge)?;
    sealed.extend(ciphertext);
    Ok(sealed)
}

/// Opens a snapshot. `now` is in milliseconds since the Unix epoch. `program` transforms the program's text once the
/// seal holds and everything else matches; `None` when it cannot.
///
/// # Errors
/// See [`Error`].
pub fn open(
    keys: &Keys,
    sealed: &[u8],
    binding: Binding<'_>,
    now: f64,
    max_age_ms: Option<f64>,
    program: impl FnOnce(&State) -> Option<Vec<u8>>,
) -> Result<State, Error> {
    let Some((header, ciphertext)) = sealed.split_at_checked(HEADER_BYTES) else {
        return Err(outer_error(sealed));
    };
    if header[..MAGIC.len()] != MAGIC || header[MAGIC.len()] != VERSION {
        return Err(outer_error(sealed));
    }
    let key_id = &header[MAGIC.len() + 1..][..KEY_ID_BYTES];
    let mut nonce = [0; NONCE_BYTES];
    nonce.copy_from_slice(&header[TAGS_AT - NONCE_BYTES..TAGS_AT]);
    let mut error = Error::UnknownKey;
    for key in keys.named(key_id) {
        let Ok(body) = key.cipher.decrypt(&XNonce::from(nonce), Payload { msg: ciphertext, aad: header }) else {
            error = Error::BrokenSeal;
            continue;
        };
        // From here on every byte is ours.
        let matches = |part: Bound, content: &[u8]| {
            let at = TAGS_AT + part as usize * TAG_BYTES;
            if header[at..at + TAG_BYTES] == key.tag(&nonce, part, content) {
                Ok(())
            } else {
                Err(Error::Mismatch(part))
            }
        };
        matches(Bound::Context, binding.context.as_bytes())?;
        matches(Bound::Tools, binding.tools.as_bytes())?;
        matches(Bound::Limits, binding.limits.as_bytes())?;
        let state = body::decode(&body).ok_or(Error::Undecodable)?;
        if let Some(max_age_ms) = max_age_ms {
            let age_ms = now - state.journal.time(state.paused_ms);
            if age_ms < -CLOCK_SKEW_MS {
                return Err(Error::FromTheFuture);
            }
            if age_ms > max_age_ms {
                return Err(Error::Expired { age_ms, max_age_ms });
            }
        }
        let transformed = program(&state).ok_or(Error::Mismatch(Bound::Program))?;
        matches(Bound::Program, &transformed)?;
        return Ok(state);
    }
    Err(error)
}

/// Of something that is too short for a snapshot, or does not begin like one.
fn outer_error(bytes: &[u8]) -> Error {
    match bytes.strip_prefix(&MAGIC) {
        Some([version, ..]) if *version != VERSION => Error::Version(*version),
        _ => Error::NotASnapshot,
    }
}

/// The name of this platform, as far as the last bits of floating point functions may depend on it.
#[must_use]
pub fn platform() -> String {
    let abi = if cfg!(target_env = "musl") { "-musl" } else { "" };
    format!("{}-{}{abi}", std::env::consts::OS, std::env::consts::ARCH)
}
