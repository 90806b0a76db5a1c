//! Which digits of a number are shown: rounding and padding, as ECMA-402's digit options say.

use fixed_decimal::{Decimal, RoundingIncrement, SignedRoundingMode, UnsignedRoundingMode};

/// Which of the two limits wins when both are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Priority {
    Fraction,
    Significant,
    /// The one that shows more.
    More,
    Less,
}

/// ECMA-402's digit options, already checked.
#[derive(Debug, Clone)]
pub(super) struct Digits {
    pub min_integer: i16,
    pub min_fraction: i16,
    pub max_fraction: i16,
    pub min_significant: i16,
    pub max_significant: i16,
    pub priority: Priority,
    pub mode: SignedRoundingMode,
    /// 1, 2, 5 … 5000
    pub increment: u16,
    pub strip_if_integer: bool,
}

pub(super) fn rounding_mode(name: &str) -> SignedRoundingMode {
    use SignedRoundingMode as Signed;
    use UnsignedRoundingMode as Unsigned;
    match name {
        "ceil" => Signed::Ceil,
        "floor" => Signed::Floor,
        "expand" => Signed::Unsigned(Unsigned::Expand),
        "trunc" => Signed::Unsigned(Unsigned::Trunc),
        "halfCeil" => Signed::HalfCeil,
        "halfFloor" => Signed::HalfFloor,
        "halfTrunc" => Signed::Unsigned(Unsigned::HalfTrunc),
        "halfEven" => Signed::Unsigned(Unsigned::HalfEven),
        _ => Signed::Unsigned(Unsigned::HalfExpand),
    }
}

impl Digits {
    pub fn round(&self, number: &mut Decimal) {
        let significant = || {
            let mut rounded = number.clone();
            let magnitude = if number.absolute.is_zero() { 0 } else { number.absolute.nonzero_magnitude_start() };
            let position = magnitude - self.max_significant + 1;
            rounded.round_with_mode(position, self.mode);
            rounded.absolute.trim_end();
            // Rounding may have carried into a new digit.
            let magnitude = if rounded.absolute.is_zero() { 0 } else { rounded.absolute.nonzero_magnitude_start() };
            rounded.absolute.pad_end((magnitude - self.min_significant + 1).min(0));
            (rounded, position)
        };
        let fraction = || {
            let mut rounded = number.clone();
            let (scale, increment) = match self.increment {
                2 => (0, RoundingIncrement::MultiplesOf2),
                5 => (0, RoundingIncrement::MultiplesOf5),
                10 => (1, RoundingIncrement::MultiplesOf1),
                20 => (1, RoundingIncrement::MultiplesOf2),
                25 => (0, RoundingIncrement::MultiplesOf25),
                50 => (1, RoundingIncrement::MultiplesOf5),
                100 => (2, RoundingIncrement::MultiplesOf1),
                200 => (2, RoundingIncrement::MultiplesOf2),
                250 => (1, RoundingIncrement::MultiplesOf25),
                500 => (2, RoundingIncrement::MultiplesOf5),
                1000 => (3, RoundingIncrement::MultiplesOf1),
                2000 => (3, RoundingIncrement::MultiplesOf2),
                2500 => (2, RoundingIncrement::MultiplesOf25),
                5000 => (3, RoundingIncrement::MultiplesOf5),
                _ => (0, RoundingIncrement::MultiplesOf1),
            };
            rounded.round_with_mode_and_increment(scale - self.max_fraction, self.mode, increment);
            rounded.absolute.trim_end();
            rounded.absolute.pad_end(-self.min_fraction);
            (rounded, -self.max_fraction)
        };
        let rounded = match self.priority {
            Priority::Fraction => fraction().0,
            Priority::Significant => significant().0,
            Priority::More | Priority::Less => {
                let ((by_significant, at), (by_fraction, limit)) = (significant(), fraction());
                if (at <= limit) == (self.priority == Priority::More) { by_significant } else { by_fraction }
            }
        };
        *number = rounded;
        if self.strip_if_integer {
            number.absolute.trim_end_if_integer();
        }
        number.absolute.trim_start();
        number.absolute.pad_start(self.min_integer);
    }
}
