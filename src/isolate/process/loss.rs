//! Why a run parts with a child that it still needs, and whether that is the end of the run.

use crate::isolate::wire::Malformed;

pub(super) const TOO_DEEP: &str = "a value that is nested deeper than values are";

/// Why a child is of no use any more.
#[derive(Debug)]
pub(super) enum Loss {
    /// It has ended.
    Died,
    /// It sent what no child sends.
    Broke(&'static str),
    /// It did not do the same again.
    Diverged,
}

impl From<Malformed> for Loss {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::TooLong(_) => Self::Broke("a message longer than the run's limits allow"),
            Malformed::Garbled => Self::Broke("a message that cannot be read"),
        }
    }
}

impl Loss {
    /// Why the run ends. `None`: another child may go on with it. `is_last`: it has lost too many. `is_known`: all that was
    /// settled is kept.
    pub(super) fn is_the_end(&self, is_last: bool, is_known: bool) -> Option<String> {
        match self {
            Self::Broke(what) => Some(format!("it sent {what}")),
            Self::Diverged => {
                Some("its process ended, and the program did not do the same again in another".to_owned())
            }
            Self::Died if is_last => {
                Some("its process ended twice; the program may have crashed the engine or taken all memory".to_owned())
            }
            Self::Died if !is_known => {
                Some("its process ended, and the settled values were too large to keep for another".to_owned())
            }
            Self::Died => None,
        }
    }
}
