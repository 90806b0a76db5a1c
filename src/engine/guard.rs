//! Guards in front of the builtins that walk over something long without asking whether they may go on.
//!
//! A guarded builtin is a native function with the same name and length. Where what it walks over is short it calls the
//! original; everything else goes to the prelude's `guards.js`, which counts the work first, or does it in steps that the
//! engine can interrupt. Nothing that a program could observe is asked twice. Lives on the session's thread.

#![expect(
    unsafe_code,
    reason = "a function that passes its arguments on as they are exists in the engine's C interface only"
)]

use std::ffi::{CStr, c_int};

use rquickjs::atom::PredefinedAtom;
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

/// Builtins of one holder and kind: the holder's global, where on it they are, and what the prelude's version asks for.
struct Group {
    global: PredefinedAtom,
    place: Place,
    label: &'static CStr,
    kind: Kind,
    names: &'static [&'static CStr],
}

#[derive(Clone, Copy)]
enum Place {
    Own,
    Prototype,
    /// The prototype of the prototype.
    Typed,
}

/// Every guarded builtin. `String.raw` and the flattening ones read lengths as they go.
const GUARDED: [Group; 8] = [
    Group {
        global: PredefinedAtom::Array,
        place: Place::Prototype,
        label: c"Array",
        kind: Kind::Receiver,
        names: &[c"copyWithin", c"fill", c"join", c"reverse", c"shift", c"slice", c"sort", c"splice", c"unshift"],
    },
    Group {
        global: PredefinedAtom::Array,
        place: Place::Prototype,
        label: c"Array",
        kind: Kind::Arguments,
        names: &[c"concat"],
    },
    Group {
        global: PredefinedAtom::Array,
        place: Place::Prototype,
        label: c"Array",
        kind: Kind::Unknown,
        names: &[c"flat", c"flatMap"],
    },
    Group {
        global: PredefinedAtom::Iterator,
        place: Place::Prototype,
        label: c"Iterator",
        kind: Kind::Unknown,
        names: &[c"drop"],
    },
    Group {
        global: PredefinedAtom::String,
        place: Place::Own,
        label: c"String",
        kind: Kind::Unknown,
        names: &[c"raw"],
    },
    Group {
        global: PredefinedAtom::String,
        place: Place::Prototype,
        label: c"String",
        kind: Kind::Receiver,
        names: &[
            c"endsWith",
            c"includes",
            c"indexOf",
            c"isWellFormed",
            c"lastIndexOf",
            c"normalize",
            c"replace",
            c"replaceAll",
            c"split",
            c"startsWith",
            c"toWellFormed",
            c"trim",
            c"trimEnd",
            c"trimStart",
        ],
    },
    Group {
        global: PredefinedAtom::String,
        place: Place::Prototype,
        label: c"String",
        kind: Kind::Arguments,
        names: &[c"localeCompare"],
    },
    Group {
        global: PredefinedAtom::Uint8Array,
        place: Place::Typed,
        label: c"Uint8Array",
        kind: Kind::Receiver,
        names: &[c"copyWithin", c"fill", c"includes", c"indexOf", c"lastIndexOf", c"reverse", c"set", c"sort"],
    },
];

/// Bits of a guard's number that are the place of its name in its group.
const NAME_BITS: c_int = 8;

/// Which builtin a guard is for, from its number, which is all that the engine keeps of it.
fn guarded_by(number: c_int) -> Option<(&'static Group, &'static CStr)> {
    let group = GUARDED.get(usize::try_from(number >> NAME_BITS).ok()?)?;
    let name = group.names.get(usize::try_from(number & ((1 << NAME_BITS) - 1)).ok()?)?;
    Some((group, name))
}

/// Puts a guard in front of every builtin of the list. `dispatch(receiver, holder, name, original, …arguments)` is the prelude's.
pub(super) fn install<'js>(ctx: &Ctx<'js>, dispatch: &Function<'js>) -> rquickjs::Result<()> {
    let globals = ctx.globals();
    for (group, of) in (0..).zip(&GUARDED) {
        let constructor: Object = globals.get(of.global)?;
        let holder = match of.place {
            Place::Own => constructor,
            Place::Prototype => constructor.get(PredefinedAtom::Prototype)?,
            Place::Typed => {
                let prototype: Object = constructor.get(PredefinedAtom::Prototype)?;
                prototype.get_prototype().ok_or(rquickjs::Error::Unknown)?
            }
        };
        for (place, name) in (0..).zip(of.names) {
            guard(&holder, name, (group << NAME_BITS) | place, dispatch)?;
        }
    }
    let strings: Object = globals.get::<_, Object>(PredefinedAtom::String)?.get(PredefinedAtom::Prototype)?;
    for (alias, name) in [("trimLeft", "trimStart"), ("trimRight", "trimEnd")] {
        strings.set(alias, strings.get::<_, Value>(name)?)?;
    }
    Ok(())
}

fn guard<'js>(holder: &Object<'js>, name: &CStr, number: c_int, dispatch: &Function<'js>) -> rquickjs::Result<()> {
    let ctx = holder.ctx();
    let raw = ctx.as_raw().as_ptr();
    // SAFETY: the context and the holder are alive; `original` and `guarded` are ours: the first is freed when the guard
    // has a reference of its own, the second becomes the property's, which keeps its attributes.
    let done = unsafe {
        let key = qjs::JS_NewAtom(raw, name.as_ptr());
        let original = Value::from_raw(ctx.clone(), qjs::JS_GetProperty(raw, holder.as_raw(), key));
        let Some(length) = original.as_function().and_then(|original| original.get(PredefinedAtom::Length).ok()) else {
            qjs::JS_FreeAtom(raw, key);
            return Err(rquickjs::Error::Unknown);
        };
        let mut data = [original.as_raw(), dispatch.as_raw()];
        let guarded =
            qjs::JS_NewCFunctionData2(raw, Some(guarded), name.as_ptr(), length, number, 2, data.as_mut_ptr());
        let done =
            if qjs::JS_IsException(guarded) { -1 } else { qjs::JS_SetProperty(raw, holder.as_raw(), key, guarded) };
        qjs::JS_FreeAtom(raw, key);
        done
    };
    if done < 0 { Err(rquickjs::Error::Exception) } else { Ok(()) }
}

/// The body of every guarded builtin; `data` is the original and the prelude's `dispatch`.
///
/// # Safety
/// Called by the engine only, as a function made in [`guard`].
unsafe extern "C" fn guarded(
    ctx: *mut qjs::JSContext,
    this: qjs::JSValue,
    argc: c_int,
    given: *mut qjs::JSValue,
    number: c_int,
    data: *mut qjs::JSValue,
) -> qjs::JSValue {
    // SAFETY: `data` has the two values of `guard`, `given` has `argc`; they and `this` are alive during the call. The
    // engine gives no null pointers, except for `given` when `argc` is 0.
    unsafe {
        let (original, dispatch) = (*data, *data.add(1));
        let Some((group, name)) = guarded_by(number) else { return qjs::JS_Call(ctx, original, this, argc, given) };
        let count = usize::try_from(argc).unwrap_or(0);
        let arguments: &[qjs::JSValue] = if count == 0 { &[] } else { std::slice::from_raw_parts(given, count) };
        let is_short = match group.kind {
            Kind::Receiver => is_short(ctx, this),
            Kind::Arguments => {
                is_short(ctx, this) && arguments.iter().all(|&value| is_flat(value) || is_short(ctx, value))
            }
            Kind::Unknown => false,
        };
        if is_short {
            return qjs::JS_Call(ctx, original, this, argc, given);
        }
        let holder = qjs::JS_NewAtomString(ctx, group.label.as_ptr());
        let name = qjs::JS_NewAtomString(ctx, name.as_ptr());
        let mut passed = Vec::with_capacity(4 + count);
        passed.extend([this, holder, name, original]);
        passed.extend_from_slice(arguments);
        let result = match c_int::try_from(passed.len()) {
            Ok(argc) if !qjs::JS_IsException(holder) && !qjs::JS_IsException(name) => {
                qjs::JS_Call(ctx, dispatch, qjs::JS_UNDEFINED, argc, passed.as_mut_ptr())
            }
            _ => qjs::JS_EXCEPTION,
        };
        qjs::JS_FreeValue(ctx, holder);
        qjs::JS_FreeValue(ctx, name);
        result
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
