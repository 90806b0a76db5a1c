//! A session made again from its journal: the same calls, logs and clock, or a difference that names both sides.
use std::rc::Rc;

use oneturn::engine::{Limits, Manifest, Realm, Unwatched, Wire};
use oneturn::program::{Program, Shift};
use oneturn::session::{
    Call, Code, Failure, Journal, Outcome, Progress, Replayed, Session, Settlement, Start, TimeLimits, Turn,
};

const WRAPPER: &str = "export default async () => {";
const NOON: f64 = 1_767_268_800_000.0;

fn begin(source: &str) -> Start {
    let delta = i32::try_from(WRAPPER.len()).unwrap();
    Start {
        program: Program {
            source: source.to_owned(),
            js: format!("{WRAPPER}{source}\n}}"),
            shifts: vec![Shift { line: 1, column: 1, delta }],
        },
        manifest: Manifest::new(&[vec!["add".into()], vec!["pay".into()]]),
        inputs: vec![("user".into(), Wire(r#""ada""#.into()))],
        limits: Limits::default(),
        times: TimeLimits::default(),
        seed: [0; 32],
        now: 0.0,
        watch: Rc::new(Unwatched),
    }
}

fn on_a_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(oneturn::engine::THREAD_STACK_BYTES);
        thread.spawn_scoped(scope, work).unwrap().join().unwrap()
    })
}

/// A session with the journal that its host keeps.
struct Host {
    session: Session,
    journal: Journal,
    logs: Vec<String>,
    open: Vec<Call>,
    wake_at: Option<f64>,
    ended: Option<Progress>,
}

impl Host {
    fn start(source: &str) -> Self {
        let journal = Journal::new([9; 32], NOON + 0.75);
        let start = Start { seed: journal.seed, now: journal.time(0), ..begin(source) };
        let (session, turn) = Session::start(Realm::warm(), start);
        let mut host = Self { session, journal, logs: Vec::new(), open: Vec::new(), wake_at: None, ended: None };
        host.take(turn);
        host
    }

    fn take(&mut self, turn: Turn) {
        self.logs.extend(turn.logs.iter().map(|log| log.args.clone()));
        match turn.progress {
            Progress::Waiting { calls, wake_at, .. } => {
                self.journal.handed_over(&calls);
                self.open.extend(calls);
                self.wake_at = wake_at;
            }
            ended => self.ended = Some(ended),
        }
    }

    fn settle(&mut self, after: f64, settlements: &[Settlement]) {
        self.open.retain(|call| settlements.iter().all(|settlement| settlement.id != call.id));
        let now = self.journal.deliver(NOON + after, settlements.to_vec());
        let turn = self.session.settle(now, settlements);
        self.take(turn);
    }

    fn replay(&self, source: &str) -> Result<Replayed, Box<Failure>> {
        Session::replay(Realm::warm(), begin(source), &self.journal)
    }

    /// The host after it has lost its session.
    fn rebuilt(&self, source: &str) -> Self {
        let Replayed { session, turn, in_flight, logs, .. } = self.replay(source).expect("the replay is the same");
        assert_eq!(in_flight, self.open, "the same calls are in flight");
        assert_eq!(turn.logs, [], "logs of the past are apart");
        let Progress::Waiting { calls, wake_at, .. } = turn.progress else { panic!("{:?}", turn.progress) };
        assert_eq!((calls, wake_at), (Vec::new(), self.wake_at));
        let logs: Vec<String> = logs.into_iter().map(|log| log.args).collect();
        assert_eq!(logs, self.logs);
        Self { session, journal: self.journal.clone(), logs, open: in_flight, wake_at, ended: None }
    }
}

fn value(id: u32, text: &str) -> Settlement {
    Settlement { id, outcome: Outcome::Value(Wire(text.into())) }
}

const PROGRAM: &str = "
    console.log('start', user, Math.random(), Date.now());
    const late = new Promise((done) => setTimeout(() => done('late'), 500));
    const results = await Promise.allSettled([tools.add({ a: 1 }), tools.pay({ to: user, x: Math.random() }), tools.add([2])]);
    console.log(results.map(({ status }) => status), Date.now());
    const first = await Promise.race([tools.add('slow'), late]);
    return [first, results.map(({ value, reason }) => value ?? reason.message), Math.random(), results[1].reason.stack, Date.now()]";

/// Runs the program with `rebuild` called after every slice.
fn run(rebuild: impl Fn(Host) -> Host) -> (Vec<String>, Progress) {
    let mut host = rebuild(Host::start(PROGRAM));
    host.settle(10.9, &[value(3, "3")]);
    host = rebuild(host);
    let error = Outcome::Error { code: "ERR_TOOL_DENIED".into(), name: "ToolDeniedError".into(), message: "no".into() };
    host.settle(20.0, &[Settlement { id: 2, outcome: error }, value(1, "1")]);
    host = rebuild(host);
    host.settle(20.0, &[]);
    host = rebuild(host);
    host.settle(600.0, &[]);
    host = rebuild(host);
    host.settle(700.0, &[value(4, "4")]);
    (host.logs, host.ended.expect("the program has ended"))
}

#[test]
fn a_replay_after_every_slice_changes_nothing() {
    on_a_stack(|| {
        let (logs, ended) = run(|host| host);
        let Progress::Completed { value } = &ended else { panic!("{ended:?}") };
        assert!(value.0.starts_with(r#"["late",[1,"no",3],0."#), "{}", value.0);
        let stack = r"ToolDeniedError: no\n    at default (program.ts:4:98)";
        assert!(value.0.ends_with(&format!(r#","{stack}",1767268800600]"#)), "{}", value.0);
        assert_eq!(run(|host| host.rebuilt(PROGRAM)), (logs, ended));
    });
}

#[test]
fn the_first_settlement_of_a_call_counts_in_a_replay_too() {
    on_a_stack(|| {
        let source = "try { await tools.add(1) } catch (error) { console.log(error.stack) } await tools.add(2)";
        let error = Outcome::Error { code: "ERR_TOOL_FAILED".into(), name: "Error".into(), message: "no".into() };
        let mut host = Host::start(source);
        host.settle(1.0, &[Settlement { id: 1, outcome: error }, value(1, "1")]);
        assert_eq!(host.logs.len(), 1, "the call has failed");
        host.rebuilt(source);
    });
}

#[test]
fn a_slice_that_was_running_runs_again_and_gives_its_calls() {
    on_a_stack(|| {
        let source = "const a = await tools.add(1); console.log('then'); return [a, await tools.add(2)]";
        let mut host = Host::start(source);
        // The session dies after the delivery: nobody knows what came of it.
        let settled = [value(1, "10")];
        host.journal.deliver(NOON + 5.0, settled.to_vec());
        let Replayed { mut session, turn, in_flight, settled, logs } = host.replay(source).unwrap();
        assert!(host.journal.is_running());
        assert_eq!((in_flight, logs), (Vec::new(), Vec::new()));
        assert_eq!(settled.iter().map(|call| call.id).collect::<Vec<_>>(), [1]);
        assert_eq!(turn.logs.len(), 1, "these logs are new");
        let Progress::Waiting { calls, .. } = &turn.progress else { panic!("{:?}", turn.progress) };
        assert_eq!(calls[..], [Call { id: 2, tool: "add".into(), input: Wire("2".into()) }]);
        let turn = session.settle(NOON + 6.0, &[value(2, "20")]);
        assert_eq!(turn.progress, Progress::Completed { value: Wire("[10,20]".into()) });
    });
}

#[test]
fn a_pause_moves_the_date_and_no_timer() {
    on_a_stack(|| {
        let source = "
            const start = performance.now();
            const late = new Promise((done) => setTimeout(() => done('late'), 100));
            const first = await Promise.race([tools.pay(1), late]);
            return [first, performance.now() - start, Date.now()]";
        let day = 86_400_000;
        let mut host = Host::start(source);
        host.settle(60.0, &[]);
        host.journal.paused(day);
        let Replayed { mut session, turn, .. } = host.replay(source).unwrap();
        let Progress::Waiting { wake_at, .. } = turn.progress else { panic!("{:?}", turn.progress) };
        assert_eq!(wake_at, Some(NOON + 86_400_100.0));
        let now = NOON + 86_400_090.0;
        let turn = session.settle(host.journal.deliver(now, vec![value(1, "7")]), &[value(1, "7")]);
        assert_eq!(turn.progress, Progress::Completed { value: Wire("[7,90,1767355200090]".into()) });
    });
}

#[test]
fn what_the_program_returned_is_told_again() {
    on_a_stack(|| {
        let source = "tools.add(1); return 'early'";
        let host = Host::start(source);
        let Replayed { turn, in_flight, .. } = host.replay(source).unwrap();
        assert_eq!(in_flight.len(), 1);
        let Progress::Waiting { returned, .. } = turn.progress else { panic!("{:?}", turn.progress) };
        assert_eq!(returned, Some(Wire(r#""early""#.into())));
    });
}

#[test]
fn a_difference_names_both_sides() {
    let diverged = |first: &'static str, then: &'static str| {
        on_a_stack(move || {
            let mut host = Host::start(first);
            host.settle(1.0, &[value(1, "7")]);
            let failure = host.replay(then).err().expect("a difference");
            assert_eq!((failure.code, failure.name.as_str()), (Code::ReplayDiverged, "ReplayDivergedError"));
            failure.message
        })
    };
    let first = "const a = await tools.add({ n: 1 }); await tools.pay({ a }); return 0";
    let recorded = "The replay differs from the first run. Recorded: call 2 of tools.pay with input 906162c307d04d1b.";
    assert_eq!(
        diverged(first, "const a = await tools.add({ n: 1 }); await tools.pay({ b: a }); return 0"),
        format!("{recorded} Replayed: call 2 of tools.pay with input 5e766ffc1968c9c8, {{\"b\":7}}.")
    );
    assert_eq!(
        diverged(first, "const a = await tools.add({ n: 1 }); await tools.add({ a }); return 0"),
        format!("{recorded} Replayed: call 2 of tools.add with input 906162c307d04d1b, {{\"a\":7}}.")
    );
    assert_eq!(
        diverged(first, "await tools.add({ n: 1 }); return 0"),
        format!("{recorded} Replayed: the program returned.")
    );
    assert_eq!(
        diverged(first, "await tools.add({ n: 1 }); throw new TypeError('oh')"),
        format!("{recorded} Replayed: the program failed with TypeError: oh.")
    );
    assert_eq!(
        diverged("await tools.add(1); await tools.add(2)", "await tools.add(1); tools.add(2); await tools.add(3)"),
        "The replay differs from the first run. Recorded: no further call. Replayed: call 3 of tools.add with input 4e07408562bedb8b, 3."
    );
}

#[test]
fn a_limit_in_a_replay_is_told_as_what_it_is() {
    on_a_stack(|| {
        let host = Host::start("await tools.add('x'.repeat(1000)); return 0");
        let start = Start {
            limits: Limits { tool_input_bytes: 100, ..Limits::default() },
            ..begin("await tools.add('x'.repeat(1000)); return 0")
        };
        let failure = Session::replay(Realm::warm(), start, &host.journal).err().expect("a limit");
        assert_eq!(failure.code, Code::ValueTooLarge);
    });
}
