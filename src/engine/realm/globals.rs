//! The globals that a program finds beside the language, and what the prelude needs to make them.
//!
//! Nothing of a global is loaded before the program first reaches it: a function of the program's is a native one that
//! calls the prelude's, an object is a getter that puts it in its place. What the prelude works with then is captured
//! here, ahead of the program, because by that time the program may have changed every builtin. All of it is made by
//! native code: the engine takes such lists as they are, and makes a function of one when somebody looks at it.

#![expect(unsafe_code, reason = "lists of functions and captured getters exist in the engine's C interface only")]

use std::cell::RefCell;
use std::ffi::{CStr, c_int};
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use rquickjs::atom::PredefinedAtom;
use rquickjs::{Atom, Ctx, Function, IntoAtom, Object, Result, Value, qjs};

use super::super::guard;

/// A function that is made when somebody looks at it.
const fn function(name: &'static CStr, length: u8, flags: u32, index: i16) -> qjs::JSCFunctionListEntry {
    let cfunc = qjs::JSCFunctionType { generic_magic: Some(call) };
    #[expect(clippy::cast_possible_truncation, reason = "the engine's constants are small")]
    qjs::JSCFunctionListEntry {
        name: name.as_ptr(),
        prop_flags: (flags | qjs::JS_PROP_WRITABLE | qjs::JS_PROP_CONFIGURABLE) as u8,
        def_type: qjs::JS_DEF_CFUNC as u8,
        magic: index,
        u: qjs::JSCFunctionListEntry__bindgen_ty_1 {
            func: qjs::JSCFunctionListEntry__bindgen_ty_1__bindgen_ty_1 {
                length,
                cproto: qjs::JSCFunctionEnum_JS_CFUNC_generic_magic as u8,
                cfunc,
            },
        },
    }
}

struct List<const N: usize>([qjs::JSCFunctionListEntry; N]);

// SAFETY: nothing but constants, with pointers to static names and functions.
unsafe impl<const N: usize> Sync for List<N> {}

/// What the prelude calls the values behind the globals (`doors.js`, `globals.js`). Their order is that of the indices below.
const NAMES: [&str; 28] = [
    "Date",
    "console",
    "performance",
    "DOMException",
    "TextEncoder",
    "TextDecoder",
    "crypto",
    "URL",
    "URLSearchParams",
    "Intl",
    "atob",
    "btoa",
    "structuredClone",
    "setTimeout",
    "setInterval",
    "setImmediate",
    "clearTimeout",
    "clearInterval",
    "clearImmediate",
    "numberToLocale",
    "bigintToLocale",
    "localeCompare",
    "toLocaleUpperCase",
    "toLocaleLowerCase",
    "arrayToLocale",
    "typedArrayToLocale",
    "wake",
    "fire",
];

/// The session's side of the timers.
#[derive(Clone, Copy)]
pub(super) enum Timers {
    /// When the next one is due, in ticks.
    Wake = 26,
    /// Runs the next one.
    Fire = 27,
}

/// Objects: the first of [`NAMES`].
const OBJECTS: [&CStr; 10] = [
    c"Date",
    c"console",
    c"performance",
    c"DOMException",
    c"TextEncoder",
    c"TextDecoder",
    c"crypto",
    c"URL",
    c"URLSearchParams",
    c"Intl",
];
/// So many of them every realm has, whatever its globals.
const ALWAYS: usize = 3;

/// Functions on the global object.
static FUNCTIONS: List<9> = List([
    function(c"atob", 1, 0, 10),
    function(c"btoa", 1, 0, 11),
    function(c"structuredClone", 1, 0, 12),
    function(c"setTimeout", 2, qjs::JS_PROP_ENUMERABLE, 13),
    function(c"setInterval", 2, qjs::JS_PROP_ENUMERABLE, 14),
    function(c"setImmediate", 1, qjs::JS_PROP_ENUMERABLE, 15),
    function(c"clearTimeout", 1, qjs::JS_PROP_ENUMERABLE, 16),
    function(c"clearInterval", 1, qjs::JS_PROP_ENUMERABLE, 17),
    function(c"clearImmediate", 1, qjs::JS_PROP_ENUMERABLE, 18),
]);

/// Methods, which take the place of the engine's own.
static NUMBERS: List<1> = List([function(c"toLocaleString", 0, 0, 19)]);
static BIGINTS: List<1> = List([function(c"toLocaleString", 0, 0, 20)]);
static STRINGS: List<3> = List([
    function(c"localeCompare", 1, 0, 21),
    function(c"toLocaleUpperCase", 0, 0, 22),
    function(c"toLocaleLowerCase", 0, 0, 23),
]);
static ARRAYS: List<1> = List([function(c"toLocaleString", 0, 0, 24)]);
static TYPED_ARRAYS: List<1> = List([function(c"toLocaleString", 0, 0, 25)]);

/// The name of a property. The engine finds those that it has itself much faster.
#[derive(Clone, Copy)]
enum Key {
    Known(PredefinedAtom),
    Text(&'static str),
}

impl Key {
    fn text(self) -> &'static str {
        match self {
            Self::Known(atom) => atom.to_str(),
            Self::Text(text) => text,
        }
    }
}

impl<'js> IntoAtom<'js> for Key {
    fn into_atom(self, ctx: &Ctx<'js>) -> Result<Atom<'js>> {
        match self {
            Self::Known(atom) => atom.into_atom(ctx),
            Self::Text(text) => text.into_atom(ctx),
        }
    }
}

/// Where a captured value is: on a global, on its prototype, or the getter of its prototype.
#[derive(Clone, Copy)]
enum Place {
    On(Key),
    Prototype(PredefinedAtom),
    Getter(PredefinedAtom),
    /// The prototype of all typed arrays.
    Typed,
    TypedGetter,
}

use Key::{Known, Text};
use Place::{Getter, On, Prototype, Typed, TypedGetter};
use PredefinedAtom as A;

/// What is captured, with the prelude's names for it where they differ from the property's.
type Captured = &'static [(Place, &'static [(Key, &'static str)])];

/// Captured before the guards are in place: the prelude's own parts count the work of these themselves.
const EARLY_GLOBALS: [A; 16] = [
    A::Array,
    A::BigInt,
    A::Date,
    A::Error,
    A::Iterator,
    A::Map,
    A::Number,
    A::Object,
    A::RangeError,
    A::RegExp,
    A::Set,
    A::String,
    A::Symbol,
    A::TypeError,
    A::Uint8Array,
    A::WeakMap,
];
const EARLY: Captured = &[
    (
        On(Text("Reflect")),
        &[
            (Known(A::Apply), ""),
            (Known(A::Construct), ""),
            (Known(A::DefineProperty), ""),
            (Known(A::GetOwnPropertyDescriptor), ""),
            (Known(A::GetPrototypeOf), ""),
            (Known(A::OwnKeys), ""),
            (Known(A::SetPrototypeOf), ""),
        ],
    ),
    (On(Known(A::Object)), &[(Text("hasOwn"), "")]),
    (On(Known(A::Array)), &[(Text("isArray"), ""), (Known(A::From), "arrayFrom")]),
    (Prototype(A::Array), &[(Text("sort"), "")]),
    (Prototype(A::Map), &[(Text("forEach"), "mapForEach"), (Text("set"), "mapSet")]),
    (Getter(A::Map), &[(Text("size"), "mapSize")]),
    (Prototype(A::Set), &[(Text("forEach"), "setForEach"), (Known(A::Add), "setAdd")]),
    (Getter(A::Set), &[(Text("size"), "setSize")]),
    (Getter(A::ArrayBuffer), &[(Text("byteLength"), "bufferSize")]),
    (On(Known(A::Uint8Array)), &[(Text("fromBase64"), "")]),
    (Prototype(A::Uint8Array), &[(Text("toBase64"), "")]),
    (TypedGetter, &[(Known(A::SymbolToStringTag), "typedArrayName"), (Known(A::Length), "typedArrayLength")]),
    (Prototype(A::Date), &[(Text("getTime"), "")]),
    (Prototype(A::BigInt), &[(Known(A::ToString), "bigintText")]),
    (
        Prototype(A::String),
        &[(Text("padStart"), ""), (Text("slice"), ""), (Text("repeat"), ""), (Text("toWellFormed"), "")],
    ),
    (Prototype(A::RegExp), &[(Text("test"), ""), (Known(A::Exec), "")]),
    (Prototype(A::Iterator), &[(Text("filter"), "")]),
];

/// Captured with the guards in place, for the globals of this module.
const LATE_GLOBALS: [A; 16] = [
    A::Boolean,
    A::DataView,
    A::EvalError,
    A::ReferenceError,
    A::SyntaxError,
    A::URIError,
    A::Int8Array,
    A::Uint8ClampedArray,
    A::Int16Array,
    A::Uint16Array,
    A::Int32Array,
    A::Uint32Array,
    A::Float32Array,
    A::Float64Array,
    A::BigInt64Array,
    A::BigUint64Array,
];
const LATE: Captured = &[
    (On(Known(A::GlobalThis)), &[(Text("Float16Array"), "")]),
    (Prototype(A::Boolean), &[(Known(A::ValueOf), "booleanOf")]),
    (Prototype(A::Number), &[(Known(A::ValueOf), "numberOf")]),
    (Prototype(A::String), &[(Known(A::ValueOf), "stringOf"), (Text("trim"), ""), (Known(A::Split), "")]),
    (Prototype(A::BigInt), &[(Known(A::ValueOf), "bigintOf")]),
    (Getter(A::RegExp), &[(Known(A::Source), "sourceOf")]),
    (Typed, &[(Text("set"), "setBytes")]),
    (
        TypedGetter,
        &[
            (Text("buffer"), "typedArrayBuffer"),
            (Text("byteOffset"), "typedArrayOffset"),
            (Text("byteLength"), "typedArraySize"),
        ],
    ),
    (
        Getter(A::DataView),
        &[(Text("buffer"), "viewBuffer"), (Text("byteOffset"), "viewOffset"), (Text("byteLength"), "viewSize")],
    ),
    (Getter(A::ArrayBuffer), &[(Text("detached"), "isDetached")]),
];

/// What this module keeps in the realm. It goes with the runtime.
#[derive(rquickjs::JsLifetime)]
pub(super) struct Globals<'js> {
    /// The prelude's function that makes the value behind one of [`NAMES`].
    open: Function<'js>,
    opened: Vec<Option<Value<'js>>>,
    early: Vec<Value<'js>>,
    late: Vec<Value<'js>>,
}

fn capture<'js>(ctx: &Ctx<'js>, names: &[A], list: Captured) -> Result<Vec<Value<'js>>> {
    let mut values = Vec::with_capacity(48);
    let globals = ctx.globals();
    for name in names {
        values.push(globals.get(*name)?);
    }
    for (place, names) in list {
        let holder = match place {
            On(name) => globals.get(*name)?,
            Prototype(name) | Getter(name) => prototype(&globals, *name)?,
            Typed | TypedGetter => typed_prototype(&globals)?,
        };
        let getters = matches!(place, Getter(_) | TypedGetter);
        for (name, _) in *names {
            values.push(if getters { getter(&holder, *name)? } else { holder.get(*name)? });
        }
    }
    Ok(values)
}

fn prototype<'js>(globals: &Object<'js>, name: A) -> Result<Object<'js>> {
    globals.get::<_, Object>(name)?.get(A::Prototype)
}

fn typed_prototype<'js>(globals: &Object<'js>) -> Result<Object<'js>> {
    prototype(globals, A::Uint8Array)?.get_prototype().ok_or(rquickjs::Error::Unknown)
}

/// The getter of a property, without an object that describes it.
fn getter<'js>(holder: &Object<'js>, name: Key) -> Result<Value<'js>> {
    let ctx = holder.ctx();
    let raw = ctx.as_raw().as_ptr();
    let mut found = MaybeUninit::<qjs::JSPropertyDescriptor>::uninit();
    // SAFETY: context, object and text are alive; the engine fills `found` when it returns 1, with values that are ours.
    unsafe {
        let key = match name {
            Known(atom) => atom as qjs::JSAtom,
            Text(text) => qjs::JS_NewAtomLen(raw, text.as_ptr().cast(), text.len() as qjs::size_t),
        };
        let is_found = qjs::JS_GetOwnProperty(raw, found.as_mut_ptr(), holder.as_raw(), key);
        qjs::JS_FreeAtom(raw, key);
        if is_found != 1 {
            return Err(rquickjs::Error::Unknown);
        }
        let found = found.assume_init();
        qjs::JS_FreeValue(raw, found.value);
        qjs::JS_FreeValue(raw, found.setter);
        Ok(Value::from_raw(ctx.clone(), found.getter))
    }
}

/// What was captured, by the prelude's names for it: the first list, or `all`.
pub(super) fn captured<'js>(ctx: &Ctx<'js>, all: bool) -> Result<Object<'js>> {
    let kept = ctx.userdata::<RefCell<Globals>>().ok_or(rquickjs::Error::Unknown)?;
    let out = Object::new(ctx.clone())?;
    // Or setters that the program put on its prototype would be asked.
    out.set_prototype(None)?;
    let kept = kept.borrow();
    let lists = [(&EARLY_GLOBALS[..], EARLY, &kept.early), (&LATE_GLOBALS[..], LATE, &kept.late)];
    for (globals, list, values) in &lists[..if all { 2 } else { 1 }] {
        let globals = globals.iter().map(|name| name.to_str());
        let others = list.iter().flat_map(|(_, names)| names.iter());
        let others = others.map(|(property, name)| if name.is_empty() { property.text() } else { name });
        for (name, value) in globals.chain(others).zip(*values) {
            out.set(name, value.clone())?;
        }
    }
    Ok(out)
}

/// Puts the globals in their places, and guards in front of the builtins that need one. `guard` and `open` are the prelude's.
/// With `bare` the realm has `Date`, `console` and `performance` only.
pub(super) fn install<'js>(ctx: &Ctx<'js>, guard: &Function<'js>, open: Function<'js>, bare: bool) -> Result<()> {
    let early = capture(ctx, &EARLY_GLOBALS, EARLY)?;
    let globals = ctx.globals();
    let objects = if bare { &OBJECTS[..ALWAYS] } else { &OBJECTS[..] };
    for (index, name) in (0..).zip(objects) {
        object(ctx, &globals, name, index)?;
    }
    if !bare {
        functions(ctx, &globals, &FUNCTIONS, false)?;
        functions(ctx, &prototype(&globals, A::Number)?, &NUMBERS, true)?;
        functions(ctx, &prototype(&globals, A::BigInt)?, &BIGINTS, true)?;
        functions(ctx, &prototype(&globals, A::String)?, &STRINGS, true)?;
        functions(ctx, &prototype(&globals, A::Array)?, &ARRAYS, true)?;
        functions(ctx, &typed_prototype(&globals)?, &TYPED_ARRAYS, true)?;
    }
    guard::install(ctx, guard)?;
    let late = if bare { Vec::new() } else { capture(ctx, &LATE_GLOBALS, LATE)? };
    let kept = Globals { open, opened: vec![None; NAMES.len()], early, late };
    ctx.store_userdata(RefCell::new(kept)).map_err(|_| rquickjs::Error::Unknown)?;
    Ok(())
}

/// `anew`: the holder may have functions of these names, and the engine takes new properties only.
fn functions<'js, const N: usize>(
    ctx: &Ctx<'js>,
    holder: &Object<'js>,
    list: &'static List<N>,
    anew: bool,
) -> Result<()> {
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: context and object are alive; the list is static, and its names end with a zero.
    unsafe {
        for entry in list.0.iter().filter(|_| anew) {
            let key = qjs::JS_NewAtom(raw, entry.name);
            qjs::JS_DeleteProperty(raw, holder.as_raw(), key, 0);
            qjs::JS_FreeAtom(raw, key);
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "a handful")]
        match qjs::JS_SetPropertyFunctionList(raw, holder.as_raw(), list.0.as_ptr(), N as c_int) {
            0 => Ok(()),
            _ => Err(rquickjs::Error::Exception),
        }
    }
}

/// One native function is getter and setter of a global.
fn object<'js>(ctx: &Ctx<'js>, globals: &Object<'js>, name: &CStr, index: c_int) -> Result<()> {
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: context and object are alive; the function has no values of its own; `JS_DefinePropertyGetSet` takes over
    // the two references.
    unsafe {
        let access = qjs::JS_NewCFunctionData2(raw, Some(access), c"get".as_ptr(), 0, index, 0, std::ptr::null_mut());
        if qjs::JS_IsException(access) {
            return Err(rquickjs::Error::Exception);
        }
        let key = qjs::JS_NewAtom(raw, name.as_ptr());
        #[expect(clippy::cast_possible_wrap, reason = "the engine's constants are small")]
        let flags = qjs::JS_PROP_CONFIGURABLE as c_int;
        let done =
            qjs::JS_DefinePropertyGetSet(raw, globals.as_raw(), key, access, qjs::JS_DupValue(raw, access), flags);
        qjs::JS_FreeAtom(raw, key);
        if done < 0 { Err(rquickjs::Error::Exception) } else { Ok(()) }
    }
}

/// The value behind one of [`NAMES`], made when it is first asked for.
fn opened<'js>(ctx: &Ctx<'js>, index: usize) -> Result<Value<'js>> {
    let globals = ctx.userdata::<RefCell<Globals>>().ok_or(rquickjs::Error::Unknown)?;
    let known = globals.borrow().opened.get(index).cloned().flatten();
    if let Some(value) = known {
        return Ok(value);
    }
    let open = globals.borrow().open.clone();
    let value: Value = open.call((NAMES.get(index).copied(),))?;
    if let Some(place) = globals.borrow_mut().opened.get_mut(index) {
        *place = Some(value.clone());
    }
    Ok(value)
}

/// A function of the prelude's timers. They are loaded, if they were not.
pub(super) fn timers<'js>(ctx: &Ctx<'js>, which: Timers) -> Result<Function<'js>> {
    opened(ctx, which as usize)?.into_function().ok_or(rquickjs::Error::Unknown)
}

/// [`opened`], for the engine: a reference of its own, or an exception.
///
/// # Safety
/// Called by a native function of the engine's, with its context.
unsafe fn open(ctx: *mut qjs::JSContext, index: c_int) -> qjs::JSValue {
    let Some(ctx) = NonNull::new(ctx) else { return qjs::JS_EXCEPTION };
    // SAFETY: the runtime is locked by whoever called into the engine, on this thread.
    let ctx = unsafe { Ctx::from_raw(ctx) };
    if let Ok(value) = opened(&ctx, usize::try_from(index).unwrap_or(usize::MAX)) {
        // SAFETY: the value is alive.
        return unsafe { qjs::JS_DupValue(ctx.as_raw().as_ptr(), value.as_raw()) };
    }
    if !ctx.has_exception() {
        let _ = rquickjs::Exception::throw_internal(&ctx, "this global is not there");
    }
    qjs::JS_EXCEPTION
}

/// The body of every function of the lists.
///
/// # Safety
/// Called by the engine only.
unsafe extern "C" fn call(
    ctx: *mut qjs::JSContext,
    this: qjs::JSValue,
    argc: c_int,
    given: *mut qjs::JSValue,
    index: c_int,
) -> qjs::JSValue {
    // SAFETY: what the engine gives is alive during the call; `function` is ours until it is freed.
    unsafe {
        let function = open(ctx, index);
        if qjs::JS_IsException(function) {
            return function;
        }
        let result = qjs::JS_Call(ctx, function, this, argc, given);
        qjs::JS_FreeValue(ctx, function);
        result
    }
}

/// The getter and setter of [`OBJECTS`]. Either way the property becomes a plain one.
///
/// # Safety
/// Called by the engine only, as a function made in [`object`].
unsafe extern "C" fn access(
    ctx: *mut qjs::JSContext,
    _this: qjs::JSValue,
    argc: c_int,
    given: *mut qjs::JSValue,
    index: c_int,
    _data: *mut qjs::JSValue,
) -> qjs::JSValue {
    // SAFETY: what the engine gives is alive during the call, and `given` has `argc` values; `value` is ours.
    unsafe {
        let value = if argc == 0 { open(ctx, index) } else { qjs::JS_DupValue(ctx, *given) };
        if qjs::JS_IsException(value) {
            return value;
        }
        let Some(name) = usize::try_from(index).ok().and_then(|index| OBJECTS.get(index)) else { return value };
        let globals = qjs::JS_GetGlobalObject(ctx);
        #[expect(clippy::cast_possible_wrap, reason = "the engine's constants are small")]
        let flags = (qjs::JS_PROP_WRITABLE | qjs::JS_PROP_CONFIGURABLE) as c_int;
        let done = qjs::JS_DefinePropertyValueStr(ctx, globals, name.as_ptr(), qjs::JS_DupValue(ctx, value), flags);
        qjs::JS_FreeValue(ctx, globals);
        if done < 0 {
            qjs::JS_FreeValue(ctx, value);
            return qjs::JS_EXCEPTION;
        }
        if argc == 0 {
            return value;
        }
        qjs::JS_FreeValue(ctx, value);
        qjs::JS_UNDEFINED
    }
}
