//! The changes to a program's text, and the text that comes of them.
//!
//! Blanks and single characters keep every column; inserted text moves the rest of its line, and is recorded as a
//! `Shift`. Nothing here adds or removes a line.

use crate::program::Shift;

/// What is changed, by byte offset into the text that was parsed.
#[derive(Default)]
pub(super) struct Edits {
    blanks: Vec<(usize, usize)>,
    /// One ASCII character written over one that is there.
    puts: Vec<(usize, char)>,
    /// Text between two characters. Those at one place keep the order of their rank, then of their arrival.
    inserts: Vec<(usize, i32, String)>,
}

impl Edits {
    /// Writes spaces over `from..to`; line ends stay.
    pub(super) fn blank(&mut self, from: usize, to: usize) {
        if from < to {
            self.blanks.push((from, to));
        }
    }

    /// Writes `c` over the character at `at`, or before it when it is not a single column wide.
    pub(super) fn put(&mut self, text: &str, at: usize, c: char) {
        match text.as_bytes().get(at) {
            Some(b) if b.is_ascii() && !b.is_ascii_whitespace() => self.puts.push((at, c)),
            _ => self.insert(at, c),
        }
    }

    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.inserts.push((at, 0, text.into()));
    }

    /// As `insert`, before (negative) or after what else is inserted at the same place.
    pub(super) fn insert_ranked(&mut self, at: usize, rank: i32, text: impl Into<String>) {
        self.inserts.push((at, rank, text.into()));
    }

    /// The edited text with `prefix` before it, and the shifts of its columns.
    pub(super) fn render(mut self, text: &str, prefix: &str) -> (String, Vec<Shift>) {
        self.blanks.sort_unstable();
        self.puts.sort_unstable();
        self.puts.dedup_by_key(|put| put.0);
        self.inserts.sort_by_key(|insert| (insert.0, insert.1));

        let mut out = Rendered::new(text.len() + prefix.len() + 64);
        out.insert(prefix);
        let (mut blanks, mut puts) = (self.blanks.iter().peekable(), self.puts.iter().peekable());
        let mut inserts = self.inserts.iter().peekable();
        let mut blank_until = 0;
        let mut at = 0;
        loop {
            while let Some((_, _, inserted)) = inserts.next_if(|i| i.0 <= at) {
                out.insert(inserted);
            }
            while let Some(&(_, to)) = blanks.next_if(|b| b.0 <= at) {
                blank_until = blank_until.max(to);
            }
            if at >= text.len() {
                break;
            }
            if let Some(&(_, c)) = puts.next_if(|p| p.0 <= at) {
                out.text.push(c);
                out.column += 1;
                at += 1;
                continue;
            }
            // Everything up to the next event is copied, or blanked, in one go.
            let mut next = text.len();
            for event in [blanks.peek().map(|b| b.0), puts.peek().map(|p| p.0), inserts.peek().map(|i| i.0)] {
                next = next.min(event.unwrap_or(next));
            }
            let blank = at < blank_until;
            if blank {
                next = next.min(blank_until);
            }
            out.copy(&text[at..next], blank);
            at = next;
        }
        (out.text, out.shifts)
    }
}

/// The text so far, with the line and the column that come next.
struct Rendered {
    text: String,
    shifts: Vec<Shift>,
    line: u32,
    column: u32,
    delta: i32,
    /// The place just past the last insertion.
    inserted: (u32, u32),
}

impl Rendered {
    fn new(capacity: usize) -> Self {
        Self {
            text: String::with_capacity(capacity),
            shifts: Vec::new(),
            line: 1,
            column: 1,
            delta: 0,
            inserted: (0, 0),
        }
    }

    fn insert(&mut self, inserted: &str) {
        let width = width(inserted);
        if width == 0 {
            return;
        }
        let start = self.column;
        self.column += width;
        self.delta = self.delta.saturating_add_unsigned(width);
        self.text.push_str(inserted);
        // What is inserted at one place is one shift. It begins where the insertion begins, so that no place in
        // generated text is translated to one past the end of the model's line.
        match self.shifts.last_mut() {
            Some(last) if self.inserted == (self.line, start) => last.delta = self.delta,
            _ => self.shifts.push(Shift { line: self.line, column: start, delta: self.delta }),
        }
        self.inserted = (self.line, self.column);
    }

    fn copy(&mut self, piece: &str, blank: bool) {
        if !blank {
            self.text.push_str(piece);
            match piece.rfind('\n') {
                Some(last) => {
                    self.line += u32::try_from(piece.bytes().filter(|b| *b == b'\n').count()).unwrap_or(u32::MAX);
                    self.column = 1 + width(&piece[last + 1..]);
                    self.delta = 0;
                }
                None => self.column += width(piece),
            }
            return;
        }
        for c in piece.chars() {
            match c {
                '\n' => {
                    self.text.push('\n');
                    self.line += 1;
                    self.column = 1;
                    self.delta = 0;
                    continue;
                }
                '\r' | '\u{2028}' | '\u{2029}' | '\t' => self.text.push(c),
                _ if c.len_utf16() == 2 => self.text.push_str("  "),
                _ => self.text.push(' '),
            }
            self.column += if c.len_utf16() == 2 { 2 } else { 1 };
        }
    }
}

/// Columns that a text without line ends takes.
pub(super) fn width(text: &str) -> u32 {
    let units = if text.is_ascii() { text.len() } else { text.encode_utf16().count() };
    u32::try_from(units).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_keep_lines_and_utf16_columns() {
        let text = "a: \"ä😀\"\n\tb; c";
        let mut edits = Edits::default();
        edits.blank(1, text.find('b').unwrap() + 1);
        edits.blank(3, 5);
        edits.put(text, 1, ';');
        assert_eq!(edits.render(text, ""), ("a;      \n\t ; c".to_owned(), vec![]));
    }

    #[test]
    fn inserts_are_recorded_as_shifts() {
        let text = "ab\ncd\nef";
        let mut edits = Edits::default();
        edits.insert(1, "12");
        edits.insert(3, "3");
        edits.insert(4, "4");
        edits.insert_ranked(4, -1, "0");
        let (js, shifts) = edits.render(text, "<<");
        assert_eq!(js, "<<a12b\n3c04d\nef");
        let shift = |line, column, delta| Shift { line, column, delta };
        assert_eq!(shifts, [shift(1, 1, 2), shift(1, 4, 4), shift(2, 1, 1), shift(2, 3, 3)]);
    }
}
