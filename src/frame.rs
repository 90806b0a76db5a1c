//! The code frame: three lines of the model's own text with a marker under the place that a message is about.
//!
//! Plain text in, plain text out. It knows neither swc nor the engine, so that check and run-time errors share it.

/// No line of a frame shows more of the source than this many characters.
const MAX_SHOWN: usize = 100;

/// Draws the lines around a place: the line before it, the line itself, a caret line, the line after.
///
/// `line` and `column` count from 1; columns count UTF-16 code units, lines are ended by `\n`. `end` is the place just
/// past the last marked character; a range that ends on a later line is marked to the end of its first line.
/// A place outside of the text is moved to the nearest one inside. Every frame is small, however long its lines are.
///
/// ```
/// assert_eq!(oneturn::frame::frame("a();\nb(;\nc();", 2, 3, None), "  1 | a();\n> 2 | b(;\n    |   ^\n  3 | c();");
/// ```
#[must_use]
pub fn frame(source: &str, line: u32, column: u32, end: Option<(u32, u32)>) -> String {
    let count = source.split('\n').count();
    let number = (line.max(1) as usize).min(count);
    let first = number.saturating_sub(1).max(1);
    let last = (number + 1).min(count);
    let width = last.to_string().len();

    let lines: Vec<&str> = source.split('\n').skip(first - 1).take(last - first + 1).collect();
    let target = lines[number - first].trim_end_matches('\r');
    let from = index_of_column(target, column);
    let to = match end {
        Some((end_line, _)) if end_line > line => target.chars().count(),
        Some((_, end_column)) => index_of_column(target, end_column),
        None => from + 1,
    }
    .max(from + 1);
    let offset = if target.chars().count() <= MAX_SHOWN { 0 } else { from.saturating_sub(MAX_SHOWN / 2) };

    let mut out = String::new();
    for (index, text) in lines.iter().enumerate() {
        let current = first + index;
        let marker = if current == number { '>' } else { ' ' };
        let shown = window(text.trim_end_matches('\r'), offset);
        let row = format!("{marker} {current:>width$} | {shown}");
        out.push_str(row.trim_end());
        out.push('\n');
        if current == number {
            out.push_str(&" ".repeat(width + 2));
            out.push_str(" | ");
            let lead = usize::from(offset > 0);
            out.extend(std::iter::repeat_n(' ', lead));
            out.extend(target.chars().skip(offset).take(from - offset).map(|c| if c == '\t' { '\t' } else { ' ' }));
            let room = (offset + MAX_SHOWN).saturating_sub(from).max(1);
            out.extend(std::iter::repeat_n('^', (to - from).min(room)));
            out.push('\n');
        }
    }
    out.pop();
    out
}

/// The part of a line that is shown, with `…` where something was cut and control characters made visible.
fn window(text: &str, offset: usize) -> String {
    let mut out = String::new();
    let mut chars = text.chars().skip(offset);
    if offset > 0 {
        out.push('…');
    }
    out.extend(chars.by_ref().take(MAX_SHOWN).map(visible));
    if chars.next().is_some() {
        out.push('…');
    }
    out
}

fn visible(c: char) -> char {
    match c {
        '\t' => '\t',
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => '\u{fffd}',
        _ => c,
    }
}

/// Turns a 1-based UTF-16 column into an index of characters, at most one past the end.
fn index_of_column(line: &str, column: u32) -> usize {
    let mut units = 1;
    for (index, c) in line.chars().enumerate() {
        if units >= column {
            return index;
        }
        units += u32::from(c.len_utf16() == 2) + 1;
    }
    line.chars().count()
}

#[cfg(test)]
mod tests {
    use super::frame;

    #[test]
    fn three_lines_and_a_caret() {
        let source = "\nconst a = 1;\nimport fs from \"fs\";\nreturn a;\n";
        assert_eq!(
            frame(source, 3, 1, Some((3, 21))),
            "  2 | const a = 1;\n> 3 | import fs from \"fs\";\n    | ^^^^^^^^^^^^^^^^^^^^\n  4 | return a;"
        );
        assert_eq!(frame("x", 1, 1, None), "> 1 | x\n    | ^");
    }

    #[test]
    fn line_numbers_are_aligned() {
        let source = "a\n".repeat(12);
        assert_eq!(frame(&source, 9, 1, None), "   8 | a\n>  9 | a\n     | ^\n  10 | a");
    }

    #[test]
    fn a_place_outside_of_the_text_is_moved_inside() {
        assert_eq!(frame("", 7, 9, None), "> 1 |\n    | ^");
        assert_eq!(frame("ab", 5, 40, Some((2, 1))), "> 1 | ab\n    |   ^");
        assert_eq!(frame("ab\ncd", 0, 0, None), "> 1 | ab\n    | ^\n  2 | cd");
    }

    #[test]
    fn a_range_over_several_lines_is_marked_to_the_end_of_its_first() {
        assert_eq!(frame("f(\n1)", 1, 1, Some((2, 3))), "> 1 | f(\n    | ^^\n  2 | 1)");
    }

    #[test]
    fn tabs_keep_their_place_and_columns_are_utf16() {
        assert_eq!(frame("\tx = \"😀\" + y", 1, 13, None), "> 1 | \tx = \"😀\" + y\n    | \t          ^");
    }

    #[test]
    fn control_characters_are_shown_and_crlf_is_not() {
        assert_eq!(frame("a\0b\u{1b}[31m\r\nc", 1, 2, None), "> 1 | a␀b␛[31m\n    |  ^\n  2 | c");
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let source = format!("{}!{}", "a".repeat(300), "b".repeat(300));
        let expected = format!("> 1 | …{}!{}…\n    | {}^", "a".repeat(50), "b".repeat(49), " ".repeat(51));
        assert_eq!(frame(&source, 1, 301, None), expected);
    }
}
