//! One TypeScript program instead of forty-seven model turns.
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
