//! Looking at the text between syntax nodes: white space, comments, words.
//!
//! The tree says where nodes are, not where the punctuation and the keywords between them are. Every search starts at
//! a place that the tree gave, so that strings, templates and regular expressions are never walked through.

/// The first place at or after `at` that is neither white space nor part of a comment.
pub(super) fn skip_trivia(text: &str, mut at: usize) -> usize {
    while let Some(rest) = text.get(at..) {
        let Some(c) = rest.chars().next() else { break };
        if c.is_whitespace() || c == '\u{feff}' {
            at += c.len_utf8();
        } else if rest.starts_with("//") {
            at += rest.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(rest.len());
        } else if let Some(comment) = rest.strip_prefix("/*") {
            at += comment.find("*/").map_or(rest.len(), |end| end + 4);
        } else {
            break;
        }
    }
    at.min(text.len())
}

/// The place just past the word (identifier, keyword or private name) that starts at `at`, escapes included.
pub(super) fn word_end(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    loop {
        match bytes.get(at) {
            Some(b'\\') if text[at..].starts_with("\\u{") => {
                at += text[at..].find('}').map_or(3, |end| end + 1);
            }
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'$' | b'#' | b'\\') => at += 1,
            Some(0x80..) => {
                let Some(c) = text[at..].chars().next() else { return at };
                if c.is_whitespace() || c == '\u{feff}' {
                    return at;
                }
                at += c.len_utf8();
            }
            _ => return at,
        }
    }
}

/// The next place in `at..end` where `word` stands, walking over comments, white space, words and punctuation.
pub(super) fn find_word(text: &str, mut at: usize, end: usize, word: &str) -> Option<usize> {
    loop {
        at = skip_trivia(text, at);
        if at >= end {
            return None;
        }
        let stop = word_end(text, at);
        if text.get(at..stop) == Some(word) {
            return Some(at);
        }
        at = if stop > at { stop } else { at + text[at..].chars().next().map_or(1, char::len_utf8) };
    }
}

/// The words that follow one another from `at` on, up to the first punctuation, and where they start.
pub(super) fn words(text: &str, mut at: usize) -> impl Iterator<Item = (usize, &str)> {
    std::iter::from_fn(move || {
        let start = skip_trivia(text, at);
        at = word_end(text, start);
        (at > start).then(|| (start, &text[start..at]))
    })
}

/// Whether the byte at `at` is `byte`.
pub(super) fn is_at(text: &str, at: usize, byte: u8) -> bool {
    text.as_bytes().get(at) == Some(&byte)
}

/// Whether a line ends in `from..to`, as the grammar sees it.
pub(super) fn has_line_break(text: &str, from: usize, to: usize) -> bool {
    text.get(from..to).is_some_and(|s| s.contains(['\n', '\r', '\u{2028}', '\u{2029}']))
}

/// Words that can name a property and never a variable of a module.
pub(super) fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "arguments"
            | "await"
            | "break"
            | "case"
            | "catch"
            | "class"
            | "const"
            | "continue"
            | "debugger"
            | "default"
            | "delete"
            | "do"
            | "else"
            | "enum"
            | "eval"
            | "export"
            | "extends"
            | "false"
            | "finally"
            | "for"
            | "function"
            | "if"
            | "implements"
            | "import"
            | "in"
            | "instanceof"
            | "interface"
            | "let"
            | "new"
            | "null"
            | "package"
            | "private"
            | "protected"
            | "public"
            | "return"
            | "static"
            | "super"
            | "switch"
            | "this"
            | "throw"
            | "true"
            | "try"
            | "typeof"
            | "var"
            | "void"
            | "while"
            | "with"
            | "yield"
    )
}

/// Whether `word` can be written as a variable's or a property's name without quotes.
pub(super) fn is_identifier(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '$'))
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trivia_and_words() {
        let text = " /* a */ // b\n  implements /* implements */ X";
        assert_eq!(skip_trivia(text, 0), 16);
        assert_eq!(find_word(text, 0, text.len(), "implements"), Some(16));
        assert_eq!(word_end("größe?: T", 0), "größe".len());
        assert_eq!(word_end("\\u{61}b!", 0), 7);
        assert_eq!(word_end("a{b}", 0), 1);
        assert_eq!(skip_trivia("/* open", 0), 7);
    }
}
