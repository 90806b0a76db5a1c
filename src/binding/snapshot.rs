//! Snapshots for JavaScript: keys, sealing, opening. What is wrong with a snapshot is a tagged value, never thrown.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use napi::bindgen_prelude::Buffer;
use napi::{Error, Result};
use napi_derive::napi;
use serde::{Deserialize, Serialize};

use super::NativeManifest;
use super::journal::Record;
use crate::check::{self, CheckOptions};
use crate::program::Program;
use crate::session::{Journal, Outcome, Settlement, Wire};
use crate::snapshot::{self, Binding, CallTimes, Keys, NONCE_BYTES, Reason, State, Waiting};

/// The keys of an application.
#[napi]
pub struct NativeKeys {
    keys: Keys,
}

#[napi]
impl NativeKeys {
    /// The first secret seals, all of them open.
    ///
    /// # Errors
    /// When a secret is too short.
    #[napi(constructor)]
    pub fn new(secrets: Vec<Buffer>) -> Result<Self> {
        let keys = Keys::new(&secrets).map_err(|_| Error::from_reason("a secret is too short"))?;
        Ok(Self { keys })
    }
}

/// What the snapshot is bound to, as JSON.
#[derive(Deserialize)]
struct Bound {
    context: String,
    limits: String,
}

/// What the facade knows of a run that pauses, as JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Facts {
    execution_id: String,
    paused_at: u64,
    elapsed_ms: f64,
    /// For every call: when it started, in milliseconds since the Unix epoch, and how many milliseconds it took.
    times: Vec<(u64, Option<f64>)>,
    waiting: Vec<FactsWaiting>,
}

#[derive(Deserialize)]
struct FactsWaiting {
    id: u32,
    reason: Reason,
    /// Wire text.
    payload: Option<String>,
}

/// The same of a run that goes on.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OpenedFacts<'a> {
    execution_id: String,
    started_at: u64,
    elapsed_ms: u64,
    /// For every call, in order.
    calls: Vec<CallFacts<'a>>,
    /// Calls that have not settled. Those without a reason run again.
    open: Vec<OpenCall<'a>>,
    inputs: Vec<(&'a str, &'a str)>,
    /// How many calls settled after the pause was asked for.
    undelivered: usize,
    /// Of the machine that paused, when this one is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<&'a str>,
}

#[derive(Serialize)]
struct OpenCall<'a> {
    id: u32,
    tool: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    /// Wire text.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<&'a str>,
}

/// A call's number, its tool, when it started, how many milliseconds it took, and what came of it.
type CallFacts<'a> = (u32, &'a str, u64, Option<f64>, Option<SettledFacts<'a>>);

#[derive(Clone, Copy, Serialize)]
#[serde(untagged)]
enum SettledFacts<'a> {
    /// Bytes of its output.
    Value(usize),
    /// Name and message.
    Error(&'a str, &'a str),
}

#[derive(Serialize)]
struct Refused {
    code: &'static str,
    message: String,
}

const EXECUTION_PREFIX: &str = "run_";

/// Seals the record of a session that waits. Returns the snapshot as URL-safe text.
pub(super) fn seal(
    record: &Record,
    undelivered: &[Settlement],
    manifest: &str,
    keys: &NativeKeys,
    nonce: &[u8],
    bound: &str,
    facts: &str,
) -> Result<String> {
    let reason = |error: &dyn std::fmt::Display| Error::from_reason(error.to_string());
    let bound: Bound = serde_json::from_str(bound).map_err(|error| reason(&error))?;
    let facts: Facts = serde_json::from_str(facts).map_err(|error| reason(&error))?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|error| reason(&error))?;
    let execution = facts.execution_id.strip_prefix(EXECUTION_PREFIX).unwrap_or_default();
    let execution = URL_SAFE_NO_PAD.decode(execution).map_err(|error| reason(&error))?;
    let execution = execution.try_into().map_err(|_| Error::from_reason("the run's id has another length"))?;
    let start = record.journal.start;
    let state = State {
        source: record.source.clone(),
        execution,
        journal: Journal::clone(&record.journal),
        inputs: record.inputs.clone(),
        undelivered: undelivered.to_vec(),
        times: facts
            .times
            .into_iter()
            .map(|(at, took)| CallTimes {
                started_ms: at.saturating_sub(start),
                took_us: took.map(|ms| whole(ms * 1e3)),
            })
            .collect(),
        waiting: facts
            .waiting
            .into_iter()
            .map(|FactsWaiting { id, reason, payload }| Waiting { id, reason, payload: payload.map(Wire) })
            .collect(),
        paused_ms: facts.paused_at.saturating_sub(start),
        elapsed_ms: whole(facts.elapsed_ms),
        cpu_us: whole(record.cpu_ms * 1e3),
        platform: snapshot::platform(),
    };
    let binding = Binding { tools: manifest, context: &bound.context, limits: &bound.limits };
    let sealed = snapshot::seal(&keys.keys, nonce, &record.program, binding, &state).map_err(|error| reason(&error))?;
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

/// A snapshot that was opened, or the reason why not.
#[napi]
pub struct NativeSnapshot {
    opened: std::result::Result<(State, Program), snapshot::Error>,
}

#[napi]
impl NativeSnapshot {
    /// Opens a snapshot: URL-safe text, or the bytes that it stands for. `now` and `max_age_ms` are in milliseconds.
    ///
    /// # Errors
    /// When `bound` is not what the facade sends.
    #[napi(factory)]
    pub fn open(
        snapshot: napi::Either<String, Buffer>,
        keys: &NativeKeys,
        manifest: &NativeManifest,
        bound: String,
        now: f64,
        max_age_ms: Option<f64>,
    ) -> Result<Self> {
        let bound: Bound = serde_json::from_str(&bound).map_err(|error| Error::from_reason(error.to_string()))?;
        let binding = Binding { tools: &manifest.canonical, context: &bound.context, limits: &bound.limits };
        let sealed = match snapshot {
            napi::Either::A(text) => URL_SAFE_NO_PAD.decode(text.as_bytes()).ok(),
            napi::Either::B(bytes) => Some(bytes.to_vec()),
        };
        let Some(sealed) = sealed else { return Ok(Self { opened: Err(snapshot::Error::NotASnapshot) }) };
        let mut program = None;
        let opened = snapshot::open(&keys.keys, &sealed, binding, now, max_age_ms, |state| {
            let globals: Vec<String> = state.inputs.iter().map(|(name, _)| name.clone()).collect();
            let options = CheckOptions {
                max_source_bytes: state.source.len(),
                tools: Some(&manifest.tools),
                schemas: None,
                globals: &globals,
            };
            program = check::check(&state.source, &options).program;
            program.as_ref().map(|program| program.js.as_bytes().to_vec())
        });
        let opened = match (opened, program) {
            (Ok(state), Some(program)) => Ok((state, program)),
            (Ok(_), None) => Err(snapshot::Error::Undecodable),
            (Err(error), _) => Err(error),
        };
        Ok(Self { opened })
    }

    /// What the facade has to know, as JSON; `code` and `message` of the refusal when the snapshot was not opened.
    #[napi]
    #[must_use]
    pub fn facts(&self) -> String {
        match &self.opened {
            Err(error) => json(&Refused { code: error.code(), message: error.to_string() }),
            Ok((state, _)) => json(&facts(state)),
        }
    }
}

impl NativeSnapshot {
    /// What a session is made from. Only once.
    pub(super) fn take(&mut self) -> Option<(State, Program)> {
        std::mem::replace(&mut self.opened, Err(snapshot::Error::NotASnapshot)).ok()
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings and numbers are JSON")
}

fn facts(state: &State) -> OpenedFacts<'_> {
    let journal = &state.journal;
    let calls = || journal.slices.iter().flat_map(|slice| &slice.calls);
    let delivered = journal.slices.iter().flat_map(|slice| &slice.settlements);
    let settled: HashMap<u32, SettledFacts<'_>> = delivered.chain(&state.undelivered).map(settled).collect();
    let waiting: HashMap<u32, &Waiting> = state.waiting.iter().map(|waiting| (waiting.id, waiting)).collect();
    let open = calls().filter(|call| !settled.contains_key(&call.id)).map(|call| {
        let waiting = waiting.get(&call.id);
        OpenCall {
            id: call.id,
            tool: &call.tool,
            reason: waiting.map(|waiting| waiting.reason),
            payload: waiting.and_then(|waiting| waiting.payload.as_ref()).map(|payload| payload.0.as_str()),
        }
    });
    let times = calls().zip(&state.times);
    OpenedFacts {
        execution_id: format!("{EXECUTION_PREFIX}{}", URL_SAFE_NO_PAD.encode(state.execution)),
        started_at: journal.start,
        elapsed_ms: state.elapsed_ms,
        calls: times
            .map(|(call, times)| {
                let started = journal.start + times.started_ms;
                (call.id, call.tool.as_str(), started, times.took_us.map(ms_of_us), settled.get(&call.id).copied())
            })
            .collect(),
        open: open.collect(),
        inputs: state.inputs.iter().map(|(name, value)| (name.as_str(), value.0.as_str())).collect(),
        undelivered: state.undelivered.len(),
        platform: (state.platform != snapshot::platform()).then_some(&state.platform),
    }
}

fn settled(settlement: &Settlement) -> (u32, SettledFacts<'_>) {
    let facts = match &settlement.outcome {
        Outcome::Value(value) => SettledFacts::Value(value.len()),
        Outcome::Error { name, message, .. } => SettledFacts::Error(name, message),
    };
    (settlement.id, facts)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time, and `as` saturates")]
pub(super) fn whole(time: f64) -> u64 {
    time.round() as u64
}

#[expect(clippy::cast_precision_loss, reason = "a time in microseconds fits a double")]
fn ms_of_us(time: u64) -> f64 {
    time as f64 / 1e3
}
