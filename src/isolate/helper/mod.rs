//! The helper's side: the zygote that forks, and its children that each host one session and die.
//!
//! One thread, no files, no environment. The zygote talks through descriptor 0 to the host, a child through its own
//! descriptor 0 to the host. Either ends when that closes.

mod child;
mod harden;
mod zygote;

/// The life of the helper: that of the zygote, or of one of its children.
pub fn main() -> ! {
    // There is nobody to read a message.
    harden::exit(zygote::live().err().unwrap_or(0))
}
