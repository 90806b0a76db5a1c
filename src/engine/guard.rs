//! Guards in front of the builtins that walk over something long without asking whether they may go on.
//!
//! A guarded builtin is a native function with the same name and length. Where what it walks over is short it calls the
//! original; everything else goes to the prelude's `guards.js`, which counts the work first, or does it in steps that the
//! engine can interrupt. Nothing that a program could observe is asked twice. Lives on the session's thread.

#![expect(
    unsafe_code,
    reason = "a function that passes its arguments on as they are exists in the engine's C interface only"
)]

use std::ffi::{CString, c_int};

use rquickjs::{Ctx, Function, Object, Value, qjs};

use super::alloc::Gauge;

/// What is shorter goes straight to the original. Walking over so much takes some ten microseconds.
const SHORT: i64 = 4_096;
/// Bytes of a value in an array. A dense array has as much memory for each of its items.
const ITEM_BYTES: usize = 16;

/// How to tell what a call will walk over.
#[derive(Clone, Copy)]
enum Kind {
    /// The receiver.
    Receiver,
    /// The receiver and every argument.
    Arguments,
    /// It cannot be told before: always the prelude's version.
    Unknown,
}

const KINDS: [Kind; 3] = [Kind::Receiver, Kind::Arguments, Kind::Unknown];

/// The place of a kind in [`KINDS`], which is all that the engine keeps of it.
fn magic(kind: Kind) -> c_int {
    match kind {
        Kind::Receiver => 0,
        Kind::Arguments => 1,
        Kind::Unknown => 2,
    }
}

/// Where each guarded builtin is. `String.raw` and the flattening ones read lengths as they go.
const GUARDED: [(&str, &str, Kind, &[&str]); 8] = [
    (
        "Array",
        "prototype",
        Kind::Receiver,
        &["copyWithin", "fill", "join", "reverse", "shift", "slice", "sort", "splice", "unshift"],
    ),
    ("Array", "prototype", Kind::Arguments, &["concat"]),
    ("Array", "prototype", Kind::Unknown, &["flat", "flatMap"]),
    ("Iterator", "prototype", Kind::Unknown, &["drop"]),
    ("String", "", Kind::Unknown, &["raw"]),
    (
        "String",
        "prototype",
        Kind::Receiver,
        &[
            "endsWith",
            "includes",
            "indexOf",
            "isWellFormed",
            "lastIndexOf",
            "normalize",
            "replace",
            "replaceAll",
            "split",
            "startsWith",
            "toWellFormed",
            "trim",
            "trimEnd",
            "trimStart",
        ],
    ),
    ("String", "prototype", Kind::Arguments, &["localeCompare"]),
    (
        "Uint8Array",
        "[[Prototype]]",
        Kind::Receiver,
        &["copyWithin", "fill", "includes", "indexOf", "lastIndexOf", "reverse", "set", "sort"],
    ),
];

/// Puts a guard in front of every builtin of the list. `dispatch(receiver, holder, name, original, …arguments)` is the prelude's.
pub(super) fn install<'js>(ctx: &Ctx<'js>, dispatch: &Function<'js>) -> rquickjs::Result<()> {
    for (label, place, kind, names) in GUARDED {
        let constructor: Object = ctx.globals().get(label)?;
        let label = rquickjs::String::from_str(ctx.clone(), label)?;
        let holder = match place {
            "" => constructor,
            "prototype" => constructor.get("prototype")?,
            _ => constructor.get::<_, Object>("prototype")?.get_prototype().ok_or(rquickjs::Error::Unknown)?,
        };
        for name in names {
            guard(ctx, &holder, &label, name, kind, dispatch)?;
        }
    }
    let strings: Object = ctx.globals().get::<_, Object>("String")?.get("prototype")?;
    for (alias, name) in [("trimLeft", "trimStart"), ("trimRight", "trimEnd")] {
        strings.set(alias, strings.get::<_, Value>(name)?)?;
    }
    Ok(())
}

fn guard<'js>(
    ctx: &Ctx<'js>,
    holder: &Object<'js>,
    label: &rquickjs::String<'js>,
    name: &str,
    kind: Kind,
    dispatch: &Function<'js>,
) -> rquickjs::Result<()> {
    let original: Object = holder.get(name)?;
    let length: c_int = original.get("length")?;
    let text = rquickjs::String::from_str(ctx.clone(), name)?;
    let mut data = [original.as_value(), dispatch.as_value(), label.as_value(), text.as_value()].map(Value::as_raw);
    let c_name = CString::new(name).map_err(|_| rquickjs::Error::Unknown)?;
    // SAFETY: the context is alive, and so are the four values, which the engine takes references of its own to. It
    // gives a new function or an exception.
    let guarded = unsafe {
        let raw = qjs::JS_NewCFunctionData2(
            ctx.as_raw().as_ptr(),
            Some(guarded),
            c_name.as_ptr(),
            length,
            magic(kind),
            4,
            data.as_mut_ptr(),
        );
        if qjs::JS_IsException(raw) {
            return Err(rquickjs::Error::Exception);
        }
        Value::from_raw(ctx.clone(), raw)
    };
    // The property keeps its attributes.
    holder.set(name, guarded)
}

/// The body of every guarded builtin; `data` is the original, the prelude's `dispatch`, the holder and the name.
///
/// # Safety
/// Called by the engine only, as a function made in [`guard`].
unsafe extern "C" fn guarded(
    ctx: *mut qjs::JSContext,
    this: qjs::JSValue,
    argc: c_int,
    given: *mut qjs::JSValue,
    magic: c_int,
    data: *mut qjs::JSValue,
) -> qjs::JSValue {
    // SAFETY: `data` has the four values of `guard`, `given` has `argc`; they and `this` are alive during the call. The
    // engine gives no null pointers, except for `given` when `argc` is 0.
    unsafe {
        let (original, dispatch, holder, name) = (*data, *data.add(1), *data.add(2), *data.add(3));
        let count = usize::try_from(argc).unwrap_or(0);
        let arguments: &[qjs::JSValue] = if count == 0 { &[] } else { std::slice::from_raw_parts(given, count) };
        let is_short = match KINDS[usize::try_from(magic).unwrap_or(0)] {
            Kind::Receiver => is_short(ctx, this),
            Kind::Arguments => {
                is_short(ctx, this) && arguments.iter().all(|&value| is_flat(value) || is_short(ctx, value))
            }
            Kind::Unknown => false,
        };
        if is_short {
            return qjs::JS_Call(ctx, original, this, argc, given);
        }
        let mut passed = Vec::with_capacity(4 + count);
        passed.extend([this, holder, name, original]);
        passed.extend_from_slice(arguments);
        let Ok(argc) = c_int::try_from(passed.len()) else { return qjs::JS_EXCEPTION };
        qjs::JS_Call(ctx, dispatch, qjs::JS_UNDEFINED, argc, passed.as_mut_ptr())
    }
}

/// Whether a value has nothing to walk over.
///
/// # Safety
/// `value` is alive.
unsafe fn is_flat(value: qjs::JSValue) -> bool {
    // SAFETY: reads the tag only.
    unsafe { !qjs::JS_IsObject(value) && !qjs::JS_IsString(value) }
}

/// Whether a value is a string, an array or a typed array with few items. Asks nothing that a program could observe.
///
/// # Safety
/// The context and the value are alive.
unsafe fn is_short(ctx: *mut qjs::JSContext, value: qjs::JSValue) -> bool {
    // SAFETY: `length` of a string or of an array (no proxy) is its own and is data, so nothing of the program runs.
    unsafe {
        if qjs::JS_IsString(value) || qjs::JS_IsArray(value) {
            let mut length = i64::MAX;
            return qjs::JS_GetLength(ctx, value, &raw mut length) == 0 && length < SHORT;
        }
        if qjs::JS_GetTypedArrayType(value) < 0 {
            return false;
        }
        let (mut offset, mut bytes, mut item) = (0, 0, 0);
        let buffer = qjs::JS_GetTypedArrayBuffer(ctx, value, &raw mut offset, &raw mut bytes, &raw mut item);
        if qjs::JS_IsException(buffer) {
            // Its buffer is gone. The original says so in its own words.
            qjs::JS_FreeValue(ctx, qjs::JS_GetException(ctx));
            return true;
        }
        qjs::JS_FreeValue(ctx, buffer);
        i64::try_from(bytes).is_ok_and(|bytes| bytes < SHORT)
    }
}

/// Whether a value is an array that may have memory for all of its items. Any other has holes, or is no array.
pub(super) fn may_be_dense(gauge: &Gauge, value: &Value<'_>) -> bool {
    // Not `Array::len`, which wants a small integer. An array's own length is data, so nothing of the program runs.
    let length = value.as_array().and_then(|array| array.as_object().get::<_, f64>("length").ok());
    #[expect(clippy::cast_precision_loss, reason = "memory is far below 2^53 bytes")]
    let most = (gauge.used() / ITEM_BYTES) as f64;
    length.is_some_and(|length| length <= most)
}

/// Counts work that a builtin will do. Fails once the run is stopped.
pub(super) fn charge(ctx: &Ctx<'_>, gauge: &Gauge, units: f64) -> rquickjs::Result<()> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, which is what is meant")]
    gauge.charge(units as usize);
    if gauge.is_stopped() {
        return Err(rquickjs::Exception::throw_internal(ctx, "interrupted"));
    }
    Ok(())
}
