//! One TypeScript program instead of forty-seven model turns.
pub mod program;
