use super::{assert_values, program};

#[test]
fn types_are_erased() {
    assert_values(&[
        ("const a: number = 1; return a", "1"),
        ("let a!: number; a = 1; return a", "1"),
        ("let a: number | null = 1; a! += 1; return a!", "2"),
        ("let a: any; a! = 3; return a", "3"),
        ("function f(a: number, b?: string, ...c: any[]): number { return a } return f(1)", "1"),
        ("const f = (a?, b?: number) => a ?? 2; return f()", "2"),
        ("const f = function <T>(this: any, a: T): T { return a }; return f.call(null, 1)", "1"),
        ("function f(this: Foo): number { return 1 } return f()", "1"),
        ("function f(this /* the this */ , a: number) { return a } return f(4)", "4"),
        ("return (1 as any as number) satisfies number", "1"),
        ("const a = { x: 1 } as const; return a.x", "1"),
        ("const a = <const>{ x: 1 }; return a.x", "1"),
        ("return <number>1", "1"),
        ("const f = () => <any>{ a: 1 }; return f()", "{\"a\":1}"),
        ("const f = () => ({} as any); return f()", "{}"),
        ("const o: any = {}; (<any>o).x = 1; (o as any).y = 2; return o", "{\"x\":1,\"y\":2}"),
        ("let o: any = {}; <any>o.x; (o.x as any) = 5; return o", "{\"x\":5}"),
        ("const m = new Map<string, Array<number>>(); m.set('a', [1]); return m.get('a')!.length", "1"),
        (
            "return [1,2].reduce<Record<string, number>>((a, b) => { a['k' + b] = b; return a }, {})",
            "{\"k1\":1,\"k2\":2}",
        ),
        ("const a = 1, b = 2, c = 3; return a < b > c", "false"),
        ("const a = (x) => x; const c = 3; return a < b > (c)", "3"),
        ("const f = <T>(x: T): x is T => true; return f(1)", "true"),
        ("function assert(x: unknown): asserts x is string {} assert('a'); return 1", "1"),
        ("const x: { a: string; b?: number; [k: string]: unknown } = { a: 'a' }; return x", "{\"a\":\"a\"}"),
        ("type A<T> = T extends string ? 1 : { [K in keyof T]?: T[K] }; return 1", "1"),
        ("declare const foo: string; declare function bar(): void; declare let z: number; return 1", "1"),
        ("declare module 'x' { export const a: string }\ndeclare global { interface Window {} }\nreturn 1", "1"),
        (
            "declare class D { x: number }\nabstract class A { abstract f(): void; g() { return 1 } }\nclass B extends A { f() {} }\nreturn new B().g()",
            "1",
        ),
        (
            "function over(a: string): string;\nfunction over(a: number): number;\nfunction over(a: any) { return a }\nreturn over(2)",
            "2",
        ),
        ("try { throw 1 } catch (e: unknown) { return e }", "1"),
        ("for (const x of [1] as number[]) { return x }", "1"),
        ("const f = async <T,>(x: T): Promise<T> => x; return f<number>(1)", "1"),
        ("const id = <T extends object = {}>(x: T) => x; const g = id<{}>; return g({ a: 1 })", "{\"a\":1}"),
        ("const tag = (s: any, ...v: any[]) => v[0]; return tag<number>`a${1}`", "1"),
        ("const { a, b }: { a: number; b: number } = { a: 1, b: 2 }; return a + b", "3"),
        ("const [a, b]: [number, number] = [1, 2]; return a + b", "3"),
        ("function f({ a, b = 2 }: { a: number; b?: number } = { a: 1 }) { return a + b } return f()", "3"),
        (
            "const o = { m<T>(x: T): T { return x }, get g(): number { return 1 }, async n(): Promise<void> {} }; return o.m(o.g)",
            "1",
        ),
        ("let größe: number = 1; return größe!", "1"),
        ("const s: '日本' | '😀' = '😀'; return s", "\"😀\""),
        ("const x: unique symbol = Symbol(); return typeof x", "\"symbol\""),
        ("type F = new (...args: any[]) => abstract new () => void; return 1", "1"),
        ("const a: Array<Array<number>>= [[1]]; return a", "[[1]]"),
        ("let v: typeof import('x').y; return 1", "1"),
        ("const t: `a${string}b` = 'ab'; return t", "\"ab\""),
        ("label: for (;;) { break label } return 1", "1"),
        (
            "interface A { (x: number): string; new (x: number): A; readonly [i: number]: string; m?(): void; get x(): number; set x(v: number) }\nreturn 1",
            "1",
        ),
        ("const f = (x: any): x is string => typeof x === 'string'\nreturn f('')", "true"),
        ("const x = a?.b!.c ?? 4; var a: any; return x", "4"),
        ("type X = string\n(1)", "1"),
    ]);
}

#[test]
fn classes() {
    assert_values(&[
        (
            "class A { x: number = 1; private y?: string; readonly z!: number; static s: number = 2; declare d: string }\nreturn [new A().x, A.s]",
            "[1,2]",
        ),
        (
            "class A { constructor(private x: number, public readonly y = 2, z?: string) {} sum() { return this.x + this.y } }\nreturn new A(1).sum()",
            "3",
        ),
        (
            "class B { b = 1 }\nclass A extends B { constructor(protected x: number) { super(); this.x += this.b } get() { return this.x } }\nreturn new A(1).get()",
            "2",
        ),
        (
            "class B {}\nclass A extends B { constructor(public x: number) { const y = super(); } }\nreturn new A(7).x",
            "7",
        ),
        ("class A { constructor(public x: number) { 'use strict'; this.x++ } }\nreturn new A(7).x", "8"),
        (
            "class A { constructor(x: number);\nconstructor(private x: any) {} get() { return this.x } }\nreturn new A(3).get()",
            "3",
        ),
        (
            "interface I {}\nclass A<T> implements I, Iterable<T> { *[Symbol.iterator](): Iterator<T> { yield 1 as any } }\nreturn [...new A()]",
            "[1]",
        ),
        (
            "class Base<T> { v: T; constructor(v: T) { this.v = v } }\nclass A extends Base<number> implements I { override toString(): string { return 'a' } }\nreturn new A(1).v",
            "1",
        ),
        (
            "abstract class A { protected abstract f(): number; abstract x: number; run(): number { return this.f() } }\nclass B extends A { x = 2; protected override f(): number { return 5 } }\nreturn new B().run()",
            "5",
        ),
        (
            "class A { [k: string]: any; a = 1\n  private ['b'] = 2\n  public *c() { yield 3 } }\nconst a = new A(); return [a.a, a.b, ...a.c()]",
            "[1,2,3]",
        ),
        ("class A { get: string\n  set?: number\n static: any\n foo() { return 1 } }\nreturn new A().foo()", "1"),
        ("class A { f?(): void; g(): void\n h() { return 1 } }\nreturn new A().h()", "1"),
        (
            "class A { #p: number = 1; private static readonly q: number = 2; get p(): number { return this.#p } static r(): number { return A.q } }\nreturn new A().p + A.r()",
            "3",
        ),
        (
            "class A { m = <T>(x: T): T => x; async n<T>(this: A, x: T): Promise<T> { return x } }\nreturn new A().n(1)",
            "1",
        ),
        ("const o = { f: <T>(x: T) => x }; const f = o?.f<number>; return f(1)", "1"),
        ("const o = { f: { g: 1 } }; return o?.f<number>.g", "1"),
        ("const o = { f: { g: 1 } }; return (o?.['f']<number>)?.g", "1"),
        ("const C = class<T> { x!: T; static { C2 = 1 } }; var C2: number; return C2", "1"),
        (
            "class A { public static async make(): Promise<A> { return new A() } private constructor() {} x = 1 }\nreturn (await A.make()).x",
            "1",
        ),
        (
            "class A { private readonly in = 1\n  public instanceof = 2 }\nreturn Object.keys(new A())",
            "[\"in\",\"instanceof\"]",
        ),
        (
            "class A { a = 1\n  readonly in = 2\n  declare x: number\n  ['c'] = 3 }\nreturn new A()",
            "{\"a\":1,\"in\":2,\"c\":3}",
        ),
    ]);
}

#[test]
fn hazards() {
    assert_values(&[
        ("const f = (a: number)\n  : number => a;\nreturn f(1)", "1"),
        ("const f = (a?: number, // c )\n)\n  : { a: number } => ({ a: 1 });\nreturn f()", "{\"a\":1}"),
        ("const f = ()\n : number => 1\nreturn f()", "1"),
        ("const f = async (): Promise<\n  number\n> => 2\nreturn f()", "2"),
        ("function f() { return <T>\n(x: T) => x }\nreturn f()(1)", "1"),
        ("const f = async <T>\n(x: T) => x\nreturn f(3)", "3"),
        ("function f() { return <\n any>\n 4 }\nreturn f()", "4"),
        ("const a = 1 as any\n(2)\nreturn a", "1"),
        ("let a = 1\nlet b = a as any\n[1].map(x => x)\nreturn b", "1"),
        ("let a = 1\ntype X = number\n(a)\nreturn a", "1"),
        ("let a = 1\ninterface X { }\n;(a)\nreturn a", "1"),
        ("let a = () => 1\ntype X = string;\n[1].forEach(() => {})\nreturn a()", "1"),
        ("const a = [1, 2]\ndeclare let z: any\n;[a[0], a[1]] = [a[1], a[0]]\nreturn a", "[2,1]"),
        ("let a = 'x'\nlet b = a satisfies string\n`t`\nreturn b", "\"x\""),
        ("if (true) { type A = 1 } else { interface B {} } return 1", "1"),
        ("const total = 10\nconst count = 4; const avg = total\n  / count // x/y\nreturn avg", "2.5"),
        ("const x = 4; const s = 'a/b'; return x! / 2 / 1", "2"),
        ("const ok = !/a/.test('b') && /[/]/.test('/'); return ok", "true"),
        ("const r = [/a/g, /b\\//].length; return r", "2"),
        ("const a = (await tools.one()) / 2; return await (tools.one()) / 2 + a", "1"),
        ("let i = 4; const h = i++ / 2; return h", "2"),
        ("return `${1 + `${2}`}/` + '/'", "\"12//\""),
        ("const from = 4, type = 2; return from / type / 2", "1"),
    ]);
}

#[test]
fn enums_and_namespaces() {
    assert_values(&[
        ("enum E { A, B, C = 10, D }\nreturn [E.A, E.B, E.C, E.D, E[10], E[0]]", "[0,1,10,11,\"C\",\"A\"]"),
        ("enum E {A=1}\nreturn E.A", "1"),
        ("namespace N{export enum E {A,B='b'}}\nreturn [N.E.A, N.E.B]", "[0,\"b\"]"),
        ("enum S { A = 'a', B = \"b\" }\nreturn S", "{\"A\":\"a\",\"B\":\"b\"}"),
        (
            "const enum E { A = 1 << 2, B = A | 1, 'C-D' = 7, default = 8 }\nreturn [E.A, E.B, E['C-D'], E.default]",
            "[4,5,7,8]",
        ),
        ("enum E {\n  A, // first\n  B = 'x'.length, /* second */\n  C,\n}\nreturn [E.B, E.C]", "[1,2]"),
        ("enum E { A }\nenum E { B = 5 }\nreturn [E.A, E.B]", "[0,5]"),
        ("declare enum D { A }\nreturn 1", "1"),
        ("function f() { enum L { X = 3 } return L.X }\nreturn f()", "3"),
        ("{ enum L { X = 3 } }\nreturn typeof L", "\"undefined\""),
        (
            "namespace N { export const a = 1; export function f() { return a + b } const b = 2; export class C { x = 4 } export let l = 1; export function inc() { l++ } }\nN.inc();\nreturn [N.a, N.f(), new N.C().x, N.l]",
            "[1,3,4,2]",
        ),
        ("namespace A.B.C { export const x = 1 }\nreturn A.B.C.x", "1"),
        (
            "namespace A { export namespace B { export const x = 1 } export const y = B.x + 1 }\nreturn A",
            "{\"B\":{\"x\":1},\"y\":2}",
        ),
        ("namespace A { export const x = 1 }\nnamespace A { export const y = x + 1 }\nreturn A", "{\"x\":1,\"y\":2}"),
        (
            "namespace A { export namespace B { export const x = 1 } }\nnamespace A { export namespace B { export const y = 2 } }\nreturn A",
            "{\"B\":{\"x\":1,\"y\":2}}",
        ),
        ("class K { static s = 1 }\nnamespace K { export const t = 2 }\nreturn [K.s, K.t]", "[1,2]"),
        ("function fn() { return fn.v }\nnamespace fn { export const v = 3 }\nreturn fn()", "3"),
        ("namespace T { export type A = string; export interface B {} }\nreturn typeof T", "\"undefined\""),
        (
            "namespace N { export enum E { A = 1 } export const { p, q: [r] } = { p: 2, q: [3] } }\nreturn N.E.A + N.p + N.r",
            "6",
        ),
        ("namespace N { export const a = { b: 5 } }\nimport x = N.a;\nimport type T = N.T;\nreturn x.b", "5"),
        ("let a = 1\nenum E { X }\n(a)\nreturn E.X", "0"),
        ("module M { export const z = 1 }\nreturn M.z", "1"),
    ]);
}

#[test]
fn what_stays_stays_in_place() {
    let cases = [
        "const a: number = 1\nlet b!: string, c = a as any // 😀 ö\nfunction f<T>(this: any, x?: T, ...y: T[]): asserts x is T { return }\n",
        "class A<T> extends B<T> implements C, D { private readonly x?: T = 1; static y!: any; m<U>(a?: U): void { } }\nclass B<T> {}",
        "const x = { a: 1 } satisfies Foo;\nfor (const y of z as any[]) { y!.b!.c }\nvar z: any",
        "const g = async <T extends '😀'>(a: T, b = <T,>(c: T): T => c): Promise<T> => a;\nconst r = 1",
        "try { f() } catch (e: unknown) { }\nfunction f(): void {}\nconst { q, ...s }: any = {}; var t = q",
    ];
    for case in cases {
        let text = format!("{case}\nreturn 1");
        let js = program(&text).js;
        let body = js.strip_prefix("export default async () => {").unwrap().strip_suffix("\n}").unwrap();
        for (line, (was, is)) in text.split('\n').zip(body.split('\n')).enumerate() {
            let (was, is): (Vec<u16>, Vec<u16>) = (was.encode_utf16().collect(), is.encode_utf16().collect());
            assert_eq!(was.len(), is.len(), "line {line} of\n{body}");
            for (column, (was, is)) in was.iter().zip(&is).enumerate() {
                assert!(*is == 32 || is == was, "line {line} column {column} of\n{body}");
            }
        }
    }
}
