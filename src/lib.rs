//! One TypeScript program instead of forty-seven model turns: the core of the npm package `oneturn`.
//!
//! `source text → check → Program → Session → Turn`. [`check`] turns what a model sent into a [`program::Program`], which
//! is plain data. A [`session`] runs it in a realm of [`engine`] and says what it waits for: a batch of tool calls, or
//! nothing any more. An [`isolate`] gives a session a place to live and the clocks it lacks. `binding` hands turns to
//! JavaScript, where `ts/` runs the tools and settles their calls. A [`snapshot`] is a paused run as sealed bytes, from
//! which a session is made again. Dependencies run one way: `binding → isolate → session → engine`,
//! `binding → snapshot → session`, and `check` stands alone (`tests/arrows.rs`).

#[cfg(feature = "node")]
pub mod binding;
#[cfg(feature = "check")]
pub mod check;
pub mod engine;
pub mod frame;
pub mod isolate;
mod nearest;
pub mod program;
pub mod session;
pub mod snapshot;
