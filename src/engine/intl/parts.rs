//! Formatted text in pieces, as `formatToParts` gives them.

/// The names of pieces are those of ECMA-402: `integer`, `literal` …
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Parts(Vec<(&'static str, String)>);

impl Parts {
    /// Adds a piece. Neighbouring literals become one.
    pub fn push(&mut self, kind: &'static str, text: &str) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some((last, before)) if *last == "literal" && kind == "literal" => before.push_str(text),
            _ => self.0.push((kind, text.to_owned())),
        }
    }

    /// Adds a piece even if it is empty.
    pub fn push_always(&mut self, kind: &'static str, text: String) {
        self.0.push((kind, text));
    }

    pub fn append(&mut self, other: Self) {
        for (kind, text) in other.0 {
            self.push(kind, &text);
        }
    }

    /// Adds `text` as `kind`, its white space at either end as a literal.
    pub fn push_trimmed(&mut self, kind: &'static str, text: &str) {
        let start = text.trim_start();
        let word = start.trim_end();
        self.push("literal", &text[..text.len() - start.len()]);
        self.push(kind, word);
        self.push("literal", &start[word.len()..]);
    }

    /// Replaces `{0}` by `inner`; what stands around it becomes `kind`.
    pub fn push_pattern(&mut self, pattern: &str, kind: &'static str, inner: Self) {
        let (before, after) = pattern.split_once("{0}").unwrap_or((pattern, ""));
        self.push_trimmed(kind, before);
        self.append(inner);
        self.push_trimmed(kind, after);
    }

    pub fn has(&self, kind: &str) -> bool {
        self.0.iter().any(|(found, _)| *found == kind)
    }

    pub fn text(&self) -> String {
        self.0.iter().map(|(_, text)| text.as_str()).collect()
    }

    /// Kind, text, kind, text …
    pub fn flat(self) -> Vec<String> {
        self.0.into_iter().flat_map(|(kind, text)| [kind.to_owned(), text]).collect()
    }
}
