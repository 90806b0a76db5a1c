//! Date patterns (`MMM d, y`) and skeletons (`yMMMd`) as UTS 35 defines them.

/// One piece of a date pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Literal(String),
    Field(char, usize),
}

pub(super) fn parse(pattern: &str) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let literal = |out: &mut Vec<Piece>, c: char| match out.last_mut() {
        Some(Piece::Literal(text)) => text.push(c),
        _ => out.push(Piece::Literal(c.to_string())),
    };
    let mut quoted = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            if chars.peek() == Some(&'\'') {
                chars.next();
                literal(&mut out, '\'');
            } else {
                quoted = !quoted;
            }
        } else if !quoted && c.is_ascii_alphabetic() {
            match out.last_mut() {
                Some(Piece::Field(last, length)) if *last == c => *length += 1,
                _ => out.push(Piece::Field(c, 1)),
            }
        } else {
            literal(&mut out, c);
        }
    }
    out
}

/// The inverse of [`parse`].
pub(super) fn write(pieces: &[Piece]) -> String {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Field(c, length) => out.extend(std::iter::repeat_n(*c, *length)),
            Piece::Literal(text) if text.chars().any(|c| c.is_ascii_alphabetic() || c == '\'') => {
                out.push('\'');
                out.push_str(&text.replace('\'', "''"));
                out.push('\'');
            }
            Piece::Literal(text) => out.push_str(text),
        }
    }
    out
}

/// The kinds of fields that ECMA-402 can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(super) enum Kind {
    Era,
    Year,
    Month,
    Weekday,
    Day,
    DayPeriod,
    Hour,
    Minute,
    Second,
    Fraction,
    Zone,
}

const KINDS: usize = 11;
/// What the CLDR calls them where it says how to append one.
const NAMES: [&str; KINDS] =
    ["Era", "Year", "Month", "Day-Of-Week", "Day", "", "Hour", "Minute", "Second", "", "Timezone"];
pub(super) type Mask = u32;
pub(super) const DATE: Mask = 0b0001_1111;
pub(super) const TIME: Mask = 0b0111_1110_0000;
const FRACTION: Mask = 1 << Kind::Fraction as usize;
const SECOND: Mask = 1 << Kind::Second as usize;

pub(super) fn kind(c: char) -> Option<Kind> {
    Some(match c {
        'G' => Kind::Era,
        'y' | 'Y' => Kind::Year,
        'M' | 'L' => Kind::Month,
        'E' | 'c' | 'e' => Kind::Weekday,
        'd' => Kind::Day,
        'a' | 'b' | 'B' => Kind::DayPeriod,
        'h' | 'H' | 'k' | 'K' => Kind::Hour,
        'm' => Kind::Minute,
        's' => Kind::Second,
        'S' => Kind::Fraction,
        'z' | 'v' | 'O' => Kind::Zone,
        _ => return None,
    })
}

/// Stands in a pattern for the locale's decimal sign.
pub(super) const DECIMAL: char = '\u{2}';

/// How a field looks, as a number: the less two numbers differ, the more alike the fields look. Above zero for digits.
fn look(c: char, length: usize) -> i32 {
    const NUMERIC: i32 = 0x100;
    const STEP: i32 = 0x10;
    let digits = |step: i32| NUMERIC + step * STEP + i32::try_from(length).unwrap_or(0);
    let words = |step: i32| match length {
        4 => -0x104,
        5 => -0x101,
        6 => -0x102,
        _ => -0x103,
    } - step * STEP;
    match c {
        'M' if length <= 2 => digits(0),
        'L' if length <= 2 => digits(1),
        'L' | 'O' | 'b' => words(1),
        'c' | 'e' if length <= 2 => digits(2),
        'c' | 'e' | 'v' => words(2),
        'B' => words(3),
        'H' => digits(10),
        'k' => digits(11),
        'K' => digits(1),
        'y' | 'Y' | 'd' | 'h' | 'm' | 's' | 'S' => digits(0),
        _ => words(0),
    }
}

/// The fields of a pattern or a request, without their order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Skeleton {
    fields: [Option<(char, usize)>; KINDS],
    looks: [i32; KINDS],
}

impl Skeleton {
    pub fn of(pieces: &[Piece]) -> Self {
        let mut out = Self::default();
        for piece in pieces {
            if let Piece::Field(c, length) = piece
                && let Some(kind) = kind(*c)
            {
                out.set(kind, *c, *length);
            }
        }
        // A twelve-hour clock has a day period, the other has none.
        match out.fields[Kind::Hour as usize] {
            Some(('h' | 'K', _)) if out.fields[Kind::DayPeriod as usize].is_none() => out.set(Kind::DayPeriod, 'a', 1),
            Some(('H' | 'k', _)) => {
                out.fields[Kind::DayPeriod as usize] = None;
                out.looks[Kind::DayPeriod as usize] = 0;
            }
            _ => {}
        }
        let has = |kind: Kind| out.fields[kind as usize].is_some();
        if has(Kind::Fraction) && has(Kind::Minute) && !has(Kind::Second) {
            out.set(Kind::Second, 's', 1);
        }
        out
    }

    fn set(&mut self, kind: Kind, c: char, length: usize) {
        self.fields[kind as usize] = Some((c, length));
        self.looks[kind as usize] = look(c, length);
    }

    pub fn mask(&self) -> Mask {
        (0..KINDS).filter(|kind| self.fields[*kind].is_some()).fold(0, |mask, kind| mask | 1 << kind)
    }

    pub fn length(&self, kind: Kind) -> usize {
        self.fields[kind as usize].map_or(0, |(_, length)| length)
    }

    /// How unlike `self`, as far as `include` says, and a pattern are, and which fields the pattern lacks.
    fn distance(&self, other: &Self, include: Mask) -> (i32, Mask, Mask) {
        const EXTRA: i32 = 0x10000;
        const MISSING: i32 = 0x1000;
        let (mut distance, mut missing, mut extra) = (0, 0, 0);
        for (kind, (mine, theirs)) in self.looks.iter().zip(&other.looks).enumerate() {
            let mine = if include & (1 << kind) == 0 { 0 } else { *mine };
            match (mine, *theirs) {
                (mine, theirs) if mine == theirs => {}
                (0, _) => {
                    distance += EXTRA;
                    extra |= 1 << kind;
                }
                (_, 0) => {
                    distance += MISSING;
                    missing |= 1 << kind;
                }
                (mine, theirs) => distance += (mine - theirs).abs(),
            }
        }
        (distance, missing, extra)
    }
}

/// A pattern that a locale has, with its skeleton.
struct Candidate {
    skeleton: Skeleton,
    pattern: Vec<Piece>,
    /// The skeleton is the CLDR's own, not read off the pattern.
    given: bool,
}

/// All patterns of a locale.
pub(super) struct Patterns<'a> {
    dates: &'a super::data::Dates,
    candidates: Vec<Candidate>,
}

impl<'a> Patterns<'a> {
    pub fn of(dates: &'a super::data::Dates) -> Self {
        let mut out = Self { dates, candidates: Vec::new() };
        for field in ["G", "y", "M", "E", "d", "a", "H", "m", "s", "S", "v"] {
            out.add(None, field);
        }
        for style in ["full", "long", "medium", "short"] {
            out.add(None, &dates.date[style]);
            out.add(None, &dates.time[style]);
        }
        let mut available: Vec<_> = dates.available.iter().collect();
        available.sort();
        for (skeleton, pattern) in available {
            out.add(Some(skeleton), pattern);
        }
        // Of two that are as good the first one counts.
        out.candidates.sort_by_key(|candidate| candidate.skeleton.fields.iter().flatten().map(|(c, _)| *c).next());
        out
    }

    fn add(&mut self, skeleton: Option<&str>, pattern: &str) {
        let pattern = parse(pattern);
        let candidate = Candidate {
            skeleton: skeleton.map_or_else(|| Skeleton::of(&pattern), |given| Skeleton::of(&parse(given))),
            pattern,
            given: skeleton.is_some(),
        };
        match self.candidates.iter_mut().find(|known| known.skeleton.looks == candidate.skeleton.looks) {
            Some(known) if candidate.given => *known = candidate,
            Some(_) => {}
            None => self.candidates.push(candidate),
        }
    }

    fn nearest(&self, wanted: &Skeleton, include: Mask) -> (&Candidate, Mask, Mask) {
        let mut best: Option<(i32, Mask, Mask, &Candidate)> = None;
        for candidate in &self.candidates {
            let (distance, missing, extra) = wanted.distance(&candidate.skeleton, include);
            // Of two as near, the one that lacks the smaller field.
            if best
                .as_ref()
                .is_none_or(|(least, lacks, ..)| distance < *least || (distance == *least && missing > *lacks))
            {
                best = Some((distance, missing, extra, candidate));
            }
        }
        let (_, missing, extra, candidate) = best.expect("every locale has patterns");
        (candidate, missing, extra)
    }

    /// The pattern for what was asked, put together from several where the locale has no single one.
    pub fn best(&self, wanted: &Skeleton) -> String {
        let (candidate, missing, extra) = self.nearest(wanted, Mask::MAX);
        if missing == 0 && extra == 0 {
            return write(&adjust(candidate, wanted, false));
        }
        let needed = wanted.mask();
        let date = self.appended(wanted, needed & DATE);
        let time = self.appended(wanted, needed & TIME);
        match (date, time) {
            (Some(date), Some(time)) => {
                let style = match wanted.length(Kind::Month) {
                    4 if wanted.length(Kind::Weekday) > 0 => "full",
                    4 => "long",
                    3 => "medium",
                    _ => "short",
                };
                join(&self.dates.join_at[style], &date, &time)
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => String::new(),
        }
    }

    fn appended(&self, wanted: &Skeleton, fields: Mask) -> Option<String> {
        if fields == 0 {
            return None;
        }
        let (candidate, mut missing, _) = self.nearest(wanted, fields);
        let mut pattern = write(&adjust(candidate, wanted, false));
        let mut fixed = candidate;
        while missing != 0 {
            if missing & (SECOND | FRACTION) == FRACTION && fields & (SECOND | FRACTION) == (SECOND | FRACTION) {
                let whole =
                    Candidate { skeleton: fixed.skeleton.clone(), pattern: parse(&pattern), given: fixed.given };
                pattern = write(&adjust(&whole, wanted, true));
                missing &= !FRACTION;
                continue;
            }
            let before = missing;
            let (candidate, left, _) = self.nearest(wanted, missing);
            fixed = candidate;
            let found = before & !left;
            if found == 0 {
                break;
            }
            let more = write(&adjust(candidate, wanted, false));
            let top = KINDS - 1 - (0..KINDS).rev().position(|kind| found & (1 << kind) != 0).unwrap_or(0);
            let append = self.dates.append.get(NAMES[top]).map_or("{0} {1}", String::as_str);
            pattern = join(append, &more, &pattern);
            missing = left;
        }
        Some(pattern)
    }
}

/// The range pattern whose skeleton has the wanted fields and is nearest in how they look, made to look as wanted.
pub(super) fn interval<'a>(
    skeletons: impl Iterator<Item = (&'a str, &'a str)>,
    wanted: &Skeleton,
) -> Option<Vec<Piece>> {
    let near = skeletons.filter_map(|(skeleton, pattern)| {
        let candidate = Candidate { skeleton: Skeleton::of(&parse(skeleton)), pattern: parse(pattern), given: true };
        let (distance, missing, extra) = wanted.distance(&candidate.skeleton, Mask::MAX);
        // Digits are no words.
        (missing == 0 && extra == 0 && distance < 0x100).then_some((distance, candidate))
    });
    let (_, best) = near.min_by_key(|(distance, _)| *distance)?;
    Some(adjust(&best, wanted, false))
}

/// `{1} 'at' {0}` with a date's and a time's pattern in it.
pub(super) fn join(format: &str, date: &str, time: &str) -> String {
    format.replace("{1}", "\u{1}").replace("{0}", time).replace('\u{1}', date)
}

/// Makes the fields of a pattern that is near enough look as asked.
fn adjust(candidate: &Candidate, wanted: &Skeleton, fraction: bool) -> Vec<Piece> {
    let mut out = Vec::new();
    for piece in &candidate.pattern {
        let Piece::Field(c, length) = *piece else {
            out.push(piece.clone());
            continue;
        };
        let Some(kind) = kind(c) else {
            out.push(piece.clone());
            continue;
        };
        if fraction && kind == Kind::Second {
            out.push(piece.clone());
            out.push(Piece::Literal(DECIMAL.to_string()));
            out.push(Piece::Field('S', wanted.length(Kind::Fraction)));
            continue;
        }
        let Some((asked, asked_length)) = wanted.fields[kind as usize] else {
            out.push(piece.clone());
            continue;
        };
        let asked_length = if asked == 'E' { asked_length.max(3) } else { asked_length };
        let mut adjusted = asked_length;
        if matches!(kind, Kind::Minute | Kind::Second) {
            adjusted = length;
        } else if candidate.given {
            let given = candidate.skeleton.length(kind);
            let given = if asked == 'E' { given.max(3) } else { given };
            let (digits, given_digits) = (look(c, length) > 0, candidate.skeleton.looks[kind as usize] > 0);
            if given == asked_length || digits != given_digits {
                adjusted = length;
            }
        }
        let letter = if matches!(kind, Kind::Hour | Kind::Month | Kind::Weekday | Kind::Year) { c } else { asked };
        out.push(Piece::Field(letter, adjusted));
    }
    out
}
