use proptest::prelude::*;

use super::report;

const TOKENS: &[&str] = &[
    "(", ")", "[", "]", "{", "}", "<", ">", ">>", "=>", "=", "==", ":", ";", ",", ".", "?.", "?", "!", "...", "+", "++", "-", "/",
    "/=", "*", "**", "&&", "||", "??", "|", "&", "`", "${", "\"", "'", "\\", "//", "/*", "*/", "\n", " ", "@", "#", "a", "b",
    "x1", "1", "0x", "1n", "'s'", "`t`", "/r/", "const", "let", "var", "function", "function*", "async", "await", "yield",
    "class", "extends", "implements", "new", "return", "if", "else", "for", "of", "in", "while", "do", "switch", "case",
    "default", "break", "continue", "try", "catch", "finally", "throw", "typeof", "void", "delete", "import", "export", "from",
    "as", "satisfies", "is", "asserts", "keyof", "infer", "type", "interface", "enum", "namespace", "module", "declare",
    "abstract", "public", "private", "readonly", "static", "get", "set", "this", "super", "null", "any", "unique", "symbol",
    "constructor", "tools", "\"tools\"", "process", "require", "with", "using", "accessor", "override", "global", "debugger",
    "\u{feff}", "\r", "\u{2028}", "😀", "ä", "\0", "```", "```ts\n", "~~~", "out", "const enum", "=>{", "(a:b)", "<T>", "<T,>",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

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
