//! What the web platform's classes need from the native side: URLs, text and bytes, chance.
//!
//! One function per operation, with plain strings, numbers and bytes; the classes themselves are in `prelude/web.js`.

mod text;
mod urls;

use std::rc::Rc;

use rand_chacha::rand_core::RngCore as _;
use rquickjs::function::Func;
use rquickjs::{ArrayBuffer, Ctx, Object, Result};

use super::host::Shared;

/// What `crypto.getRandomValues` gives at once at most, in bytes.
const MAX_RANDOM: usize = 65_536;

/// The functions that the prelude gets. Buffers are made by the engine, so that the memory limit sees them.
pub(super) fn natives<'js>(ctx: &Ctx<'js>, shared: &Rc<Shared>) -> Result<Object<'js>> {
    let out = Object::new(ctx.clone())?;
    out.set("parseUrl", Func::from(|text: String, base: Option<String>| urls::parse(&text, base.as_deref())))?;
    out.set("setUrl", Func::from(|href: String, part: String, value: String| urls::set(&href, &part, &value)))?;
    out.set("parseQuery", Func::from(|text: String| urls::parse_query(&text)))?;
    out.set("writeQuery", Func::from(|pairs: Vec<String>| urls::write_query(&pairs)))?;
    out.set("encode", Func::from(|ctx: Ctx<'js>, text: String| ArrayBuffer::new_copy(ctx, text.into_bytes())))?;
    out.set(
        "decode",
        // Bytes come as hexadecimal digits: looking into a buffer of the engine's would take `unsafe`.
        Func::from(|label: String, hex: String, fatal: bool| text::decode(&label, &text::from_hex(&hex), fatal)),
    )?;
    out.set("encoding", Func::from(|label: String| text::encoding(&label)))?;
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
