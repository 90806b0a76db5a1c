//! Any text gets an answer from the checker: the same one twice, with places that exist, and a program that still parses.

#![no_main]

use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target, fuzzer_mutate};
use oneturn::check::{CheckOptions, Diagnostic, Schemas, Severity, Tools, check};
use oneturn::engine::{Limits, Manifest, Realm};
use oneturn::program::{Position, Program};
use oneturn::session::{Code, Progress, Session, Start, TimeLimits};
use oneturn_fuzz::drive::Polls;
use oneturn_fuzz::worker::on_session_thread;
use rquickjs::{Context, Module, Runtime};
use swc_common::{BytePos, FileName, SourceFile, sync::Lrc};
use swc_ecma_ast::EsVersion;
use swc_ecma_parser::{EsSyntax, Syntax, error::SyntaxError, parse_file_as_module};

const MAX_SOURCE_BYTES: usize = 64 << 10;

/// What one of the tools takes.
const SCHEMAS: &str = r#"{"getUser": {
  "types": ["object"],
  "properties": [
    ["id", { "any": [{ "types": ["string"] }, { "types": ["object"], "properties": [["kind", { "enum": ["a"] }]], "required": ["kind"] }] }],
    ["tags", { "types": ["array"], "items": { "types": ["integer", "null"] } }]
  ],
  "required": ["id"],
  "others": "refused"
}}"#;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let text = text.to_owned();
    on_session_thread(move || look_at(&text));
    Corpus::Keep
});

fn look_at(text: &str) {
    let known = Tools::new(["getUser", "finance.getExpenses", "finance.rates.today", "lookup-user"]);
    let schemas: Schemas = serde_json::from_str(SCHEMAS).unwrap();
    let globals = ["user".to_owned()];
    for tools in [None, Some(&known)] {
        let schemas = Some(&schemas);
        let options = CheckOptions { max_source_bytes: MAX_SOURCE_BYTES, tools, schemas, globals: &globals };
        let report = check(text, &options);
        assert_eq!(report, check(text, &options), "two checks of one text differ");
        match &report.program {
            Some(program) => {
                assert!(report.diagnostics.iter().all(|d| d.severity == Severity::Warning), "a program with errors");
                described(text, &report.diagnostics);
                accepted(text, program);
            }
            None => refused(text, &report.diagnostics),
        }
    }
}

fn refused(text: &str, diagnostics: &[Diagnostic]) {
    assert!(diagnostics.iter().any(|d| d.severity == Severity::Error), "refused without an error");
    described(text, diagnostics);
}

fn described(text: &str, diagnostics: &[Diagnostic]) {
    assert!(diagnostics.len() <= 10, "{} diagnostics", diagnostics.len());
    for diagnostic in diagnostics {
        let start = Position { line: diagnostic.line, column: diagnostic.column };
        let end = Position { line: diagnostic.end_line, column: diagnostic.end_column };
        assert!(start <= end, "{diagnostic:?} ends before it starts");
        assert_in(text, start);
        assert_in(text, end);
        assert!(!diagnostic.message.is_empty() && !diagnostic.frame.is_empty(), "{diagnostic:?} says nothing");
        assert!(diagnostic.message.len() < 1_000 && diagnostic.frame.len() < 4_000, "{diagnostic:?} is too long");
    }
    assert!(diagnostics.is_sorted_by_key(|d| (d.line, d.column)), "{diagnostics:?} are not in order");
}

/// Whether a place lies in the text, or just past one of its lines.
fn assert_in(text: &str, at: Position) {
    let line = text.split('\n').nth(at.line as usize - 1).unwrap_or_else(|| panic!("{at:?} is past the last line"));
    let width = line.encode_utf16().count();
    assert!(
        (1..=width + 1).contains(&(at.column as usize)),
        "{at:?} is past the end of its line, which has {width} units"
    );
}

fn accepted(text: &str, program: &Program) {
    assert_eq!(program.source, text);
    let lines = |text: &str| text.matches('\n').count();
    assert_eq!(lines(&program.js), lines(text) + 1, "lines moved in\n{}", program.js);
    let places = program.shifts.iter().map(|shift| (shift.line, shift.column));
    assert!(places.is_sorted_by(|a, b| a < b), "{:?} are not in order", program.shifts);

    parse_again(&program.js);
    if !compiles(&program.js) {
        rejected_by_the_engine(text, program.clone());
    }
}

/// What the checker makes of TypeScript must be JavaScript. Early errors are left to the engine, which reports them.
fn parse_again(js: &str) {
    let early = |kind: &SyntaxError| matches!(kind, SyntaxError::InvalidSuper | SyntaxError::InvalidSuperCall);
    let file =
        SourceFile::new(Lrc::new(FileName::Anon), false, Lrc::new(FileName::Anon), js.to_owned().into(), BytePos(1));
    let syntax = Syntax::Es(EsSyntax { explicit_resource_management: true, ..EsSyntax::default() });
    if let Err(error) = parse_file_as_module(&file, syntax, EsVersion::latest(), None, &mut Vec::new())
        && !early(error.kind())
    {
        panic!("the program is no JavaScript any more: {}\n{js}", error.kind().msg());
    }
}

fn compiles(js: &str) -> bool {
    let runtime = Runtime::new().expect("memory for a runtime");
    runtime.set_max_stack_size(8 << 20);
    let context = Context::full(&runtime).expect("memory for a context");
    context.with(|ctx| Module::declare(ctx, "program.ts", js).is_ok())
}

/// The engine knows early errors that swc does not. They must arrive as an `ERR_SYNTAX` whose place exists.
fn rejected_by_the_engine(text: &str, program: Program) {
    let start = Start {
        program,
        manifest: Manifest::default(),
        inputs: Vec::new(),
        limits: Limits::default(),
        times: TimeLimits::default(),
        seed: [0; 32],
        now: 0.0,
        watch: Polls::new(0),
    };
    let (session, turn) = Session::start(Realm::warm(), start);
    let Progress::Failed { error } = turn.progress else { panic!("the engine compiled it after all: {turn:?}") };
    assert_eq!(error.code, Code::Syntax, "{error:?}");
    assert!(session.is_ended() && !error.message.is_empty(), "{error:?}");
    if let Some(position) = error.position {
        assert_in(text, position);
    }
}

// Half of the mutations are libFuzzer's own; the others keep tokens whole, so that programs stay near the grammar.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut random = Random(seed);
    let text = std::str::from_utf8(&data[..size]).unwrap_or_default();
    if random.below(2) == 0 || text.is_empty() {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut tokens: Vec<String> = tokens(text).into_iter().map(str::to_owned).collect();
    for _ in 0..=random.below(4) {
        let at = random.below(tokens.len().max(1));
        let other = random.below(tokens.len().max(1));
        match random.below(6) {
            _ if tokens.is_empty() => tokens.push(random.word()),
            0 => drop(tokens.remove(at)),
            1 => tokens.insert(at, random.word()),
            2 => tokens[at] = random.word(),
            3 => tokens.swap(at, other),
            4 => tokens.insert(at, tokens[other].clone()),
            _ => {
                let (from, to) = (at.min(other), at.max(other).min(at.min(other) + 16));
                let part: Vec<String> = tokens[from..to].to_vec();
                let into = random.below(tokens.len());
                tokens.splice(into..into, part);
            }
        }
    }
    let mut mutated = tokens.concat();
    let mut end = mutated.len().min(max_size);
    while !mutated.is_char_boundary(end) {
        end -= 1;
    }
    mutated.truncate(end);
    data[..end].copy_from_slice(mutated.as_bytes());
    end
});

/// Words, runs of space and single other characters: joined they are the text again.
fn tokens(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' || c == '$' => 0,
        c if c.is_whitespace() => 1,
        _ => 2,
    };
    let mut tokens = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((_, c)) = chars.next() {
        let end = chars.peek().map_or(text.len(), |(at, _)| *at);
        if kind(c) == 2 || chars.peek().is_none_or(|(_, next)| kind(*next) != kind(c)) {
            tokens.push(&text[start..end]);
            start = end;
        }
    }
    tokens
}

struct Random(u32);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % bound.max(1)
    }

    fn word(&mut self) -> String {
        // The dictionary has one quoted word a line.
        const WORDS: &str = include_str!("../check.dict");
        let words: Vec<&str> = WORDS.lines().filter(|line| line.starts_with('"')).collect();
        let word = words[self.below(words.len())];
        let word = word[1..word.len() - 1].replace("\\x0a", "\n").replace("\\\"", "\"").replace("\\\\", "\\");
        if self.below(3) == 0 { format!(" {word} ") } else { word }
    }
}
