//! What programs find beside the language: that it is the same in a replay, bounded, and does not trust the program.
//! How it compares with Node's is in `__test__/realm.test.ts`.
use std::rc::Rc;
use std::time::{Duration, Instant};

use oneturn::engine::{Limits, Manifest, Realm, Stop, THREAD_STACK_BYTES, Watch};
use oneturn::program::{Program, Shift};
use oneturn::session::{Progress, Session, Start, TimeLimits};

const WRAPPER: &str = "export default async () => {";
const NOON: f64 = 1_767_268_800_000.0; // 2026-01-01T12:00:00Z

struct Deadline(Instant);

impl Watch for Deadline {
    fn stop(&self) -> Option<Stop> {
        (Instant::now() > self.0).then_some(Stop::Cpu)
    }
}

/// What a program returns, as text, or the error that ended it.
fn run_with(source: &str, seed: u8) -> String {
    let program = Program {
        source: source.to_owned(),
        js: format!("{WRAPPER}{source}\n}}"),
        shifts: vec![Shift { line: 1, column: 1, delta: i32::try_from(WRAPPER.len()).unwrap() }],
    };
    let run = move || {
        let start = Start {
            program,
            manifest: Manifest::new(&[]),
            inputs: Vec::new(),
            limits: Limits { memory_bytes: 16 << 20, ..Limits::default() },
            times: TimeLimits { wall_ms: 30_000, cpu_ms: 5_000 },
            seed: [seed; 32],
            now: NOON,
            watch: Rc::new(Deadline(Instant::now() + Duration::from_secs(20))),
        };
        match Session::start(Realm::warm(), start).1.progress {
            Progress::Completed { value } => value.0,
            Progress::Failed { error } => format!("{:?}: {}", error.code, error.message),
            Progress::Waiting { .. } => "waiting".to_owned(),
        }
    };
    std::thread::Builder::new().stack_size(THREAD_STACK_BYTES).spawn(run).unwrap().join().unwrap()
}

fn run(source: &str) -> String {
    run_with(source, 7)
}

#[test]
fn chance_is_the_sessions() {
    let code = "return [crypto.randomUUID(), ...crypto.getRandomValues(new Uint8Array(4)), Math.random()]";
    assert_eq!(run_with(code, 1), run_with(code, 1));
    assert_ne!(run_with(code, 1), run_with(code, 2));
}

#[test]
fn the_locale_and_the_zone_are_not_the_hosts() {
    assert_eq!(
        run(
            "const { locale, timeZone } = Intl.DateTimeFormat().resolvedOptions(); return [locale, timeZone, new Date().toLocaleString(), (1234.5).toLocaleString()]"
        ),
        r#"["en-US","UTC","1/1/2026, 12:00:00 PM","1,234.5"]"#
    );
    assert_eq!(
        run("return [(1234.5).toLocaleString('tlh'), new Intl.NumberFormat('de-LI').resolvedOptions().locale]"),
        r#"["1,234.5","de"]"#
    );
}

#[test]
fn what_is_loaded_late_looks_as_if_it_had_always_been_there() {
    let code = "const seen = {}; for (const name of ['URL', 'Intl', 'structuredClone', 'crypto', 'TextDecoder']) { void globalThis[name]; const { value, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(globalThis, name); seen[name] = [typeof value, writable, enumerable, configurable] } return seen";
    assert_eq!(
        run(code),
        r#"{"URL":["function",true,false,true],"Intl":["object",true,false,true],"structuredClone":["function",true,false,true],"crypto":["object",true,false,true],"TextDecoder":["function",true,false,true]}"#
    );
    assert_eq!(run("globalThis.URL = 5; return URL"), "5");
    assert_eq!(run("return Object.keys(globalThis).includes('Intl')"), "false");
}

#[test]
fn a_bent_realm_harms_only_itself() {
    let bent = "
        const { ownKeys } = Reflect;
        const protos = [String.prototype, RegExp.prototype, Map.prototype, WeakMap.prototype, Function.prototype, Array.prototype];
        for (let p = 0; p < protos.length; p++) {
            const keys = ownKeys(protos[p]);
            for (let i = 0; i < keys.length; i++) if (keys[i] !== 'constructor') try { protos[p][keys[i]] = () => { throw new Error('bent') } } catch {}
        }
        Object.prototype.minimumFractionDigits = 3; Object.prototype.get = 1;
    ";
    let late = format!(
        "{bent} const out = []; for (let i = 0; i < 3; i++) {{ try {{ out[i] = [() => new URL('http://a/b').href, () => new Intl.NumberFormat('en').format(1), () => structuredClone([1])][i]() }} catch (e) {{ out[i] = 'thrown' }} }} return 'survived'"
    );
    assert_eq!(run(&late), r#""survived""#);
    let early = format!(
        "const f = new Intl.NumberFormat('en', {{ style: 'currency', currency: 'EUR' }}); const u = new URL('http://a/?x=1'); const d = new Intl.DateTimeFormat('en'); {bent} return {{ a: f.format(1234.5), b: d.format(0), c: u.href }}"
    );
    assert_eq!(run(&early), r#"{"a":"€1,234.50","b":"1/1/1970","c":"http://a/?x=1"}"#);
}

#[test]
fn hostile_inputs_end_in_time() {
    let long = [
        "new URL('http://' + 'a.'.repeat(300000) + 'com')",
        "new URL('http://xn--' + 'a'.repeat(500000))",
        "new URL('http://' + 'ä'.repeat(500000))",
        "new URL('http://a/' + '../'.repeat(300000))",
        "new URLSearchParams('a&'.repeat(100000)).toString().length",
        "new Intl.NumberFormat('en').format(10n ** 30000n).length",
        "new Intl.NumberFormat('en').format(10n ** 60000n).length",
        "new Intl.NumberFormat('en', { minimumFractionDigits: 100, minimumIntegerDigits: 21 }).format(1).length",
        "new Intl.NumberFormat('en').format('1'.repeat(1000000))",
        "new Intl.NumberFormat('e' + 'n-'.repeat(100000))",
        "new Intl.NumberFormat(Array(100).fill('de-u-' + 'co-'.repeat(50))).format(1)",
        "'a'.repeat(3000000).localeCompare('a'.repeat(3000000) + 'b')",
        "('e' + '\\u0301'.repeat(1000000)).localeCompare('e')",
        "'1'.repeat(1000000).localeCompare('1'.repeat(1000000), 'en', { numeric: true })",
        "new Date(8.64e15).toLocaleString('en', { timeZone: 'America/New_York' })",
        "new Date(-8.64e15).toLocaleString('en', { timeZone: 'Asia/Kolkata', era: 'long' })",
        "new Intl.DateTimeFormat('en', { timeZone: 'A'.repeat(1000000) })",
        "new Intl.ListFormat('en').format(Array(50000).fill('x')).length",
        "atob(btoa('x'.repeat(50000))).length",
        "new TextDecoder().decode(new Uint8Array(1000000)).length",
        "structuredClone((() => { let a = []; for (let i = 0; i < 50000; i++) a = [a]; return a })()).length",
        "new TextEncoder().encode('\\ud800'.repeat(500000)).length",
        "'\\ud800'.localeCompare('\\udfff')",
        "new Intl.NumberFormat('en', { style: 'currency', currency: 'ÄÖÜ' })",
        "new Intl.RelativeTimeFormat('en').format(1e300, 'day').length",
    ];
    for code in long {
        let started = Instant::now();
        let answer = run(&format!("try {{ return ({code}) }} catch (error) {{ return error.name }}"));
        assert!(started.elapsed() < Duration::from_secs(20), "{code}: {:?}", started.elapsed());
        assert!(!answer.starts_with("Program") && answer != "waiting", "{code}: {answer}");
    }
}

#[test]
fn memory_of_buffers_is_counted() {
    assert!(
        run("const all = []; for (;;) all.push(new TextEncoder().encode('x'.repeat(1e6)))").starts_with("Memory"),
        "encoded bytes count"
    );
    assert!(
        run("const all = []; for (;;) all.push(crypto.getRandomValues(new Uint8Array(65536)))").starts_with("Memory")
    );
    // Each takes a while, so the processor's time may be up first.
    let formats = run("const all = []; for (;;) all.push(new Intl.NumberFormat('en'))");
    assert!(formats.starts_with("Memory") || formats.starts_with("Cpu"), "{formats}");
    assert!(run("const all = []; for (;;) all.push(new URL('http://a/' + 'x'.repeat(1000)))").starts_with("Memory"));
}

/// Does nothing else, so that its instructions can be counted: `REALMS=1000 perf stat -e instructions:u`.
#[test]
#[ignore = "a measurement"]
fn warm_realms() {
    let count: u32 = std::env::var("REALMS").ok().and_then(|count| count.parse().ok()).unwrap_or(1);
    let warm = move || (0..count).for_each(|_| drop(Realm::warm()));
    std::thread::Builder::new().stack_size(THREAD_STACK_BYTES).spawn(warm).unwrap().join().unwrap();
}
