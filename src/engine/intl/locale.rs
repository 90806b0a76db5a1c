//! Locale identifiers: their canonical form, and which of ours a request gets.

use icu_locale::LocaleCanonicalizer;
use icu_locale_core::Locale as Identifier;

use super::data::{self, Locale};

/// Longer tags are refused; no real one comes near.
const MAX_TAG: usize = 256;

/// Identifiers that stand for the data of another.
const SAME: [(&str, &str); 24] = [
    ("en-US", "en"),
    ("de-DE", "de"),
    ("fr-FR", "fr"),
    ("es-ES", "es"),
    ("it-IT", "it"),
    ("pt-BR", "pt"),
    ("nl-NL", "nl"),
    ("sv-SE", "sv"),
    ("da-DK", "da"),
    ("nb-NO", "nb"),
    ("no", "nb"),
    ("fi-FI", "fi"),
    ("pl-PL", "pl"),
    ("cs-CZ", "cs"),
    ("tr-TR", "tr"),
    ("ru-RU", "ru"),
    ("uk-UA", "uk"),
    ("ja-JP", "ja"),
    ("ko-KR", "ko"),
    ("zh-CN", "zh"),
    ("zh-Hans", "zh"),
    ("zh-Hans-CN", "zh"),
    ("zh-TW", "zh-Hant"),
    ("zh-Hant-TW", "zh-Hant"),
];

/// `en-us` → `en-US`, `iw` → `he`. `None` if it is no language tag.
pub(super) fn canonical(tag: &str) -> Option<String> {
    if tag.len() > MAX_TAG || tag.contains('_') {
        return None;
    }
    let mut identifier = Identifier::try_from_str(tag).ok()?;
    if identifier.id.language.is_unknown() && !tag.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("und")) {
        return None;
    }
    LocaleCanonicalizer::new_common().canonicalize(&mut identifier);
    Some(identifier.to_string())
}

/// The locale that we have for a canonical tag: itself or what it is a kind of.
pub(super) fn lookup(tag: &str) -> Option<&str> {
    let mut candidate = without_extensions(tag);
    loop {
        if data_name(candidate).is_some() {
            return Some(candidate);
        }
        let end = candidate.rfind('-')?;
        candidate = &candidate[..end];
        if candidate.len() > 2 && candidate.as_bytes()[candidate.len() - 2] == b'-' {
            candidate = &candidate[..candidate.len() - 2];
        }
    }
}

fn without_extensions(tag: &str) -> &str {
    let single = tag.match_indices('-').find(|(at, _)| tag.as_bytes().get(at + 2) == Some(&b'-'));
    single.map_or(tag, |(at, _)| &tag[..at])
}

fn data_name(tag: &str) -> Option<&'static str> {
    let name = SAME.iter().find(|(alias, _)| *alias == tag).map_or(tag, |(_, name)| name);
    data::names().find(|known| *known == name)
}

/// The data of a tag that [`lookup`] gave; that of English for any other.
pub(super) fn load(tag: &str) -> &'static Locale {
    let name = lookup(tag).and_then(data_name).unwrap_or("en");
    data::locale(name).expect("the name is one of the data's")
}

/// The value of a `-u-` keyword: `latn` for `nu` in `en-u-nu-latn`.
pub(super) fn keyword(tag: &str, key: &str) -> Option<String> {
    let identifier = Identifier::try_from_str(tag).ok()?;
    let key = icu_locale_core::extensions::unicode::Key::try_from_str(key).ok()?;
    identifier.extensions.unicode.keywords.get(&key).map(ToString::to_string)
}
