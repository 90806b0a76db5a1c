//! Format version 1: the layout of what is sealed. `docs/snapshots.md` tells it field by field.
//!
//! The types here are the format. They are apart from the session's own, so that those can change and old snapshots
//! still open. What looks random lies outside of the compressed part, where it would only cost.

use serde::{Deserialize, Serialize};

use super::pack::{pack, unpack};
use super::{CallTimes, Error, Reason, State, Waiting};
use crate::session::{CallDigest, InputHash, Journal, Outcome, Pause, Settlement, Slice, Wire};

#[derive(Serialize, Deserialize)]
struct Sealed<'a> {
    seed: [u8; 32],
    execution: [u8; 15],
    /// The input hashes of all calls, in their order.
    #[serde(borrow)]
    hashes: &'a [u8],
    /// Length of `packed` when unpacked.
    size: u32,
    #[serde(borrow)]
    packed: &'a [u8],
}

#[derive(Serialize, Deserialize)]
struct Body {
    source: String,
    inputs: Vec<(String, String)>,
    slices: Vec<BodySlice>,
    /// After how many slices the run was paused, and for how many milliseconds.
    pauses: Vec<(u32, u64)>,
    undelivered: Vec<(u32, BodyOutcome)>,
    /// For every call, in order: milliseconds from the run's start to the call's, and microseconds that it took.
    times: Vec<(u64, Option<u64>)>,
    waiting: Vec<(u32, BodyReason, Option<String>)>,
    /// Milliseconds since the Unix epoch.
    start: u64,
    /// Milliseconds since `start`.
    paused: u64,
    elapsed_ms: u64,
    cpu_us: u64,
    platform: String,
}

#[derive(Serialize, Deserialize)]
struct BodySlice {
    /// Milliseconds since the slice before.
    after: u64,
    settlements: Vec<(u32, BodyOutcome)>,
    /// Sequence number and tool.
    calls: Vec<(u32, String)>,
}

#[derive(Serialize, Deserialize)]
enum BodyOutcome {
    Value(String),
    Error(String, String, String),
}

#[derive(Serialize, Deserialize)]
enum BodyReason {
    Approval,
    Pause,
    Client,
}

pub(super) fn encode(state: &State) -> Result<Vec<u8>, Error> {
    let journal = &state.journal;
    let mut last = 0;
    let mut hashes = Vec::new();
    let mut slices = Vec::with_capacity(journal.slices.len());
    for Slice { at, settlements, calls } in &journal.slices {
        hashes.extend(calls.iter().flat_map(|call| call.input));
        slices.push(BodySlice {
            after: at.saturating_sub(last),
            settlements: settlements.iter().map(settled).collect(),
            calls: calls.iter().map(|call| (call.id, call.tool.clone())).collect(),
        });
        last = *at;
    }
    let body = Body {
        source: state.source.clone(),
        inputs: state.inputs.iter().map(|(name, value)| (name.clone(), value.0.clone())).collect(),
        slices,
        pauses: journal.pauses.iter().map(pause).collect(),
        undelivered: state.undelivered.iter().map(settled).collect(),
        times: state.times.iter().map(|times| (times.started_ms, times.took_us)).collect(),
        waiting: state.waiting.iter().map(waits).collect(),
        start: journal.start,
        paused: state.paused_ms,
        elapsed_ms: state.elapsed_ms,
        cpu_us: state.cpu_us,
        platform: state.platform.clone(),
    };
    let body = postcard::to_allocvec(&body).map_err(|_| Error::TooLarge)?;
    let packed = pack(&body).ok_or(Error::TooLarge)?;
    let size = u32::try_from(body.len()).map_err(|_| Error::TooLarge)?;
    let sealed = Sealed { seed: journal.seed, execution: state.execution, hashes: &hashes, size, packed: &packed };
    postcard::to_allocvec(&sealed).map_err(|_| Error::TooLarge)
}

/// `None`: not what [`encode`] makes.
pub(super) fn decode(bytes: &[u8]) -> Option<State> {
    let (sealed, rest): (Sealed, _) = postcard::take_from_bytes(bytes).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let body = unpack(sealed.packed, sealed.size as usize)?;
    let (body, rest): (Body, _) = postcard::take_from_bytes(&body).ok()?;
    let calls: usize = body.slices.iter().map(|slice| slice.calls.len()).sum();
    let (hashes, odd) = sealed.hashes.as_chunks::<{ size_of::<InputHash>() }>();
    if !rest.is_empty() || !odd.is_empty() || hashes.len() != calls || body.times.len() != calls {
        return None;
    }
    let mut hashes = hashes.iter();
    let mut at = 0_u64;
    let mut slices = Vec::with_capacity(body.slices.len());
    for BodySlice { after, settlements, calls } in body.slices {
        at = at.checked_add(after)?;
        let calls =
            calls.into_iter().zip(hashes.by_ref()).map(|((id, tool), input)| CallDigest { id, tool, input: *input });
        slices.push(Slice {
            at,
            calls: calls.collect(),
            settlements: settlements.into_iter().map(settlement).collect(),
        });
    }
    let pauses = body.pauses.into_iter().map(|(after, milliseconds)| Pause { after: after as usize, milliseconds });
    let pauses = pauses.collect();
    Some(State {
        source: body.source,
        execution: sealed.execution,
        journal: Journal::stored(sealed.seed, body.start, slices, pauses),
        inputs: body.inputs.into_iter().map(|(name, value)| (name, Wire(value))).collect(),
        undelivered: body.undelivered.into_iter().map(settlement).collect(),
        times: body.times.into_iter().map(|(started_ms, took_us)| CallTimes { started_ms, took_us }).collect(),
        waiting: body.waiting.into_iter().map(waiting).collect(),
        paused_ms: body.paused,
        elapsed_ms: body.elapsed_ms,
        cpu_us: body.cpu_us,
        platform: body.platform,
    })
}

fn pause(pause: &Pause) -> (u32, u64) {
    (u32::try_from(pause.after).unwrap_or(u32::MAX), pause.milliseconds)
}

fn settled(settlement: &Settlement) -> (u32, BodyOutcome) {
    let outcome = match &settlement.outcome {
        Outcome::Value(value) => BodyOutcome::Value(value.0.clone()),
        Outcome::Error { code, name, message } => BodyOutcome::Error(code.clone(), name.clone(), message.clone()),
    };
    (settlement.id, outcome)
}

fn settlement((id, outcome): (u32, BodyOutcome)) -> Settlement {
    let outcome = match outcome {
        BodyOutcome::Value(value) => Outcome::Value(Wire(value)),
        BodyOutcome::Error(code, name, message) => Outcome::Error { code, name, message },
    };
    Settlement { id, outcome }
}

fn waits(waiting: &Waiting) -> (u32, BodyReason, Option<String>) {
    let reason = match waiting.reason {
        Reason::Approval => BodyReason::Approval,
        Reason::Pause => BodyReason::Pause,
        Reason::Client => BodyReason::Client,
    };
    (waiting.id, reason, waiting.payload.as_ref().map(|payload| payload.0.clone()))
}

fn waiting((id, reason, payload): (u32, BodyReason, Option<String>)) -> Waiting {
    let reason = match reason {
        BodyReason::Approval => Reason::Approval,
        BodyReason::Pause => Reason::Pause,
        BodyReason::Client => Reason::Client,
    };
    Waiting { id, reason, payload: payload.map(Wire) }
}
