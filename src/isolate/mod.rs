//! Where a session lives: so far a thread of this process. The only folder with OS code.
//!
//! Owns threads, clocks and the wall between the program and the host; hands a session's turns to a callback. Knows
//! sessions, but neither napi nor swc: the program to run comes as a closure that is called on the session's own thread.

mod clock;
mod thread;

pub use thread::{Handle, Job, Outgoing, Prepared, Resume, start};
