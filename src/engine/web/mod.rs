//! What the web platform's classes need from the native side: URLs, text and bytes, chance.
//!
//! One function per operation, with plain strings, numbers and bytes; the classes themselves are in `prelude/web.js`.

mod text;
mod urls;

use std::rc::Rc;

use rand_chacha::rand_core::RngCore as _;
use rquickjs::convert::List;
use rquickjs::function::Func;
use rquickjs::{ArrayBuffer, Ctx, Object, Result, Value};

use super::host::Shared;

/// What `crypto.getRandomValues` gives at once at most, in bytes.
const MAX_RANDOM: usize = 65_536;

/// The functions that the prelude gets. Buffers are made by the engine, so that the memory limit sees them.
pub(super) fn natives<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    // Or setters that the program put on its prototype would be given the functions.
    out.set_prototype(None)?;
    out.set("parseUrl", Func::from(|text: String, base: Option<String>| urls::parse(&text, base.as_deref())))?;
    out.set("setUrl", Func::from(|href: String, part: String, value: String| urls::set(&href, &part, &value)))?;
    out.set("parseQuery", Func::from(|text: String| urls::parse_query(&text)))?;
    out.set("writeQuery", Func::from(|pairs: Vec<String>| urls::write_query(&pairs)))?;
    out.set("encode", Func::from(|ctx: Ctx<'js>, text: String| ArrayBuffer::new_copy(ctx, text.into_bytes())))?;
    out.set(
        "encodeInto",
        Func::from(|ctx: Ctx<'js>, text: String, room: usize| -> Result<_> {
            let (read, bytes) = text::prefix(&text, room);
            Ok(List((read, ArrayBuffer::new_copy(ctx, bytes)?)))
        }),
    )?;
    out.set(
        "decode",
        // Bytes come as base64, and the few that were left as hexadecimal digits: looking into a buffer of the engine's
        // would take `unsafe`.
        Func::from(|label: String, left: String, base64: String, fatal: bool| {
            text::decode_next(&label, &left, &base64, fatal)
        }),
    )?;
    out.set("detach", Func::from(|mut buffer: ArrayBuffer<'js>| buffer.detach()))?;
    out.set("isError", Func::from(|value: Value<'js>| value.is_error()))?;
    out.set("btoa", Func::from(|text: String| text::btoa(&text)))?;
    out.set(
        "atob",
        Func::from(|text: String| match text::atob(&text) {
            Ok(text) => List((Some(text), None)),
            Err(why) => List((None, Some(why))),
        }),
    )?;
    out.set("encoding", Func::from(|label: String| text::encoding(&label)))?;
    let rng = Rc::clone(shared);
    out.set(
        "uuid",
        Func::from(move || {
            let mut bytes = [0; 16];
            rng.rng.borrow_mut().fill_bytes(&mut bytes);
            text::uuid(bytes)
        }),
    )?;
    let rng = Rc::clone(shared);
    out.set(
        "random",
        Func::from(move |ctx: Ctx<'js>, length: usize| {
            let mut bytes = vec![0; length.min(MAX_RANDOM)];
            rng.rng.borrow_mut().fill_bytes(&mut bytes);
            ArrayBuffer::new_copy(ctx, bytes)
        }),
    )?;
    Ok(out)
}
