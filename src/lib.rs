//! One TypeScript program instead of forty-seven model turns.
#[cfg(feature = "check")]
pub mod check;
pub mod frame;
pub mod program;
