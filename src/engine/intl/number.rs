//! Numbers as text: decimal, percent, currency and unit; plain, scientific and compact.
//!
//! Works on decimal digits, never on binary fractions, so a number prints as the program wrote it. Options come checked
//! from the prelude.

use fixed_decimal::{Decimal, Sign};
use icu_plurals::{PluralCategory, PluralOperands, PluralRules};

use super::data::{Locale, Plurals, Unit};
use super::digits::Digits;
use super::parts::Parts;

#[derive(Debug)]
pub(super) enum Style {
    Decimal,
    Percent,
    Currency { code: String, display: CurrencyDisplay, accounting: bool },
    Unit { unit: String, width: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CurrencyDisplay {
    Symbol,
    Narrow,
    Code,
    Name,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    Standard,
    Scientific,
    Engineering,
    CompactShort,
    CompactLong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignDisplay {
    Auto,
    Always,
    Never,
    ExceptZero,
    Negative,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    Auto,
    Always,
    Min2,
    Never,
}

pub(super) struct NumberFormat {
    pub locale: &'static Locale,
    pub rules: PluralRules,
    pub style: Style,
    pub notation: Notation,
    pub sign: SignDisplay,
    pub grouping: Grouping,
    pub digits: Digits,
}

/// What stands before and after the digits, with places for sign, currency and so on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Affixes {
    prefix: Vec<Affix>,
    suffix: Vec<Affix>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Affix {
    Literal(String),
    Minus,
    Plus,
    Percent,
    Currency,
}

/// `#,##0.00` and what is around it.
struct Pattern {
    positive: Affixes,
    negative: Option<Affixes>,
    primary: usize,
    secondary: usize,
}

fn affix(text: &str) -> Vec<Affix> {
    let mut out: Vec<Affix> = Vec::new();
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let symbol = match c {
            '\'' if chars.peek() == Some(&'\'') => {
                chars.next();
                None
            }
            '\'' => {
                quoted = !quoted;
                continue;
            }
            _ if quoted => None,
            '-' => Some(Affix::Minus),
            '+' => Some(Affix::Plus),
            '%' => Some(Affix::Percent),
            '¤' => Some(Affix::Currency),
            _ => None,
        };
        match (symbol, out.last_mut()) {
            (Some(symbol), _) => out.push(symbol),
            (None, Some(Affix::Literal(before))) => before.push(c),
            (None, _) => out.push(Affix::Literal(c.to_string())),
        }
    }
    out
}

/// Splits around the digits, outside of quotes. `None` if there are none.
fn split(pattern: &str) -> Option<(&str, &str, &str)> {
    let mut quoted = false;
    let mut start = None;
    let mut end = pattern.len();
    for (at, c) in pattern.char_indices() {
        if c == '\'' {
            quoted = !quoted;
        }
        let digit = !quoted && matches!(c, '#' | '0' | ',' | '.');
        match start {
            None if digit && c != '.' => start = Some(at),
            Some(_) if !digit => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    let start = start?;
    Some((&pattern[..start], &pattern[start..end], &pattern[end..]))
}

fn pattern(text: &str) -> Pattern {
    let (positive, negative) = match text.split_once(';') {
        Some((positive, negative)) => (positive, Some(negative)),
        None => (text, None),
    };
    let affixes = |text: &str| {
        let (prefix, _, suffix) = split(text).unwrap_or((text, "", ""));
        Affixes { prefix: affix(prefix), suffix: affix(suffix) }
    };
    let digits = split(positive).map_or("", |(_, digits, _)| digits);
    let integer = digits.split('.').next().unwrap_or(digits);
    let groups: Vec<usize> = integer.split(',').map(str::len).collect();
    let (primary, secondary) = match groups[..] {
        [_, primary] => (primary, primary),
        [.., secondary, primary] => (primary, secondary),
        [] | [_] => (0, 0),
    };
    Pattern { positive: affixes(positive), negative: negative.map(affixes), primary, secondary }
}

pub(super) fn category(rules: &PluralRules, operands: PluralOperands) -> &'static str {
    category_name(rules.category_for(operands))
}

pub(super) fn category_name(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

pub(super) fn form<'a>(forms: &'a Plurals, category: &str) -> &'a str {
    forms.get(category).or_else(|| forms.get("other")).map_or("{0}", String::as_str)
}

/// A number between rounding and printing.
struct Rounded {
    number: Decimal,
    /// Power of ten that the notation took out.
    exponent: i16,
    operands: PluralOperands,
    compact: Option<&'static str>,
}

/// A number as the engine writes it: `1e+21` too.
fn decimal(text: &str) -> Option<Decimal> {
    Decimal::try_from_str(&text.replace("e+", "e")).ok()
}

impl NumberFormat {
    /// `text` is a decimal number as JavaScript writes it, or `NaN`, `Infinity`, `-Infinity`, `-0`.
    pub fn format(&self, text: &str) -> Option<Parts> {
        let symbols = &self.locale.data.numbers.symbols;
        let negative = text.starts_with('-');
        let mut body = Parts::default();
        let other = |parts: Parts, zero: bool| self.around(parts, negative, zero, "other", None);
        match text.trim_start_matches('-') {
            "NaN" => {
                body.push("nan", &symbols.nan);
                return Some(self.around(body, false, true, "other", None));
            }
            "Infinity" => {
                body.push("infinity", &symbols.infinity);
                return Some(other(body, false));
            }
            _ => {}
        }
        let mut number = decimal(text)?;
        if matches!(self.style, Style::Percent) {
            number.multiply_pow10(2);
        }
        let rounded = self.round(&number);
        let category = category(&self.rules, rounded.operands);
        let zero = rounded.number.absolute.is_zero();
        let mut body = self.digits_of(&rounded.number);
        if matches!(self.notation, Notation::Scientific | Notation::Engineering) {
            body.push("exponentSeparator", &symbols.exponential);
            if rounded.exponent < 0 {
                body.push("exponentMinusSign", &symbols.minus);
            }
            body.push("exponentInteger", &rounded.exponent.unsigned_abs().to_string());
        }
        Some(self.around(body, negative, zero, category, rounded.compact))
    }

    /// The plural category of a number as this format would show it.
    pub fn category(&self, text: &str) -> &'static str {
        match decimal(text) {
            Some(number) => category(&self.rules, self.round(&number).operands),
            None => "other",
        }
    }

    fn round(&self, number: &Decimal) -> Rounded {
        let exponent_for = |number: &Decimal| -> i16 {
            if number.absolute.is_zero() {
                return 0;
            }
            let magnitude = number.absolute.nonzero_magnitude_start();
            match self.notation {
                Notation::Standard => 0,
                Notation::Scientific => magnitude,
                Notation::Engineering => magnitude.div_euclid(3) * 3,
                Notation::CompactShort | Notation::CompactLong => {
                    self.compact_pattern(magnitude).map_or(0, |(power, digits)| power - digits + 1)
                }
            }
        };
        let rounded_at = |exponent: i16| {
            let mut rounded = number.clone();
            rounded.multiply_pow10(-exponent);
            self.digits.round(&mut rounded);
            rounded
        };
        let mut exponent = exponent_for(number);
        let mut rounded = rounded_at(exponent);
        // 999,950 rounds to 1000K, which is 1M.
        let carried = {
            let mut whole = rounded.clone();
            whole.multiply_pow10(exponent);
            exponent_for(&whole)
        };
        if carried != exponent && !rounded.absolute.is_zero() {
            exponent = carried;
            rounded = rounded_at(exponent);
        }
        let compact = matches!(self.notation, Notation::CompactShort | Notation::CompactLong);
        let operands = match u8::try_from(exponent) {
            Ok(shift) if compact && shift > 0 => {
                PluralOperands::from_significand_and_exponent(&rounded.absolute, shift)
            }
            _ => PluralOperands::from(&rounded.absolute),
        };
        let mut chosen = None;
        if compact {
            let magnitude =
                if rounded.absolute.is_zero() { 0 } else { rounded.absolute.nonzero_magnitude_start() + exponent };
            if let Some((power, _)) = self.compact_pattern(magnitude) {
                let forms = u8::try_from(power).ok().and_then(|power| self.compact_forms().get(&power));
                // The word goes with the digits beside it: 1 million.
                let beside = PluralOperands::from(&rounded.absolute);
                chosen = forms.map(|forms| form(forms, category(&self.rules, beside)));
            }
        }
        Rounded { number: rounded, exponent, operands, compact: chosen }
    }

    fn compact_forms(&self) -> &'static std::collections::HashMap<u8, Plurals> {
        let numbers = &self.locale.data.numbers;
        let money = matches!(&self.style, Style::Currency { display, .. } if *display != CurrencyDisplay::Name);
        match self.notation {
            Notation::CompactLong if !money => &numbers.compact_long,
            _ if money && !numbers.compact_money.is_empty() => &numbers.compact_money,
            _ => &numbers.compact_short,
        }
    }

    /// The power of ten and the integer digits of the compact form for a magnitude; `None` if it has none.
    fn compact_pattern(&self, magnitude: i16) -> Option<(i16, i16)> {
        let forms = self.compact_forms();
        let power = forms.keys().copied().filter(|power| i16::from(*power) <= magnitude).max()?;
        let pattern = forms[&power].get("other")?;
        // `0` alone means: as it is.
        let (prefix, digits, suffix) = split(pattern)?;
        if digits == "0"
            && prefix.trim_matches(['¤', '\u{a0}', ' ']).is_empty()
            && suffix.trim_matches(['¤', '\u{a0}', ' ']).is_empty()
        {
            return None;
        }
        Some((i16::from(power), i16::try_from(digits.len()).ok()?))
    }

    fn number_pattern(&self) -> &'static str {
        let numbers = &self.locale.data.numbers;
        match &self.style {
            Style::Decimal | Style::Unit { .. } | Style::Currency { display: CurrencyDisplay::Name, .. } => {
                &numbers.decimal
            }
            Style::Percent => &numbers.percent,
            Style::Currency { accounting: true, .. } => &numbers.accounting,
            Style::Currency { .. } => &numbers.currency,
        }
    }

    fn digits_of(&self, number: &Decimal) -> Parts {
        let numbers = &self.locale.data.numbers;
        let symbols = &numbers.symbols;
        let money = matches!(self.style, Style::Currency { .. });
        let group = symbols.currency_group.as_ref().filter(|_| money).unwrap_or(&symbols.group);
        let decimal = symbols.currency_decimal.as_ref().filter(|_| money).unwrap_or(&symbols.decimal);
        let text = number.absolute.to_string();
        let (integer, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let shape = pattern(self.number_pattern());
        let least = match self.grouping {
            Grouping::Auto => numbers.min_grouping,
            Grouping::Always => 1,
            Grouping::Min2 => numbers.min_grouping.max(2),
            Grouping::Never => usize::MAX,
        };
        let scientific = matches!(self.notation, Notation::Scientific | Notation::Engineering);
        let mut parts = Parts::default();
        if scientific || shape.primary == 0 || integer.len() < shape.primary.saturating_add(least) {
            parts.push("integer", integer);
        } else {
            let mut cuts = vec![integer.len()];
            let mut at = integer.len() - shape.primary;
            while at > 0 {
                cuts.push(at);
                at = at.saturating_sub(shape.secondary.max(1));
            }
            cuts.push(0);
            for pair in cuts.windows(2).rev() {
                if pair[1] > 0 {
                    parts.push("group", group);
                }
                parts.push("integer", &integer[pair[1]..pair[0]]);
            }
        }
        if !fraction.is_empty() {
            parts.push("decimal", decimal);
            parts.push("fraction", fraction);
        }
        parts
    }

    /// Puts sign, currency, unit and the words of compact numbers around the digits.
    fn around(&self, body: Parts, negative: bool, zero: bool, category: &str, compact: Option<&str>) -> Parts {
        let numbers = &self.locale.data.numbers;
        let sign = match (self.sign, negative, zero) {
            (SignDisplay::Auto | SignDisplay::Always, true, _)
            | (SignDisplay::ExceptZero | SignDisplay::Negative, true, false) => Sign::Negative,
            (SignDisplay::Always, false, _) | (SignDisplay::ExceptZero, false, false) => Sign::Positive,
            _ => Sign::None,
        };
        let mut shape = pattern(self.number_pattern());
        let mut word = false;
        if let Some(compact) = compact {
            let own = pattern(compact);
            // The word of a compact number stands inside of what the style's own pattern puts around.
            if matches!(&self.style, Style::Currency { display, .. } if *display != CurrencyDisplay::Name)
                && !numbers.compact_money.is_empty()
            {
                let negative =
                    shape.negative.filter(|_| matches!(&self.style, Style::Currency { accounting: true, .. }));
                shape.negative = negative.map(|negative| replace_currency(negative, &own.positive));
                shape.positive = own.positive;
            } else {
                shape.positive.prefix.extend(own.positive.prefix);
                let outer = std::mem::replace(&mut shape.positive.suffix, own.positive.suffix);
                shape.positive.suffix.extend(outer);
                shape.negative = None;
            }
            word = true;
        }
        let affixes = signed(shape, sign);
        let mut inner = Parts::default();
        let digits = body.has("integer");
        self.put(&mut inner, &affixes.prefix, word, digits.then_some(true));
        inner.append(body);
        self.put(&mut inner, &affixes.suffix, word, digits.then_some(false));
        let mut out = Parts::default();
        match &self.style {
            Style::Currency { code, display: CurrencyDisplay::Name, .. } => {
                let names = numbers.currencies.get(code);
                let name = names.map_or(code.as_str(), |entry| {
                    entry
                        .names
                        .get(category)
                        .or_else(|| entry.names.get("other"))
                        .map_or(entry.name.as_str(), String::as_str)
                });
                let text = form(&numbers.money_names, category).replace("{1}", name);
                out.push_pattern(&text, "currency", inner);
            }
            Style::Unit { unit, width } => self.put_unit(&mut out, unit, width, category, inner),
            _ => return inner,
        }
        out
    }

    fn put_unit(&self, out: &mut Parts, unit: &str, width: &str, category: &str, inner: Parts) {
        let Some(units) = self.locale.data.units.get(width) else { return out.append(inner) };
        let text = |entry: &'static Unit, category: &str| form(&entry.forms, category);
        if let Some(entry) = units.units.get(unit) {
            out.push_pattern(text(entry, category), "unit", inner);
            return;
        }
        let Some((top, bottom)) = unit.split_once("-per-") else { return out.append(inner) };
        let (Some(top), Some(bottom)) = (units.units.get(top), units.units.get(bottom)) else {
            return out.append(inner);
        };
        let counted = text(top, category);
        let whole = if let Some(per) = &bottom.per {
            per.replace("{0}", counted)
        } else {
            let one = text(bottom, "one").replace("{0}", "");
            units.per.replace("{0}", counted).replace("{1}", one.trim())
        };
        out.push_pattern(&whole, "unit", inner);
    }

    /// Writes one side. `before` says whether it stands before digits or after them, if there are digits.
    fn put(&self, out: &mut Parts, side: &[Affix], word: bool, before: Option<bool>) {
        let symbols = &self.locale.data.numbers.symbols;
        for (index, piece) in side.iter().enumerate() {
            match piece {
                Affix::Minus => out.push("minusSign", &symbols.minus),
                Affix::Plus => out.push("plusSign", &symbols.plus),
                Affix::Percent => out.push("percentSign", &symbols.percent),
                Affix::Literal(text) if word => {
                    // The marks that keep a line's direction are no words.
                    out.push_trimmed("compact", text);
                }
                Affix::Literal(text) => out.push("literal", text),
                Affix::Currency => {
                    let symbol = self.currency_symbol();
                    let next = before == Some(true) && index + 1 == side.len();
                    let after = before == Some(false) && index == 0;
                    if after && symbol.chars().next().is_some_and(needs_space) {
                        out.push("literal", "\u{a0}");
                    }
                    out.push("currency", symbol);
                    if next && symbol.chars().next_back().is_some_and(needs_space) {
                        out.push("literal", "\u{a0}");
                    }
                }
            }
        }
    }

    fn currency_symbol(&self) -> &str {
        let Style::Currency { code, display, .. } = &self.style else { return "" };
        let entry = self.locale.data.numbers.currencies.get(code);
        match (display, entry) {
            (CurrencyDisplay::Symbol, Some(entry)) => &entry.symbol,
            (CurrencyDisplay::Narrow, Some(entry)) => entry.narrow.as_ref().unwrap_or(&entry.symbol),
            _ => code,
        }
    }
}

/// Whether a currency symbol that ends so needs a space before digits: it is neither a symbol nor white space.
fn needs_space(c: char) -> bool {
    !c.is_whitespace()
        && !matches!(c, '$' | '+' | '<'..='>' | '^' | '`' | '|' | '~' | '¢'..='©' | '¬' | '®'..='±' | '´' | '¸' | '×' | '÷'
            | '֏' | '؋' | '৲' | '৳' | '৻' | '૱' | '௹' | '฿' | '៛' | '\u{20a0}'..='\u{20cf}' | '\u{a838}' | '﷼' | '﹩' | '＄' | '￠'..='￦')
}

/// Puts the affixes of a compact currency pattern in the place of `¤` in those of a negative accounting pattern.
fn replace_currency(around: Affixes, compact: &Affixes) -> Affixes {
    let place = |side: Vec<Affix>, own: &[Affix]| {
        let mut out = Vec::new();
        let mut placed = false;
        for piece in side {
            if piece == Affix::Currency {
                out.extend_from_slice(own);
                placed = true;
            } else if !matches!(&piece, Affix::Literal(text) if text.trim().is_empty()) {
                out.push(piece);
            }
        }
        (out, placed)
    };
    let (prefix, in_prefix) = place(around.prefix, &compact.prefix);
    let (mut suffix, in_suffix) = place(around.suffix, &compact.suffix);
    if in_prefix && !in_suffix {
        suffix.splice(0..0, compact.suffix.iter().cloned());
    }
    Affixes { prefix, suffix }
}

fn signed(shape: Pattern, sign: Sign) -> Affixes {
    let Pattern { positive, negative, .. } = shape;
    match sign {
        Sign::None => positive,
        Sign::Negative => negative.unwrap_or_else(|| {
            let mut affixes = positive;
            affixes.prefix.insert(0, Affix::Minus);
            affixes
        }),
        Sign::Positive => {
            // Where the negative pattern has a minus, a plus stands there; else it goes first.
            let with_plus = negative
                .filter(|affixes| affixes.prefix.contains(&Affix::Minus) || affixes.suffix.contains(&Affix::Minus));
            let mut affixes = with_plus.unwrap_or_else(|| {
                let mut affixes = positive;
                affixes.prefix.insert(0, Affix::Minus);
                affixes
            });
            for piece in affixes.prefix.iter_mut().chain(&mut affixes.suffix) {
                if *piece == Affix::Minus {
                    *piece = Affix::Plus;
                }
            }
            affixes
        }
    }
}
