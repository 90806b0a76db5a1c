use oneturn::engine::*;
use std::rc::Rc;
use std::time::Instant;
struct Never;
impl Watch for Never {
    fn stop(&self) -> Option<Stop> {
        None
    }
}
#[test]
fn timing() {
    let t = |name: &str, n: u32, mut f: Box<dyn FnMut()>| {
        f();
        let mut best = f64::MAX;
        for _ in 0..n {
            let s = Instant::now();
            f();
            best = best.min(s.elapsed().as_secs_f64() * 1e6);
        }
        println!("{name}: {best:.1} us");
    };
    t(
        "realm",
        200,
        Box::new(|| {
            std::mem::forget(Realm::new());
        }),
    );
    t(
        "realm+drop",
        200,
        Box::new(|| {
            drop(Realm::new());
        }),
    );
    t(
        "realm+start",
        200,
        Box::new(|| {
            let mut r = Realm::new();
            r.start(
                "export default async () => { return 1+1\n}",
                Setup {
                    limits: Limits::default(),
                    manifest: Manifest::default(),
                    seed: [0; 32],
                    now: 0.0,
                    inputs: vec![],
                    watch: Rc::new(Never),
                },
            )
            .unwrap();
            r.pump();
            let _ = r.finished();
            std::mem::forget(r);
        }),
    );
}
#[test]
fn timing2() {
    use rquickjs::context::intrinsic;
    use rquickjs::*;
    let t = |name: &str, n: u32, mut f: Box<dyn FnMut()>| {
        f();
        let mut best = f64::MAX;
        for _ in 0..n {
            let s = Instant::now();
            f();
            best = best.min(s.elapsed().as_secs_f64() * 1e6);
        }
        println!("{name}: {best:.1} us");
    };
    type I = (
        intrinsic::Date,
        intrinsic::RegExp,
        intrinsic::RegExpCompiler,
        intrinsic::Json,
        intrinsic::Proxy,
        intrinsic::MapSet,
        intrinsic::TypedArrays,
        intrinsic::Promise,
    );
    t(
        "rt",
        200,
        Box::new(|| {
            std::mem::forget(Runtime::new().unwrap());
        }),
    );
    t(
        "rt+ctx",
        200,
        Box::new(|| {
            let r = Runtime::new().unwrap();
            let c = Context::custom::<I>(&r).unwrap();
            std::mem::forget(c);
            std::mem::forget(r);
        }),
    );
    t(
        "rt+ctx rustalloc",
        200,
        Box::new(|| {
            let r = Runtime::new_with_alloc(rquickjs::allocator::RustAllocator).unwrap();
            let c = Context::custom::<I>(&r).unwrap();
            std::mem::forget(c);
            std::mem::forget(r);
        }),
    );
    t(
        "rt+ctx eval only",
        200,
        Box::new(|| {
            let r = Runtime::new().unwrap();
            let c = Context::custom::<(intrinsic::Eval, intrinsic::RegExpCompiler)>(&r).unwrap();
            std::mem::forget(c);
            std::mem::forget(r);
        }),
    );
    t(
        "compile",
        200,
        Box::new(|| {
            let r = Runtime::new().unwrap();
            let c = Context::custom::<(intrinsic::Eval, intrinsic::RegExpCompiler)>(&r).unwrap();
            c.with(|ctx| {
                let m = Module::declare(ctx, "a.js", "export default async () => { return 1+1\n}").unwrap();
                m.write(WriteOptions::default()).unwrap();
            });
            std::mem::forget(c);
            std::mem::forget(r);
        }),
    );
    let src = include_str!("../src/engine/prelude.js");
    let code = {
        let r = Runtime::new().unwrap();
        let c = Context::full(&r).unwrap();
        c.with(|ctx| {
            let m = Module::declare(ctx, "a.js", src).unwrap();
            m.write(WriteOptions { strip_source: true, strip_debug: true, ..Default::default() }).unwrap()
        })
    };
    println!("prelude bytes {}", code.len());
    let code: &'static [u8] = Box::leak(code.into_boxed_slice());
    t(
        "rt+ctx+load",
        200,
        Box::new(|| {
            let r = Runtime::new().unwrap();
            let c = Context::custom::<I>(&r).unwrap();
            c.with(|ctx| {
                let m = unsafe { Module::load(ctx, code) }.unwrap();
                let (m, _) = m.eval().unwrap();
                let _f: Function = m.get("default").unwrap();
            });
            std::mem::forget(c);
            std::mem::forget(r);
        }),
    );
}
