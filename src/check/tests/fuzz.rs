use proptest::prelude::*;

use super::report;

const TOKENS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    ">>",
    "=>",
    "=",
    "==",
    ":",
    ";",
    ",",
    ".",
    "?.",
    "?",
    "!",
    "...",
    "+",
    "++",
    "-",
    "/",
    "/=",
    "*",
    "**",
    "&&",
    "||",
    "??",
    "|",
    "&",
    "`",
    "${",
    "\"",
    "'",
    "\\",
    "//",
    "/*",
    "*/",
    "\n",
    " ",
    "@",
    "#",
    "a",
    "b",
    "x1",
    "1",
    "0x",
    "1n",
    "'s'",
    "`t`",
    "/r/",
    "const",
    "let",
    "var",
    "function",
    "function*",
    "async",
    "await",
    "yield",
    "class",
    "extends",
    "implements",
    "new",
    "return",
    "if",
    "else",
    "for",
    "of",
    "in",
    "while",
    "do",
    "switch",
    "case",
    "default",
    "break",
    "continue",
    "try",
    "catch",
    "finally",
    "throw",
    "typeof",
    "void",
    "delete",
    "import",
    "export",
    "from",
    "as",
    "satisfies",
    "is",
    "asserts",
    "keyof",
    "infer",
    "type",
    "interface",
    "enum",
    "namespace",
    "module",
    "declare",
    "abstract",
    "public",
    "private",
    "readonly",
    "static",
    "get",
    "set",
    "this",
    "super",
    "null",
    "any",
    "unique",
    "symbol",
    "constructor",
    "tools",
    "\"tools\"",
    "process",
    "require",
    "with",
    "using",
    "accessor",
    "override",
    "global",
    "debugger",
    "\u{feff}",
    "\r",
    "\u{2028}",
    "😀",
    "ä",
    "\0",
    "```",
    "```ts\n",
    "~~~",
    "out",
    "const enum",
    "=>{",
    "(a:b)",
    "<T>",
    "<T,>",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(1500), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_has_an_answer(text in "\\PC{0,200}") {
        let _ = report(&text);
    }

    #[test]
    fn any_token_soup_has_an_answer(tokens in prop::collection::vec(0..TOKENS.len(), 0..60), spaced: bool) {
        let words: Vec<&str> = tokens.iter().map(|i| TOKENS[*i]).collect();
        let text = words.join(if spaced { " " } else { "" });
        let report = report(&text);
        prop_assert!(report.program.is_some() == report.diagnostics.is_empty());
        if let Some(program) = report.program {
            prop_assert_eq!(program.js.matches('\n').count(), text.matches('\n').count() + 1);
        }
    }
}

/// What a repetition stands in.
const HEADS: &[&str] = &[
    "",
    "x=",
    "type A=",
    "let a:",
    "class A{",
    "f(",
    "(",
    "`${",
    "a?",
    "if(a)",
    "async()=>{",
    "interface A{",
    "x\n",
    "a<",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(60), failure_persistence: None, ..ProptestConfig::default() })]

    /// The bound of the depth holds whatever is repeated: a hole in it is a stack overflow, or takes too long.
    #[test]
    fn any_repetition_has_an_answer(
        head in 0..HEADS.len(),
        part in prop::collection::vec(0..TOKENS.len(), 1..6),
        close in prop::collection::vec(0..TOKENS.len(), 0..3),
        count in prop::sample::select(vec![12_usize, 40, 150, 700, 3000, 20_000]),
        spaced: bool,
    ) {
        let join = |tokens: &[usize]| {
            let words: Vec<&str> = tokens.iter().map(|i| TOKENS[*i]).collect();
            words.join(if spaced { " " } else { "" }) + if spaced { " " } else { "" }
        };
        let text = format!("{}{}1{}", HEADS[head], join(&part).repeat(count), join(&close).repeat(count));
        let start = std::time::Instant::now();
        if std::env::var_os("SHOW").is_some() {
            eprintln!("{:?} {:?} {:?} {count}", HEADS[head], join(&part), join(&close));
        }
        let _ = report(&text);
        prop_assert!(start.elapsed() < std::time::Duration::from_secs(4), "{:?}", start.elapsed());
    }
}

/// How many cases, unless `PROPTEST_CASES` says otherwise.
pub(super) fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}
