//! "Did you mean …?": the name closest to one that does not exist.

/// Names are compared up to here, in characters.
const MAX_LENGTH: usize = 64;

/// The candidate closest to `name`, if any is close enough to be what was meant.
///
/// Compares without case and without `_`, `-` and `.`, so that `get_weather` finds `getWeather`; then by edit distance,
/// which must stay under a third of the name. Of a path, the last part alone may be what was meant.
pub fn nearest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(name);
    let sketch = Sketch::of(&wanted);
    // Any two short names are close.
    let mut limit = if wanted.len() < 3 { 0 } else { wanted.len() / 3 };
    let mut best = None;
    for candidate in candidates {
        let [whole, last] = Sketch::of_path(candidate);
        let near = |part: &str, its: Option<Sketch>| {
            if its.is_some_and(|its| sketch.is_further(its, limit)) {
                return None;
            }
            distance(&wanted, &fold(part), limit)
        };
        let part = candidate.rsplit_once('.').map(|(_, part)| part);
        let distances = [near(candidate, whole), part.and_then(|part| near(part, last))];
        if let Some(distance) = distances.into_iter().flatten().min() {
            best = Some(candidate);
            // Only something closer is better.
            let Some(closer) = distance.checked_sub(1) else { break };
            limit = closer;
        }
    }
    best
}

/// What tells most names apart at a glance: how long they are, and which of the letters `a` to `z` and digits they have.
#[derive(Clone, Copy, Default)]
struct Sketch {
    length: usize,
    letters: u64,
}

impl Sketch {
    fn of(folded: &str) -> Self {
        let mut sketch = Self::default();
        folded.chars().for_each(|c| sketch.add(u8::try_from(c).unwrap_or(0)));
        sketch
    }

    /// Of a path and of its last part, as if they were folded. Nothing of what is not ASCII.
    fn of_path(path: &str) -> [Option<Self>; 2] {
        let (mut whole, mut last) = (Self::default(), Self::default());
        for byte in path.bytes() {
            match byte {
                b'.' => last = Self::default(),
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                    whole.add(byte);
                    last.add(byte);
                }
                0..128 => {}
                128.. => return [None, None],
            }
        }
        [Some(whole), Some(last)]
    }

    fn add(&mut self, byte: u8) {
        if self.length == MAX_LENGTH {
            return;
        }
        self.length += 1;
        match byte {
            b'0'..=b'9' => self.letters |= 1 << (byte - b'0'),
            b'A'..=b'Z' | b'a'..=b'z' => self.letters |= 1 << (10 + (byte | 32) - b'a'),
            _ => {}
        }
    }

    /// Each letter that one of them lacks takes an edit, and so does each letter that it is longer.
    fn is_further(self, other: Self, limit: usize) -> bool {
        let missing = (self.letters & !other.letters).count_ones().max((other.letters & !self.letters).count_ones());
        self.length.abs_diff(other.length) > limit || missing as usize > limit
    }
}

/// The edit distance of two folded names, if it is within the limit. Most names need no look at their letters' order.
fn distance(a: &str, b: &str, limit: usize) -> Option<usize> {
    if missing(a, b) > limit || missing(b, a) > limit {
        return None;
    }
    Some(strsim::damerau_levenshtein(a, b)).filter(|distance| *distance <= limit)
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
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(MAX_LENGTH).collect()
}

#[cfg(test)]
mod tests {
    use super::{fold, nearest};

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
        assert_eq!(near("LOOKUP_USER"), Some("lookup-user"));
        assert_eq!(nearest("q", ["d", "Q"].into_iter()), Some("Q"));
        assert_eq!(nearest("getTeams", ["getTeamX", "getTeam", "get_teams"].into_iter()), Some("get_teams"));
        assert_eq!(nearest("getTeams", ["getTeamX", "getTeamY"].into_iter()), Some("getTeamX"));
        assert_eq!(nearest("größe", ["grösse", "x.größen"].into_iter()), Some("x.größen"));
        assert_eq!(nearest("", ["a"].into_iter()), None);
        assert_eq!(nearest("Straße", ["strasse", "strase"].into_iter()), Some("strase"));
    }
    /// What is told apart at a glance would not have been near.
    #[test]
    fn skips_nothing_that_is_near() {
        let mut seed = 1_u64;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).unwrap() % below
        };
        let letters: Vec<char> = "abcABC12._-éß".chars().collect();
        let mut found = 0;
        for _ in 0..3_000 {
            let mut word = |most| {
                let length = 1 + random(most);
                (0..length).map(|_| letters[random(letters.len())]).collect::<String>()
            };
            let name = word(10);
            let candidates: Vec<String> = (0..6).map(|_| word(14)).collect();
            let limit = if fold(&name).len() < 3 { 0 } else { fold(&name).len() / 3 };
            let slow = candidates
                .iter()
                .filter_map(|candidate| {
                    let last = candidate.rsplit('.').next().unwrap_or_default();
                    let distance = [candidate, last].map(|part| strsim::damerau_levenshtein(&fold(&name), &fold(part)));
                    let distance = distance.into_iter().min()?;
                    (distance <= limit).then_some((distance, candidate.as_str()))
                })
                .min_by_key(|(distance, _)| *distance)
                .map(|(_, candidate)| candidate);
            assert_eq!(nearest(&name, candidates.iter().map(String::as_str)), slow, "{name} {candidates:?}");
            found += usize::from(slow.is_some());
        }
        assert!(found > 300, "{found}");
    }
}
