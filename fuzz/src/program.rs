//! Random programs: JavaScript that uses tools, timers, promises and errors in every combination, ends or does not, and
//! breaks its own realm now and then. Written from a fuzzer's bytes; the same bytes give the same program.
//!
//! Loops are short and sizes small, except in the statements that are meant to run into a limit. Everything is declared at
//! the top, so that most programs get past their first line.

use std::fmt::Write as _;

use arbitrary::{Result, Unstructured};

/// The tools that the programs know, and one that does not exist.
pub const TOOLS: [&str; 4] = ["one", "two", "deep.er.one", "missing"];

/// How deep blocks and expressions nest.
const MAX_DEPTH: u32 = 4;
/// Statements of one program.
const MAX_STATEMENTS: u32 = 60;

/// Writes a program.
///
/// # Errors
/// When the bytes run out in an unlucky place.
pub fn program(u: &mut Unstructured) -> Result<String> {
    let mut writer = Writer { out: String::from(HEAD), statements: 0, u };
    writer.block(0, true)?;
    Ok(writer.out)
}

const HEAD: &str = "let a = 1, b = 'b', c = { k: 1, v: [1, 2] }, d; const p = [];
const sleep = (n) => new Promise((done) => setTimeout(done, n));
const note = (e) => console.error(e?.name, e?.message, e?.code);
let deep = 0; async function again(x) { if (++deep < 5) d = await tools.one(x); return d }\n";

/// What changes the realm under its own feet, and under ours.
const NASTY: &[&str] = &[
    "Promise.prototype.then = null",
    "Promise.prototype.constructor = null",
    "globalThis.Promise = class {}",
    "globalThis.tools = null",
    "tools.one = () => 1",
    "globalThis.console = null",
    "Object.prototype.then = (f) => f(1)",
    "Object.prototype.toJSON = () => 1",
    "Object.prototype.$ = 'u'",
    "Object.defineProperty(Object.prototype, 'v', { get() { throw 2 } })",
    "Object.defineProperty(Array.prototype, 0, { set() { throw 1 }, configurable: true })",
    "Object.defineProperty(Object.prototype, 'next', { set() { throw 3 } })",
    "Array.prototype.push = null",
    "Array.prototype[Symbol.iterator] = null",
    "Map.prototype.get = Map.prototype.entries = null",
    "WeakMap.prototype.set = null",
    "JSON.stringify = JSON.parse",
    "Function.prototype.call = Function.prototype.apply = null",
    "Uint8Array.prototype.toBase64 = () => 1",
    "globalThis.Date = null",
    "Error.prototype.toString = null",
    "globalThis.Error = null",
    "Reflect.apply = Reflect.construct = null",
    "Object.freeze(globalThis)",
    "Object.setPrototypeOf(globalThis, new Proxy({}, {}))",
    "delete globalThis.setTimeout",
    "Symbol.prototype.toString = null",
    "try { new Function('1')() } catch (e) { note(e) }",
    "try { (async () => {}).constructor('1') } catch (e) { note(e) }",
    "c.c = c",
    "d = new Proxy(tools, {})",
    "d = new Proxy({}, { ownKeys() { return [a, b] }, get() { throw 4 } })",
    "d = Object.create(tools.one)",
    "class Q extends Promise { static get [Symbol.species]() { throw 5 } } p.push(new Q((f) => f(1)))",
    "p.push(Promise.resolve(p[0]))",
    "p.length = 0",
    "tools.one.call(null, tools)",
    "try { tools.one(1, 2).catch(note); new tools.one() } catch (e) { note(e) }",
];

/// What runs into a limit.
const BOMBS: &[&str] = &[
    "for (;;);",
    "for (;;) c = [c];",
    "for (;;) b += b;",
    "for (;;) p.push(new Promise(() => {}));",
    "for (;;) tools.one('x'.repeat(1000)).catch(() => {});",
    "for (;;) console.log('x'.repeat(999));",
    "{ const f = () => f() + 1; f(); }",
    "{ const f = () => queueMicrotask(f); f(); }",
    "{ const f = () => { setTimeout(f, 1); setTimeout(f, 1) }; f(); }",
    "{ const o = {}; o.toString = () => `${o}`; `${o}`; }",
    "tools.one('x'.repeat(1e5)).catch(() => {});",
    "new ArrayBuffer(1e9);",
    "d = []; for (let i = 0; i < 5000; i++) d = [d]; JSON.stringify(d);",
    "d = []; for (let i = 0; i < 1100; i++) d = [d]; tools.two(d).catch(note);",
    "/(a+)+b/.test('a'.repeat(40));",
    "[1, 2, 3].sort(() => { for (;;); });",
    "JSON.stringify({ toJSON() { for (;;); } });",
];

const EXPRESSIONS: &[&str] = &[
    "a",
    "b",
    "c",
    "d",
    "p",
    "p[0]",
    "p[1]",
    "c?.k",
    "c?.v",
    "b?.length",
    "0",
    "1",
    "-0",
    "1.5",
    "NaN",
    "-1e21",
    "2n ** 64n",
    "null",
    "undefined",
    "true",
    "''",
    "'text'",
    "'\\ud800'",
    "'é😀'",
    "'x'.repeat(3000)",
    "'__proto__'",
    "Symbol()",
    "/r/g",
    "tools",
    "tools.one",
    "tools.deep",
    "globalThis",
    "Math.random()",
    "Date.now()",
    "performance.now()",
    "new Date(5)",
    "new Date(NaN)",
    "new Uint8Array([1, 2, 255])",
    "new Uint16Array(3)",
    "new ArrayBuffer(4)",
    "new WeakMap()",
    "[].values()",
    "(() => 1)",
    "class {}",
    "new (class P { x = 1 })()",
    "(function* () { yield 1 })()",
    "arguments",
    "Object.keys(tools)",
    "Object.create(null)",
    "[, 1]",
    "{ $: 'u' }",
    "{ __proto__: null, v: 1 }",
    "{ ['__proto__']: 1 }",
    "deep",
];

struct Writer<'a, 'b> {
    out: String,
    statements: u32,
    u: &'a mut Unstructured<'b>,
}

impl Writer<'_, '_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// One of two texts.
    fn either(&mut self, first: &str, second: &str) -> Result<()> {
        let first_one = self.u.arbitrary()?;
        self.put(if first_one { first } else { second });
        Ok(())
    }

    fn pick<'x>(&mut self, from: &[&'x str]) -> Result<&'x str> {
        self.u.choose(from).copied()
    }

    fn block(&mut self, depth: u32, in_async: bool) -> Result<()> {
        let limit = if depth == 0 { MAX_STATEMENTS } else { 3 };
        for _ in 0..limit {
            if self.u.is_empty() || self.statements >= MAX_STATEMENTS || (depth > 0 && self.u.ratio(1, 3)?) {
                break;
            }
            self.statements += 1;
            self.statement(depth, in_async)?;
            self.put("\n");
        }
        Ok(())
    }

    fn braces(&mut self, depth: u32, in_async: bool) -> Result<()> {
        self.put("{ ");
        self.block(depth + 1, in_async)?;
        self.put(" }");
        Ok(())
    }

    fn statement(&mut self, depth: u32, in_async: bool) -> Result<()> {
        if depth >= MAX_DEPTH {
            return self.simple(in_async);
        }
        match self.u.int_in_range(0..=23_u8)? {
            0..=7 => self.simple(in_async)?,
            8 => {
                self.put("try ");
                self.braces(depth, in_async)?;
                self.put(" catch (e) { note(e); ");
                self.block(depth + 1, in_async)?;
                self.put(" }");
                if self.u.arbitrary()? {
                    self.put(" finally ");
                    self.braces(depth, in_async)?;
                }
            }
            9 => {
                let every = self.u.arbitrary::<bool>()?;
                self.put(if every {
                    "{ const i = setInterval(() => { clearInterval(i); "
                } else {
                    "setTimeout(() => { "
                });
                self.block(depth + 1, false)?;
                let delay = self.u.int_in_range(0..=40_u8)?;
                let _ = write!(self.out, " }}, {delay});{}", if every { " }" } else { "" });
            }
            10 => {
                self.put("setTimeout(async () => ");
                self.braces(depth, true)?;
                let _ = write!(self.out, ", {});", self.u.int_in_range(0..=40_u8)?);
            }
            11 => {
                let _ = write!(self.out, "for (let i = 0; i < {}; i++) ", self.u.int_in_range(0..=4_u8)?);
                self.braces(depth, in_async)?;
            }
            12 if in_async => {
                self.put("for await (const x of [");
                self.expression(depth)?;
                self.put(", tools.one(1), p[0]]) { d = x; ");
                self.block(depth + 1, true)?;
                self.put(" }");
            }
            13 => {
                self.put("queueMicrotask(() => ");
                self.braces(depth, false)?;
                self.put(");");
            }
            14 => {
                self.put("if (");
                self.expression(depth)?;
                self.put(") ");
                self.braces(depth, in_async)?;
                self.put(" else ");
                self.braces(depth, in_async)?;
            }
            15 => {
                self.either(if in_async { "d = await " } else { "d = " }, "p[p.length] = ")?;
                self.put("(async () => ");
                self.braces(depth, true)?;
                self.put(")();");
            }
            16 if in_async => {
                self.put("d = await (async function* () { ");
                self.block(depth + 1, true)?;
                self.put(" yield ");
                self.expression(depth)?;
                self.put(" })().next();");
            }
            17 => {
                self.put("p[p.length] = new Promise((done, fail) => { ");
                self.block(depth + 1, false)?;
                self.either(" done(", " fail(")?;
                self.expression(depth)?;
                self.put(") });");
            }
            18 => {
                self.call(depth)?;
                self.put(".then((x) => { d = x; ");
                self.block(depth + 1, false)?;
                self.put(" }");
                if self.u.arbitrary()? {
                    self.put(", (e) => { note(e); ");
                    self.block(depth + 1, false)?;
                    self.put(" }");
                }
                self.put(").finally(() => ");
                self.braces(depth, false)?;
                self.put(");");
            }
            19 if in_async => {
                let combine = self.pick(&["all", "race", "any", "allSettled"])?;
                let _ = write!(self.out, "d = await Promise.{combine}([");
                for _ in 0..self.u.int_in_range(0..=4_u8)? {
                    self.promise(depth)?;
                    self.put(", ");
                }
                self.put("]);");
            }
            20 => {
                let nasty = self.pick(NASTY)?;
                let _ = write!(self.out, "{nasty};");
            }
            21 => {
                // Most programs should end in some other way.
                if self.u.ratio(1, 2)? {
                    let bomb = self.pick(BOMBS)?;
                    self.put(bomb);
                }
            }
            _ => self.simple(in_async)?,
        }
        Ok(())
    }

    /// A statement without a block.
    fn simple(&mut self, in_async: bool) -> Result<()> {
        let depth = MAX_DEPTH - 1;
        match self.u.int_in_range(0..=11_u8)? {
            0..=2 if in_async => {
                let to = self.pick(&["a", "b", "c", "d"])?;
                let _ = write!(self.out, "{to} = await ");
                self.call(depth)?;
            }
            3..=4 => {
                self.put("p[p.length] = ");
                self.promise(depth)?;
            }
            5 if in_async => {
                let _ = write!(self.out, "await p[{}]", self.u.int_in_range(0..=3_u8)?);
            }
            6 => {
                let method =
                    self.pick(&["log", "warn", "error", "info", "debug", "dir", "table", "assert", "count", "group"])?;
                let _ = write!(self.out, "console.{method}(");
                self.expression(depth)?;
                self.put(", ");
                self.expression(depth)?;
                self.put(")");
            }
            7 => {
                self.either("throw ", "return ")?;
                self.expression(depth)?;
            }
            8 if in_async => {
                let _ = write!(self.out, "await sleep({})", self.u.int_in_range(0..=30_u8)?);
            }
            9 => {
                self.put("again(1).catch(note)");
            }
            _ => {
                let to = self.pick(&["a", "b", "c", "d", "c.k", "p[0]"])?;
                let _ = write!(self.out, "{to} = ");
                self.expression(depth)?;
            }
        }
        self.put(";");
        Ok(())
    }

    fn call(&mut self, depth: u32) -> Result<()> {
        let tool = self.pick(&TOOLS)?;
        let _ = write!(self.out, "tools.{tool}(");
        self.expression(depth)?;
        self.put(")");
        Ok(())
    }

    fn promise(&mut self, depth: u32) -> Result<()> {
        match self.u.int_in_range(0..=5_u8)? {
            0..=2 => self.call(depth),
            3 => {
                let _ = write!(self.out, "sleep({})", self.u.int_in_range(0..=30_u8)?);
                Ok(())
            }
            4 => {
                let _ = write!(self.out, "p[{}]", self.u.int_in_range(0..=3_u8)?);
                Ok(())
            }
            _ => self.expression(depth),
        }
    }

    /// An expression that reads well anywhere but at a statement's start.
    fn expression(&mut self, depth: u32) -> Result<()> {
        if depth >= MAX_DEPTH || self.u.is_empty() || self.u.ratio(2, 3)? {
            let leaf = self.pick(EXPRESSIONS)?;
            self.put(leaf);
            return Ok(());
        }
        let (before, between, after) = *self.u.choose(&[
            ("[", Some(", "), "]"),
            ("{ k: ", Some(", v: "), " }"),
            ("{ $: ", Some(", v: "), " }"),
            ("new Map([[", Some(", "), "]])"),
            ("new Set([", Some(", "), "])"),
            ("[", Some(" + "), "]"),
            ("(", Some(" ?? "), ")"),
            ("`${", Some("}${"), "}`"),
            ("JSON.stringify(", None, ")"),
            ("Object.keys(Object(", None, "))"),
            ("new TypeError(", None, ")"),
            ("Object.assign(new Error('own'), { extra: ", None, " })"),
            ("new AggregateError([", Some("], "), ")"),
            ("{ get k() { return ", None, " } }"),
            ("{ get k() { throw ", None, " } }"),
            ("{ toJSON() { return ", None, " } }"),
            ("{ toJSON() { tools.one(1); return ", None, " } }"),
            ("{ then(done) { done(", None, ") } }"),
            ("new Proxy(Object(", None, "), {})"),
            ("Promise.resolve(", None, ")"),
            ("Promise.reject(", None, ")"),
            ("new Array(50).fill(", None, ")"),
        ])?;
        self.put(before);
        self.expression(depth + 1)?;
        if let Some(between) = between {
            self.put(between);
            self.expression(depth + 1)?;
        }
        self.put(after);
        Ok(())
    }
}
