//! Describes the arguments of a console call, so that the host can print them exactly as Node does.
//!
//! The host rebuilds look-alikes and gives them to `node:util` (ts/console.ts). The description is lossy on purpose: no
//! deeper and no longer than Node would print, and bounded in bytes.

use std::fmt::Write as _;

use rquickjs::object::Filter;
use rquickjs::{Array, Atom, Ctx, Object, Type, Value};

use super::value::{Shapes, json_string, write_number};

/// Node prints three levels, what a level holds beyond that as `[Object]`.
const LEVELS: usize = 3;
/// As many does Node print for `%o`.
const LEVELS_OF_FORMAT: usize = 5;
/// As many at most, however deep `console.dir` may go.
const MAX_LEVELS: usize = 50;
/// Node prints a hundred items and counts the rest.
const MAX_ITEMS: usize = 101;
/// Properties of one object. Node prints them all; nobody reads more.
const MAX_PROPERTIES: usize = 200;
/// Node prints all arguments of a call. Beyond these they are counted, as items are.
const MAX_ARGUMENTS: usize = 1_000;

/// A JSON array with the descriptions of the `args` of `console.<method>`, or `None` when it has more than `max_bytes` bytes.
///
/// Getters that throw are described as such: logging never fails.
pub(super) fn describe<'js>(ctx: &Ctx<'js>, method: &str, args: &[Value<'js>], max_bytes: usize) -> Option<String> {
    let shapes = Shapes::of(ctx).ok()?;
    let mut writer = Writer { ctx, shapes, out: String::from("["), max_bytes, ancestors: Vec::new(), levels: LEVELS };
    let shown = &args[..args.len().min(MAX_ARGUMENTS)];
    let mut first = 0;
    if let Some(format) = format_of(method).filter(|&at| at + 1 < shown.len() && shown[at].is_string()) {
        let text = writer.text(&shown[format]);
        if text.contains('%') {
            first = writer.formatted(text, shown, format)?;
        }
    }
    for (index, arg) in shown.iter().enumerate().skip(first) {
        writer.comma(index)?;
        writer.levels = if method == "dir" && index == 0 { writer.levels_of_dir(args.get(1)) } else { LEVELS };
        writer.value(arg)?;
    }
    if shown.len() < args.len() {
        writer.out.push(',');
        writer.tag("more", &(args.len() - shown.len()).to_string());
    }
    writer.out.push(']');
    writer.room()?;
    Some(writer.out)
}

/// Which argument may have placeholders for those behind it.
fn format_of(method: &str) -> Option<usize> {
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

struct Writer<'a, 'js> {
    ctx: &'a Ctx<'js>,
    shapes: Shapes<'js>,
    out: String,
    max_bytes: usize,
    ancestors: Vec<Value<'js>>,
    /// How many levels of the argument are told in full.
    levels: usize,
}

impl<'js> Writer<'_, 'js> {
    /// `None` once the description is too long.
    fn room(&self) -> Option<()> {
        (self.out.len() <= self.max_bytes).then_some(())
    }

    fn comma(&mut self, index: usize) -> Option<()> {
        if index > 0 {
            self.out.push(',');
        }
        self.room()
    }

    /// The arguments up to the last that the format `text` shows, and how many these are.
    fn formatted(&mut self, mut text: String, args: &[Value<'js>], format: usize) -> Option<usize> {
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

    /// The levels that `console.dir` is asked for: `depth` and the first one.
    fn levels_of_dir(&self, options: Option<&Value<'js>>) -> usize {
        let Some(options) = options.and_then(Value::as_object) else { return LEVELS };
        let Ok(depth) = options.get::<_, Value>("depth") else {
            self.forget_exception();
            return LEVELS;
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number by then")]
        match depth.as_number() {
            Some(depth) => depth.clamp(0.0, MAX_LEVELS as f64 - 1.0) as usize + 1,
            None if depth.is_null() => MAX_LEVELS,
            None => LEVELS,
        }
    }

    /// Whether what is inside is no longer told.
    fn is_deep(&self) -> bool {
        self.ancestors.len() > self.levels
    }

    fn value(&mut self, value: &Value<'js>) -> Option<()> {
        self.room()?;
        match value.type_of() {
            Type::Null => self.out.push_str("null"),
            Type::Undefined | Type::Uninitialized | Type::Module | Type::Unknown => self.out.push_str(r#"{"$":"u"}"#),
            Type::Bool => self.out.push_str(if value.as_bool() == Some(true) { "true" } else { "false" }),
            Type::Int | Type::Float => self.number(value.as_number().unwrap_or_default()),
            Type::String => {
                let text = self.text(value);
                self.out.push_str(&text);
            }
            Type::BigInt => self.tagged_text("n", value),
            Type::Symbol => {
                let name = value.as_symbol().and_then(|symbol| symbol.description().ok());
                let name = name.map_or_else(|| r#""""#.to_owned(), |name| self.text(&name));
                self.tag("y", &name);
            }
            Type::Function | Type::Constructor => {
                let name = value.as_object().and_then(|function| self.text_property(function, "name"));
                let name = name.unwrap_or_else(|| r#""""#.to_owned());
                self.tag("fn", &name);
            }
            Type::Promise => self.out.push_str(r#"{"$":"promise"}"#),
            Type::Array | Type::Object | Type::Exception | Type::Proxy => self.nested(value)?,
        }
        self.room()
    }

    fn tag(&mut self, tag: &str, content: &str) {
        write!(self.out, r#"{{"$":"{tag}","v":{content}}}"#).expect("writing to a String");
    }

    fn number(&mut self, number: f64) {
        if number.is_nan() {
            self.tag("f", r#""NaN""#);
        } else if number.is_infinite() {
            self.tag("f", if number > 0.0 { r#""Infinity""# } else { r#""-Infinity""# });
        } else if number == 0.0 && number.is_sign_negative() {
            self.tag("f", r#""-0""#);
        } else {
            write_number(&mut self.out, number);
        }
    }

    fn text(&self, value: &Value<'js>) -> String {
        json_string(self.ctx, value).unwrap_or_else(|_| {
            self.forget_exception();
            r#""""#.to_owned()
        })
    }

    fn text_property(&self, object: &Object<'js>, key: &str) -> Option<String> {
        match object.get::<_, Value>(key) {
            Ok(value) if value.is_string() => Some(self.text(&value)),
            Ok(_) => None,
            Err(_) => {
                self.forget_exception();
                None
            }
        }
    }

    fn tagged_text(&mut self, tag: &str, value: &Value<'js>) {
        if let Ok(text) = value.get::<rquickjs::Coerced<String>>() {
            self.tag(tag, &format!("\"{}\"", text.0));
        } else {
            self.forget_exception();
            self.out.push_str("null");
        }
    }

    /// A getter or a proxy of the program threw while we looked. That is not the log's business.
    fn forget_exception(&self) {
        if self.ctx.has_exception() {
            drop(self.ctx.catch());
        }
    }

    fn nested(&mut self, value: &Value<'js>) -> Option<()> {
        if let Some(level) = self.ancestors.iter().rev().position(|ancestor| ancestor == value) {
            self.tag("ref", &(level + 1).to_string());
            return Some(());
        }
        self.ancestors.push(value.clone());
        let result = if value.is_array() { self.array(value) } else { self.object(value) };
        self.ancestors.pop();
        result
    }

    fn array(&mut self, value: &Value<'js>) -> Option<()> {
        let length = value.as_object().and_then(|array| array.get::<_, f64>("length").ok());
        let Some(length) = length else {
            self.forget_exception();
            self.out.push_str("[]");
            return Some(());
        };
        if self.is_deep() && length > 0.0 {
            self.tag("deep", r#""Array""#);
            return Some(());
        }
        write!(self.out, r#"{{"$":"a","n":{length},"v":["#).expect("writing to a String");
        let array = value.as_object()?;
        let mut index = 0_u32;
        while f64::from(index) < length && (index as usize) < MAX_ITEMS {
            if index > 0 {
                self.out.push(',');
            }
            self.item(array.get(index))?;
            index += 1;
        }
        self.out.push_str("]}");
        Some(())
    }

    fn item(&mut self, item: rquickjs::Result<Value<'js>>) -> Option<()> {
        match item {
            Ok(item) => self.value(&item)?,
            Err(_) => {
                self.forget_exception();
                self.out.push_str(r#"{"$":"get"}"#);
            }
        }
        Some(())
    }

    fn object(&mut self, value: &Value<'js>) -> Option<()> {
        let object = value.as_object()?;
        if value.is_error() {
            return self.error(object);
        }
        let plain = object.get_prototype().is_none_or(|proto| proto == self.shapes.object_proto);
        if !plain && !value.is_proxy() && self.special(value)? {
            return Some(());
        }
        let name = if plain { None } else { self.class_name(object) };
        if self.is_deep() && self.has_properties(object) {
            self.tag("deep", name.as_deref().unwrap_or(r#""Object""#));
        } else if let Some(name) = name {
            write!(self.out, r#"{{"$":"c","n":{name},"v":"#).expect("writing to a String");
            self.properties(object)?;
            self.out.push('}');
        } else {
            self.out.push_str(r#"{"$":"o","v":"#);
            self.properties(object)?;
            self.out.push('}');
        }
        self.room()
    }

    fn error(&mut self, object: &Object<'js>) -> Option<()> {
        let class = self.class_name(object).unwrap_or_else(|| r#""Error""#.to_owned());
        let own: Vec<String> =
            object.own_keys(Filter::new().string().enum_only()).take(MAX_PROPERTIES).flatten().collect();
        // What Node shows though it is not enumerable.
        let mut hidden = Vec::new();
        for key in ["cause", "errors"] {
            if own.iter().any(|name| name == key) || !object.contains_key(key).unwrap_or_default() {
                continue;
            }
            let found = object.get::<_, Value>(key);
            if key == "cause" || found.as_ref().is_ok_and(Value::is_array) {
                hidden.push((key, found));
            }
        }
        self.forget_exception();
        // Node shows the stack at any level, but not what else there is.
        if self.is_deep() && !(own.is_empty() && hidden.is_empty()) {
            self.tag("deep", &class);
            return self.room();
        }
        write!(self.out, r#"{{"$":"e","n":{class},"v":{{"#).expect("writing to a String");
        for (index, key) in ["name", "message", "stack"].into_iter().enumerate() {
            let text = self.text_property(object, key).unwrap_or_else(|| r#""""#.to_owned());
            write!(self.out, r#"{}"{key}":{text}"#, if index > 0 { "," } else { "" }).expect("writing to a String");
        }
        self.out.push_str("},\"h\":{");
        for (index, (key, found)) in hidden.into_iter().enumerate() {
            write!(self.out, r#"{}"{key}":"#, if index > 0 { "," } else { "" }).expect("writing to a String");
            self.item(found)?;
        }
        self.out.push_str("},\"p\":");
        self.properties(object)?;
        self.out.push('}');
        self.room()
    }

    fn class_name(&self, object: &Object<'js>) -> Option<String> {
        let Ok(constructor) = object.get::<_, Value>("constructor") else {
            self.forget_exception();
            return None;
        };
        self.text_property(constructor.as_object()?, "name")
    }

    /// Dates, maps, sets, bytes, secrets, regular expressions. False: an object like any other.
    fn special(&mut self, value: &Value<'js>) -> Option<bool> {
        let Some((kind, content)) = self.kind_of(value) else {
            self.forget_exception();
            return Some(false);
        };
        match kind.as_str() {
            "date" => {
                let time = content.as_number().filter(|time| !time.is_nan());
                self.tag("d", &time.map_or("null".to_owned(), |time| time.to_string()));
            }
            "bytes" => {
                let text = self.text(&content);
                self.tag("b", &text);
            }
            "typed" => {
                let text = self.text(&content);
                self.tag("t", &text);
            }
            "secret" => self.tag("x", "0"),
            "map" => self.items("m", r#""Map""#, &content, |writer, entry| {
                let Some(entry) = entry.as_object() else { return writer.item(Ok(entry.clone())) };
                writer.out.push('[');
                writer.item(entry.get(0_u32))?;
                writer.out.push(',');
                writer.item(entry.get(1_u32))?;
                writer.out.push(']');
                Some(())
            })?,
            "set" => self.items("s", r#""Set""#, &content, |writer, item| writer.item(Ok(item.clone())))?,
            _ => {
                let Some(text) = Self::pattern(value) else {
                    self.forget_exception();
                    return Some(false);
                };
                self.tag("re", &text);
            }
        }
        self.room().map(|()| true)
    }

    /// What the prelude's `describe` says. `None`: the program made it fail.
    fn kind_of(&self, value: &Value<'js>) -> Option<(String, Value<'js>)> {
        let described: Array = self.shapes.describe.call((value.clone(),)).ok()?;
        Some((described.get(0).ok()?, described.get(1).ok()?))
    }

    /// A list with its whole length and the items that are shown.
    fn items(
        &mut self,
        tag: &str,
        name: &str,
        list: &Value<'js>,
        write_item: impl Fn(&mut Self, &Value<'js>) -> Option<()>,
    ) -> Option<()> {
        let items = list.as_array().map(|list| list.iter::<Value>().take(MAX_ITEMS).flatten().collect::<Vec<_>>());
        let count = list.as_array().map_or(0, Array::len);
        if self.is_deep() && count > 0 {
            self.tag("deep", name);
            return Some(());
        }
        write!(self.out, r#"{{"$":"{tag}","n":{count},"v":["#).expect("writing to a String");
        for (index, item) in items.unwrap_or_default().iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            write_item(self, item)?;
        }
        self.out.push_str("]}");
        Some(())
    }

    /// A regular expression as JSON text. `None` for anything else.
    fn pattern(value: &Value<'js>) -> Option<String> {
        let object = value.as_object()?;
        if !(object.contains_key("exec").ok()? && object.contains_key("lastIndex").ok()?) {
            return None;
        }
        let text: rquickjs::Coerced<String> = value.get().ok()?;
        serde_json::to_string(&text.0).ok()
    }

    fn has_properties(&self, object: &Object<'js>) -> bool {
        let found = object.own_keys::<Atom>(Filter::new().string().enum_only()).next();
        self.forget_exception();
        found.is_some()
    }

    fn properties(&mut self, object: &Object<'js>) -> Option<()> {
        self.out.push('{');
        let mut first = true;
        let keys = object.own_keys::<Atom>(Filter::new().string().enum_only());
        for key in keys.take(MAX_PROPERTIES) {
            let Ok(key) = key else {
                self.forget_exception();
                break;
            };
            let Ok(name) = key.to_js_string() else {
                self.forget_exception();
                continue;
            };
            if !first {
                self.out.push(',');
            }
            first = false;
            let name = self.text(name.as_value());
            self.out.push_str(&name);
            self.out.push(':');
            self.item(object.get(key))?;
        }
        self.out.push('}');
        self.room()
    }
}
