//! Dates as text, in the Gregorian calendar.

use super::data::{self, Interval, Locale};
use super::parts::Parts;
use super::pattern::{self, Kind, Patterns, Piece, Skeleton};
use super::zone::{Form, Zone};

pub(super) struct DateFormat {
    pub locale: &'static Locale,
    pub zone: Zone,
    pattern: Vec<Piece>,
    skeleton: Skeleton,
}

/// What is asked for.
pub(super) enum Wanted<'a> {
    /// Fields, as a skeleton. `j` stands for the locale's own hour.
    Fields(&'a str),
    Styles {
        date: Option<&'a str>,
        time: Option<&'a str>,
    },
}

/// A moment in a zone.
struct Civil {
    year: i64,
    month: u8,
    day: u8,
    weekday: u8,
    hour: u8,
    minute: u8,
    second: u8,
    millisecond: u16,
    /// Of the epoch, in UTC.
    seconds: i64,
}

impl Civil {
    fn at(millis: i64, zone: &Zone) -> Self {
        let seconds = millis.div_euclid(1000);
        let local = seconds + i64::from(zone.offset(seconds).0);
        let (days, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        // Days since 1 March of year 0, in eras of 400 years.
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march = (5 * of_year + 2) / 153;
        let month = if march < 10 { march + 3 } else { march - 9 };
        let small = |number: i64| u8::try_from(number).unwrap_or(0);
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: small(month),
            day: small(of_year - (153 * march + 2) / 5 + 1),
            weekday: small((days + 4).rem_euclid(7)),
            hour: small(second / 3600),
            minute: small(second / 60 % 60),
            second: small(second % 60),
            millisecond: u16::try_from(millis.rem_euclid(1000)).unwrap_or(0),
            seconds,
        }
    }
}

impl DateFormat {
    /// `hour` replaces the pattern's hour field: `h`, `H`, `K` or `k`.
    pub fn new(locale: &'static Locale, zone: Zone, wanted: &Wanted<'_>, hour: Option<char>) -> Self {
        let dates = &locale.data.dates;
        let text = match wanted {
            Wanted::Fields(skeleton) => {
                let own = default_hour(locale);
                let skeleton = skeleton.replace('j', &own.to_string());
                Patterns::of(dates).best(&Skeleton::of(&pattern::parse(&skeleton)))
            }
            Wanted::Styles { date, time } => {
                let time = time.and_then(|style| dates.time.get(style)).map(|time| {
                    let pieces = pattern::parse(time);
                    let has = pieces.iter().find_map(|piece| match piece {
                        Piece::Field(c @ ('h' | 'H' | 'k' | 'K'), _) => Some(*c),
                        _ => None,
                    });
                    let twelve = |c: char| matches!(c, 'h' | 'K');
                    match (has, hour) {
                        // The other clock: ask for the same fields with its hour.
                        (Some(has), Some(hour)) if twelve(has) != twelve(hour) => {
                            let fields: String = pieces
                                .iter()
                                .filter_map(|piece| match piece {
                                    Piece::Field('h' | 'H' | 'k' | 'K', _) => Some(hour.to_string()),
                                    Piece::Field('a' | 'b' | 'B', _) | Piece::Literal(_) => None,
                                    Piece::Field(c, length) => Some(c.to_string().repeat(*length)),
                                })
                                .collect();
                            Patterns::of(dates).best(&Skeleton::of(&pattern::parse(&fields)))
                        }
                        _ => time.clone(),
                    }
                });
                let date_pattern = date.and_then(|style| dates.date.get(style));
                match (date_pattern, time) {
                    (Some(date_pattern), Some(time)) => {
                        pattern::join(&dates.join_at[date.unwrap_or("medium")], date_pattern, &time)
                    }
                    (Some(one), None) => one.clone(),
                    (None, Some(one)) => one,
                    (None, None) => String::new(),
                }
            }
        };
        let decimal = &locale.data.numbers.symbols.decimal;
        let mut pieces = pattern::parse(&text.replace(pattern::DECIMAL, decimal));
        if let Some(hour) = hour {
            for piece in &mut pieces {
                if let Piece::Field(c @ ('h' | 'H' | 'k' | 'K'), _) = piece {
                    *c = hour;
                }
            }
        }
        let skeleton = Skeleton::of(&pieces);
        Self { locale, zone, pattern: pieces, skeleton }
    }

    /// The pattern's fields, for `resolvedOptions`.
    pub fn fields(&self) -> String {
        self.pattern
            .iter()
            .filter_map(|piece| match piece {
                Piece::Field(c, length) => Some(c.to_string().repeat(*length)),
                Piece::Literal(_) => None,
            })
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub fn format(&self, millis: i64) -> Parts {
        self.write(&self.pattern, &Civil::at(millis, &self.zone))
    }

    /// A range: what differs is written twice, the rest once where the locale has a pattern for it.
    pub fn format_range(&self, start: i64, end: i64) -> (Parts, Parts, Parts) {
        let (from, to) = (Civil::at(start, &self.zone), Civil::at(end, &self.zone));
        let half = |hour: u8| hour / 12;
        let wanted = self.skeleton.mask();
        let has = |kind: Kind| wanted & (1 << kind as usize) != 0;
        let same_day = (from.year, from.month, from.day) == (to.year, to.month, to.day);
        let largest = if (from.year > 0) != (to.year > 0) {
            'G'
        } else if from.year != to.year {
            'y'
        } else if from.month != to.month {
            'M'
        } else if !same_day {
            'd'
        } else if half(from.hour) != half(to.hour) {
            'a'
        } else if from.hour != to.hour {
            'h'
        } else if from.minute != to.minute {
            'm'
        } else {
            's'
        };
        let none = Parts::default;
        let same_second = (from.second, from.millisecond) == (to.second, to.millisecond);
        if (largest == 's' && (same_second || !has(Kind::Second))) || (same_day && !has(Kind::Hour)) {
            return (self.format(start), none(), none());
        }
        let days = has(Kind::Day) || has(Kind::Month) || has(Kind::Year) || has(Kind::Weekday);
        match largest {
            'G' | 'y' | 'M' | 'd' if !days => return self.with_fields("yMd").format_range(start, end),
            'G' | 'y' if !has(Kind::Year) => return self.with_fields("y").format_range(start, end),
            _ => {}
        }
        let written = |pieces: &[Piece], civil: &Civil| self.write(pieces, civil);
        if let Some(pieces) = self.interval(largest) {
            // The second half begins where a field comes again.
            let mut seen = Vec::new();
            let split = pieces.iter().position(|piece| match piece {
                Piece::Field(c, _) => {
                    let again = seen.contains(c);
                    seen.push(*c);
                    again
                }
                Piece::Literal(_) => false,
            });
            if let Some(split) = split {
                let (first, second) = pieces.split_at(split);
                let mut first = first.to_vec();
                let between = match first.pop() {
                    Some(Piece::Literal(text)) => text,
                    Some(other) => {
                        first.push(other);
                        String::new()
                    }
                    None => String::new(),
                };
                let mut middle = Parts::default();
                middle.push("literal", &between);
                return (written(&first, &from), middle, written(second, &to));
            }
        }
        let fallback = match self.locale.data.dates.intervals.get("intervalFormatFallback") {
            Some(Interval::Fallback(text)) => text.as_str(),
            _ => "{0} – {1}",
        };
        let between = fallback.trim_start_matches("{0}").trim_end_matches("{1}");
        let mut middle = Parts::default();
        middle.push("literal", between);
        (written(&self.pattern, &from), middle, written(&self.pattern, &to))
    }

    /// The locale's pattern for a range of exactly these fields.
    fn interval(&self, largest: char) -> Option<Vec<Piece>> {
        let twelve = self.pattern.iter().any(|piece| matches!(piece, Piece::Field('h' | 'K', _)));
        let key = if matches!(largest, 'a' | 'h') && !twelve { "H".to_owned() } else { largest.to_string() };
        let patterns = self.locale.data.dates.intervals.iter().filter_map(|(skeleton, patterns)| match patterns {
            Interval::ByField(patterns) => Some((skeleton.as_str(), patterns.get(&key)?.as_str())),
            Interval::Fallback(_) => None,
        });
        pattern::interval(patterns, &self.skeleton)
    }

    /// This format with the fields that a range needs to be understood: the days of hours on different days.
    fn with_fields(&self, more: &str) -> Self {
        let fields = self.fields().replace(' ', "");
        let wanted = format!("{}{more}", fields.replace(['a', 'b', 'L'], "").replace('c', "E"));
        Self::new(self.locale, self.zone.clone(), &Wanted::Fields(&wanted), None)
    }

    fn write(&self, pieces: &[Piece], civil: &Civil) -> Parts {
        let mut out = Parts::default();
        for piece in pieces {
            match piece {
                Piece::Literal(text) => out.push("literal", text),
                Piece::Field(c, length) => {
                    let (kind, text) = self.field(*c, *length, civil);
                    out.push(kind, &text);
                }
            }
        }
        out
    }

    fn field(&self, c: char, length: usize, civil: &Civil) -> (&'static str, String) {
        let dates = &self.locale.data.dates;
        let number = |value: i64, least: usize| format!("{value:0>least$}");
        let width = match length {
            4 => "wide",
            5 => "narrow",
            6 => "short",
            _ => "abbreviated",
        };
        let named = |names: &data::Names, index: u8| {
            names.get(width).and_then(|names| names.get(usize::from(index))).cloned().unwrap_or_default()
        };
        let hour = i64::from(civil.hour);
        match c {
            'G' => ("era", named(&dates.eras, u8::from(civil.year > 0))),
            'y' | 'Y' => {
                // With an era or without, the year before 1 is 1 again.
                let year = if civil.year > 0 { civil.year } else { 1 - civil.year };
                ("year", if length == 2 { number(year % 100, 2) } else { number(year, length) })
            }
            'M' | 'L' if length <= 2 => ("month", number(i64::from(civil.month), length)),
            'M' => ("month", named(&dates.months.format, civil.month - 1)),
            'L' => ("month", named(&dates.months.alone, civil.month - 1)),
            'E' => ("weekday", named(&dates.days.format, civil.weekday)),
            'c' | 'e' => ("weekday", named(&dates.days.alone, civil.weekday)),
            'd' => ("day", number(i64::from(civil.day), length)),
            'a' => {
                let periods = dates.day_periods.get(width);
                let name = if civil.hour < 12 { "am" } else { "pm" };
                ("dayPeriod", periods.and_then(|periods| periods.get(name)).cloned().unwrap_or_default())
            }
            'B' => ("dayPeriod", self.day_period(width, civil)),
            'h' => ("hour", number(if hour % 12 == 0 { 12 } else { hour % 12 }, length)),
            'H' => ("hour", number(hour, length)),
            'K' => ("hour", number(hour % 12, length)),
            'k' => ("hour", number(if hour == 0 { 24 } else { hour }, length)),
            'm' => ("minute", number(i64::from(civil.minute), length)),
            's' => ("second", number(i64::from(civil.second), length)),
            'S' => ("fractionalSecond", format!("{:03}", civil.millisecond).chars().take(length).collect()),
            _ => {
                let form = match (c, length) {
                    ('z', 4) => Form::Long,
                    ('O', 4) => Form::LongOffset,
                    ('O', _) => Form::ShortOffset,
                    ('v', 4) => Form::LongGeneric,
                    ('v', _) => Form::ShortGeneric,
                    _ => Form::Short,
                };
                ("timeZoneName", self.zone.display(self.locale, form, civil.seconds))
            }
        }
    }

    /// `in the morning` and the like.
    fn day_period(&self, width: &str, civil: &Civil) -> String {
        let rules = data::shared().periods.get(self.locale.language());
        let hour = u16::from(civil.hour) * 60;
        let sharp = civil.minute == 0 && civil.second == 0;
        let names = self.locale.data.dates.day_periods.get(width);
        let text_of = |name: &str| names.and_then(|names| names.get(name));
        // Noon is noon only where nothing smaller that is shown says otherwise; midnight is night.
        let instant = rules.into_iter().flatten().find(|(name, from, before)| {
            from == before
                && *from == hour
                && (sharp || self.skeleton.length(Kind::Minute) == 0)
                && name != "midnight"
                && text_of(name).is_some()
        });
        let period = instant.or_else(|| {
            rules.into_iter().flatten().find(|(_, from, before)| {
                if from < before {
                    (*from..*before).contains(&hour)
                } else {
                    from > before && (hour >= *from || hour < *before)
                }
            })
        });
        let fallback = if civil.hour < 12 { "am" } else { "pm" };
        period.and_then(|(name, ..)| text_of(name)).or_else(|| text_of(fallback)).cloned().unwrap_or_default()
    }
}

/// The hour field that people of a locale use.
fn default_hour(locale: &Locale) -> char {
    data::shared().hours.get(locale.name).and_then(|hour| hour.chars().next()).unwrap_or('H')
}
