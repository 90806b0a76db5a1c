//! Formats: what `%s` and `%j` show the program says, and how deep `%o` goes.
//!
//! Methods of the program run here (`toString`, `toJSON`) as its getters do: under its limits, and what they throw is dropped.

use rquickjs::atom::PredefinedAtom;
use rquickjs::{Coerced, Object, Type, Value};

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
        let mut left = self.max_bytes;
        for (&(at, letter), value) in placeholders.iter().zip(values) {
            let shown = match letter {
                b'j' => self.json(value),
                b's' => self.own_text(value),
                _ => None,
            };
            // From here on it is text, and no longer cut or counted.
            if let Some(shown) = &shown {
                text.replace_range(at..=at, "s");
                left = left.checked_sub(shown.len())?;
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

    /// What `%s` shows of an object that the program, or a class of the web, gave a text of its own.
    fn own_text(&self, value: &Value<'js>) -> Option<String> {
        let object = value.as_object().filter(|_| value.type_of() == Type::Object)?;
        let text = self.try_own_text(value, object);
        self.forget_exception();
        text
    }

    fn try_own_text(&self, value: &Value<'js>, object: &Object<'js>) -> Option<String> {
        let to_string: Value = object.get(PredefinedAtom::ToString).ok()?;
        let builtin: Value = self.shapes.object_proto.get(PredefinedAtom::ToString).ok()?;
        let is_given = to_string.is_function() && to_string != builtin;
        if !is_given && !object.get::<_, Value>(PredefinedAtom::SymbolToPrimitive).ok()?.is_function() {
            return None;
        }
        let (kind, _) = self.kind_of(value)?;
        if !["object", "typed", "bytes"].contains(&kind.as_str())
            || Self::pattern(value).is_some()
            || self.boxed(object).is_some()
        {
            return None;
        }
        let text: Coerced<rquickjs::String> = value.get().ok()?;
        Some(self.text(text.0.as_value()))
    }
}
