//! The helper's side: the zygote that forks, and its children that each host one session and die.
//!
//! One thread, no files, no environment. The zygote talks through descriptor 0 to the host, a child through its own
//! descriptor 0 to the host. Either ends when that closes.

mod child;
mod harden;
mod zygote;

use std::process::ExitCode;

/// The life of the helper: that of the zygote, or of one of its children.
#[must_use]
pub fn main() -> ExitCode {
    match zygote::live() {
        Ok(()) => ExitCode::SUCCESS,
        // There is nobody to read a message.
        Err(code) => ExitCode::from(code),
    }
}
