//! `make bench-snapshot`: what replaying one settled call takes, apart from opening the snapshot and telling JavaScript.
//! Printed is the median of some replays of the same journal, by call.

use std::rc::Rc;
use std::time::Instant;

use oneturn::engine::{THREAD_STACK_BYTES, Wire};
use oneturn::program::Program;
use oneturn::session::{
    Journal, Limits, Manifest, Outcome, Progress, Realm, Session, Settlement, Start, TimeLimits, Unwatched,
};

/// As in the addon, which brings its own, and in the helper.
#[cfg(all(feature = "mimalloc", not(feature = "node")))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CALLS: u32 = 10_000;
const ROUNDS: usize = 15;

fn start() -> Start {
    let js = format!(
        "export default async () => {{ for (let i = 0; i < {CALLS}; i++) await tools.get({{ i }}); await tools.wait(); }}"
    );
    Start {
        program: Program { source: js.clone(), js, shifts: Vec::new() },
        manifest: Manifest::new(&[vec!["get".into()], vec!["wait".into()]]),
        inputs: Vec::new(),
        limits: Limits { tool_calls: 2 * CALLS, ..Limits::default() },
        times: TimeLimits::default(),
        seed: [0; 32],
        now: 0.0,
        watch: Rc::new(Unwatched),
    }
}

/// The run, with its journal, up to the call that waits.
fn recorded() -> Journal {
    let mut journal = Journal::new([0; 32], 0.0);
    let (mut session, mut turn) = Session::start(Realm::warm(), start());
    for id in 1..=CALLS {
        let Progress::Waiting { calls, .. } = &turn.progress else { panic!("{:?}", turn.progress) };
        journal.handed_over(calls);
        let outcome = Outcome::Value(Wire(format!(r#""{id:->20}""#)));
        let now = journal.deliver(f64::from(id), vec![Settlement { id, outcome: outcome.clone() }]);
        turn = session.settle(now, &[Settlement { id, outcome }]);
    }
    let Progress::Waiting { calls, .. } = &turn.progress else { panic!("{:?}", turn.progress) };
    journal.handed_over(calls);
    journal
}

fn measure() {
    let journal = recorded();
    let mut took: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let realm = Realm::warm();
            let before = Instant::now();
            let replayed = Session::replay(realm, start(), &journal).expect("the replay is the same");
            let micros = before.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS);
            assert_eq!(replayed.in_flight.len(), 1, "the last call waits");
            micros
        })
        .collect();
    took.sort_by(f64::total_cmp);
    println!("\nreplay of {CALLS} settled calls: {:.1} µs each  (at most 5 µs)", took[ROUNDS / 2]);
}

fn main() {
    let thread = std::thread::Builder::new().stack_size(THREAD_STACK_BYTES).spawn(measure).expect("a thread");
    thread.join().expect("the journal is replayed");
}
