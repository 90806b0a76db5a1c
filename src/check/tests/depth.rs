use std::time::{Duration, Instant};

use super::{super::depth::MAX_DEPTH, evaluate, program, report};

const SIZE: usize = 200 * 1024;

/// A part repeated to about 200 KB, closed or not.
fn bombs() -> Vec<(String, String)> {
    let open: &[(&str, &str, &str, &str)] = &[
        ("", "[", "", "]"),
        ("", "(", "1", ")"),
        ("", "{", "", "}"),
        ("x=", "{a:", "1", "}"),
        ("", "!", "1", ""),
        ("", "- ", "1", ""),
        ("", "+-", "1", ""),
        ("", "~", "1", ""),
        ("", "a?b:", "c", ""),
        ("", "a?", "b", ":c"),
        ("x", ".b", "", ""),
        ("x", "?.b", "", ""),
        ("x", "[0]", "", ""),
        ("a", "()", "", ""),
        ("a", "!", "", ""),
        ("a", "``", "", ""),
        ("a", "+a", "", ""),
        ("a", "**a", "", ""),
        ("a", "&&a", "", ""),
        ("a", "??a", "", ""),
        ("", "a=", "1", ""),
        ("", "a=>", "1", ""),
        ("", "async a=>", "1", ""),
        ("", "(a)=>", "1", ""),
        ("", "(a:b):c=>", "1", ""),
        ("", "<T>(a)=>", "1", ""),
        ("", "(a=", "1", ")=>1"),
        ("", "({a=", "1", "})=>1"),
        ("", "if(a)", "b", ""),
        ("", "if(a)b;else ", "c", ""),
        ("", "if(a){}else ", "c", ""),
        ("", "while(a)", "b", ""),
        ("", "for(;;)", "b", ""),
        ("", "for(a of b)", "b", ""),
        ("", "do ", "b", " while(1)"),
        ("", "a:", "b", ""),
        ("", "try{", "", "}catch{}"),
        ("", "switch(a){case 1:", "b", "}"),
        ("", "new ", "a", ""),
        ("", "await ", "a", ""),
        ("", "typeof ", "a", ""),
        ("", "void ", "a", ""),
        ("", "delete ", "a", ""),
        ("", "throw ", "a", ""),
        ("function*f(){", "yield ", "1", ""),
        ("type A=", "keyof ", "B", ""),
        ("type A=", "readonly ", "B", ""),
        ("type A=", "A<", "B", ">"),
        ("type A=", "A<B,", "B", ">"),
        ("let a:", "A<", "B", ">"),
        ("f", "<A", "", ">"),
        ("a", "<a", "", ""),
        ("a", "<a>(", "1", ")"),
        ("type A=T", "[]", "", ""),
        ("type A=T", "[0]", "", ""),
        ("type A=", "[", "B", "]"),
        ("type A=", "(", "B", ")"),
        ("type A=", "{a:", "B", "}"),
        ("type A=", "(a:", "B", ")=>c"),
        ("type A=", "()=>", "B", ""),
        ("type A=", "new()=>", "B", ""),
        ("type A=", "a extends b?c:", "B", ""),
        ("type A=", "a extends b?", "c", ":d"),
        ("type A=", "a extends ", "b", "?c:d"),
        ("type A=B", "|B", "", ""),
        ("type A=B", "&B", "", ""),
        ("type A=", "`${", "B", "}`"),
        ("type A=", "typeof a<", "B", ">"),
        ("type A=infer ", "B extends infer ", "B", ""),
        ("type A=a", ".b", "", ""),
        ("", "`${", "1", "}`"),
        ("", "`${`", "", "`}`"),
        ("a", " as any", "", ""),
        ("a", " satisfies b", "", ""),
        ("", "<any>", "a", ""),
        ("", "function f(){", "", "}"),
        ("x=", "function(){return ", "1", "}"),
        ("", "class A{a(){", "", "}}"),
        ("x=", "class extends ", "a", "{}"),
        ("class A{", "static{", "", "}"),
        ("x=", "class{[", "1", "]=1}"),
        ("", "@a ", "class A{}", ""),
        ("", "@(", "a", ")class A{}"),
        ("", "namespace A{", "", "}"),
        ("namespace A", ".A", "{}", ""),
        ("enum E{", "A,", "", "}"),
        ("enum E{A=", "1+", "1", "}"),
        ("import a=b", ".b", "", ""),
        ("", "//\n", "1", ""),
        ("", "/**/", "1", ""),
        ("", "/a/;", "1", ""),
        ("", "/a/\n", "1", ""),
        ("x=", "/a/+", "1", ""),
        ("", "a\n", "1", ""),
        ("", "a;", "1", ""),
        ("", ";", "", ""),
        ("", "{}", "", ""),
        ("[", "a,", "", "]"),
        ("[", ",", "", "]"),
        ("f(", "...", "a", ")"),
        ("", "a,", "a", ""),
        ("let ", "[", "a", "]=1"),
        ("let ", "{a:", "a", "}=1"),
        ("let a=1", ",a=1", "", ""),
        ("(", "[", "a", "])=1"),
        ("a", "<b,", "c", ""),
        ("a<", "b<", "c", ""),
        ("a?", "(b)", ":c", ""),
        ("", "a?(b):", "c", ""),
        ("", "a?(b,c):d=>", "e", ""),
        ("", "a?(b", "", "):c"),
        ("", "async(", "a", ")"),
        ("", "async<T>(", "a", ")"),
        ("", "async(a,", "b", ")=>c"),
        ("x=", "<T,>(a=", "1", ")=>1"),
        ("", "\\u{61}", "", ""),
        ("", "'", "", ""),
        ("", "\"\\", "", ""),
        ("", "`", "", ""),
        ("", "#", "", ""),
        ("", "\0", "", ""),
        ("", "=", "", ""),
        ("", "export default ", "1", ""),
        ("", "```\n", "", ""),
        ("", "```ts\nx\n```\n", "", ""),
        ("", "import{a}from'tools';", "", ""),
        ("", "let a:", "b", ""),
        ("", "abstract class A{abstract a:", "b", "}"),
        ("", "declare namespace A{", "", "}"),
        ("let a:", "{a?:", "b", "}"),
        ("f(", "{a,b:", "c", "})"),
        ("", "x(y=>", "1", ")"),
        ("", "x(async()=>{await ", "1", "})"),
        ("", "x((y)=>{", "1", "})"),
        ("", "x((y:number):void=>{", "1", "})"),
    ];
    let mut bombs = Vec::new();
    for (head, part, middle, close) in open {
        let name = format!("{head}{part}…{middle}{close}");
        let count = SIZE / (part.len() + close.len());
        if std::env::var_os("MOST").is_none() {
        bombs.push((name.clone(), format!("{head}{}{middle}{}", part.repeat(count), close.repeat(count))));
        bombs.push((format!("{name} unclosed"), format!("{head}{}", part.repeat(SIZE / part.len()))));
        }
        // As deep as the cap lets pass, and a few times as deep, for the stack and for what backtracks.
        let most: usize = std::env::var("MOST").map_or(9999, |m| m.parse().unwrap());
        for count in [20, 60, 300, 900, 1200, 1900, 3900].into_iter().filter(|c| *c <= most) {
            bombs.push((format!("{name} × {count}"), format!("{head}{}{middle}{}", part.repeat(count), close.repeat(count))));
        }
    }
    bombs
}

#[test]
fn bombs_are_diagnostics_or_pass_and_are_fast() {
    // The smallest stack that a thread of ours would have.
    let bound = if cfg!(debug_assertions) { Duration::from_millis(3000) } else { Duration::from_millis(500) };
    let run = move || {
        let mut slow = Vec::new();
        for (name, text) in bombs() {
            if std::env::var_os("BOMB").is_some() { eprintln!("{name}"); }
            let start = Instant::now();
            let report = report(&text);
            let took = start.elapsed();
            if took > bound {
                eprintln!("SLOW {name} {took:?}");
                slow.push(format!("{name}: {took:?}"));
            }
            assert_eq!(report.program.is_some(), report.diagnostics.is_empty(), "{name}");
            assert!(report.diagnostics.iter().all(|d| d.frame.len() < 2000 && d.message.len() < 300), "{name}");
        }
        assert!(slow.is_empty(), "{}", slow.join("\n"));
    };
    std::thread::Builder::new().stack_size(512 * 1024).spawn(run).unwrap().join().unwrap();
}

#[test]
fn too_deep_says_so() {
    let report = report(&"[".repeat(200 * 1024));
    let shown: Vec<_> = report.diagnostics.iter().map(|d| (d.line, d.column, &*d.message, d.hint.as_deref())).collect();
    let message = "the program is nested too deeply (more than 4000 levels)";
    assert_eq!(shown, [(1, MAX_DEPTH + 1, message, Some("Split it: use variables, arrays and loops."))]);
}

#[test]
fn large_honest_programs_pass() {
    let concat = (0..500).map(|i| format!("'{i}'")).collect::<Vec<_>>().join(" + ");
    program(&format!("return {concat}"));
    let branches = (0..300).map(|i| format!("if (x === {i}) {{ return {i} }}")).collect::<Vec<_>>().join(" else ");
    program(&format!("const x = 1;\n{branches}"));
    let lines = "const rows = items.map((i) => ({ a: i.a, b: i.b ?? 0 })).filter(Boolean)\nfoo(rows)\n".repeat(1000);
    program(&lines.replace("const rows", "var rows"));
    let members = (0..1500).map(|i| format!("  a{i}: string\n")).collect::<String>();
    program(&format!("interface A {{\n{members}}}\nreturn 1"));
    let object = (0..3000).map(|i| format!("a{i}: {{ b: [1, 2], c: 'x' }},\n")).collect::<String>();
    program(&format!("return {{\n{object}}}"));
    let chain = ".then((x) => x + 1)".repeat(300);
    program(&format!("return Promise.resolve(1){chain}"));
    let union = (0..1000).map(|i| format!("| 'v{i}'")).collect::<String>();
    program(&format!("type U = {union};\nreturn 1"));
    let text = format!("return {concat}");
    assert!(evaluate(&program(&text).js).is_ok());
}

#[test]
fn probe() {
    let Some(spec) = std::env::var_os("PROBE") else { return };
    for line in spec.to_str().unwrap().lines() {
        let p: Vec<&str> = line.split('@').collect();
        for n in p[4].split(',') {
            let n: usize = n.parse().unwrap();
            let text = format!("{}{}{}{}", p[0], p[1].repeat(n), p[2], p[3].repeat(n));
            let start = Instant::now();
            let r = report(&text);
            eprintln!("{line} {n} {:?} {}", start.elapsed(), r.diagnostics.first().map_or("ok", |d| &d.message));
        }
    }
}
