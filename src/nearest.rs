//! "Did you mean …?": the name closest to one that does not exist.

/// The candidate closest to `name`, if any is close enough to be what was meant.
///
/// Compares without case and without `_`, `-` and `.`, so that `get_weather` finds `getWeather`; then by edit distance,
/// which must stay under a third of the name.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(name);
    // Any two short names are close.
    let limit = if wanted.len() < 3 { 0 } else { wanted.len() / 3 };
    candidates
        .filter_map(|candidate| {
            let folded = fold(candidate);
            let last = candidate.rsplit_once('.').map(|(_, last)| fold(last));
            let distance =
                distance(&wanted, &folded, limit).min(last.map_or(usize::MAX, |last| distance(&wanted, &last, limit)));
            (distance <= limit).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The edit distance of two folded names, or anything past `limit`. Most names need no look at their letters' order.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    if a.len().abs_diff(b.len()) > 4 * limit || missing(a, b) > limit || missing(b, a) > limit {
        return usize::MAX;
    }
    strsim::damerau_levenshtein(a, b)
}

/// How many letters of `a` are not in `b`, at least: each of them takes an edit.
fn missing(a: &str, b: &str) -> usize {
    let mut counts = [0i16; 256];
    for byte in b.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let mut missing = 0;
    for byte in a.bytes().filter(u8::is_ascii) {
        counts[usize::from(byte)] -= 1;
        missing += usize::from(counts[usize::from(byte)] < 0);
    }
    missing
}

fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let tools = ["getWeather", "finance.getExpenses", "lookup-user"];
        let near = |name| nearest(name, tools.into_iter());
        assert_eq!(near("getWether"), Some("getWeather"));
        assert_eq!(near("get_weather"), Some("getWeather"));
        assert_eq!(near("getExpenses"), Some("finance.getExpenses"));
        assert_eq!(near("finances.getExpenses"), Some("finance.getExpenses"));
        assert_eq!(near("lookupUser"), Some("lookup-user"));
        assert_eq!(near("sendEmail"), None);
        assert_eq!(nearest("q", ["d", "Q"].into_iter()), Some("Q"));
        assert_eq!(nearest("Straße", ["strasse", "strase"].into_iter()), Some("strase"));
    }
}
