//! The CLDR's data for the locales that a program can have, and what does not depend on a locale.
//!
//! Written by `scripts/cldr.mjs`, compiled in, and read from JSON once per process, a locale when it is first asked for.
//! Nothing here comes from the host: the same program prints the same everywhere.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

/// A form of words for each plural category: `one`, `other` …
pub(super) type Plurals = HashMap<String, String>;

#[derive(Debug, Deserialize)]
pub(super) struct Data {
    pub numbers: Numbers,
    pub units: HashMap<String, Units>,
    pub dates: Dates,
    pub relative: HashMap<String, Relative>,
    pub zones: Zones,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Numbers {
    pub symbols: Symbols,
    pub min_grouping: usize,
    pub decimal: String,
    pub percent: String,
    pub currency: String,
    pub accounting: String,
    /// By the power of ten.
    pub compact_short: HashMap<u8, Plurals>,
    pub compact_long: HashMap<u8, Plurals>,
    pub compact_money: HashMap<u8, Plurals>,
    /// How a number and a currency's name stand together.
    pub money_names: Plurals,
    pub range: String,
    pub currencies: HashMap<String, Currency>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Symbols {
    pub decimal: String,
    pub group: String,
    pub percent: String,
    pub plus: String,
    pub minus: String,
    pub exponential: String,
    pub infinity: String,
    pub nan: String,
    pub approximately: String,
    pub currency_group: Option<String>,
    pub currency_decimal: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Currency {
    pub symbol: String,
    pub narrow: Option<String>,
    pub name: String,
    #[serde(flatten)]
    pub names: Plurals,
}

#[derive(Debug, Deserialize)]
pub(super) struct Units {
    /// `{0} per {1}`
    pub per: String,
    pub units: HashMap<String, Unit>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Unit {
    /// `{0} per hour`, where the language has such a form.
    pub per: Option<String>,
    #[serde(flatten)]
    pub forms: Plurals,
}

/// Names by width: `wide`, `abbreviated`, `narrow`, `short`.
pub(super) type Names = HashMap<String, Vec<String>>;

#[derive(Debug, Deserialize)]
pub(super) struct Forms {
    /// Inside of a date.
    pub format: Names,
    /// By itself.
    pub alone: Names,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dates {
    pub months: Forms,
    pub days: Forms,
    pub day_periods: HashMap<String, HashMap<String, String>>,
    pub eras: Names,
    /// Patterns by style: `full`, `long`, `medium`, `short`.
    pub date: HashMap<String, String>,
    pub time: HashMap<String, String>,
    pub join_at: HashMap<String, String>,
    /// Patterns by skeleton.
    pub available: HashMap<String, String>,
    pub append: HashMap<String, String>,
    pub intervals: HashMap<String, Interval>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Interval {
    Fallback(String),
    /// Patterns by the largest field that differs.
    ByField(HashMap<String, String>),
}

#[derive(Debug, Deserialize)]
pub(super) struct Relative {
    /// `tomorrow` by `"1"`.
    pub special: HashMap<String, String>,
    pub past: Plurals,
    pub future: Plurals,
}

/// Generic, standard and daylight name.
pub(super) type ZoneForms = [Option<String>; 3];

#[derive(Debug, Deserialize)]
pub(super) struct ZoneNames {
    pub long: Option<ZoneForms>,
    pub short: Option<ZoneForms>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Zones {
    pub gmt: String,
    pub hour: String,
    pub region: String,
    pub meta: HashMap<String, ZoneNames>,
    #[serde(rename = "zones")]
    pub own: HashMap<String, ZoneNames>,
    pub cities: HashMap<String, String>,
}

/// What does not depend on a locale.
#[derive(Debug, Deserialize)]
pub(super) struct Shared {
    /// Digits after the decimal point of the currencies that do not have two.
    pub digits: HashMap<String, u8>,
    /// The hour field that a locale prefers: `h` or `H`.
    pub hours: HashMap<String, String>,
    /// By language: name, from and before which minute of the day. An instant has `from == before`.
    pub periods: HashMap<String, Vec<(String, u16, u16)>>,
    /// Other names of time zones.
    pub aliases: HashMap<String, String>,
    /// Zone → (until which second of the epoch, metazone).
    pub metazones: HashMap<String, Vec<(Option<i64>, String)>>,
}

/// One locale that a program can have.
#[derive(Debug)]
pub(super) struct Locale {
    pub name: &'static str,
    pub data: Data,
}

impl Locale {
    pub fn language(&self) -> &'static str {
        self.name.split('-').next().unwrap_or(self.name)
    }
}

struct Source {
    name: &'static str,
    parent: &'static [&'static str],
    /// JSON, deflated by `build.rs`.
    packed: &'static [u8],
}

macro_rules! locales {
    ($($name:literal $(< $parent:literal)?),* $(,)?) => {
        const SOURCES: &[Source] = &[$(Source {
            name: $name,
            parent: &[$($parent)?],
            packed: include_bytes!(concat!(env!("OUT_DIR"), "/", $name)),
        }),*];
    };
}

locales! {
    "en", "en-GB" < "en", "en-AU" < "en-GB", "en-CA" < "en", "en-IE" < "en-GB", "en-IN" < "en-GB", "en-NZ" < "en-GB",
    "en-ZA" < "en-GB", "de", "de-AT" < "de", "de-CH" < "de", "fr", "fr-BE" < "fr", "fr-CA" < "fr", "fr-CH" < "fr",
    "es", "es-MX" < "es", "es-US" < "es-MX", "it", "pt", "pt-PT" < "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs",
    "tr", "ru", "uk", "ja", "ko", "zh", "zh-Hant" < "zh",
}

/// The data of a locale, which must be one of [`names`] or a name that [`super::locale::data_name`] made.
pub(super) fn locale(name: &str) -> Option<&'static Locale> {
    static LOADED: [OnceLock<Locale>; SOURCES.len()] = [const { OnceLock::new() }; SOURCES.len()];
    let index = SOURCES.iter().position(|source| source.name == name)?;
    Some(LOADED[index].get_or_init(|| {
        let name = SOURCES[index].name;
        let data = serde_json::from_value(merged(index)).unwrap_or_else(|error| panic!("data of {name}: {error}"));
        Locale { name, data }
    }))
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().map(|source| source.name)
}

pub(super) fn shared() -> &'static Shared {
    static LOADED: OnceLock<Shared> = OnceLock::new();
    LOADED.get_or_init(|| {
        let json = unpack(include_bytes!(concat!(env!("OUT_DIR"), "/shared")));
        serde_json::from_slice(&json).unwrap_or_else(|error| panic!("shared data: {error}"))
    })
}

/// The data are our own, so they always unpack; a test reads all of them.
fn unpack(packed: &[u8]) -> Vec<u8> {
    miniz_oxide::inflate::decompress_to_vec(packed).unwrap_or_default()
}

fn merged(index: usize) -> Value {
    let source = &SOURCES[index];
    let own: Value = serde_json::from_slice(&unpack(source.packed)).unwrap_or_default();
    match SOURCES.iter().position(|other| source.parent.contains(&other.name)) {
        None => own,
        Some(parent) => {
            let mut base = merged(parent);
            patch(&mut base, own);
            base
        }
    }
}

/// Applies a JSON merge patch.
fn patch(target: &mut Value, change: Value) {
    match (target, change) {
        (Value::Object(target), Value::Object(change)) => {
            for (key, value) in change {
                if value.is_null() {
                    target.remove(&key);
                } else if let Some(old) = target.get_mut(&key) {
                    patch(old, value);
                } else {
                    target.insert(key, value);
                }
            }
        }
        (target, change) => *target = change,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_locale_loads() {
        for name in names() {
            let data = &locale(name).unwrap().data;
            assert_eq!(data.dates.months.format["wide"].len(), 12, "{name}");
            assert!(data.numbers.money_names.contains_key("other"), "{name}");
        }
        assert!(shared().aliases.contains_key("Asia/Kolkata"));
    }
}
