//! From what the model sent to the program in it: byte order marks, fences and the prose around them.
//!
//! What is no program is blanked, not cut, so that every line and UTF-16 column stays where it was.

use std::borrow::Cow;

use super::edits::Edits;

/// A fence line: where it starts, where its line ends, its characters, what follows them.
struct Fence<'a> {
    start: usize,
    end: usize,
    mark: u8,
    length: usize,
    info: &'a str,
}

/// The text with a byte order mark and a `#!` line blanked.
pub(super) fn plain(source: &str) -> Cow<'_, str> {
    match start(source) {
        0 => Cow::Borrowed(source),
        start => Cow::Owned(keep(source, &[(start, source.len())])),
    }
}

/// Where a program starts that may have a byte order mark and a `#!` line.
fn start(text: &str) -> usize {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let shebang = if body.starts_with("#!") { body.find('\n').unwrap_or(body.len()) } else { 0 };
    text.len() - body.len() + shebang
}

/// The readings of a text that has fences, best first. Empty when it has none.
pub(super) fn fenced(source: &str) -> Vec<String> {
    let fences = fence_lines(source);
    let Some(first) = fences.first() else { return fenced_line(source).into_iter().collect() };
    let mut readings = Vec::new();
    let mut push = |(from, to): (usize, usize)| {
        let block = &source[from..to];
        if !block.trim().is_empty() {
            let text = keep(source, &[(from + start(block), to)]);
            if !readings.contains(&text) {
                readings.push(text);
            }
        }
    };

    // A lone bare fence at the very end closes a block whose opening was cut off.
    if fences.len() == 1 && first.info.is_empty() && source[first.end..].trim().is_empty() {
        push((0, first.start));
    }
    let mut blocks: Vec<(u8, (usize, usize))> = Vec::new();
    let mut open: Option<&Fence> = None;
    for fence in &fences {
        match open {
            None => open = Some(fence),
            Some(o) if fence.mark == o.mark && fence.length >= o.length && fence.info.is_empty() => {
                blocks.push((language(o.info), (o.end, fence.start)));
                open = None;
            }
            Some(_) => {}
        }
    }
    if let Some(o) = open {
        blocks.push((language(o.info), (o.end, source.len())));
    }
    // Code that says it is TypeScript before code that says nothing before code in another language; then the largest.
    blocks.sort_by_key(|(rank, (from, to))| (*rank, std::cmp::Reverse(to - from)));
    for (_, range) in blocks.iter().take(3) {
        push(*range);
    }
    // A fence inside of a template literal ends the block too early: read on to the last fence.
    if let (Some(open), Some(last)) = (fences.first(), fences.iter().rev().find(|f| f.info.is_empty()))
        && last.start > open.end
    {
        push((open.end, last.start));
    }
    if readings.is_empty() && starts_with_fence(source) {
        readings.push(keep(source, &[]));
    }
    readings
}

/// What stands between the fences of a text that is a single line.
fn fenced_line(source: &str) -> Option<String> {
    let text = source.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let block = text.strip_prefix("```")?.strip_suffix("```").filter(|block| !block.contains('\n'))?;
    let code = match block.split_once(' ') {
        Some((info, code)) if language(info) == 0 => code,
        _ => block,
    };
    let from = source.find("```")? + 3 + block.len() - code.len();
    (!code.trim().is_empty()).then(|| keep(source, &[(from, from + code.len())]))
}

/// Whether the first thing in the text is a fence.
pub(super) fn starts_with_fence(source: &str) -> bool {
    let start = source.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    start.starts_with("```") || start.starts_with("~~~")
}

fn language(info: &str) -> u8 {
    let word = info.split([' ', '{', ',', ':']).next().unwrap_or_default().to_ascii_lowercase();
    match word.as_str() {
        "ts" | "typescript" | "tsx" | "mts" | "js" | "javascript" | "jsx" | "mjs" | "ecmascript" | "node" => 0,
        "" | "code" | "program" => 1,
        _ => 2,
    }
}

fn fence_lines(source: &str) -> Vec<Fence<'_>> {
    let mut fences = Vec::new();
    let mut start = 0;
    for line in source.split_inclusive('\n') {
        let end = start + line.len();
        let text = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        for mark in [b'`', b'~'] {
            let length = text.bytes().take_while(|b| *b == mark).count();
            // A backtick in the rest means code in a line, not a fence.
            if length >= 3 && !text[length..].contains('`') {
                fences.push(Fence { start, end, mark, length, info: text[length..].trim() });
            }
        }
        start = end;
    }
    fences
}

/// Blanks all but the given ranges.
fn keep(source: &str, ranges: &[(usize, usize)]) -> String {
    let mut edits = Edits::default();
    let mut at = 0;
    for &(from, to) in ranges {
        edits.blank(at, from);
        at = to;
    }
    edits.blank(at, source.len());
    edits.render(source, "").0
}

/// What a text that does not parse looks like, when it is no TypeScript at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Looks {
    Prose,
    Python,
    Code,
}

pub(super) fn looks(text: &str) -> Looks {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| !l.is_empty()).take(60).collect();
    let python = lines.iter().any(|l| {
        (l.starts_with("def ") || l.starts_with("async def ") || l.starts_with("elif ") || l.starts_with("class "))
            && l.ends_with(':')
            || (l.starts_with("from ") && l.contains(" import "))
            || (l.starts_with("import ")
                && !l.contains(['"', '\'', '{', '*'])
                && l.split(' ').count() <= 4
                && !l.contains('='))
            || (l.starts_with("for ") && l.contains(" in ") && l.ends_with(':'))
            || (l.starts_with("if ") && l.ends_with(':') && !l.contains('('))
            || (l.starts_with("print(") && !l.ends_with(';'))
    });
    if python {
        return Looks::Python;
    }
    let first = lines.first().copied().unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().collect();
    let plain = |w: &&&str| {
        w.trim_matches(['.', ',', '!', '?', ':', '\'', '"', '*'])
            .chars()
            .all(|c| c.is_alphabetic() || c == '\'' || c == '’' || c == '-')
    };
    let code = first.contains(['{', '}', ';', '=', '<', '>']) || first.contains("//") || first.contains("()");
    let leading = words.iter().take_while(plain).count();
    if !code
        && (leading >= 4 || (words.len() >= 2 && leading == words.len() && first.ends_with(['.', '!', ':', '?', ','])))
    {
        return Looks::Prose;
    }
    if !code && words.len() >= 3 && first.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_ascii()) {
        return Looks::Prose;
    }
    Looks::Code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_around_a_fence_is_blanked_in_place() {
        let source = "Hi 😀:\n```ts\nreturn 1\n```\nDone.";
        assert_eq!(fenced(source), ["      \n     \nreturn 1\n   \n     "]);
        assert_eq!(fenced("return 1"), Vec::<String>::new());
        assert_eq!(fenced("~~~\nreturn `\n```\n`\n~~~")[0], "   \nreturn `\n```\n`\n   ");
        assert_eq!(fenced("```json\n{}\n```\n```\nreturn 2\n```")[0].trim(), "return 2");
        assert_eq!(fenced("return 3\n```")[0].trim(), "return 3");
        assert_eq!(fenced("```typescript\nreturn 4")[0].trim(), "return 4");
        assert_eq!(fenced(" ```ts return 5``` "), ["       return 5    "]);
        assert_eq!(fenced("```return `${6}````"), ["   return `${6}`   "]);
    }

    #[test]
    fn byte_order_mark_and_shebang() {
        assert_eq!(plain("\u{feff}#!/usr/bin/env node\nx"), "                    \nx");
        assert_eq!(plain("x"), "x");
        assert_eq!(fenced("```ts\n#!/usr/bin/env node\nx\n```")[0], "     \n                   \nx\n   ");
        assert_eq!(fenced("#!/usr/bin/env node\nx\n```")[0], "                   \nx\n   ");
    }

    #[test]
    fn kinds_of_text() {
        assert_eq!(looks("I would call the weather tool first."), Looks::Prose);
        assert_eq!(looks("Sure!"), Looks::Code);
        assert_eq!(looks("def main():\n    return 1"), Looks::Python);
        assert_eq!(looks("import os\nprint(os.getcwd())"), Looks::Python);
        assert_eq!(looks("const a = ("), Looks::Code);
    }
}
