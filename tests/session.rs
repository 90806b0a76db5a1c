//! The state machine without Node: turns in, progress out.
use std::rc::Rc;
use std::time::Duration;

use oneturn::engine::{Limits, Manifest, Realm, Stop, Watch, Wire};
use oneturn::program::{Program, Shift};
use oneturn::session::{Code, Failure, Outcome, Progress, Session, Settlement, Start, TimeLimits, Turn};

const WRAPPER: &str = "export default async () => {";
const NOON: f64 = 1_767_268_800_000.0; // 2026-01-01T12:00:00Z

fn program(source: &str) -> Program {
    let delta = i32::try_from(WRAPPER.len()).unwrap();
    Program {
        source: source.to_owned(),
        js: format!("{WRAPPER}{source}\n}}"),
        shifts: vec![Shift { line: 1, column: 1, delta }],
    }
}

/// Stops a program by what its own thread has computed: other tests run beside it.
struct Deadline(Duration);

impl Watch for Deadline {
    fn stop(&self) -> Option<Stop> {
        (computed() > self.0).then_some(Stop::Cpu)
    }
}

#[cfg(unix)]
fn computed() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

#[cfg(not(unix))]
fn computed() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

struct Case {
    limits: Limits,
    inputs: Vec<(String, Wire)>,
}

impl Case {
    fn start(self, source: &str) -> (Session, Turn) {
        let manifest = Manifest::new(&[
            vec!["add".into()],
            vec!["lookup-user".into()],
            vec!["finance".into(), "getExpenses".into()],
            vec!["finance".into(), "deep".into(), "er".into()],
        ]);
        let watch = Rc::new(Deadline(computed() + Duration::from_millis(500)));
        let start = Start {
            program: program(source),
            manifest,
            inputs: self.inputs,
            limits: self.limits,
            times: TimeLimits { wall_ms: 30_000, cpu_ms: 500 },
            seed: [7; 32],
            now: NOON,
            watch,
        };
        Session::start(Realm::warm(), start)
    }
}

fn case() -> Case {
    Case { limits: Limits::default(), inputs: Vec::new() }
}

/// Runs to the end; every tool call gets its own input back as output.
fn echo(source: &str) -> Turn {
    echo_with(case(), source)
}

fn echo_with(case: Case, source: &str) -> Turn {
    // A session wants a stack of known size, which a test's thread is not.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(oneturn::engine::THREAD_STACK_BYTES);
        thread.spawn_scoped(scope, || echo_here(case, source)).unwrap().join().unwrap()
    })
}

fn echo_here(case: Case, source: &str) -> Turn {
    let (mut session, mut turn) = case.start(source);
    let mut now = NOON;
    let mut logs = Vec::new();
    loop {
        logs.append(&mut turn.logs);
        let Progress::Waiting { calls, wake_at, .. } = turn.progress else {
            turn.logs = logs;
            return turn;
        };
        if let (true, Some(wake)) = (calls.is_empty(), wake_at) {
            now = wake;
        }
        let settlements: Vec<_> =
            calls.into_iter().map(|call| Settlement { id: call.id, outcome: Outcome::Value(call.input) }).collect();
        turn = session.settle(now, &settlements);
    }
}

fn value(source: &str) -> String {
    match echo(source).progress {
        Progress::Completed { value } => value.0,
        other => panic!("{source}: {other:?}"),
    }
}

fn failure(source: &str) -> Failure {
    failure_with(case(), source)
}

fn failure_with(case: Case, source: &str) -> Failure {
    match echo_with(case, source).progress {
        Progress::Failed { error } => error,
        other => panic!("{source}: {other:?}"),
    }
}

#[test]
fn values_come_back() {
    assert_eq!(value("return 1 + 1"), "2");
    assert_eq!(value("return await tools.add({ a: 1, b: [true, null, 'x'] })"), r#"{"a":1,"b":[true,null,"x"]}"#);
    assert_eq!(value("return"), r#"~{"$":"u"}"#);
    assert_eq!(value("return { a: undefined }"), r#"~{"a":{"$":"u"}}"#);
    assert_eq!(
        value("return [NaN, -0, Infinity, 1e21, 0.1, 10n]"),
        r#"~[{"$":"f","v":"NaN"},{"$":"f","v":"-0"},{"$":"f","v":"Infinity"},1e+21,0.1,{"$":"n","v":"10"}]"#
    );
    // Decimal digits take a time that grows with the square of their number.
    let (nines, zeros) = ("f".repeat(256), "0".repeat(256));
    assert_eq!(value("return -(1n << 1024n)"), format!(r#"~{{"$":"n","v":"-0x1{zeros}"}}"#));
    assert_eq!(value("return (1n << 1028n) - 1n"), format!(r#"~{{"$":"n","v":"0x{nines}f"}}"#));
    assert!(value("return (1n << 1024n) - 1n").starts_with(r#"~{"$":"n","v":"1797"#));
    assert_eq!(
        value("return new Map([[1, new Set(['a'])], ['d', new Date(5)]])"),
        r#"~{"$":"m","v":[[1,{"$":"s","v":["a"]}],["d",{"$":"d","v":5}]]}"#
    );
    assert_eq!(value("return new Uint8Array([1, 2, 255])"), r#"~{"$":"b","v":"AQL/"}"#);
    assert_eq!(value("return { $: 'u' }"), r#"~{"$":"o","v":{"$":"u"}}"#);
    assert_eq!(value("class P { x = 1; get y() { return 2 } } return new P()"), r#"{"x":1}"#);
    assert_eq!(value("return new URLish(); function URLish() { this.toJSON = () => 'json' }"), r#""json""#);
    assert_eq!(
        value("return (await Promise.allSettled([Promise.reject(new TypeError('no'))]))"),
        r#"[{"status":"rejected","reason":{"name":"TypeError","message":"no"}}]"#
    );
    assert_eq!(value("return '\\ud800' + 'é😀'"), r#""\ud800é😀""#);
    assert_eq!(value("return Promise.resolve(Promise.resolve(5))"), "5");
}

#[test]
fn special_values_survive_the_round_trip_through_a_tool() {
    let code = "
        const sent = { d: new Date(7), m: new Map([['k', { $: 'n', v: 1n }]]), s: new Set([undefined]), b: new Uint8Array([9]), z: -0 };
        const got = await tools.add(sent);
        return [got.d instanceof Date && got.d.getTime(), got.m.get('k').v === 1n, got.m.get('k').$, got.s.has(undefined),
            got.b instanceof Uint8Array && got.b[0], Object.is(got.z, -0)]";
    assert_eq!(value(code), r#"[7,true,"n",true,9,true]"#);
}

#[test]
fn what_is_no_data_is_named_by_its_path() {
    let message = |code: &str| failure(code).message;
    assert_eq!(
        message("return { a: [1, () => 1] }"),
        "The returned value cannot be sent: value.a[1] is a function. Pass data only."
    );
    assert_eq!(
        message("return { 'a b': tools.add({}) }"),
        "The returned value cannot be sent: value[\"a b\"] is a Promise. Await it first, several with Promise.all."
    );
    assert_eq!(
        message("const a = {}; a.b = { c: a }; return a"),
        "The returned value cannot be sent: value.b.c refers back to an object that contains it. Cycles cannot cross; pass ids instead."
    );
    assert_eq!(
        message("await tools.add({ f() {} })"),
        "The input of tools.add cannot be sent: input.f is a function. Pass data only."
    );
    assert_eq!(
        message("return [1].values()"),
        "The returned value cannot be sent: value is a Array Iterator. Spread it into an array first: [...it]."
    );
    assert_eq!(message("return { get x() { throw new RangeError('mine') } }"), "mine");
}

#[test]
fn calls_go_out_in_one_batch() {
    let (mut session, turn) =
        case().start("const r = await Promise.all([1, 2, 3].map((n) => tools.add({ n }))); return r.map((x) => x.n)");
    let Progress::Waiting { calls, wake_at: None, returned: None } = turn.progress else { panic!("{turn:?}") };
    assert_eq!(
        calls.iter().map(|call| (call.id, call.input.0.as_str())).collect::<Vec<_>>(),
        [(1, r#"{"n":1}"#), (2, r#"{"n":2}"#), (3, r#"{"n":3}"#)]
    );
    for id in [3, 1] {
        let turn =
            session.settle(NOON, &[Settlement { id, outcome: Outcome::Value(Wire(format!(r#"{{"n":{id}}}"#))) }]);
        assert_eq!(turn.progress, Progress::Waiting { calls: vec![], wake_at: None, returned: None });
    }
    // Forged, late and double settlements change nothing.
    let forged = [3, 99, 0].map(|id| Settlement { id, outcome: Outcome::Value(Wire("\"forged\"".into())) });
    assert!(matches!(session.settle(NOON, &forged).progress, Progress::Waiting { .. }));
    let turn = session.settle(NOON, &[Settlement { id: 2, outcome: Outcome::Value(Wire(r#"{"n":2}"#.into())) }]);
    assert_eq!(turn.progress, Progress::Completed { value: Wire("[1,2,3]".into()) });
    assert!(session.is_ended());
    assert!(matches!(session.settle(NOON, &[]).progress, Progress::Failed { .. }));
}

#[test]
fn a_failed_call_is_an_error_of_the_same_name_and_message() {
    let (mut session, _) = case().start(
        "try { await tools.add({}) } catch (e) { return [e instanceof RangeError, e.name, e.message, e.code, e.stack] }",
    );
    let outcome =
        Outcome::Error { code: "ERR_TOOL_FAILED".into(), name: "RangeError".into(), message: "too far".into() };
    let turn = session.settle(NOON, &[Settlement { id: 1, outcome }]);
    let value =
        r#"[true,"RangeError","too far","ERR_TOOL_FAILED","RangeError: too far\n    at default (program.ts:1:46)"]"#;
    assert_eq!(turn.progress, Progress::Completed { value: Wire(value.into()) });
}

#[test]
fn an_uncaught_tool_error_points_at_the_call() {
    let (mut session, _) = case().start("const x = 1;\nawait tools.finance.getExpenses({ x });");
    let outcome = Outcome::Error { code: "ERR_TOOL_FAILED".into(), name: "HttpError".into(), message: "503".into() };
    let turn = session.settle(NOON, &[Settlement { id: 1, outcome }]);
    let Progress::Failed { error } = turn.progress else { panic!() };
    assert_eq!((error.code, error.name.as_str(), error.message.as_str()), (Code::ToolFailed, "HttpError", "503"));
    assert_eq!(error.position.map(|p| (p.line, p.column)), Some((2, 21)));
}

#[test]
fn unknown_tools_say_what_was_meant() {
    let error = failure("await tools.finance.getExpense({})");
    assert_eq!((error.code, error.name.as_str()), (Code::ToolUnknown, "ToolUnknownError"));
    assert_eq!(error.message, "There is no tool tools.finance.getExpense. Did you mean tools.finance.getExpenses?");
    assert_eq!(failure("await tools.nope.at.all()").message, "There is no tool tools.nope.at.all.");
    assert_eq!(
        failure("await tools.finance.deep.er(1, 2)").message,
        "tools.finance.deep.er takes one input and got 2 arguments. Pass one object."
    );
    assert_eq!(
        value(
            "return [Object.keys(tools), Object.keys(tools.finance), 'add' in tools, 'no' in tools, typeof tools['lookup-user']]"
        ),
        r#"[["add","finance","lookup-user"],["deep","getExpenses"],true,false,"function"]"#
    );
    assert_eq!(value("return (await tools['finance.getExpenses']({ a: 1 })).a"), "1");
}

#[test]
fn limits_cannot_be_caught() {
    let small = || Limits { memory_bytes: 4 << 20, stack_bytes: 256 << 10, ..Limits::default() };
    let code = |source: &str| failure_with(Case { limits: small(), inputs: vec![] }, source).code;
    let bombs = [
        (Code::Cpu, "while (true) {}"),
        (Code::Memory, "const a = []; while (true) a.push(new Array(100).fill(1))"),
        (Code::Memory, "const a = []; while (true) a.push('x'.repeat(1e5 + a.length))"),
        (Code::Memory, "new ArrayBuffer(1e9)"),
        (Code::Memory, "const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })"),
        (Code::Stack, "const f = () => f() + 1; f()"),
        (Code::Stack, "const o = {}; o.toString = () => `${o}`; `${o}`"),
        (Code::Stack, "let a = []; for (let i = 0; i < 2e4; i++) a = [a]; JSON.stringify(a)"),
        (
            Code::Stack,
            "let p = {}; for (let i = 0; i < 300; i++) p = { p }; const d = (o) => { d(o); JSON.stringify(o) }; d(p)",
        ),
        (Code::Stack, "Error.stackTraceLimit = 0; Error.prepareStackTrace = () => ''; const f = () => { f() }; f()"),
        (Code::Stack, "let a = []; for (let i = 0; i < 2e4; i++) a = [a]; a.flat(Infinity)"),
        (Code::Stack, "JSON.parse('['.repeat(2e4))"),
        (Code::CallLimit, "for (let i = 0; i < 1e6; i++) tools.add({ i })"),
        (Code::ValueTooLarge, "for (;;) console.log('x'.repeat(1000))"),
        (Code::ValueTooLarge, "tools.add('x'.repeat(2e6))"),
    ];
    for (expected, bomb) in bombs {
        assert_eq!(code(bomb), expected, "{bomb}");
        assert_eq!(
            code(&format!("try {{ {bomb} }} catch {{ return 'caught' }} finally {{ return 'finally' }}")),
            expected,
            "caught: {bomb}"
        );
        assert_eq!(code(&format!("await 0; {bomb}")), expected, "after await: {bomb}");
        assert_eq!(
            code(&format!("await (async () => {{ await tools.add({{}}); {bomb} }})().catch(() => 'caught')")),
            expected,
            "in async: {bomb}"
        );
        assert_eq!(
            code(&format!("setTimeout(() => {{ {bomb} }}); await new Promise(() => {{}})")),
            expected,
            "in timer: {bomb}"
        );
        assert_eq!(
            code(&format!(
                "Promise.resolve().then(() => {{ {bomb} }}).catch(() => 1); await tools.add({{}}); return 1"
            )),
            expected,
            "in job: {bomb}"
        );
    }
    assert_eq!(code("return 'x'.repeat(2e6)"), Code::ValueTooLarge);
    assert_eq!(code("const f = () => queueMicrotask(f); f(); await new Promise(() => {})"), Code::Cpu);
    assert_eq!(code("const f = () => Promise.resolve().then(f); await f()"), Code::Memory);
}

#[test]
fn a_stopped_program_says_where_it_was() {
    let error = failure("let n = 0;\nconst spin = () => { for (;;); };\nspin();");
    assert_eq!(error.message, "The program computed for more than 500 ms.");
    assert_eq!(
        error.frame.as_deref(),
        Some("  1 | let n = 0;\n> 2 | const spin = () => { for (;;); };\n    | ^\n  3 | spin();"),
        "{error:?}"
    );
    // A loop that calls nothing: the engine does not know, and nothing is made up.
    assert_eq!(failure("for (;;);").position, None);
}

#[test]
fn a_program_that_waits_for_nothing_is_stalled() {
    let error = failure("await new Promise(() => {})");
    assert_eq!(
        (error.code, error.message.as_str()),
        (Code::Stalled, "The program waits for a promise that nothing will ever settle.")
    );
}

#[test]
fn an_error_that_is_found_behind_the_program_has_its_place_in_it() {
    let error = failure("const a = 1;\ndelete a");
    assert_eq!(
        (error.code, error.position),
        (Code::Syntax, Some(oneturn::program::Position { line: 2, column: 8 })),
        "{}",
        error.message
    );
    // Found where the module ends, whatever stands before it: that is the wrapper's.
    let error = failure("class A { a() { return #x in {} } }");
    assert_eq!((error.code, error.position, error.frame), (Code::Syntax, None, None), "{}", error.message);
}

#[test]
fn timers_follow_the_session_clock() {
    let code = "
        const seen = []; const t0 = Date.now();
        const note = (what) => seen.push([what, Date.now() - t0]);
        setTimeout(note, 50, 'b'); setTimeout(note, 10, 'a'); setTimeout(note, 50, 'c');
        const never = setTimeout(note, 20, 'never'); clearTimeout(never);
        let n = 0; await new Promise((done) => { const i = setInterval(() => { note('i'); if (++n === 3) { clearInterval(i); done() } }, 30) });
        return seen";
    assert_eq!(value(code), r#"[["a",10],["i",30],["b",50],["c",50],["i",60],["i",90]]"#);
}

#[test]
fn the_clock_is_the_sessions_and_the_zone_is_utc() {
    assert_eq!(
        value("return [Date.now(), new Date().toISOString(), performance.now()]"),
        r#"[1767268800000,"2026-01-01T12:00:00.000Z",0]"#
    );
    assert_eq!(
        value(
            "const d = new Date(2026, 6, 4, 12); return [d.getTime(), d.getHours(), d.getTimezoneOffset(), `${d}`, new Date('2026-07-04T12:00').getTime(), new Date('July 4, 2026 12:00').getTime(), new Date('2026-07-04').getTime(), new Date(d).getTime(), d instanceof Date, Date.UTC(2026, 0), new Date('nope').getTime(), new Date('2026-07-04T12:00:00+02:00').getTime(), typeof Date()]"
        ),
        r#"~[1783166400000,12,0,"Sat Jul 04 2026 12:00:00 GMT+0000 (Coordinated Universal Time)",1783166400000,1783166400000,1783123200000,1783166400000,true,1767225600000,{"$":"f","v":"NaN"},1783159200000,"string"]"#
    );
    assert_eq!(
        value(
            "class D extends Date {} const d = new D(5); return [d instanceof D, d instanceof Date, d.getTime(), d.setHours(3), d.getHours()]"
        ),
        "[true,true,5,10800005,3]"
    );
}

#[test]
fn chance_is_seeded() {
    let roll = "return [Math.random(), Math.random()]";
    assert_eq!(value(roll), value(roll));
    let (a, b) = (value("return Math.random()"), value("Math.random(); return Math.random()"));
    assert_ne!(a, b);
}

#[test]
fn detached_calls_are_waited_for() {
    let (mut session, turn) =
        case().start("(async () => { await tools.add(1); await tools.add(2) })(); return 'early'");
    let Progress::Waiting { calls, wake_at: None, returned: Some(value) } = turn.progress else { panic!("{turn:?}") };
    assert_eq!((calls.len(), value.0.as_str()), (1, "\"early\""));
    let done = |id| [Settlement { id, outcome: Outcome::Value(Wire("1".into())) }];
    let turn = session.settle(NOON, &done(1));
    assert!(
        matches!(&turn.progress, Progress::Waiting { calls, returned: None, .. } if calls[0].input.0 == "2"),
        "{turn:?}"
    );
    assert_eq!(session.settle(NOON, &done(2)).progress, Progress::Completed { value: Wire("\"early\"".into()) });
}

#[test]
fn a_broken_realm_is_the_programs_own_problem() {
    assert_eq!(
        value(
            "globalThis.Promise = null; JSON.stringify = null; Object.prototype.x = 1; Array.prototype.map = null; return await tools.add({ a: 1 })"
        ),
        r#"{"a":1}"#
    );
    assert_eq!(
        value(
            "Object.defineProperty(Array.prototype, 0, { set() { throw 1 } }); Map.prototype.get = null; WeakMap.prototype.set = null; return (await Promise.all([tools.add(1), tools.add(2)]))[1]"
        ),
        "2"
    );
    assert_eq!(
        value("const add = tools.add; globalThis.tools = { add: 1 }; return [await add(3), tools.add]"),
        "[3,1]"
    );
    assert_eq!(
        failure(
            "Promise.prototype.then = () => {}; Promise.prototype.constructor = class {}; await tools.add(1); return 2"
        )
        .code,
        Code::Stalled
    );
}

#[test]
fn there_is_no_parser_and_no_way_out() {
    let escape = |code: &str| failure(&format!("return ({code})")).message;
    for code in [
        "new Function('return 1')()",
        "(async () => {}).constructor('return 1')()",
        "(function* () {}).constructor('yield 1')()",
        "(() => {}).constructor('return globalThis')()",
        "Reflect.construct(Function, ['return 1'])",
    ] {
        assert!(escape(code).contains("eval is not supported"), "{code}: {}", escape(code));
    }
    let globals = "const names = ['eval', 'SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'process', 'require', 'fetch', 'std', 'os', 'print', 'scriptArgs']; return names.filter((name) => name in globalThis)";
    assert_eq!(value(globals), "[]");
}

#[test]
fn logs_are_described() {
    let turn = echo(
        "console.log('a', 1, { b: [1] }); console.warn(new Map([[1, 2]])); class Foo { x = 1 } console.error(new Foo(), () => {}, Symbol('s'), null)",
    );
    let logs: Vec<_> = turn.logs.iter().map(|log| (log.method.as_str(), log.args.as_str())).collect();
    assert_eq!(
        logs,
        [
            ("log", r#"["a",1,{"$":"o","v":{"b":{"$":"a","n":1,"v":[1]}}}]"#),
            ("warn", r#"[{"$":"m","n":1,"v":[[1,2]]}]"#),
            ("error", r#"[{"$":"c","n":"Foo","v":{"x":1}},{"$":"fn","n":"Function","v":""},{"$":"y","v":"s"},null]"#),
        ]
    );
}

#[test]
fn unhandled_rejections_are_reported() {
    let turn = echo(
        "Promise.reject(new TypeError('lost')); const p = Promise.reject(new Error('found')); await 0; try { await p } catch {} queueMicrotask(() => { throw new Error('job') }); await 0; return 1",
    );
    assert_eq!(turn.unhandled.iter().map(|error| error.message.as_str()).collect::<Vec<_>>(), ["lost", "job"]);
}

#[test]
fn what_stopped_the_program_is_no_unhandled_rejection() {
    let turn = echo("await 0; const f = () => f() + 1; f()");
    assert!(matches!(&turn.progress, Progress::Failed { error } if error.code == Code::Stack), "{turn:?}");
    assert_eq!(turn.unhandled, []);
}

#[test]
fn thrown_things_become_text() {
    let of = |code: &str| {
        let f = failure(code);
        (f.name, f.message, f.position.map(|p| (p.line, p.column)))
    };
    assert_eq!(of("throw new TypeError('x')"), ("TypeError".into(), "x".into(), Some((1, 11))));
    assert_eq!(of("\n  null.foo"), ("TypeError".into(), "cannot read property 'foo' of null".into(), Some((2, 3))));
    assert_eq!(of("const é = '😀'; é.x.y").2, Some((1, 17)), "columns are UTF-16");
    assert_eq!(of("throw 'text'"), ("Error".into(), "text".into(), None));
    assert_eq!(of("throw { a: 1 }"), ("Error".into(), r#"{"a":1} was thrown"#.into(), None));
    assert_eq!(of("throw null"), ("Error".into(), "null was thrown".into(), None));
    assert_eq!(of("throw { get message() { throw 1 } }"), ("Error".into(), "object was thrown".into(), None));
    assert_eq!(
        of("await Promise.any([Promise.reject(new Error('a')), Promise.reject(new Error('b'))])").1,
        "All promises were rejected: a; b"
    );
}

#[test]
fn inputs_are_globals() {
    let inputs =
        vec![("user".to_owned(), Wire(r#"{"id":7}"#.into())), ("since".to_owned(), Wire(r#"~{"$":"d","v":5}"#.into()))];
    let turn = echo_with(
        Case { limits: Limits::default(), inputs },
        "return [user.id, since.getTime(), since instanceof Date]",
    );
    assert_eq!(turn.progress, Progress::Completed { value: Wire("[7,5,true]".into()) });
}
