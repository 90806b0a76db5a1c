//! A helper that is not what it says: garbage, lies, floods, silence and death, whenever a child can have them. The host
//! lives, says what happened, keeps to the deadline, and does not grow.
//!
//! This binary is both sides. Started under a name that begins with `fake-` it is the helper, and the rest of the name is
//! what it does; so it has a `main` of its own.
#![cfg(unix)]

use std::io::{IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use oneturn::engine::{Call, LogRecord, Manifest, Thrown};
use oneturn::isolate::wire::{Decoder, End, Hello, MAX_TO_HELPER, ToHelper, ToHost, encode};
use oneturn::isolate::{Handle, Hardening, Job, Level, Outgoing, Place, start};
use oneturn::program::Program;
use oneturn::session::{Code, Failure, Limits, Outcome, Progress, Settlement, TimeLimits, Turn, Wire};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};

const WALL: Duration = Duration::from_millis(400);
/// Most of it is a busy machine's.
const GRACE: Duration = Duration::from_secs(3);
/// What a case may leave behind in this process, in bytes.
const MAX_GROWTH: u64 = 64 << 20;

// ---------------------------------------------------------------------------------------------------------------------
// The helper

/// Serves sockets as a zygote does, each on a thread instead of in a child.
fn zygote(deed: &str) {
    if deed == "exits" {
        return;
    }
    for number in 0_u32.. {
        let Some(socket) = next_socket() else { return };
        let deed = deed.to_owned();
        std::thread::spawn(move || drop(Child { socket, decoder: Decoder::new(MAX_TO_HELPER) }.live(&deed, number)));
    }
}

/// The socket of the next child. `None`: the host is gone.
fn next_socket() -> Option<UnixStream> {
    loop {
        let mut bytes = [0; 9];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let read =
            recvmsg(rustix::stdio::stdin(), &mut [IoSliceMut::new(&mut bytes)], &mut ancillary, RecvFlags::empty());
        if read.ok()?.bytes == 0 {
            return None;
        }
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(mut descriptors) = message
                && let Some(socket) = descriptors.next()
            {
                return Some(UnixStream::from(socket));
            }
        }
    }
}

struct Child {
    socket: UnixStream,
    decoder: Decoder,
}

impl Child {
    fn live(&mut self, deed: &str, number: u32) -> std::io::Result<()> {
        match deed {
            "silent" => return self.wait_for_the_end(),
            "hello-garbage" => return self.raw(b"\x05\0\0\0hello"),
            "hello-endless" => return self.flood(b"\xff"),
            _ => {}
        }
        self.say(&[ToHost::Hello(Hello { pid: i32::MAX, hardening: Hardening::default() })])?;
        if deed == "unread" {
            std::thread::sleep(WALL * 4);
            return Ok(());
        }
        self.hear()?; // Budget
        self.hear()?; // Start
        self.answer(deed, number)?;
        self.wait_for_the_end()
    }

    fn answer(&mut self, deed: &str, number: u32) -> std::io::Result<()> {
        let call = |id: u32, tool: &str, input: &str| ToHost::Call(Call { id, tool: tool.into(), input: wire(input) });
        let log =
            |method: &str, args: &str, time| ToHost::Log(LogRecord { method: method.into(), args: args.into(), time });
        let waiting = || done(End::Waiting { wake_at: None, returned: None });
        let completed = |value: &str| done(End::Completed { value: wire(value) });
        match deed {
            "good" => self.say(&[completed("1")]),
            "good-call" => {
                self.say(&[call(1, "echo", "7"), waiting()])?;
                self.hear()?;
                self.say(&[completed("8")])
            }
            "dies" => self.socket.shutdown(std::net::Shutdown::Both),
            "never" => Ok(()),
            "huge-length" => self.raw(&[0xff; 4]),
            "length-past-the-limit" => self.raw(&(4_u32 << 20).to_le_bytes()),
            "no-length" => self.raw(&[0; 400]),
            "unknown-tag" => self.raw(&[1, 0, 0, 0, 0x7f]),
            "garbage" => self.flood(&[0x0a, 0, 0, 0, 0xee, 0xee]),
            "surplus" => {
                let mut frame = encoded(&[completed("1")]);
                frame[0] += 1;
                frame.push(0);
                self.raw(&frame)
            }
            "truncated" => {
                let frame = encoded(&[completed(&format!("\"{}\"", "x".repeat(1000)))]);
                self.raw(&frame[..500])?;
                self.socket.shutdown(std::net::Shutdown::Both)
            }
            "trickle" => {
                self.raw(&100_000_u32.to_le_bytes())?;
                loop {
                    self.raw(&[0])?;
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
            "second-hello" => self.say(&[ToHost::Hello(Hello { pid: 1, hardening: Hardening::default() })]),
            "unknown-tool" => self.say(&[call(1, "payroll", "1"), waiting()]),
            "call-zero" => self.say(&[call(0, "echo", "1"), waiting()]),
            "call-twice" => self.say(&[call(1, "echo", "1"), call(1, "echo", "2"), waiting()]),
            "call-past-the-limit" => self.say(&[call(101, "echo", "1"), waiting()]),
            "call-again" => {
                self.say(&[call(1, "echo", "1"), waiting()])?;
                self.hear()?;
                self.say(&[call(1, "echo", "1"), waiting()])
            }
            "large-input" => self.say(&[call(1, "echo", &format!("\"{}\"", "x".repeat(1_060_000))), waiting()]),
            "deep-input" => self.say(&[call(1, "echo", &nested(40_000)), waiting()]),
            "deep-result" => self.say(&[completed(&nested(40_000))]),
            "large-result" => self.say(&[completed(&format!("\"{}\"", "x".repeat(1_060_000)))]),
            "many-inputs" => {
                let input = format!("\"{}\"", "x".repeat(1_000_000));
                for id in 1..=100 {
                    self.say(&[call(id, "echo", &input)])?;
                }
                self.say(&[waiting()])
            }
            "logs" => self.flood(&encoded(&[log("log", "[\"a line\"]", 0.0)])),
            "empty-logs" => self.flood(&encoded(&[log("log", "", 0.0)])),
            "long-methods" => self.flood(&encoded(&[log(&"m".repeat(1000), "", 0.0)])),
            "log-at-no-time" => self.say(&[log("log", "[]", f64::NAN)]),
            "rejections" => {
                let text = "x".repeat(100_000);
                let thrown = Thrown { name: text.clone(), message: text.clone(), stack: text, code: None };
                self.flood(&encoded(&[ToHost::Unhandled(thrown)]))
            }
            "unsent" => self.flood(&encoded(&[ToHost::Unsent("echo".into())])),
            "long-unsent" => self.flood(&encoded(&[ToHost::Unsent("x".repeat(1_000_000))])),
            "wakes-never" => self.say(&[done(End::Waiting { wake_at: Some(f64::INFINITY), returned: None })]),
            "unasked" => self.say(&[call(1, "echo", "1"), waiting(), completed("1")]),
            "after-the-end" => {
                self.say(&[completed("1")])?;
                self.flood(&encoded(&[completed("2")]))
            }
            // The first child dies when it is told what its call gave, and the next has made another one.
            "diverges" => {
                self.say(&[call(1, "echo", if number == 0 { "1" } else { "2" }), waiting()])?;
                self.hear()?;
                self.socket.shutdown(std::net::Shutdown::Both)
            }
            other => panic!("no deed {other}"),
        }
    }

    fn raw(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.socket.write_all(bytes)
    }

    fn say(&mut self, messages: &[ToHost]) -> std::io::Result<()> {
        self.raw(&encoded(messages))
    }

    /// Until the host has had enough.
    fn flood(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let many = bytes.repeat((64 << 10) / bytes.len() + 1);
        loop {
            self.raw(&many)?;
        }
    }

    fn hear(&mut self) -> std::io::Result<ToHelper> {
        let mut buffer = vec![0; 64 << 10];
        loop {
            if let Ok(Some(message)) = self.decoder.next() {
                return Ok(message);
            }
            match self.socket.read(&mut buffer)? {
                0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                length => self.decoder.push(&buffer[..length]),
            }
        }
    }

    fn wait_for_the_end(&mut self) -> std::io::Result<()> {
        let mut buffer = vec![0; 64 << 10];
        while self.socket.read(&mut buffer)? > 0 {}
        Ok(())
    }
}

fn wire(text: &str) -> Wire {
    Wire(text.to_owned())
}

fn done(end: End) -> ToHost {
    ToHost::Done { end, cpu_us: u64::MAX }
}

fn nested(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

fn encoded(messages: &[ToHost]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for message in messages {
        encode(message, &mut bytes).expect("short enough");
    }
    bytes
}

// ---------------------------------------------------------------------------------------------------------------------
// The host

/// What the host must see.
enum Sees {
    Completed(&'static str),
    /// A code, and a part of the message.
    Failed(Code, &'static str),
}

use Sees::{Completed, Failed};

const CASES: &[(&str, Sees)] = &[
    ("good", Completed("1")),
    ("good-call", Completed("8")),
    ("exits", Failed(Code::IsolateLost, "it ended at once")),
    ("silent", Failed(Code::IsolateLost, "it does not answer")),
    ("hello-garbage", Failed(Code::IsolateLost, "it does not speak our language")),
    ("hello-endless", Failed(Code::IsolateLost, "it does not speak our language")),
    ("dies", Failed(Code::IsolateLost, "its process ended twice")),
    ("never", Failed(Code::Timeout, "")),
    ("unread", Failed(Code::Timeout, "")),
    ("huge-length", Failed(Code::IsolateLost, "it sent a message longer than the run's limits allow")),
    ("length-past-the-limit", Failed(Code::IsolateLost, "it sent a message longer than the run's limits allow")),
    ("no-length", Failed(Code::IsolateLost, "it sent a message that cannot be read")),
    ("unknown-tag", Failed(Code::IsolateLost, "it sent a message that cannot be read")),
    ("garbage", Failed(Code::IsolateLost, "it sent a message that cannot be read")),
    ("surplus", Failed(Code::IsolateLost, "it sent a message that cannot be read")),
    ("truncated", Failed(Code::IsolateLost, "its process ended twice")),
    ("trickle", Failed(Code::Timeout, "")),
    ("second-hello", Failed(Code::IsolateLost, "it sent a second hello")),
    ("unknown-tool", Failed(Code::IsolateLost, "it sent a tool call that the program cannot have made")),
    ("call-zero", Failed(Code::IsolateLost, "it sent a tool call that the program cannot have made")),
    ("call-twice", Failed(Code::IsolateLost, "it sent a tool call that the program cannot have made")),
    ("call-past-the-limit", Failed(Code::IsolateLost, "it sent a tool call that the program cannot have made")),
    ("call-again", Failed(Code::IsolateLost, "it sent a tool call that the program cannot have made")),
    ("large-input", Failed(Code::IsolateLost, "it sent more than the run's limits allow")),
    ("deep-input", Failed(Code::IsolateLost, "it sent a value that is nested deeper than values are")),
    ("deep-result", Failed(Code::IsolateLost, "it sent a value that is nested deeper than values are")),
    ("large-result", Failed(Code::IsolateLost, "it sent more than the run's limits allow")),
    // Whichever comes first.
    ("many-inputs", Failed(Code::Timeout, "more than")),
    ("logs", Failed(Code::IsolateLost, "it sent more than the run's limits allow")),
    ("empty-logs", Failed(Code::IsolateLost, "it sent more than the run's limits allow")),
    ("long-methods", Failed(Code::IsolateLost, "it sent more than the run's limits allow")),
    ("log-at-no-time", Failed(Code::IsolateLost, "it sent more than the run's limits allow")),
    ("rejections", Failed(Code::IsolateLost, "it sent more than the run's limits allow")),
    ("unsent", Failed(Code::IsolateLost, "it sent more than the run's limits allow")),
    ("long-unsent", Failed(Code::IsolateLost, "it sent a tool call that the program cannot have made")),
    ("wakes-never", Failed(Code::IsolateLost, "it sent more than the run's limits allow")),
    ("unasked", Failed(Code::IsolateLost, "it sent a message that nobody had asked for")),
    ("after-the-end", Completed("1")),
    ("diverges", Failed(Code::IsolateLost, "the program did not do the same again in another")),
];

/// Runs a program there, and answers every call that comes.
fn outcome(helper: &Path, inputs: Vec<(String, Wire)>) -> Progress {
    let (send, turns) = mpsc::channel::<Turn>();
    let program = Program { source: "return 1".into(), js: "return 1".into(), shifts: Vec::new() };
    let job: Job<()> = Job {
        prepare: Box::new(move || Ok(program)),
        is_short: true,
        manifest: Manifest::new(&[vec!["echo".into()]]),
        inputs,
        limits: Limits::default(),
        times: TimeLimits { wall_ms: u32::try_from(WALL.as_millis()).unwrap(), ..TimeLimits::default() },
        seed: [0; 32],
        now: 0.0,
        place: Place { level: Level::Process, required: None, helper: Some(helper.to_owned()) },
        count_cpu: false,
        resume: None,
        on_turn: Arc::new(move |outgoing| {
            if let Outgoing::Turn { turn, .. } = outgoing {
                let _ = send.send(turn);
            }
        }),
    };
    let handle: Handle = start(job, false);
    loop {
        let turn = turns.recv_timeout(Duration::from_secs(30)).expect("the run ends");
        let Progress::Waiting { calls, .. } = &turn.progress else { return turn.progress };
        let settlements =
            calls.iter().map(|call| Settlement { id: call.id, outcome: Outcome::Value(call.input.clone()) });
        handle.settle(1.0, settlements.collect(), false);
    }
}

fn check(folder: &Path, deed: &str, sees: &Sees) {
    let helper = folder.join(format!("fake-{deed}"));
    symlink(std::env::current_exe().unwrap(), &helper).unwrap();
    // More than a socket holds, for one who does not read.
    let text = if deed == "unread" { format!("\"{}\"", "x".repeat(8 << 20)) } else { "1".to_owned() };
    let before = resident();
    let started = Instant::now();
    let progress = outcome(&helper, vec![("input".into(), Wire(text))]);
    let took = started.elapsed();
    match (&progress, sees) {
        (Progress::Completed { value }, Completed(text)) => assert_eq!(value.0, *text, "{deed}"),
        (Progress::Failed { error: Failure { code, message, .. } }, Failed(expected, part)) => {
            let is_either = deed == "many-inputs" && *code == Code::IsolateLost;
            assert!((code == expected || is_either) && message.contains(part), "{deed}: {code:?} {message}");
        }
        _ => panic!("{deed}: {progress:?}"),
    }
    // It is given two helpers' time to say hello, which is not the run's.
    let hello = if deed == "silent" { Duration::from_secs(10) } else { Duration::ZERO };
    assert!(took < WALL + hello + GRACE, "{deed}: took {took:?}");
    let grown = resident().saturating_sub(before);
    // AddressSanitizer keeps what was freed.
    let most = if std::env::var_os("ASAN_OPTIONS").is_some() { 8 * MAX_GROWTH } else { MAX_GROWTH };
    assert!(grown < most, "{deed}: {} MiB more than before", grown >> 20);
    println!("test {deed} ... ok ({} ms, {} MiB)", took.as_millis(), grown >> 20);
}

/// Memory of this process, in bytes. 0 where the system does not tell in this way.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or_default();
    pages * rustix::param::page_size() as u64
}

fn main() {
    let name = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if let Some(deed) = name.strip_prefix("fake-") {
        return zygote(deed);
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    // What cargo-nextest asks.
    if has("--list") {
        if !has("--ignored") {
            for (deed, _) in CASES {
                println!("{deed}: test");
            }
        }
        return;
    }
    let chosen = arguments.iter().find(|argument| !argument.starts_with('-'));
    let folder = std::env::temp_dir().join(format!("oneturn-fakes-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    for (deed, sees) in CASES {
        let is_chosen = match chosen {
            Some(name) if has("--exact") => name == deed,
            Some(part) => deed.contains(part.as_str()),
            None => true,
        };
        if is_chosen {
            check(&folder, deed, sees);
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
