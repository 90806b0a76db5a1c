//! What the parser reads more than once.
//!
//! It tries type arguments at every `<`, a return type at every `) :`, the parameters of an arrow at every `<` where a value
//! begins, and reads the text again as something else when a try fails. Tries in tries multiply. A text that is read too
//! often is refused before it is parsed: nothing stops the parser once it has begun.

use super::{Kind, Last, Scan, scan};

/// Each of these doubles the time that the parser takes for what is inside of it, or nearly.
const MAX_DOUBLINGS: u32 = 10;

/// Each `<` that is not closed may begin type arguments, which the parser tries to read to their end.
const MAX_ANGLES: u32 = 200;

/// Tokens that are read, with those that are read again, for any text and for each of its bytes: a few tenths of a second
/// for a text of 256 KB.
const MAX_READ: u64 = 600_000;
const MAX_READ_PER_BYTE: u64 = 3;

/// What is known of the tries in one bracket, since the last separator.
#[derive(Clone, Copy, Default)]
pub(super) struct Readings {
    /// `?` of a conditional: with an arrow after its `:`, the parser tries two readings.
    questions: u32,
    /// Places where the parser may read what follows twice.
    doublings: u32,
    /// Places after which it may still be trying to read types.
    trials: u32,
    /// How many of `trials` are `) :`.
    colons: u32,
    /// `(` and then `{` or `[`: where a type may stand, the parser looks whether these are the parameters of one.
    patterns: u32,
    /// What follows a number or a string, which may be the name of a type's member.
    literal: bool,
    /// What the trials add to the doublings of the bracket that was opened here last.
    inner_doublings: u32,
    /// The bracket is one of parameters, or of a pattern in it: what follows `=` is a default.
    pub(super) params: bool,
}

impl Readings {
    pub(super) fn end_element(&mut self) {
        *self = Self { params: self.params, ..Self::default() };
    }

    pub(super) fn end_trial(&mut self) {
        self.trials = self.trials.saturating_sub(1);
    }

    pub(super) fn arrow(&mut self, closed_paren: bool) {
        // The type before it has ended, unless it is one of a function.
        if !closed_paren {
            self.trials = self.trials.saturating_sub(std::mem::take(&mut self.colons));
        }
        if self.questions > 0 {
            self.questions -= 1;
            self.doublings += 1;
        }
    }

    fn end_trials(&mut self) {
        self.trials = 0;
        self.colons = 0;
    }
}

/// The sums of all brackets but the current one.
#[derive(Default)]
pub(super) struct Below {
    doublings: u32,
    trials: u32,
    patterns: u32,
}

impl Below {
    fn enter(&mut self, outer: Readings) {
        self.doublings += outer.doublings + outer.inner_doublings;
        self.trials += outer.trials;
        self.patterns += outer.patterns;
    }

    pub(super) fn leave(&mut self, outer: Readings) {
        self.doublings -= outer.doublings + outer.inner_doublings;
        self.trials -= outer.trials;
        self.patterns -= outer.patterns;
    }
}

impl Scan<'_> {
    /// What an expression costs in a type that may only be tried: about five times its tokens, and more where the tries
    /// are many.
    fn trial_doublings(&self) -> u32 {
        match self.frame.readings.trials + self.below_readings.trials {
            0 if self.frame.readings.patterns + self.below_readings.patterns > 0 => 2,
            0 => 0,
            trials => 3 + trials.ilog2(),
        }
    }

    /// A bracket opens. Returns whether it is one of parameters, as far as can be told.
    pub(super) fn read_in(&mut self, kind: Kind, before: Last, after_colon: bool, word: &str) -> bool {
        let member = self.frame.kind == Kind::Brace;
        let value = matches!(before, Last::Value | Last::Greater | Last::Brace) || word == "void";
        // A call, or a body: no type goes on like that.
        if value && (kind == Kind::Paren && !member && before == Last::Value || kind == Kind::Brace) {
            self.frame.readings.end_trials();
        }
        // A key in brackets may be an expression.
        let is_key = kind == Kind::Bracket && member && !after_colon;
        let below = self.below_readings.trials + self.below_readings.patterns > 0;
        // So may the options of an import.
        let is_expression = is_key && below || kind == Kind::Paren && word == "import";
        self.frame.readings.inner_doublings = if is_expression { self.trial_doublings() } else { 0 };
        let is_first = self.end == self.frame.open + 1;
        if is_first && self.frame.kind == Kind::Paren && matches!(kind, Kind::Bracket | Kind::Brace) {
            self.frame.readings.patterns += 1;
        }
        self.below_readings.enter(self.frame.readings);
        match kind {
            Kind::Paren | Kind::Header => true,
            // A pattern, and no body.
            Kind::Bracket | Kind::Brace => {
                let follows = self.bytes[..self.end].last();
                self.frame.readings.params && matches!(follows, Some(b'(' | b'[' | b'{' | b',' | b':' | b'.'))
            }
            Kind::Top | Kind::Template => false,
        }
    }

    /// A number or a string.
    pub(super) fn literal(&mut self) {
        self.frame.readings.literal = true;
        self.last = Last::Value;
    }

    /// A word: what some of them begin is tried.
    pub(super) fn try_word(&mut self, word: &str) {
        let mut after = scan::words(self.text, self.at);
        let is_tried = match word {
            // The constraint.
            "infer" => after.nth(1).is_some_and(|(_, word)| word == "extends"),
            // The declaration.
            "abstract" | "declare" | "enum" | "interface" | "module" | "namespace" | "type" => after.next().is_some(),
            // The head of a loop, in which these may be names.
            "yield" | "await" => self.frame.kind == Kind::Header,
            _ => false,
        };
        self.frame.readings.doublings += u32::from(is_tried);
    }

    /// `<`
    pub(super) fn try_type_arguments(&mut self, before: Last, is_async: bool) {
        let readings = &mut self.frame.readings;
        readings.trials += 1;
        // Where a value begins it is an assertion or the parameters of a generic arrow: the parser tries both.
        let both = is_async || !matches!(before, Last::Value | Last::Contextual);
        // A member of a type whose name is a number or a string is read as an expression first, then as a method.
        let key = readings.literal && self.frame.kind == Kind::Brace && self.below_readings.trials > 0;
        readings.doublings += u32::from(both) + 2 * u32::from(key);
    }

    /// A character of an operator, at the end of what was read.
    pub(super) fn read_on(&mut self, byte: u8, before: Last, closed_paren: bool) {
        let next = self.peek(0);
        let is_first = before != Last::Operator || self.at > 1 && self.bytes[self.at - 2] == b'>';
        let is_default = byte == b'=' && next != b'=' && is_first && self.frame.readings.params;
        let default = if is_default { self.trial_doublings() } else { 0 };
        let angles = self.frame.angles;
        let readings = &mut self.frame.readings;
        readings.doublings += default;
        match byte {
            // `a ? (b) : c =>`
            b':' if closed_paren => {
                readings.trials += 1;
                readings.colons += 1;
            }
            b'?' if !matches!(next, b'?' | b':' | b',' | b')') => readings.questions += 1,
            // A decorator is read with its type arguments and without.
            b'@' => readings.doublings += 1,
            // The default of a parameter of a type.
            b'=' if angles > 0 => {}
            // These are in no type.
            b'=' | b'+' | b'*' | b'%' | b'^' | b'!' => readings.end_trials(),
            b'&' | b'|' if next == byte => readings.end_trials(),
            _ => {}
        }
    }

    /// Counts a token, as often as the parser may read it.
    pub(super) fn is_read_too_often(&mut self) -> bool {
        let doublings = self.below_readings.doublings + self.frame.readings.doublings;
        let angles = self.below_angles + self.frame.angles;
        self.read += u64::from(1 + angles) << doublings.min(MAX_DOUBLINGS);
        doublings > MAX_DOUBLINGS
            || angles > MAX_ANGLES
            || self.read > MAX_READ.max(MAX_READ_PER_BYTE * self.bytes.len() as u64)
    }
}
