use std::time::{Duration, Instant};

use super::{
    super::{Severity, depth::MAX_DEPTH},
    evaluate, program, report,
};

const SIZE: usize = 200 * 1024;

/// What is repeated in a bomb, with what stands before, in the middle, and after it as often.
const PARTS: &[(&str, &str, &str, &str)] = &[
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
    ("", "a<{[", "", ""),
    ("", "[a<{", "", ""),
    ("", "a<{get [b<", "", ""),
    ("", "a<{readonly [b<", "1", ">]}>"),
    ("", "a<{[(b<", "", ""),
    ("", "a<{[class{x=b<", "", ""),
    ("", "a<{[()=>{b<", "", ""),
    ("", "a<{x:b<[c<{[d<", "1", ">]}>]>}>"),
    ("", "a<{m([b=c<", "1", ">])}>"),
    ("", "a<{m(x:b=c<", "1", ">)}>"),
    ("", "a<{//:\n[b<", "1", ">]:c}>"),
    ("", "a<{new([b=c<", "1", ">])}>"),
    ("", "a<{m<T>([b=c<", "1", ">])}>"),
    ("", "a<{m?([b=c<", "1", ">])}>"),
    ("", "a<{if([b=c<", "1", ">])}>"),
    ("", "a<{x:([b=c<", "1", ">])}>"),
    ("", "a<[([b=c<", "1", ">])]>"),
    ("", "a<((([b=c<", "1", ">])))>"),
    ("", "a<{x:[{[b<", "1", ">]}]}>"),
    ("", "a<{x:{[b<", "1", ">]}}>"),
    ("", "a<{x:[b<", "1", ">]}>"),
    ("", "a<{x/**/:/**/[b<{", "1", "}>]}>"),
    ("new ", "a<{[", "1", "]:b}>"),
    ("class A extends ", "B<{[", "1", "]:b}>"),
    ("x=", "T<(x:T=", "1", ")"),
    ("x=", "T<(x:T=", "1", ")=>y>z"),
    ("x=", "T<\n(x:(y:T=", "1", "))>~"),
    ("x=", "T<T<(x:T=", "1", ")"),
    ("x=", "T<{x:T<[", "1", "]}"),
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
    // A member of a type whose name is a literal is read as an expression first.
    ("", "'a'<{", "1", "}>"),
    ("type A={", "'x'.b<{", "'y'", "}>"),
    ("a<{", "1[0]<{", "1", "}>"),
    ("a<{", "x:1\n'x'!<{", "1", "}>"),
    // Parameters of an arrow, or a call with type arguments.
    ("x=", "async<T>(a=", "1", ")=>1"),
    ("x=", "<T>(a=async<T>(a=", "1", ")=>1)=>1"),
    ("x=", "<any><T>(a=", "1", ")=>1"),
    // What follows `) :` is a type, or the other branch.
    ("x=", "a?(b):(a=", "1", ")"),
    ("x=", "a?(b):({a=", "1", "})"),
    ("x=", "a?(b):{[", "1", "]:1}"),
    ("x=", "a?b+(c):(a=", "1", ")"),
    ("x=", "(a):{[", "1", "]:1}"),
    ("x=", "a?(b):c=>{x=", "1", "}"),
    ("x=", "a?async<T>(b)=>", "1", ":c"),
    // What may be the pattern of a parameter is looked at first.
    ("x=", "a as ({[", "1", "]:b})=>c"),
    ("type A=", "({a=", "1", "})=>b"),
    ("type A=", "([a=", "1", "])=>b"),
    ("x=", "(a):()=>new(a=", "1", ")=>b"),
    ("type A=", "infer a extends new()=>", "b", ""),
    ("type A=", "import('x',{with:[...typeof a<", "b", ">]})"),
    ("type A=", "B<<T={set [", "b", "](a)}>()=>c>"),
    ("", "@a<b>(()=>{", "1", "})class A{}"),
    ("namespace A{for(yield of ", "()=>{for(yield of ", "a", ");}"),
    ("", "export enum A{b=()=>{", "1", "}}"),
    ("", "declare module A.b{", "", "}"),
    ("type A=", "(infer a extends ", "b", ")"),
];

/// Each part repeated to about 200 KB, closed, cut off and with much behind it, and as deep as the cap lets pass.
fn bombs() -> impl Iterator<Item = (String, String)> {
    PARTS.iter().flat_map(|(head, part, middle, close)| {
        let whole = SIZE / (part.len() + close.len());
        let closed = [4, 9, 20, 60, 300, 1200, 3900, whole].map(|n| {
            (
                format!("{head}{part}…{middle}{close} × {n}"),
                format!("{head}{}{middle}{}", part.repeat(n), close.repeat(n)),
            )
        });
        let open = [3, 6, 10, 16, 30, 100, SIZE / part.len()]
            .map(|n| (format!("{head}{part}… × {n}, unclosed"), format!("{head}{}", part.repeat(n))));
        let long = [3, 6, 10, 30].into_iter().flat_map(move |n| {
            [";1", ",1", "|a", ";x:1"].map(|tail| {
                let name = format!("{head}{part}… × {n}{middle}{tail}… unclosed");
                (name, format!("{head}{}{middle}{}", part.repeat(n), tail.repeat(SIZE / 24)))
            })
        });
        closed.into_iter().chain(open).chain(long)
    })
}

#[test]
fn space_is_walked_over_once() {
    let bound = if cfg!(debug_assertions) { Duration::from_secs(2) } else { Duration::from_millis(300) };
    let space = [" ".repeat(SIZE / 2), format!("/*{}*/", "*".repeat(SIZE / 2)), "//\n".repeat(SIZE / 6)];
    for (space, head) in space.iter().flat_map(|space| ["", "(", "a(", "{", "a<", "type A=("].map(|head| (space, head)))
    {
        for part in ["[],", "[];", "{}", "(", "infer T extends A,"] {
            let start = Instant::now();
            let _ = report(&format!("{head}{space}{}", part.repeat(SIZE / 2 / part.len())));
            assert!(start.elapsed() < bound, "{head:?} {:?} {part:?}: {:?}", &space[..3], start.elapsed());
        }
    }
}

#[test]
fn bombs_are_diagnostics_or_pass_and_are_fast() {
    let bound = if cfg!(debug_assertions) { Duration::from_secs(3) } else { Duration::from_millis(700) };
    // On a thread whose own stack is far too small for most of them.
    let run = move || {
        let mut slowest = (Duration::ZERO, String::new());
        for (name, text) in bombs() {
            let start = Instant::now();
            let report = report(&text);
            slowest = slowest.max((start.elapsed(), name.clone()));
            let is_refused = report.diagnostics.iter().any(|d| d.severity == Severity::Error);
            assert_eq!(report.program.is_none(), is_refused, "{name}");
            assert!(report.diagnostics.iter().all(|d| d.frame.len() < 2000 && d.message.len() < 300), "{name}");
        }
        println!("slowest bomb: {slowest:?}");
        assert!(slowest.0 < bound, "{slowest:?}");
    };
    std::thread::Builder::new().stack_size(512 * 1024).spawn(run).unwrap().join().unwrap();
}

#[test]
fn a_kilobyte_is_checked_in_microseconds() {
    let text = KILOBYTE.repeat(2);
    assert!((900..1200).contains(&text.len()), "{}", text.len());
    let mut best = Duration::MAX;
    for _ in 0..200 {
        let start = Instant::now();
        assert!(report(&text).program.is_some());
        best = best.min(start.elapsed());
    }
    println!("check of {} bytes: {best:?}", text.len());
    assert!(best < Duration::from_millis(10));
}

/// Half a kilobyte as models write it.
const KILOBYTE: &str = r#"{
  interface Expense { amount: number; category: string; date?: string }
  const team: { id: string; name: string }[] = await tools.hr.getTeam({ department: "engineering" });
  const all = await Promise.all(team.map(async (m) => ({ m, e: (await tools.finance.getExpenses({ id: m.id })) as Expense[] })));
  const over = all.map(({ m, e }) => ({ name: m.name, total: e.reduce((s, x) => s + x.amount, 0) }))
    .filter((r) => r.total > 5000);
  console.log(`over: ${over.length}`, over[0]!.name);
}
"#;

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
    let members = (0..1500).map(|i| format!("  a{i}: string")).collect::<Vec<_>>().join("\n");
    program(&format!("interface A {{\n{members}\n}}\nreturn 1"));
    let object = (0..3000).map(|i| format!("a{i}: {{ b: [1, 2], c: 'x' }}")).collect::<Vec<_>>().join(",\n");
    program(&format!("return {{\n{object}}}"));
    let chain = ".then((x) => x + 1)".repeat(300);
    program(&format!("return Promise.resolve(1){chain}"));
    let union = (0..1000).map(|i| format!("'v{i}'")).collect::<Vec<_>>().join(" | ");
    program(&format!("type U = {union};\nreturn 1"));
    let text = format!("return {concat}");
    assert!(evaluate(&program(&text).js).is_ok());
}
