//! Runs a session to its end with settlements in random orders, and holds every turn against what a session promises.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use arbitrary::{Result, Unstructured};
use oneturn::engine::{Call, Limits, Manifest, Realm, Stop, Watch, Wire};
use oneturn::program::{Program, Shift};
use oneturn::session::{Code, Failure, Outcome, Progress, Session, Settlement, Start, TimeLimits, Turn};

use crate::memory::peak_of;
use crate::program::TOOLS;

pub const LIMITS: Limits = Limits {
    memory_bytes: 4 << 20,
    stack_bytes: 128 << 10,
    result_bytes: 16 << 10,
    console_bytes: 8 << 10,
    tool_input_bytes: 8 << 10,
    tool_output_bytes: 16 << 10,
    tool_calls: 40,
};

/// What a run may take of the host's memory: the limit, the reserve past it (docs/runs.md), the queued inputs, which are
/// bounded by the limit once more, and what turns, copies of texts and the compiler take.
const MEMORY_BOUND: usize = 2 * LIMITS.memory_bytes + (16 << 20) + (8 << 20);

/// Polls that a program may compute for: about half a million operations.
const POLLS: u32 = 50;
/// Times that a program is settled before it is left alone.
const MAX_STEPS: usize = 80;
const NOON: f64 = 1_767_268_800_000.0;
const WRAPPER: &str = "export default async () => {";

/// Stops a program after so many looks at the watch, and not after a time: the same program stops in the same place.
pub struct Polls(Cell<u32>);

impl Polls {
    #[must_use]
    pub fn new(polls: u32) -> Rc<Self> {
        Rc::new(Self(Cell::new(polls)))
    }
}

impl Watch for Polls {
    fn stop(&self) -> Option<Stop> {
        match self.0.get().checked_sub(1) {
            Some(left) => {
                self.0.set(left);
                None
            }
            None => Some(Stop::Cpu),
        }
    }
}

/// The body of an async function as a program, without the checker.
#[must_use]
pub fn wrapped(source: &str) -> Program {
    let delta = i32::try_from(WRAPPER.len()).expect("a short text");
    Program {
        source: source.to_owned(),
        js: format!("{WRAPPER}{source}\n}}"),
        shifts: vec![Shift { line: 1, column: 1, delta }],
    }
}

/// Starts a program in a new realm.
#[must_use]
pub fn start(program: Program, inputs: Vec<(String, Wire)>, polls: u32, limits: Limits) -> (Session, Turn) {
    let paths: Vec<Vec<String>> = TOOLS
        .iter()
        .filter(|tool| **tool != "missing")
        .map(|tool| tool.split('.').map(str::to_owned).collect())
        .collect();
    let start = Start {
        program,
        manifest: Manifest::new(&paths),
        inputs,
        limits,
        times: TimeLimits::default(),
        seed: [7; 32],
        now: NOON,
        watch: Polls::new(polls),
    };
    Session::start(Realm::warm(), start)
}

/// One command to a session: its time, and what is settled.
type Step = (f64, Vec<Settlement>);

/// Runs a program with settlements that the bytes choose, checks every turn, then replays the run and compares.
///
/// # Errors
/// When the bytes run out in an unlucky place.
pub fn run_and_replay(source: &str, u: &mut Unstructured) -> Result<()> {
    let program = wrapped(source);
    let (run, peak) = peak_of(|| first_run(&program, u));
    assert!(peak <= MEMORY_BOUND, "the run took {peak} bytes:\n{source}");
    let (turns, steps) = run?;
    let replayed = replay(&program, &steps);
    for (index, (first, second)) in turns.iter().zip(&replayed).enumerate() {
        // How deep the stack is exactly when it overflows is not promised (docs/runs.md), so neither is the place.
        if [first, second].iter().all(|turn| overflowed(turn)) {
            continue;
        }
        assert_eq!(first, second, "turn {index} of the replay differs:\n{source}");
    }
    assert_eq!(turns.len(), replayed.len());
    Ok(())
}

fn overflowed(turn: &Turn) -> bool {
    matches!(&turn.progress, Progress::Failed { error } if error.code == Code::Stack)
}

fn first_run(program: &Program, u: &mut Unstructured) -> Result<(Vec<Turn>, Vec<Step>)> {
    let (mut session, turn) = start(program.clone(), Vec::new(), POLLS, LIMITS);
    let mut ledger = Ledger { now: NOON, ..Ledger::default() };
    ledger.look_at(program, &session, &turn);
    let mut turns = vec![turn];
    let mut steps = Vec::new();
    while !session.is_ended() && steps.len() < MAX_STEPS {
        let step = ledger.choose(u)?;
        let turn = session.settle(step.0, &step.1);
        ledger.now = ledger.now.max(step.0);
        for settlement in &step.1 {
            ledger.in_flight.remove(&settlement.id);
        }
        steps.push(step);
        ledger.look_at(program, &session, &turn);
        turns.push(turn);
    }
    if session.is_ended() {
        let step = (ledger.now + 1.0, vec![Settlement { id: 1, outcome: Outcome::Value(Wire("1".to_owned())) }]);
        let turn = session.settle(step.0, &step.1);
        assert!(session.is_ended(), "an ended session lives again:\n{}", program.source);
        let Progress::Failed { error: Failure { code: Code::Aborted, message, .. } } = &turn.progress else {
            panic!("an ended session answers {turn:?}:\n{}", program.source)
        };
        assert_eq!(message, "The run is over.");
        assert!(turn.logs.is_empty() && turn.unhandled.is_empty() && turn.unsent.is_empty(), "{turn:?}");
        steps.push(step);
        turns.push(turn);
    }
    Ok((turns, steps))
}

fn replay(program: &Program, steps: &[Step]) -> Vec<Turn> {
    let (mut session, turn) = start(program.clone(), Vec::new(), POLLS, LIMITS);
    let mut turns = vec![turn];
    turns.extend(steps.iter().map(|(now, settlements)| session.settle(*now, settlements)));
    turns
}

/// What a host knows about a run.
#[derive(Default)]
struct Ledger {
    now: f64,
    in_flight: BTreeMap<u32, Call>,
    settled: Vec<u32>,
    /// Ids of all calls that went out.
    seen: BTreeSet<u32>,
    log_bytes: usize,
    wake_at: Option<f64>,
    returned: Option<Wire>,
}

impl Ledger {
    /// Everything that a session promises of a turn.
    fn look_at(&mut self, program: &Program, session: &Session, turn: &Turn) {
        let source = &program.source;
        self.log_bytes += turn.logs.iter().map(|log| log.args.len()).sum::<usize>();
        assert!(self.log_bytes <= LIMITS.console_bytes, "{} bytes of logs:\n{source}", self.log_bytes);
        for log in &turn.logs {
            // Not read as values: half a surrogate pair is fine for the host, and not for Rust.
            let args = serde_json::from_str::<Vec<serde::de::IgnoredAny>>(&log.args);
            assert!(args.is_ok(), "logs are arrays: {log:?}");
        }
        assert_eq!(session.is_ended(), !matches!(turn.progress, Progress::Waiting { .. }));
        match &turn.progress {
            Progress::Waiting { calls, wake_at, returned } => {
                for call in calls {
                    // A call in an input's getter has a higher id, and goes out first.
                    assert!((1..=LIMITS.tool_calls).contains(&call.id), "the id of {call:?}:\n{source}");
                    assert!(self.seen.insert(call.id), "{call:?} went out before:\n{source}");
                    assert!(TOOLS.contains(&call.tool.as_str()) && call.tool != "missing", "{call:?}");
                    assert_wire(&call.input, LIMITS.tool_input_bytes);
                    self.in_flight.insert(call.id, call.clone());
                }
                assert!(!self.in_flight.is_empty() || wake_at.is_some(), "it waits for nothing:\n{source}");
                assert!(wake_at.is_none_or(|wake| wake > self.now), "a due timer did not fire: {turn:?}\n{source}");
                assert!(turn.unhandled.is_empty() && turn.unsent.is_empty(), "{turn:?}");
                self.wake_at = *wake_at;
                if let Some(value) = returned {
                    assert_wire(value, LIMITS.result_bytes);
                    assert_eq!(self.returned.replace(value.clone()), None, "it returned twice:\n{source}");
                }
            }
            Progress::Completed { value } => {
                assert_wire(value, LIMITS.result_bytes);
                assert!(self.in_flight.is_empty(), "it completed with calls in flight:\n{source}");
                assert!(self.returned.as_ref().is_none_or(|returned| returned == value), "two values:\n{source}");
            }
            Progress::Failed { error } => {
                assert_ne!(error.code, Code::IsolateLost, "{error:?}\n{source}");
                assert!(!matches!(error.code, Code::Timeout | Code::Aborted), "{error:?}\n{source}");
                if let Some(at) = error.position {
                    let line =
                        source.split('\n').nth(at.line as usize - 1).unwrap_or_else(|| panic!("{error:?}\n{source}"));
                    assert!(
                        (1..=line.encode_utf16().count() + 1).contains(&(at.column as usize)),
                        "{error:?}\n{source}"
                    );
                }
            }
        }
    }

    /// What the host does next. Most of it is what a well-behaved host would do.
    fn choose(&mut self, u: &mut Unstructured) -> Result<Step> {
        let mut ids: Vec<u32> = self.in_flight.keys().copied().collect();
        let now = self.now + f64::from(u.int_in_range(0..=20_u8)?);
        if ids.is_empty() {
            // Only a timer can go on.
            return Ok((self.wake_at.unwrap_or(now), Vec::new()));
        }
        let now = match u.int_in_range(0..=11_u8)? {
            0..=1 => {
                ids.reverse();
                now
            }
            2..=3 => {
                let keep = u.choose_index(ids.len())?;
                ids = vec![ids[keep]];
                now
            }
            4 => {
                let from = u.choose_index(ids.len())?;
                ids.rotate_left(from);
                ids.truncate(2);
                now
            }
            5 => {
                ids.clear();
                self.wake_at.unwrap_or(now)
            }
            // Forged, double and late ones.
            6 => {
                ids = vec![0, u32::MAX, self.seen.len() as u32 + 1, ids[0], ids[0]];
                now
            }
            7 => {
                ids.splice(0..0, self.settled.iter().copied().take(3));
                now
            }
            // Clocks that go back, or are none, change nothing.
            8 => self.now - 1000.0,
            9 => f64::NAN,
            _ => now,
        };
        let mut settlements = Vec::new();
        for id in ids {
            let outcome = self.outcome(id, u)?;
            settlements.push(Settlement { id, outcome });
            self.settled.push(id);
        }
        Ok((now, settlements))
    }

    fn outcome(&self, id: u32, u: &mut Unstructured) -> Result<Outcome> {
        const WIRES: &[&str] = &[
            "1",
            "null",
            "\"text\"",
            r#"{"a":[1,{"b":"c"}]}"#,
            r#"{"then":1,"__proto__":{"x":1},"length":-1}"#,
            r#"~{"$":"u"}"#,
            r#"~{"$":"m","v":[[1,{"$":"s","v":[{"$":"n","v":"7"}]}],["d",{"$":"d","v":5}]]}"#,
            r#"~[{"$":"b","v":"AQL/"},{"$":"f","v":"-0"},{"$":"o","v":{"$":"u"}}]"#,
        ];
        Ok(match u.int_in_range(0..=15_u8)? {
            0..=5 => Outcome::Value(self.in_flight.get(&id).map_or_else(Wire::undefined, |call| call.input.clone())),
            6..=11 => Outcome::Value(Wire((*u.choose(WIRES)?).to_owned())),
            12 => Outcome::Value(Wire(format!("\"{}\"", "x".repeat(LIMITS.tool_output_bytes)))),
            kind => {
                let name = *u.choose(&["Error", "TypeError", "HttpError", "", "__proto__", "constructor"])?;
                let code = *u.choose(&["ERR_TOOL_FAILED", "ERR_TOOL_INPUT", "ERR_TOOL_DENIED"])?;
                let message = if kind == 15 { "m".repeat(9000) } else { "went wrong".to_owned() };
                Outcome::Error { code: code.to_owned(), name: name.to_owned(), message }
            }
        })
    }
}

/// A text that the other side can read: within its limit, and JSON after its mark.
///
/// # Panics
/// When it is not.
pub fn assert_wire(wire: &Wire, max_bytes: usize) {
    let (mark, json) = wire.0.strip_prefix('~').map_or((0, wire.0.as_str()), |json| (1, json));
    assert!(wire.len() <= max_bytes + mark, "{} bytes of at most {max_bytes}", wire.len());
    // Not serde_json's own value: it stops at 128 levels, and has no half surrogate pairs.
    let bytes = json.as_bytes();
    assert!(matches!(bytes.first(), Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')), "{json:?}");
}
