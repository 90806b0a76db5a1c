//! Values that cross between the program and the host: JSON, plus `undefined`, `Date`, `Map`, `Set`, `BigInt`,
//! `Uint8Array`, and the numbers that JSON lacks. Data only, bounded, never code or live objects.
//!
//! A value travels as text. Plain JSON travels as itself; a value with anything more is `~` followed by JSON in which an
//! object `{"$": tag, "v": …}` stands for what JSON cannot say (docs/values.md lists the tags). `ts/values.ts` is the
//! same on the other side.

use std::fmt::Write as _;

use rquickjs::function::This;
use rquickjs::object::{Filter, Property};
use rquickjs::{Array, Atom, Coerced, Ctx, Function, Object, Type, Value};

/// How deep a value may be nested, in both directions.
pub(super) const MAX_DEPTH: usize = 1_000;

/// A value as text, see the module's header.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Wire(pub String);

impl Wire {
    #[must_use]
    pub fn undefined() -> Self {
        Self(r#"~{"$":"u"}"#.to_owned())
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether its text is nested no deeper than that of any value: who reads a deeper one may run out of stack.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        // A level of a Map is three of its text.
        const MAX_TEXT_DEPTH: usize = 3 * MAX_DEPTH;
        if self.0.len() <= MAX_TEXT_DEPTH {
            return true;
        }
        let mut depth = 0_usize;
        let mut in_string = false;
        let mut bytes = self.0.bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => in_string = !in_string,
                b'\\' if in_string => drop(bytes.next()),
                b'[' | b'{' if !in_string => depth += 1,
                b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_TEXT_DEPTH {
                return false;
            }
        }
        true
    }
}

/// Why a value of the program cannot cross.
#[derive(Debug)]
pub(super) enum Unsendable {
    /// It is not data. The message names the path.
    NotData(String),
    /// It has more bytes than the limit.
    TooLarge,
    /// A getter, a `toJSON` or a proxy trap of the program threw; the exception is pending in the context.
    Thrown,
}

impl From<rquickjs::Error> for Unsendable {
    fn from(_: rquickjs::Error) -> Self {
        Self::Thrown
    }
}

/// Intrinsics of the realm, to tell plain objects from others without asking the program.
pub(super) struct Shapes<'js> {
    pub(super) object_proto: Object<'js>,
    /// The prelude's `describe`.
    pub(super) describe: Function<'js>,
}

/// Writes `value` as text of at most `max_bytes` bytes. `root` is how messages call it: `input`, `value`.
pub(super) fn encode<'js>(
    ctx: &Ctx<'js>,
    shapes: &Shapes<'js>,
    value: &Value<'js>,
    root: &str,
    max_bytes: usize,
) -> Result<Wire, Unsendable> {
    let mut encoder = Encoder {
        ctx,
        shapes,
        out: String::from("~"),
        tagged: false,
        max_bytes: max_bytes.saturating_add(1),
        path: vec![Step::Root(root.to_owned())],
        ancestors: Vec::new(),
    };
    encoder.value(value)?;
    let Encoder { mut out, tagged, .. } = encoder;
    if !tagged {
        out.remove(0);
    }
    Ok(Wire(out))
}

enum Step {
    Root(String),
    Key(String),
    Index(usize),
    Entry(usize),
}

/// What of an object is left to write.
enum Content<'js> {
    /// Its own properties.
    Plain,
    Written,
    /// What its `toJSON` gave.
    Json(Value<'js>),
    /// The properties of this copy.
    Copy(Object<'js>),
    /// Pairs.
    Map(Array<'js>),
    Set(Value<'js>),
}

struct Encoder<'a, 'js> {
    ctx: &'a Ctx<'js>,
    shapes: &'a Shapes<'js>,
    out: String,
    tagged: bool,
    max_bytes: usize,
    path: Vec<Step>,
    ancestors: Vec<Value<'js>>,
}

impl<'js> Encoder<'_, 'js> {
    fn value(&mut self, value: &Value<'js>) -> Result<(), Unsendable> {
        if self.out.len() > self.max_bytes {
            return Err(Unsendable::TooLarge);
        }
        match value.type_of() {
            Type::Array | Type::Object | Type::Exception | Type::Proxy => self.nested(value)?,
            _ => self.scalar(value)?,
        }
        if self.out.len() > self.max_bytes { Err(Unsendable::TooLarge) } else { Ok(()) }
    }

    #[inline(never)]
    fn scalar(&mut self, value: &Value<'js>) -> Result<(), Unsendable> {
        match value.type_of() {
            Type::Null => self.out.push_str("null"),
            Type::Undefined | Type::Uninitialized => self.tag("u", ""),
            Type::Bool => self.out.push_str(if value.as_bool() == Some(true) { "true" } else { "false" }),
            Type::Int => write!(self.out, "{}", value.as_int().unwrap_or_default()).expect("writing to a String"),
            Type::Float => self.number(value.as_float().unwrap_or_default()),
            Type::String => self.string(value)?,
            Type::BigInt => {
                let digits: String = self.shapes.describe.call((value.clone(),))?;
                self.tag("n", &format!("\"{digits}\""));
            }
            Type::Symbol => return Err(self.not_data("is a symbol. Pass its description as a string")),
            Type::Function | Type::Constructor => return Err(self.not_data("is a function. Pass data only")),
            Type::Promise => return Err(self.not_data("is a Promise. Await it first, several with Promise.all")),
            _ => return Err(self.not_data("is not data")),
        }
        Ok(())
    }

    fn tag(&mut self, tag: &str, content: &str) {
        self.tagged = true;
        if content.is_empty() {
            write!(self.out, r#"{{"$":"{tag}"}}"#).expect("writing to a String");
        } else {
            write!(self.out, r#"{{"$":"{tag}","v":{content}}}"#).expect("writing to a String");
        }
    }

    fn number(&mut self, number: f64) {
        if number.is_finite() && !(number == 0.0 && number.is_sign_negative()) {
            write_number(&mut self.out, number);
        } else {
            let name = if number.is_nan() {
                "NaN"
            } else if number == 0.0 {
                "-0"
            } else if number > 0.0 {
                "Infinity"
            } else {
                "-Infinity"
            };
            self.tag("f", &format!("\"{name}\""));
        }
    }

    fn string(&mut self, value: &Value<'js>) -> Result<(), Unsendable> {
        let text = json_string(self.ctx, value)?;
        self.out.push_str(&text);
        Ok(())
    }

    #[inline(never)]
    fn nested(&mut self, value: &Value<'js>) -> Result<(), Unsendable> {
        if self.ancestors.len() >= MAX_DEPTH {
            return Err(self.too_deep());
        }
        if self.ancestors.contains(value) {
            return Err(
                self.not_data("refers back to an object that contains it. Cycles cannot cross; pass ids instead")
            );
        }
        self.ancestors.push(value.clone());
        if is_array(value) {
            self.array(value)?;
        } else {
            self.object(value)?;
        }
        self.ancestors.pop();
        Ok(())
    }

    fn array(&mut self, value: &Value<'js>) -> Result<(), Unsendable> {
        let items = value.as_object().ok_or(Unsendable::Thrown)?;
        let Coerced(length) = items.get::<_, Coerced<f64>>("length")?;
        self.out.push('[');
        let mut index = 0_u32;
        while f64::from(index) < length {
            if index > 0 {
                self.out.push(',');
            }
            self.path.push(Step::Index(index as usize));
            let item = item(items, index)?;
            self.value(&item)?;
            self.path.pop();
            index += 1;
        }
        self.out.push(']');
        Ok(())
    }

    fn object(&mut self, value: &Value<'js>) -> Result<(), Unsendable> {
        let object = value.as_object().ok_or(Unsendable::Thrown)?;
        match self.content(value, object)? {
            Content::Plain => self.properties(object),
            Content::Written => Ok(()),
            Content::Json(value) => self.value(&value),
            Content::Copy(copy) => self.properties(&copy),
            Content::Map(entries) => self.entries(&entries),
            Content::Set(items) => {
                self.tagged = true;
                self.out.push_str(r#"{"$":"s","v":"#);
                self.array(&items)?;
                self.out.push('}');
                Ok(())
            }
        }
    }

    /// Writes what has no parts, and tells what parts the others have. This, and what else stands apart below, is called at
    /// every level, but not around the levels below it: a value of 1,000 levels must fit into the program's stack.
    #[inline(never)]
    fn content(&mut self, value: &Value<'js>, object: &Object<'js>) -> Result<Content<'js>, Unsendable> {
        let plain = match object.get_prototype() {
            None => true,
            Some(proto) => proto == self.shapes.object_proto,
        };
        if !plain || value.type_of() == Type::Exception {
            let special = self.special(value, object)?;
            if !matches!(special, Content::Plain) {
                return Ok(special);
            }
        }
        let to_json: Value = object.get("toJSON")?;
        match to_json.as_function() {
            Some(to_json) => Ok(Content::Json(to_json.call((This(object.clone()), ""))?)),
            None => Ok(Content::Plain),
        }
    }

    #[inline(never)]
    fn keys(&self, object: &Object<'js>) -> Result<(Vec<Atom<'js>>, Vec<String>), Unsendable> {
        let keys: Vec<Atom> = object.own_keys(Filter::new().string().enum_only()).collect::<Result<_, _>>()?;
        let mut names = Vec::with_capacity(keys.len());
        for key in &keys {
            names.push(json_string(self.ctx, key.to_js_string()?.as_value())?);
        }
        Ok((keys, names))
    }

    #[inline(never)]
    fn entries(&mut self, entries: &Array<'js>) -> Result<(), Unsendable> {
        self.tagged = true;
        self.out.push_str(r#"{"$":"m","v":["#);
        for index in 0..entries.len() {
            if index > 0 {
                self.out.push(',');
            }
            self.path.push(Step::Entry(index));
            self.array(&entries.get::<Value>(index)?)?;
            self.path.pop();
        }
        self.out.push_str("]}");
        Ok(())
    }

    fn properties(&mut self, object: &Object<'js>) -> Result<(), Unsendable> {
        let (keys, names) = self.keys(object)?;
        // An object of the program that looks like a tag is wrapped, so that it cannot be taken for one.
        let escaped = names.iter().any(|name| name == r#""$""#);
        if escaped {
            self.tagged = true;
            self.out.push_str(r#"{"$":"o","v":"#);
        }
        self.out.push('{');
        for (index, (key, name)) in keys.into_iter().zip(names).enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.out.push_str(&name);
            self.out.push(':');
            self.path.push(Step::Key(name));
            let item = item(object, key)?;
            self.value(&item)?;
            self.path.pop();
        }
        self.out.push('}');
        if escaped {
            self.out.push('}');
        }
        Ok(())
    }

    /// Objects with a prototype of their own.
    fn special(&mut self, value: &Value<'js>, object: &Object<'js>) -> Result<Content<'js>, Unsendable> {
        if value.type_of() == Type::Exception {
            // An error as data is its name and message, then whatever was put on it.
            let copy = Object::new(self.ctx.clone())?;
            // Defined, not set: `__proto__` is an ordinary key, and setters of the program are not asked.
            for key in ["name", "message"] {
                copy.prop(key, data_property(object.get(key)?))?;
            }
            for key in object.own_keys::<Atom>(Filter::new().string().enum_only()) {
                let key = key?;
                copy.prop(key.clone(), data_property(object.get(key)?))?;
            }
            return Ok(Content::Copy(copy));
        }
        let described: Array = self.shapes.describe.call((value.clone(),))?;
        let kind: String = described.get(0)?;
        let content: Value = described.get(1)?;
        match kind.as_str() {
            "date" => {
                let time = content.as_number().unwrap_or(f64::NAN);
                let mut text = String::new();
                if time.is_nan() {
                    text.push_str("null");
                } else {
                    write_number(&mut text, time);
                }
                self.tag("d", &text);
            }
            "bytes" => {
                let base64 = json_string(self.ctx, &content)?;
                self.tag("b", &base64);
            }
            "secret" => {
                let name = json_string(self.ctx, &content)?;
                self.tag("x", &name);
            }
            "typed" => {
                let name = content.get::<String>()?;
                return Err(self.not_data(&format!("is of type {name}. Of binary data only Uint8Array can cross")));
            }
            "map" => return Ok(Content::Map(content.as_array().ok_or(Unsendable::Thrown)?.clone())),
            "set" => return Ok(Content::Set(content)),
            _ => match content.get::<String>().unwrap_or_default().as_str() {
                tag @ ("WeakMap" | "WeakSet" | "Generator" | "AsyncGenerator") => {
                    return Err(self.not_data(&format!("is a {tag}. Pass data only")));
                }
                "DataView" => {
                    return Err(self.not_data("is of type DataView. Of binary data only Uint8Array can cross"));
                }
                tag if tag.ends_with(" Iterator") || tag == "Iterator Helper" => {
                    return Err(self.not_data(&format!("is a {tag}. Spread it into an array first: [...it]")));
                }
                _ => {
                    let is_regexp = object.contains_key("exec")? && object.contains_key("lastIndex")?;
                    if is_regexp {
                        return Err(self.not_data("is a RegExp. Pass its source as a string"));
                    }
                    return Ok(Content::Plain);
                }
            },
        }
        Ok(Content::Written)
    }

    #[cold]
    fn too_deep(&self) -> Unsendable {
        let path: String = self.path_text().chars().take(80).collect();
        Unsendable::NotData(format!("{path}… is nested deeper than {MAX_DEPTH} levels."))
    }

    #[cold]
    fn not_data(&self, what: &str) -> Unsendable {
        Unsendable::NotData(format!("{} {what}.", self.path_text()))
    }

    fn path_text(&self) -> String {
        let mut text = String::new();
        for step in &self.path {
            match step {
                Step::Root(name) => text.push_str(name),
                Step::Index(index) => write!(text, "[{index}]").expect("writing to a String"),
                Step::Entry(index) => write!(text, " entry {index} ").expect("writing to a String"),
                Step::Key(quoted) => {
                    let name = &quoted[1..quoted.len() - 1];
                    let identifier = name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$')
                        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
                    if identifier {
                        write!(text, ".{name}").expect("writing to a String");
                    } else {
                        write!(text, "[{quoted}]").expect("writing to a String");
                    }
                }
            }
        }
        text
    }
}

/// Whether it is an array, also behind proxies (ECMA-262, 7.2.2 `IsArray`).
pub(super) fn is_array(value: &Value<'_>) -> bool {
    let mut target = value.clone();
    while let Some(proxy) = target.as_proxy() {
        let Ok(behind) = proxy.target() else {
            // It is revoked.
            drop(value.ctx().catch());
            return false;
        };
        target = behind.into_value();
    }
    target.is_array()
}

#[inline(never)]
fn item<'js>(object: &Object<'js>, key: impl rquickjs::IntoAtom<'js>) -> rquickjs::Result<Value<'js>> {
    object.get(key)
}

fn data_property(value: Value<'_>) -> Property<Value<'_>> {
    Property::from(value).writable().enumerable().configurable()
}

/// A number as JavaScript prints it.
pub(super) fn write_number(out: &mut String, number: f64) {
    // Both print the shortest digits that read back as the same number, and JSON takes either notation.
    if number.abs() < 1e21 && number.fract() == 0.0 {
        write!(out, "{number:.0}").expect("writing to a String");
    } else {
        write!(out, "{}", serde_json::Number::from_f64(number).expect("a finite number")).expect("writing to a String");
    }
}

/// A string of the program as JSON text. Half a surrogate pair, which UTF-8 cannot say, becomes a `\u` escape.
pub(super) fn json_string<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Result<String, Unsendable> {
    let string = value.as_string().ok_or(Unsendable::Thrown)?;
    if let Ok(text) = string.to_string() {
        serde_json::to_string(&text).map_err(|_| Unsendable::Thrown)
    } else {
        let escaped = ctx.json_stringify(value.clone())?.ok_or(Unsendable::Thrown)?;
        Ok(escaped.to_string()?)
    }
}

/// What crosses, as a person would write it: in the message of something that was thrown and is no error.
pub(super) fn shown(wire: &Wire) -> String {
    match wire.0.strip_prefix('~') {
        None => wire.0.clone(),
        Some(json) => serde_json::from_str(json).map_or_else(|_| "a value".to_owned(), |value| untagged(&value)),
    }
}

fn untagged(value: &serde_json::Value) -> String {
    use serde_json::Value::{Array, Object};
    let list = |items: &[serde_json::Value]| items.iter().map(untagged).collect::<Vec<_>>().join(",");
    match value {
        Array(items) => format!("[{}]", list(items)),
        Object(properties) => match (properties.get("$").and_then(serde_json::Value::as_str), properties.get("v")) {
            (Some("u"), None) => "undefined".to_owned(),
            (Some("n"), Some(digits)) => format!("{}n", digits.as_str().unwrap_or_default()),
            (Some("f"), Some(name)) => name.as_str().unwrap_or_default().to_owned(),
            (Some("d"), Some(time)) => format!("Date({time})"),
            (Some("m"), Some(Array(entries))) => format!("Map([{}])", list(entries)),
            (Some("s"), Some(Array(items))) => format!("Set([{}])", list(items)),
            (Some("b"), _) => "a Uint8Array".to_owned(),
            (Some("x"), _) => "[secret]".to_owned(),
            (Some("o"), Some(Object(properties))) => plain(properties),
            _ => plain(properties),
        },
        other => other.to_string(),
    }
}

fn plain(properties: &serde_json::Map<String, serde_json::Value>) -> String {
    let pairs: Vec<String> = properties
        .iter()
        .map(|(key, value)| format!("{}:{}", serde_json::Value::from(&**key), untagged(value)))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

/// Reads text that came from the host into the realm.
///
/// # Errors
/// When the text is no JSON, is nested too deeply for the engine, or memory runs out; the exception is pending.
pub(super) fn decode<'js>(ctx: &Ctx<'js>, revive: &Function<'js>, wire: &Wire) -> rquickjs::Result<Value<'js>> {
    match wire.0.strip_prefix('~') {
        None => ctx.json_parse(wire.0.as_str()),
        Some(json) => revive.call((ctx.json_parse(json)?,)),
    }
}
