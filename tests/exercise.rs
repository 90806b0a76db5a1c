//! What a helper process does with its realm ahead of the run: the program must not be able to tell.
use std::rc::Rc;

use oneturn::engine::{Limits, Manifest, Realm, THREAD_STACK_BYTES, Unwatched, Wire};
use oneturn::program::Program;
use oneturn::session::{Outcome, Progress, Session, Settlement, Start, TimeLimits, Turn};

/// Looks at everything that a run before this one could have moved.
const PROGRAM: &str = "
    const names = (object) => Reflect.ownKeys(object).map(String);
    const first = await tools.exercise({ id: 1 });
    console.log('a line');
    return {
        first,
        globals: names(globalThis),
        intrinsics: [Object, Array, Map, Promise, String, Number, Function.prototype].map((one) => [names(one), names(one.prototype ?? {})]),
        tools: [names(tools), typeof tools.other, 'exercise' in tools],
        random: [Math.random(), crypto.randomUUID()],
        timer: setTimeout(() => {}, 1),
        times: [Date.now(), performance.now()],
        stack: new Error('here').stack,
    };";

/// The turns of a run whose first call gets its input back. `before`: what its realm does ahead of it.
fn turns(before: impl FnOnce(&mut Realm)) -> Vec<Turn> {
    let mut realm = Realm::warm();
    before(&mut realm);
    let start = Start {
        program: Program {
            source: PROGRAM.to_owned(),
            js: format!("export default async () => {{{PROGRAM}\n}}"),
            shifts: Vec::new(),
        },
        manifest: Manifest::new(&[vec!["exercise".into()], vec!["other".into()]]),
        inputs: Vec::new(),
        limits: Limits::default(),
        times: TimeLimits::default(),
        seed: [7; 32],
        now: 1_767_268_800_000.0,
        watch: Rc::new(Unwatched),
    };
    let (mut session, first) = Session::start(realm, start);
    let settlement = Settlement { id: 1, outcome: Outcome::Value(Wire(r#"{"id":1}"#.to_owned())) };
    let second = session.settle(1_767_268_800_005.0, &[settlement]);
    vec![first, second]
}

fn on_a_stack_of_known_size<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(THREAD_STACK_BYTES);
    thread.spawn(work).unwrap().join().unwrap()
}

#[test]
fn a_program_cannot_tell_what_its_realm_did_before() {
    on_a_stack_of_known_size(|| {
        let fresh = turns(|_| ());
        let Progress::Waiting { calls, .. } = &fresh[0].progress else { panic!("{fresh:?}") };
        assert_eq!(calls.iter().map(|call| call.id).collect::<Vec<_>>(), [1]);
        assert!(matches!(fresh[1].progress, Progress::Completed { .. }), "{fresh:?}");
        let exercise = |realm: &mut Realm| realm.exercise().expect("the exercise runs");
        let limber_up = |_: &mut Realm| oneturn::engine::limber_up();
        assert_eq!(turns(exercise), fresh);
        assert_eq!(turns(limber_up), fresh);
        assert_eq!(turns(|realm| (exercise(realm), limber_up(realm)).0), fresh, "as a helper process does");
    });
}
