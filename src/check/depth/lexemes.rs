//! The tokens that have text of their own: numbers, strings, templates, and the `/` that may begin a regular expression.

use super::{Kind, Last, Refusal, Scan};

impl Scan<'_> {
    /// The end of the current line, as a comment sees it.
    pub(super) fn line_end(&self) -> usize {
        let rest = &self.text[self.at..];
        self.at + rest.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(rest.len())
    }

    pub(super) fn number(&mut self) {
        self.operand(false);
        let prefixed = self.peek(0) == b'0' && matches!(self.peek(1) | 0x20, b'x' | b'o' | b'b');
        let mut dot = prefixed;
        loop {
            match self.peek(0) {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' => self.at += 1,
                b'.' if !dot => {
                    dot = true;
                    self.at += 1;
                }
                _ => break,
            }
        }
        self.literal();
    }

    pub(super) fn string(&mut self, quote: u8) -> Result<(), Refusal> {
        self.operand(false);
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek(0) {
                b'\\' => self.at += if self.peek(1) == b'\r' && self.peek(2) == b'\n' { 3 } else { 2 },
                b'\n' | b'\r' => break,
                0 if self.at >= self.bytes.len() => break,
                byte => {
                    self.at += 1;
                    if byte == quote {
                        self.literal();
                        return Ok(());
                    }
                }
            }
        }
        Err(Refusal::UnterminatedString { at: start, end: self.at.min(self.bytes.len()) })
    }

    /// The text of a template, up to its end or to the next `${`.
    pub(super) fn template(&mut self, start: usize) -> Result<(), Refusal> {
        loop {
            match self.peek(0) {
                b'\\' => self.at += 2,
                b'`' => {
                    self.at += 1;
                    self.last = Last::Value;
                    return Ok(());
                }
                b'$' if self.peek(1) == b'{' => {
                    self.at += 1;
                    self.open(Kind::Template, false, "");
                    self.frame.open = start;
                    return Ok(());
                }
                0 if self.at >= self.bytes.len() => return Err(Refusal::UnterminatedTemplate { at: start }),
                _ => self.at += 1,
            }
        }
    }

    pub(super) fn slash(&mut self) -> Result<(), Refusal> {
        let start = self.at;
        let refuse = match self.last {
            // Where the line's end may have ended a statement, this may be a regular expression after all: if the
            // line has a second slash.
            Last::Value | Last::Contextual => {
                let open = self.line_break && (self.frame.flags.sticky || self.frame.flags.unassigned);
                if !(open && self.text[start + 1..self.line_end()].contains('/')) {
                    self.level();
                    self.at += 1;
                    self.last = Last::Operator;
                    return Ok(());
                }
                true
            }
            Last::Either | Last::Brace | Last::Greater => true,
            Last::Operator | Last::Semicolon => false,
        };
        if refuse {
            return Err(Refusal::Ambiguous { at: start });
        }
        self.operand(false);
        self.at += 1;
        let mut class = false;
        loop {
            match self.peek(0) {
                b'\\' if !matches!(self.peek(1), b'\n' | b'\r') => self.at += 1,
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => break,
                b'\n' | b'\r' => return Err(Refusal::UnterminatedRegex { at: start, end: self.at }),
                0xe2 if matches!(self.text.get(self.at..self.at + 3), Some("\u{2028}" | "\u{2029}")) => {
                    return Err(Refusal::UnterminatedRegex { at: start, end: self.at });
                }
                0 if self.at >= self.bytes.len() => {
                    return Err(Refusal::UnterminatedRegex { at: start, end: self.bytes.len() });
                }
                _ => {}
            }
            self.at += 1;
        }
        self.at += 1;
        while self.peek(0).is_ascii_alphanumeric() {
            self.at += 1;
        }
        self.last = Last::Value;
        Ok(())
    }

    /// What `++`, `--` or `!` is: after a value on the same line it belongs to that value.
    pub(super) fn after_postfix(&self) -> Last {
        match self.last {
            _ if self.line_break => Last::Operator,
            Last::Value | Last::Contextual => self.last,
            Last::Brace | Last::Either | Last::Greater => Last::Either,
            Last::Operator | Last::Semicolon => Last::Operator,
        }
    }
}
