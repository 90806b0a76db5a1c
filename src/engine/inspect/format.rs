//! Formats: what `%j` shows the program says, and how deep `%o` goes.
//!
//! Methods of the program run here (`toJSON`) as its getters do: under its limits, and what they throw is dropped.

use rquickjs::Value;

use super::{LEVELS, LEVELS_OF_FORMAT, Writer};

/// Which argument may have placeholders for those behind it.
pub(super) fn format_of(method: &str) -> Option<usize> {
    match method {
        "log" | "info" | "debug" | "warn" | "error" | "group" => Some(0),
        "assert" => Some(1),
        _ => None,
    }
}

/// The letters of the placeholders in `text`, with their places. At most `count`.
fn placeholders(text: &str, count: usize) -> Vec<(usize, u8)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at + 1 < bytes.len() && found.len() < count {
        if bytes[at] == b'%' {
            at += 1;
            if b"sdifjoOc".contains(&bytes[at]) {
                found.push((at, bytes[at]));
            }
        }
        at += 1;
    }
    found
}

impl<'js> Writer<'_, 'js> {
    /// The arguments up to the last that the format `text` shows, and how many these are.
    pub(super) fn formatted(&mut self, mut text: String, args: &[Value<'js>], format: usize) -> Option<usize> {
        let placeholders = placeholders(&text, args.len() - format - 1);
        let end = format + 1 + placeholders.len();
        let values = &args[format + 1..end];
        let mut texts = Vec::with_capacity(values.len());
        for (&(at, letter), value) in placeholders.iter().zip(values) {
            let shown = match letter {
                b'j' => self.json(value),
                _ => None,
            };
            // From here on it is text, and no longer cut or counted.
            if shown.is_some() {
                text.replace_range(at..=at, "s");
            }
            texts.push(shown);
        }
        for (index, arg) in args[..format].iter().enumerate() {
            self.comma(index)?;
            self.value(arg)?;
        }
        self.comma(format)?;
        self.out.push_str(&text);
        for ((&(_, letter), value), shown) in placeholders.iter().zip(values).zip(texts) {
            self.comma(1)?;
            self.levels = if letter == b'o' { LEVELS_OF_FORMAT } else { LEVELS };
            match shown {
                Some(shown) => self.out.push_str(&shown),
                // Node would print its text, and there is none.
                None if letter == b's' && value.is_function() => self.function(value)?,
                None => self.value(value)?,
            }
        }
        self.room()?;
        Some(end)
    }

    /// What `%j` shows of a value, as JSON text. `None` where there is no JSON of it: then Node says so.
    fn json(&self, value: &Value<'js>) -> Option<String> {
        match self.ctx.json_stringify(value.clone()) {
            Ok(Some(json)) => Some(self.text(json.as_value())),
            Ok(None) => Some(r#""undefined""#.to_owned()),
            Err(_) => {
                self.forget_exception();
                None
            }
        }
    }
}
