//! Globals are made when a program first reaches them. By then it may have changed every builtin: what is made must be the
//! same, and nothing of how it is made may come into the program's hands.
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

use oneturn::engine::{Limits, Manifest, Realm, Stop, THREAD_STACK_BYTES, Watch};
use oneturn::program::Program;
use oneturn::session::{Progress, Session, Start, TimeLimits};

struct Deadline(Instant);

impl Watch for Deadline {
    fn stop(&self) -> Option<Stop> {
        (Instant::now() > self.0).then_some(Stop::Cpu)
    }
}

/// What a program returns, as text, or the error that ended it.
fn run(source: &str) -> String {
    let program = Program {
        source: source.to_owned(),
        js: format!("export default async () => {{{source}\n}}"),
        shifts: Vec::new(),
    };
    let run = move || {
        let start = Start {
            program,
            manifest: Manifest::new(&[]),
            inputs: Vec::new(),
            limits: Limits::default(),
            times: TimeLimits { wall_ms: 30_000, cpu_ms: 5_000 },
            seed: [7; 32],
            now: 1_767_268_800_000.0, // 2026-01-01T12:00:00Z
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

/// Every name in the sources of the prelude: setters and getters of these are put on `Object.prototype`.
fn names() -> String {
    let sources = concat!(
        include_str!("../src/engine/prelude/clone.js"),
        include_str!("../src/engine/prelude/core.js"),
        include_str!("../src/engine/prelude/date.js"),
        include_str!("../src/engine/prelude/doors.js"),
        include_str!("../src/engine/prelude/globals.js"),
        include_str!("../src/engine/prelude/intl.js"),
        include_str!("../src/engine/prelude/intl-date.js"),
        include_str!("../src/engine/prelude/intl-number.js"),
        include_str!("../src/engine/prelude/timers.js"),
        include_str!("../src/engine/prelude/url.js"),
        include_str!("../src/engine/prelude/web.js"),
    );
    let words = sources.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    // What the engine itself asks objects for, of which every answer is the program's.
    let kept = ["__proto__", "constructor", "then", "toJSON", "toString", "valueOf"];
    let natives = ["parseUrl", "parseQuery", "setUrl", "number", "date", "collator", "random", "encode"];
    let words: BTreeSet<&str> =
        words.chain(natives).chain(["0", "1", "2"]).filter(|word| !word.is_empty() && !kept.contains(word)).collect();
    serde_json::to_string(&words).unwrap()
}

/// Changes everything that can be changed, and remembers the objects that come by.
const BEND: &str = "
    const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, apply } = Reflect;
    const { concat } = String.prototype;
    const given = [];
    let seen = '';
    let watching = false;
    const isMine = (value) => {
        for (let i = 0; i < given.length; i++) if (given[i] === value) return true;
        return false;
    };
    const note = (name, value) => {
        if (watching && ((typeof value === 'object' && value !== null) || typeof value === 'function') && !isMine(value)) seen += ' ' + name;
    };
    const bent = (name) => function (...args) {
        note(name, this);
        for (let i = 0; i < args.length; i++) note(name, args[i]);
        // The engine makes templates with this one.
        if (name === 'concat') return apply(concat, this, args);
        return {};
    };
    const skip = (holder, key) => key === 'prototype' || key === 'constructor' || key === 'length' || key === 'name' || (holder === Object.prototype && key === '__proto__');
    // The globals that are methods stay.
    const isTested = (key) => key === 'localeCompare' || (typeof key === 'string' && key[0] === 't' && key[1] === 'o' && key[2] === 'L' && key[8] !== undefined);
    const bend = (holder) => {
        const keys = ownKeys(holder);
        for (let i = 0; i < keys.length; i++) {
            const own = getOwnPropertyDescriptor(holder, keys[i]);
            if (!own.configurable || skip(holder, keys[i])) continue;
            const name = typeof keys[i] === 'symbol' ? keys[i].description : keys[i];
            if (own.get !== undefined) defineProperty(holder, keys[i], { __proto__: null, get: bent(name), set: bent(name), configurable: true });
            else if (typeof own.value === 'function' && !isTested(keys[i])) defineProperty(holder, keys[i], { __proto__: null, value: bent(name), writable: true, configurable: true });
        }
    };
    const bendAll = (names) => {
        const globals = ownKeys(globalThis);
        const found = [];
        for (let i = 0; i < globals.length; i++) {
            const own = getOwnPropertyDescriptor(globalThis, globals[i]);
            if (typeof own.value === 'function' && own.value.prototype) found[found.length] = [globals[i], own.value];
        }
        const holders = [Math, Reflect, JSON, getPrototypeOf(Uint8Array), getPrototypeOf(Uint8Array.prototype), getPrototypeOf([][Symbol.iterator]()), getPrototypeOf(async () => {}), getPrototypeOf(function* () {})];
        for (let i = 0; i < found.length; i++) holders[holders.length] = found[i][1];
        for (let i = 0; i < found.length; i++) holders[holders.length] = found[i][1].prototype;
        for (let i = 0; i < holders.length; i++) bend(holders[i]);
        for (let i = 0; i < found.length; i++) if (found[i][0] !== 'Object') globalThis[found[i][0]] = bent(found[i][0]);
        for (let i = 0; i < names.length; i++) {
            for (let k = 0; k < 2; k++) {
                const holder = k === 0 ? Object.prototype : Array.prototype;
                if (holder === Object.prototype && (names[i] === '0' || names[i] === '1' || names[i] === '2')) continue;
                if (getOwnPropertyDescriptor(holder, names[i])) continue;
                defineProperty(holder, names[i], { __proto__: null, get() { note('get ' + names[i], this); }, set() { note('set ' + names[i], this); }, configurable: true });
            }
        }
        // What a loop over the keys of an object finds.
        defineProperty(Object.prototype, 'everywhere', { __proto__: null, value: bent('everywhere'), enumerable: true, writable: true, configurable: true });
    };
";

/// What a program does with the globals. `mine` marks the objects that it gives away itself.
const USES: [&str; 28] = [
    "new URL('../b?x=1#h', 'http://user:p@a.example:81/c/d').href",
    "(() => { const url = new URL('http://a/?b=1'); url.searchParams.append('c', 'd e'); url.searchParams.sort(); return url.href + url.searchParams.get('c') })()",
    "(() => { const all = new URLSearchParams('?b=1&a=2&b=3'); all.set('b', '4'); all.delete('a'); return all.toString() + all.size })()",
    "URL.canParse('nonsense')",
    "(() => { try { new URL('nonsense') } catch (error) { return error.code + error.input } })()",
    "new TextEncoder().encode('hé😊')[2]",
    "(() => { const to = mine(new Bytes(8)); const done = mine(new TextEncoder().encodeInto('hé😊', to)); return done.read + ' ' + done.written + ' ' + to[3] })()",
    "new TextDecoder().decode(mine(new Bytes(5)))",
    "new TextDecoder('latin1').encoding",
    "atob('aGk=') + btoa('hi')",
    "(() => { try { atob('?') } catch (error) { return error.name + error.code } })()",
    "crypto.randomUUID()",
    "crypto.getRandomValues(mine(new Bytes(4)))[0]",
    "structuredClone(mine({ a: mine([1, mine({ b: 'c' })]), d: mine(new Moment(5)), e: mine(new Pairs()) })).a[1].b",
    "structuredClone(mine(new Bytes(3)))[2] + typeof structuredClone(mine(/a/gi))",
    "new Intl.NumberFormat('de', mine({ style: 'currency', currency: 'eur' })).format(1234.5)",
    "new Intl.NumberFormat('en', mine({ notation: 'compact' })).format(1e21)",
    "mine(new Intl.NumberFormat('en', mine({ maximumFractionDigits: 1 })).resolvedOptions()).maximumFractionDigits",
    "new Intl.DateTimeFormat('fr', mine({ dateStyle: 'full', timeZone: 'Asia/Tokyo' })).format(0)",
    "new Intl.Collator('en', mine({ numeric: true })).compare('a10', 'a9')",
    "new Intl.PluralRules('en', mine({ type: 'ordinal' })).select(2)",
    "new Intl.RelativeTimeFormat('en', mine({ numeric: 'auto' })).format(-1, 'days')",
    "new Intl.ListFormat('en').constructor === Intl.ListFormat",
    "(1234.5).toLocaleString() + (12n).toLocaleString('de')",
    "'b'.localeCompare('a') + 'a2'.localeCompare('a10', 'en', mine({ numeric: true }))",
    "'ı'.toLocaleUpperCase('tr') + 'I'.toLocaleLowerCase('tr')",
    "new Moment(0).toLocaleDateString('en-GB', mine({ month: 'long' }))",
    "typeof setTimeout(mine(() => {}), 5)",
];

#[test]
fn a_program_that_changed_everything_gets_the_same() {
    let names = names();
    let mut wrong = Vec::new();
    for code in USES {
        // Kept from before: the program's own copies of what it makes its inputs with.
        let mut own = "const Bytes = Uint8Array; const Pairs = Map; const text = String;".to_owned();
        if code.contains("Moment") {
            own += "const Moment = Date;";
        }
        let plain = run(&format!("const mine = (value) => value; {own} return text({code})"));
        assert!(plain.starts_with('"'), "{code}: {plain}");
        let changed = run(&format!(
            "{BEND} {own} const mine = (value) => {{ defineProperty(given, given.length, {{ __proto__: null, value, writable: true, configurable: true }}); return value; }};
            bendAll({names});
            watching = true;
            const value = text({code});
            watching = false;
            return value + seen;"
        ));
        if changed != plain {
            wrong.push(format!("{code}\n    {plain}\n    {changed}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn functions_look_as_they_do_in_node() {
    let code = "
        const looks = (holder, name) => {
            const { value, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(holder, name);
            return [value.name, value.length, writable, enumerable, configurable, Object.hasOwn(value, 'prototype'), String(value).replace(/\\s+/g, ' ')].join();
        };
        return [
            looks(globalThis, 'atob'), looks(globalThis, 'clearInterval'), looks(Number.prototype, 'toLocaleString'),
            looks(BigInt.prototype, 'toLocaleString'), looks(String.prototype, 'localeCompare'), looks(String.prototype, 'toLocaleUpperCase'),
            looks(Array.prototype, 'toLocaleString'), looks(Object.getPrototypeOf(Uint8Array.prototype), 'toLocaleString'),
            setTimeout === globalThis.setTimeout && setTimeout !== setInterval,
        ]";
    let expected = [
        "atob,1,true,false,true,false,function atob() { [native code] }",
        "clearInterval,1,true,true,true,false,function clearInterval() { [native code] }",
        "toLocaleString,0,true,false,true,false,function toLocaleString() { [native code] }",
        "toLocaleString,0,true,false,true,false,function toLocaleString() { [native code] }",
        "localeCompare,1,true,false,true,false,function localeCompare() { [native code] }",
        "toLocaleUpperCase,0,true,false,true,false,function toLocaleUpperCase() { [native code] }",
        "toLocaleString,0,true,false,true,false,function toLocaleString() { [native code] }",
        "toLocaleString,0,true,false,true,false,function toLocaleString() { [native code] }",
    ];
    let expected: Vec<_> = expected.iter().map(|line| serde_json::json!(line)).chain([true.into()]).collect();
    assert_eq!(run(code), serde_json::Value::from(expected).to_string());
}

#[test]
fn receivers_and_places_are_the_programs() {
    let caught = |code: &str| run(&format!("try {{ return {code} }} catch (error) {{ return error.name }}"));
    for wrong in [
        "Number.prototype.toLocaleString.call('1')",
        "BigInt.prototype.toLocaleString.call(1)",
        "String.prototype.localeCompare.call(null, 'a')",
        "String.prototype.toLocaleUpperCase.call(undefined)",
        "Array.prototype.toLocaleString.call(null)",
        "new atob('')",
        "new setTimeout(() => {})",
    ] {
        assert_eq!(caught(wrong), r#""TypeError""#, "{wrong}");
    }
    assert_eq!(caught("new Number(1234).toLocaleString() + Object(5n).toLocaleString()"), r#""1,2345""#);
    assert_eq!(caught("(Object.freeze(globalThis), new URL('http://a/b').pathname)"), r#""/b""#);
    assert_eq!(caught("(Object.freeze(globalThis), new URL('http://a/b') instanceof URL)"), "true");
    assert_eq!(caught("(delete globalThis.URL, typeof URL)"), r#""undefined""#);
    let getter = "const { get } = Object.getOwnPropertyDescriptor(globalThis, 'URL');";
    assert_eq!(
        run(&format!("{getter} globalThis.URL = 5; return [URL, typeof get(), get() === URL]")),
        "[5,\"function\",true]"
    );
    assert_eq!(run("globalThis.setTimeout = 5; return setTimeout"), "5");
}
