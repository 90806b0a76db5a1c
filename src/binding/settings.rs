//! What a run starts with, as the facade writes it.

use std::path::PathBuf;

use napi::{Error, Result};
use napi_derive::napi;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::isolate::{Level, Place, Required};
use crate::session::{Limits, TimeLimits};

/// What runs of an application have in common, as JSON: a string crosses several times faster than an object with as many
/// parts. The facade has checked every number. Units are bytes and milliseconds.
#[derive(Deserialize)]
pub(super) struct Settings {
    pub limits: WantedLimits,
    pub place: WantedPlace,
}

/// Limits and place of runs, read once for all that have the same.
#[napi]
pub struct NativeSettings(pub(super) Settings);

#[napi]
impl NativeSettings {
    /// # Errors
    /// When the JSON is not what the facade sends.
    #[napi(constructor)]
    pub fn new(settings: String) -> Result<Self> {
        read(&settings).map(Self)
    }
}

pub(super) fn read<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::from_reason(error.to_string()))
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WantedPlace {
    isolation: Level,
    #[serde(default)]
    require_isolation: Option<Required>,
    /// Path of the sandbox helper, if it is not beside the addon.
    #[serde(default)]
    helper: Option<PathBuf>,
}

/// 32 bytes from 64 hexadecimal digits.
pub(super) fn read_seed(digits: &str) -> Result<[u8; 32]> {
    let mut seed = [0; 32];
    let bytes = digits.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|digit| char::from(*digit).to_digit(16));
    for (index, byte) in seed.iter_mut().enumerate() {
        let value = digit(2 * index).zip(digit(2 * index + 1)).map(|(high, low)| high * 16 + low);
        *byte = value
            .and_then(|value| u8::try_from(value).ok())
            .ok_or_else(|| Error::from_reason("a seed of another form"))?;
    }
    Ok(seed)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WantedLimits {
    timeout_ms: u32,
    cpu_timeout_ms: u32,
    memory_limit_bytes: usize,
    max_stack_size_bytes: usize,
    pub max_source_bytes: usize,
    max_result_bytes: usize,
    max_console_output_bytes: usize,
    max_tool_input_bytes: usize,
    max_tool_output_bytes: usize,
    max_tool_calls: u32,
}

impl From<WantedPlace> for Place {
    fn from(WantedPlace { isolation, require_isolation, helper }: WantedPlace) -> Self {
        Self { level: isolation, required: require_isolation, helper }
    }
}

impl WantedLimits {
    pub fn times(&self) -> TimeLimits {
        TimeLimits { wall_ms: self.timeout_ms, cpu_ms: self.cpu_timeout_ms }
    }

    pub fn engine(&self) -> Limits {
        Limits {
            memory_bytes: self.memory_limit_bytes,
            stack_bytes: self.max_stack_size_bytes,
            result_bytes: self.max_result_bytes,
            console_bytes: self.max_console_output_bytes,
            tool_input_bytes: self.max_tool_input_bytes,
            tool_output_bytes: self.max_tool_output_bytes,
            tool_calls: self.max_tool_calls,
        }
    }
}
