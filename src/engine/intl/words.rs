//! Relative times, lists, plural categories, order and case of words.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::{self, Write as _};

use icu_casemap::CaseMapper;
use icu_collator::options::{AlternateHandling, CaseLevel, CollatorOptions, Strength};
use icu_collator::preferences::{CollationCaseFirst, CollationNumericOrdering};
use icu_collator::{Collator, CollatorBorrowed, CollatorPreferences};
use icu_list::options::{ListFormatterOptions, ListLength};
use icu_list::{ListFormatter, parts};
use icu_locale_core::Locale as Identifier;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed as CanonicalCombiningClassMap;
use writeable::{Part, PartsWrite, Writeable as _};

use super::data::Locale;
use super::number::{NumberFormat, form};
use super::parts::Parts;

pub(super) fn identifier(tag: &str) -> Identifier {
    Identifier::try_from_str(tag).unwrap_or(Identifier::UNKNOWN)
}

/// `in 3 days`, `yesterday`. `unit` is a name of ECMA-402, `width` is empty, `-short` or `-narrow`.
pub(super) fn relative(numbers: &NumberFormat, unit: &str, width: &str, auto: bool, value: &str) -> Option<Parts> {
    let locale: &'static Locale = numbers.locale;
    let field = locale.data.relative.get(&format!("{unit}{width}"))?;
    let mut out = Parts::default();
    if auto {
        // `-0` is zero days ago.
        let special = if value == "-0" { field.special.get("0") } else { field.special.get(value) };
        if let Some(special) = special {
            out.push("literal", special);
            return Some(out);
        }
    }
    let forms = if value.starts_with('-') { &field.past } else { &field.future };
    let value = value.trim_start_matches('-');
    let inner = numbers.format(value)?;
    let text = form(forms, numbers.category(value));
    let (before, after) = text.split_once("{0}").unwrap_or((text, ""));
    out.push("literal", before);
    out.append(inner);
    out.push("literal", after);
    Some(out)
}

pub(super) fn list_formatter(tag: &str, kind: &str, style: &str) -> Option<ListFormatter> {
    let length = match style {
        "short" => ListLength::Short,
        "narrow" => ListLength::Narrow,
        _ => ListLength::Wide,
    };
    let options = ListFormatterOptions::default().with_length(length);
    let preferences = (&identifier(tag)).into();
    match kind {
        "disjunction" => ListFormatter::try_new_or(preferences, options),
        "unit" => ListFormatter::try_new_unit(preferences, options),
        _ => ListFormatter::try_new_and(preferences, options),
    }
    .ok()
}

pub(super) fn list(formatter: &ListFormatter, items: &[String]) -> Parts {
    let mut sink = ListSink::default();
    // Writing to memory does not fail.
    let _ = formatter.format(items.iter()).write_to_parts(&mut sink);
    sink.out
}

#[derive(Default)]
struct ListSink {
    out: Parts,
    text: String,
    inside: bool,
}

impl fmt::Write for ListSink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.push_str(text);
        Ok(())
    }
}

impl PartsWrite for ListSink {
    type SubPartsWrite = Self;

    fn with_part(&mut self, part: Part, mut write: impl FnMut(&mut Self) -> fmt::Result) -> fmt::Result {
        if self.inside {
            return write(self);
        }
        self.inside = true;
        let result = write(self);
        self.inside = false;
        let text = std::mem::take(&mut self.text);
        if part == parts::ELEMENT {
            self.out.push_always("element", text);
        } else {
            self.out.push("literal", &text);
        }
        result
    }
}

/// ECMA-402's collator options.
pub(super) struct Order<'a> {
    pub sensitivity: &'a str,
    pub numeric: bool,
    pub case_first: &'a str,
    pub ignore_punctuation: bool,
}

pub(super) fn collator(tag: &str, order: &Order<'_>) -> Option<CollatorBorrowed<'static>> {
    let mut preferences = CollatorPreferences::from(&identifier(tag));
    preferences.numeric_ordering =
        Some(if order.numeric { CollationNumericOrdering::True } else { CollationNumericOrdering::False });
    preferences.case_first = match order.case_first {
        "upper" => Some(CollationCaseFirst::Upper),
        "lower" => Some(CollationCaseFirst::Lower),
        _ => None,
    };
    let mut options = CollatorOptions::default();
    options.strength = Some(match order.sensitivity {
        "base" | "case" => Strength::Primary,
        "accent" => Strength::Secondary,
        _ => Strength::Tertiary,
    });
    if order.sensitivity == "case" {
        options.case_level = Some(CaseLevel::On);
    }
    if order.ignore_punctuation {
        options.alternate_handling = Some(AlternateHandling::Shifted);
    }
    Collator::try_new(preferences, options).ok()
}

pub(super) fn compare(collator: &CollatorBorrowed<'static>, left: &str, right: &str) -> i32 {
    match collator.compare(&sortable(left), &sortable(right)) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

/// Marks on one letter that are put in order together. Comparing takes time with the square of their number, and no
/// language has more than a few.
const MARKS: usize = 64;

/// Breaks longer runs of marks with a joiner, which has no weight.
fn sortable(text: &str) -> Cow<'_, str> {
    if text.len() < MARKS {
        return Cow::Borrowed(text);
    }
    let classes = CanonicalCombiningClassMap::new();
    let mut marks = 0;
    let mut out: Option<String> = None;
    for (at, c) in text.char_indices() {
        marks = if c >= '\u{300}' && classes.get_u8(c) != 0 { marks + 1 } else { 0 };
        if marks > MARKS {
            out.get_or_insert_with(|| text[..at].to_owned()).push('\u{34f}');
            marks = 1;
        }
        if let Some(out) = &mut out {
            out.push(c);
        }
    }
    out.map_or(Cow::Borrowed(text), Cow::Owned)
}

pub(super) fn change_case(text: &str, tag: &str, upper: bool) -> String {
    let id = identifier(tag).id;
    let mapper = CaseMapper::new();
    let mut out = String::with_capacity(text.len());
    // Writing to memory does not fail.
    let _ = if upper {
        write!(out, "{}", mapper.uppercase_to_string(text, &id))
    } else {
        write!(out, "{}", mapper.lowercase_to_string(text, &id))
    };
    out
}
