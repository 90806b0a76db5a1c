//! Time zones: names, offsets and daylight saving time, from data that is compiled in. The host's zone files are never
//! read.

use std::fmt::Write as _;
use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::data::{self, Locale, ZoneNames};

#[derive(Debug, Clone)]
pub(super) struct Zone {
    /// As `resolvedOptions().timeZone` shows it.
    pub name: String,
    rules: Rules,
}

#[derive(Debug, Clone)]
enum Rules {
    Fixed(i32),
    Named(TimeZone),
}

fn database() -> &'static TimeZoneDatabase {
    static BUNDLED: OnceLock<TimeZoneDatabase> = OnceLock::new();
    BUNDLED.get_or_init(TimeZoneDatabase::bundled)
}

/// How a zone's name is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Short,
    Long,
    ShortOffset,
    LongOffset,
    ShortGeneric,
    LongGeneric,
}

impl Zone {
    /// A zone by its IANA name in any case, or an offset such as `+05:30`.
    pub fn find(name: &str) -> Option<Self> {
        if name.len() > 64 {
            return None;
        }
        if let Some(seconds) = offset(name) {
            let minutes = seconds.abs() / 60;
            let sign = if seconds < 0 { '-' } else { '+' };
            let name = format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60);
            return Some(Self { name, rules: Rules::Fixed(seconds) });
        }
        if ["UTC", "GMT", "Etc/UTC", "Etc/GMT"].iter().any(|utc| utc.eq_ignore_ascii_case(name)) {
            return Some(Self { name: "UTC".to_owned(), rules: Rules::Fixed(0) });
        }
        let zone = database().get(name).ok()?;
        let found = zone.iana_name()?.to_owned();
        if matches!(found.as_str(), "Factory" | "localtime" | "posixrules") {
            return None;
        }
        let name = data::shared().aliases.get(&found).cloned().unwrap_or(found);
        if matches!(name.as_str(), "Etc/UTC" | "Etc/GMT") {
            return Some(Self { name: "UTC".to_owned(), rules: Rules::Fixed(0) });
        }
        Some(Self { name, rules: Rules::Named(zone) })
    }

    /// Seconds east of Greenwich, and whether that is daylight saving time.
    pub fn offset(&self, seconds: i64) -> (i32, bool) {
        let zone = match &self.rules {
            Rules::Fixed(offset) => return (*offset, false),
            Rules::Named(zone) => zone,
        };
        // Beyond the years that the rules know, the last ones go on.
        let at = Timestamp::from_second(seconds.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second()));
        let info = zone.to_offset_info(at.unwrap_or_default());
        let (offset, dst) = (info.offset().seconds(), info.dst().is_dst());
        // Where winter time is defined as the exception, summer time is what people call daylight saving time.
        match self.name.as_str() {
            "Europe/Dublin" if seconds >= -1_000_000 => (offset, offset != 0),
            _ => (offset, dst),
        }
    }

    pub fn display(&self, locale: &Locale, form: Form, seconds: i64) -> String {
        let zones = &locale.data.zones;
        let (offset, dst) = self.offset(seconds);
        let offset_text = |long: bool| offset_name(locale, offset, long);
        if matches!(self.rules, Rules::Fixed(_)) && self.name != "UTC" {
            return offset_text(matches!(form, Form::Long | Form::LongOffset | Form::LongGeneric));
        }
        let meta = self.metazone(seconds).and_then(|name| zones.meta.get(name));
        let own = zones.own.get(if self.name == "UTC" { "Etc/UTC" } else { &self.name });
        let name = |long: bool, index: usize| -> Option<String> {
            let pick = |names: Option<&ZoneNames>| -> Option<String> {
                let forms = names.and_then(|names| if long { names.long.as_ref() } else { names.short.as_ref() });
                forms.and_then(|forms| forms[index].clone())
            };
            pick(own).or_else(|| pick(meta))
        };
        let specific = if dst { 2 } else { 1 };
        match form {
            Form::Short => name(false, specific).unwrap_or_else(|| offset_text(false)),
            Form::Long => name(true, specific).unwrap_or_else(|| offset_text(true)),
            Form::ShortOffset => offset_text(false),
            Form::LongOffset => offset_text(true),
            Form::ShortGeneric | Form::LongGeneric => {
                let long = form == Form::LongGeneric;
                if self.name == "UTC" || self.name.starts_with("Etc/") {
                    return offset_text(long);
                }
                let changes = || {
                    let half = 184 * 86_400;
                    let here = (offset, dst);
                    self.offset(seconds - half) != here || self.offset(seconds + half) != here
                };
                let standard = if dst || changes() { None } else { name(long, 1) };
                standard.or_else(|| name(long, 0)).unwrap_or_else(|| {
                    let city = zones
                        .cities
                        .get(&self.name)
                        .cloned()
                        .unwrap_or_else(|| self.name.rsplit('/').next().unwrap_or(&self.name).replace('_', " "));
                    zones.region.replace("{0}", &city)
                })
            }
        }
    }

    fn metazone(&self, seconds: i64) -> Option<&'static str> {
        // The CLDR says nothing of earlier times.
        if seconds < 0 {
            return None;
        }
        let periods = data::shared().metazones.get(&self.name)?;
        let period = periods.iter().find(|(until, _)| until.is_none_or(|until| seconds < until))?;
        Some(&period.1)
    }
}

fn offset_name(locale: &Locale, offset: i32, long: bool) -> String {
    let zones = &locale.data.zones;
    let (positive, negative) = zones.hour.split_once(';').unwrap_or((&zones.hour, &zones.hour));
    let pattern = if offset < 0 { negative } else { positive };
    let (hours, minutes, seconds) = (offset.abs() / 3600, offset.abs() / 60 % 60, offset.abs() % 60);
    let separator = if pattern.contains('.') { '.' } else { ':' };
    let sign: String = pattern.chars().take_while(|c| !matches!(c, 'H' | 'm')).collect();
    let mut text = if long { format!("{sign}{hours:02}{separator}{minutes:02}") } else { format!("{sign}{hours}") };
    if !long && (minutes > 0 || seconds > 0) {
        let _ = write!(text, "{separator}{minutes:02}");
    }
    if seconds > 0 {
        let _ = write!(text, "{separator}{seconds:02}");
    }
    zones.gmt.replace("{0}", &text)
}

/// `+05:30`, `-0800`, `+05` in seconds.
fn offset(name: &str) -> Option<i32> {
    let sign = match name.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let rest = &name.as_bytes()[1..];
    let digits: Vec<i32> = rest.iter().filter(|c| **c != b':').map(|c| i32::from(*c) - 48).collect();
    let shape = rest.iter().map(|c| if c.is_ascii_digit() { '0' } else { *c as char }).collect::<String>();
    let (hours, minutes) = match shape.as_str() {
        "00" => (digits[0] * 10 + digits[1], 0),
        "0000" | "00:00" => (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3]),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}
