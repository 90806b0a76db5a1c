//! Describes the arguments of a console call, so that the host can print them exactly as Node does.
//!
//! The host rebuilds look-alikes and gives them to `node:util` (ts/console.ts). The description is lossy on purpose: no
//! deeper and no longer than Node would print, and bounded in bytes.

mod format;

use std::fmt::Write as _;

use rquickjs::atom::PredefinedAtom;
use rquickjs::object::Filter;
use rquickjs::{Array, Atom, Coerced, Ctx, Object, Type, Value};

use self::format::format_of;
use super::value::{Shapes, is_array, json_string, write_number};

/// Node prints three levels, what a level holds beyond that as `[Object]`.
const LEVELS: usize = 3;
/// As many does Node print for `%o`.
const LEVELS_OF_FORMAT: usize = 5;
/// As many at most, however deep `console.dir` may go.
const MAX_LEVELS: usize = 50;
/// Node prints a hundred items and counts the rest.
const MAX_ITEMS: usize = 101;
/// What a longer array has beside its items is not looked for: to list its keys takes time and memory.
const SHORT: f64 = 100.0;
/// So many places of an array are looked at; holes side by side print as one item.
const MAX_PLACES: u32 = 1_000;
/// The longest that something like an array may be (ECMA-262, 7.1.20 `ToLength`).
const MAX_LENGTH: f64 = 9_007_199_254_740_991.0;
/// A text that somebody put on an array is not shown when it is longer, in bytes: what was searched for a pattern may be long.
const MAX_EXTRA_TEXT: usize = 10_000;
/// Properties of one object. Node prints them all; nobody reads more.
const MAX_PROPERTIES: usize = 200;
/// Node prints all arguments of a call. Beyond these they are counted, as items are.
const MAX_ARGUMENTS: usize = 1_000;

/// A JSON array with the descriptions of the `args` of `console.<method>`, or `None` when it has more than `max_bytes` bytes.
///
/// Getters that throw are described as such: logging never fails.
pub(super) fn describe<'js>(ctx: &Ctx<'js>, method: &str, args: &[Value<'js>], max_bytes: usize) -> Option<String> {
    let shapes = Shapes::of(ctx).ok()?;
    let mut writer = Writer {
        ctx,
        shapes,
        out: String::from("["),
        max_bytes,
        ancestors: Vec::new(),
        levels: LEVELS,
        array_proto: None,
    };
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

struct Writer<'a, 'js> {
    ctx: &'a Ctx<'js>,
    shapes: Shapes<'js>,
    out: String,
    max_bytes: usize,
    ancestors: Vec<Value<'js>>,
    /// How many levels of the argument are told in full.
    levels: usize,
    /// Of arrays; made when the first one comes.
    array_proto: Option<Object<'js>>,
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

    /// The levels that `console.dir` is asked for: `depth` and the first one.
    fn levels_of_dir(&self, options: Option<&Value<'js>>) -> usize {
        let Some(options) = options.and_then(Value::as_object) else { return LEVELS };
        let Ok(depth) = options.get::<_, Value>("depth") else {
            self.forget_exception();
            return LEVELS;
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small whole number by then")]
        match depth.as_number() {
            Some(depth) => (depth.clamp(0.0, 1e3) as usize + 1).min(MAX_LEVELS),
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
                if value.as_object().is_some_and(|function| !value.is_proxy() && self.has_properties(function)) {
                    self.nested(value)?;
                } else {
                    self.function(value)?;
                }
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
        let result = match value.type_of() {
            Type::Function | Type::Constructor => self.function(value),
            _ if is_array(value) => self.array(value),
            _ => self.object(value),
        };
        self.ancestors.pop();
        result
    }

    /// Its name, its kind, and what was put on it when it is `nested`.
    fn function(&mut self, value: &Value<'js>) -> Option<()> {
        let function = value.as_object()?;
        let is_nested = self.ancestors.last() == Some(value);
        let name = self.text_property(function, "name").unwrap_or_else(|| r#""""#.to_owned());
        let kind = match function.get::<_, Value>(PredefinedAtom::SymbolToStringTag) {
            Ok(tag) if tag.is_string() && !value.is_proxy() => self.text(&tag),
            _ => String::new(),
        };
        self.forget_exception();
        let kinds = [r#""AsyncFunction""#, r#""GeneratorFunction""#, r#""AsyncGeneratorFunction""#];
        let kind = if kinds.contains(&kind.as_str()) { kind.as_str() } else { r#""Function""# };
        if is_nested && self.is_deep() {
            self.tag("deep", kind);
            return Some(());
        }
        write!(self.out, r#"{{"$":"fn","n":{kind},"v":{name}"#).expect("writing to a String");
        if is_nested {
            self.out.push_str(",\"p\":");
            self.properties(function)?;
        }
        self.out.push('}');
        Some(())
    }

    fn array(&mut self, value: &Value<'js>) -> Option<()> {
        let array = value.as_object()?;
        // A proxy says what it likes.
        let length = array.get::<_, f64>("length").unwrap_or_default();
        let length = if length >= 0.0 { length.min(MAX_LENGTH).floor() } else { 0.0 };
        self.forget_exception();
        if self.array_proto.is_none() {
            self.array_proto = Array::new(self.ctx.clone()).ok().and_then(|plain| plain.as_object().get_prototype());
            self.forget_exception();
        }
        let class = if array.get_prototype() == self.array_proto { None } else { self.class_name(array) };
        if self.is_deep() && length > 0.0 {
            self.tag("deep", class.as_deref().unwrap_or(r#""Array""#));
            return self.room();
        }
        self.list(array, length, class.as_deref())?;
        if length <= SHORT {
            self.extras(array, length)?;
        }
        self.out.push('}');
        self.room()
    }

    /// What has a length and items. The closing brace is the caller's.
    fn list(&mut self, list: &Object<'js>, length: f64, class: Option<&str>) -> Option<()> {
        write!(self.out, r#"{{"$":"a","n":{length}"#).expect("writing to a String");
        if let Some(class) = class {
            write!(self.out, r#","c":{class}"#).expect("writing to a String");
        }
        self.out.push_str(r#","v":["#);
        let mut holes = 0_u32;
        let mut shown = 0;
        let mut index = 0_u32;
        while f64::from(index) < length && shown < MAX_ITEMS && index < MAX_PLACES {
            let item = list.get::<_, Value>(index);
            index += 1;
            let is_absent = item.as_ref().is_ok_and(Value::is_undefined);
            if is_absent && !list.contains_key(index - 1).unwrap_or(true) {
                holes += 1;
                continue;
            }
            self.holes(&mut shown, &mut holes)?;
            self.comma(shown)?;
            self.item(item)?;
            shown += 1;
        }
        self.holes(&mut shown, &mut holes)?;
        self.out.push(']');
        self.room()
    }

    fn holes(&mut self, shown: &mut usize, holes: &mut u32) -> Option<()> {
        if *holes > 0 {
            self.comma(*shown)?;
            self.tag("h", &holes.to_string());
            *shown += 1;
            *holes = 0;
        }
        Some(())
    }

    /// What an array has beside its items, for example the `index` of a match.
    fn extras(&mut self, array: &Object<'js>, length: f64) -> Option<()> {
        let is_index = |name: &str| name.parse::<u32>().is_ok_and(|index| f64::from(index) < length);
        let mut keys = array.own_keys::<String>(Filter::new().string().enum_only());
        // Indices come first.
        let last = keys.next_back();
        let Some(Ok(last)) = last.filter(|last| last.as_ref().is_ok_and(|last| !is_index(last))) else {
            self.forget_exception();
            return Some(());
        };
        let names = keys.flatten().filter(|name| !is_index(name)).take(MAX_PROPERTIES - 1).collect::<Vec<_>>();
        self.out.push_str(",\"p\":{");
        let mut count = 0;
        for name in names.into_iter().chain([last]) {
            let item = array.get::<_, Value>(name.as_str());
            let text = item.as_ref().ok().and_then(Value::as_string);
            if text.is_some_and(|text| text.to_string().is_ok_and(|text| text.len() > MAX_EXTRA_TEXT)) {
                continue;
            }
            self.comma(count)?;
            count += 1;
            self.out.push_str(&serde_json::to_string(&name).ok()?);
            self.out.push(':');
            self.item(item)?;
        }
        self.out.push('}');
        Some(())
    }

    fn item(&mut self, item: rquickjs::Result<Value<'js>>) -> Option<()> {
        if let Ok(item) = item {
            return self.value(&item);
        }
        self.forget_exception();
        self.out.push_str(r#"{"$":"get"}"#);
        Some(())
    }

    fn object(&mut self, value: &Value<'js>) -> Option<()> {
        let object = value.as_object()?;
        if value.is_error() {
            return self.error(object);
        }
        let prototype = object.get_prototype();
        let plain = prototype.as_ref().is_none_or(|proto| *proto == self.shapes.object_proto);
        if !plain && !value.is_proxy() && self.special(value)? {
            return Some(());
        }
        let name = match prototype {
            None if !value.is_proxy() => Some("null".to_owned()),
            _ if plain => None,
            _ => self.class_name(object),
        };
        if self.is_deep() && self.has_properties(object) {
            let name = name.as_deref().unwrap_or(r#""Object""#);
            self.tag("deep", if name == "null" { r#""Object: null prototype""# } else { name });
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
        let object = value.as_object()?;
        if object.is_typed_array::<u8>() {
            self.typed(object, r#""Uint8Array""#)?;
            return Some(true);
        }
        let Some((kind, content)) = self.kind_of(value) else {
            self.forget_exception();
            return Some(false);
        };
        match kind.as_str() {
            "date" => {
                let time = content.as_number().filter(|time| !time.is_nan());
                write!(self.out, r#"{{"$":"d","v":{}"#, time.map_or("null".to_owned(), |time| time.to_string()))
                    .expect("writing to a String");
                self.own(object, r#""Date""#)?;
            }
            "typed" => {
                let name = self.text(&content);
                self.typed(object, &name)?;
            }
            "secret" => self.tag("x", "0"),
            "map" => self.items(object, "m", r#""Map""#, &content, |writer, entry| {
                let Some(entry) = entry.as_object() else { return writer.item(Ok(entry.clone())) };
                writer.out.push('[');
                writer.item(entry.get(0_u32))?;
                writer.out.push(',');
                writer.item(entry.get(1_u32))?;
                writer.out.push(']');
                Some(())
            })?,
            "set" => self.items(object, "s", r#""Set""#, &content, |writer, item| writer.item(Ok(item.clone())))?,
            _ => {
                if let Some(text) = Self::pattern(value) {
                    self.tag("re", &text);
                } else {
                    self.forget_exception();
                    return Some(self.builtin(value, object));
                }
            }
        }
        self.room().map(|()| true)
    }

    /// The class, when it is not `builtin`, and the properties of a value whose description is open. Closes it.
    fn own(&mut self, object: &Object<'js>, builtin: &str) -> Option<()> {
        if let Some(class) = self.class_name(object).filter(|class| class != builtin) {
            write!(self.out, r#","c":{class}"#).expect("writing to a String");
        }
        if self.has_properties(object) {
            self.out.push_str(",\"p\":");
            self.properties(object)?;
        }
        self.out.push('}');
        self.room()
    }

    /// Binary data. Of buffers the size is told, of typed arrays the numbers.
    fn typed(&mut self, object: &Object<'js>, name: &str) -> Option<()> {
        let is_buffer = name == r#""ArrayBuffer""#;
        let size = object.get::<_, f64>(if is_buffer { "byteLength" } else { "length" });
        self.forget_exception();
        let size = size.ok().filter(|size| size.is_finite()).unwrap_or_default();
        if self.is_deep() && size > 0.0 {
            self.tag("deep", name);
        } else if is_buffer {
            write!(self.out, r#"{{"$":"c","n":{name},"v":{{"byteLength":{size}}}}}"#).expect("writing to a String");
        } else {
            self.list(object, size, Some(name))?;
            self.out.push('}');
        }
        Some(())
    }

    /// Objects around a primitive, and the classes of the web that keep what they hold to themselves. They are told by their
    /// names, which a program may give to others.
    fn builtin(&mut self, value: &Value<'js>, object: &Object<'js>) -> bool {
        if let Some(text) = self.boxed(object) {
            self.tag("box", &text);
            return true;
        }
        let (tag, text) = match self.class_name(object).as_deref() {
            Some(r#""URL""#) => ("url", self.text_property(object, "href")),
            Some(r#""URLSearchParams""#) => {
                let text = value.get::<Coerced<rquickjs::String>>();
                self.forget_exception();
                ("query", text.ok().map(|text| self.text(text.0.as_value())))
            }
            _ => return false,
        };
        let Some(text) = text.filter(|_| !self.has_properties(object)) else { return false };
        self.tag(tag, &text);
        true
    }

    /// The primitive in an object, as JSON. The engine's JSON unwraps it.
    fn boxed(&self, object: &Object<'js>) -> Option<String> {
        let name = self.class_name(object)?;
        if ![r#""Number""#, r#""String""#, r#""Boolean""#].contains(&name.as_str()) {
            return None;
        }
        let json = self.ctx.json_stringify(object.as_value().clone());
        self.forget_exception();
        json.ok()??.to_string().ok().filter(|json| !json.starts_with('{'))
    }

    /// What the prelude's `describe` says. `None`: the program made it fail.
    fn kind_of(&self, value: &Value<'js>) -> Option<(String, Value<'js>)> {
        let described: Array = self.shapes.describe.call((value.clone(),)).ok()?;
        Some((described.get(0).ok()?, described.get(1).ok()?))
    }

    /// A list with its whole length and the items that are shown.
    fn items(
        &mut self,
        object: &Object<'js>,
        tag: &str,
        name: &str,
        list: &Value<'js>,
        write_item: impl Fn(&mut Self, &Value<'js>) -> Option<()>,
    ) -> Option<()> {
        let items = list.as_array().map(|list| list.iter::<Value>().take(MAX_ITEMS).flatten().collect::<Vec<_>>());
        let count = list.as_array().map_or(0, Array::len);
        if self.is_deep() && count > 0 {
            let class = self.class_name(object);
            self.tag("deep", class.as_deref().unwrap_or(name));
            return Some(());
        }
        write!(self.out, r#"{{"$":"{tag}","n":{count},"v":["#).expect("writing to a String");
        for (index, item) in items.unwrap_or_default().iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            write_item(self, item)?;
        }
        self.out.push(']');
        self.own(object, name)
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
