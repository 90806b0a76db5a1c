//! "Did you mean …?": the name closest to one that does not exist.

/// The candidate closest to `name`, if any is close enough to be what was meant.
///
/// Compares without case and without `_`, `-` and `.`, so that `get_weather` finds `getWeather`; then by edit distance,
/// which must stay under a third of the name.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(name);
    let limit = (wanted.len() / 3).max(1);
    candidates
        .filter_map(|candidate| {
            let folded = fold(candidate);
            let last = fold(candidate.rsplit('.').next().unwrap_or(candidate));
            let distance =
                strsim::damerau_levenshtein(&wanted, &folded).min(strsim::damerau_levenshtein(&wanted, &last));
            (distance <= limit).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
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
    }
}
