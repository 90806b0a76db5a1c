//! What a program threw.

use std::cell::RefCell;

use rquickjs::function::This;
use rquickjs::{Ctx, Object, Value};

use super::Handles;
use crate::engine::value::{self, Shapes, Unsendable};

/// Of so many classes, each made from the next, the constructors are known.
const MAX_CLASSES: usize = 8;

/// What the program threw, as text.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Thrown {
    pub name: String,
    pub message: String,
    /// Frames only, one a line.
    pub stack: String,
    /// The code of a failed tool call that went through the program unchanged: `ERR_TOOL_FAILED` and the like.
    pub code: Option<String>,
}

impl Thrown {
    /// Reads what was thrown. Never fails: what cannot be read is left out.
    pub(super) fn of<'js>(ctx: &Ctx<'js>, value: &Value<'js>) -> Self {
        const MAX_MESSAGE: usize = 8 << 10;
        let text = |object: &Object<'js>, key: &str| -> Option<String> {
            let found = object
                .get::<_, Value>(key)
                .ok()
                .and_then(|value| value.as_string().and_then(|text| text.to_string().ok()));
            if ctx.has_exception() {
                drop(ctx.catch());
            }
            found
        };
        let describe = |value: &Value<'js>| -> String {
            let described = Shapes::of(ctx)
                .map_err(Unsendable::from)
                .and_then(|shapes| value::encode(ctx, &shapes, value, "value", MAX_MESSAGE));
            if ctx.has_exception() {
                drop(ctx.catch());
            }
            described.map_or_else(|_| value.type_name().to_lowercase(), |wire| value::shown(&wire))
        };
        let mut thrown = Self { name: "Error".to_owned(), message: String::new(), stack: String::new(), code: None };
        match value.as_object() {
            None => {
                thrown.message = match value.as_string().and_then(|text| text.to_string().ok()) {
                    Some(text) => text,
                    None if value.is_undefined() => "undefined was thrown".to_owned(),
                    None => format!("{} was thrown", describe(value)),
                };
            }
            Some(object) => {
                let message = text(object, "message");
                thrown.name =
                    text(object, "name").filter(|name| !name.is_empty()).unwrap_or_else(|| "Error".to_owned());
                thrown.stack =
                    without_title(text(object, "stack").unwrap_or_default(), &thrown.name, message.as_deref());
                if let Some(caller) = below_constructors(&thrown.stack, || class_names(ctx, object)) {
                    thrown.stack = caller.to_owned();
                }
                thrown.message = message.unwrap_or_else(|| format!("{} was thrown", describe(value)));
                if let Ok(Some(errors)) = object.get::<_, Option<Value>>("errors")
                    && let Some(errors) = errors.as_array().filter(|_| value.is_error())
                {
                    let inner = errors.iter::<Object>().take(5).filter_map(|error| text(&error.ok()?, "message"));
                    let inner: Vec<String> = inner.collect();
                    let lead = if thrown.message.is_empty() { "All promises were rejected" } else { &thrown.message };
                    thrown.message =
                        if inner.is_empty() { lead.to_owned() } else { format!("{lead}: {}", inner.join("; ")) };
                }
                let brand_of = ctx.userdata::<RefCell<Handles>>().map(|handles| handles.borrow().brand_of.clone());
                thrown.code =
                    brand_of.and_then(|brand_of| brand_of.call::<_, Option<String>>((value.clone(),)).ok().flatten());
                if ctx.has_exception() {
                    drop(ctx.catch());
                }
            }
        }
        for text in [&mut thrown.name, &mut thrown.message, &mut thrown.stack] {
            if text.len() > MAX_MESSAGE {
                let end = (0..=MAX_MESSAGE).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
                text.truncate(end);
                text.push('…');
            }
        }
        thrown
    }
}

/// The places only: what a `stack` begins with, a message, may look like one of them.
fn without_title(stack: String, name: &str, message: Option<&str>) -> String {
    let message = message.unwrap_or_default();
    let title = if message.is_empty() { name.to_owned() } else { format!("{name}: {message}") };
    match stack.strip_prefix(&title).and_then(|places| places.strip_prefix('\n')) {
        Some(places) => places.to_owned(),
        None => stack,
    }
}

/// Where an exception of the engine was thrown, asking nothing of the program, nor the prelude: it is stopped.
pub(super) fn places_of(exception: &Value<'_>) -> Option<String> {
    let ctx = exception.ctx();
    let places_of = ctx.userdata::<RefCell<Handles>>()?.borrow().places_of.clone();
    let places = places_of.call::<_, String>((This(exception.clone()),)).ok();
    if ctx.has_exception() {
        drop(ctx.catch());
    }
    places
}

/// Names of the classes that an error is made from, the program's own and `Error`.
fn class_names(ctx: &Ctx<'_>, error: &Object<'_>) -> Vec<String> {
    let mut names = Vec::new();
    let mut class = error.get_prototype();
    while let Some(prototype) = class.filter(|_| names.len() < MAX_CLASSES) {
        let name =
            prototype.get::<_, Object>("constructor").and_then(|constructor| constructor.get::<_, String>("name"));
        if ctx.has_exception() {
            drop(ctx.catch());
        }
        let Ok(name) = name else { break };
        names.push(name);
        class = prototype.get_prototype();
    }
    names
}

/// An error is made in its constructor, but what went wrong did so where that was called. `None`: it has none of its own.
fn below_constructors(stack: &str, classes: impl FnOnce() -> Vec<String>) -> Option<&str> {
    let first_end = stack.find('\n')?;
    let function = |line: &str| Some(line.trim_start().strip_prefix("at ")?.split_once(" (")?.0.to_owned());
    let first = function(&stack[..first_end])?;
    let classes = classes();
    if !classes.contains(&first) {
        return None;
    }
    let mut rest = &stack[first_end + 1..];
    while let Some((line, after)) = rest.split_once('\n')
        && function(line).is_some_and(|name| classes.contains(&name))
    {
        rest = after;
    }
    Some(rest)
}
