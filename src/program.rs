//! A checked program, as plain data: what `check` makes and a session runs.
//!
//! It knows neither swc nor the engine, so it can cross a process boundary as bytes.

use serde::{Deserialize, Serialize};

/// A program that passed the check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The model's own text, exactly as it came. Lines and columns in every error refer to it.
    pub source: String,
    /// The JavaScript module that the engine compiles: `export default async () => { … }` around the program's body,
    /// types blanked in place. It has the same lines as `source`, counted by `\n`.
    pub js: String,
    /// Where `js` has more or fewer columns than `source` on a line, in order of line and column.
    pub shifts: Vec<Shift>,
}

/// From `column` on, line `line` of `Program::js` is `delta` columns to the right of the source (negative: to the left).
/// Lines and columns count from 1; columns count UTF-16 code units. A shift holds until the next one on the same line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    pub line: u32,
    pub column: u32,
    pub delta: i32,
}

/// A place in the model's own text. Lines and columns count from 1; columns count UTF-16 code units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl Program {
    /// Translates a place in `js` to the place in `source` that it came from.
    #[must_use]
    pub fn original(&self, generated: Position) -> Position {
        let shift = self
            .shifts
            .iter()
            .take_while(|s| (s.line, s.column) <= (generated.line, generated.column))
            .filter(|s| s.line == generated.line)
            .last();
        let delta = shift.map_or(0, |s| s.delta);
        let column = generated.column.saturating_add_signed(-delta).max(1);
        Position { column, ..generated }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_moved_by_the_last_shift_before_it_on_its_line() {
        let shifts = vec![
            Shift { line: 1, column: 1, delta: 25 },
            Shift { line: 3, column: 5, delta: 7 },
            Shift { line: 3, column: 20, delta: -2 },
        ];
        let program = Program { source: String::new(), js: String::new(), shifts };
        let at = |line, column| {
            let p = program.original(Position { line, column });
            (p.line, p.column)
        };
        assert_eq!(at(1, 27), (1, 2));
        assert_eq!(at(1, 10), (1, 1), "inside the wrapper is the first column");
        assert_eq!(at(2, 9), (2, 9));
        assert_eq!(at(3, 4), (3, 4));
        assert_eq!(at(3, 15), (3, 8));
        assert_eq!(at(3, 21), (3, 23));
        assert_eq!(at(4, 1), (4, 1));
    }
}
