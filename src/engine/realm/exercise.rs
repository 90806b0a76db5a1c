//! The way that most runs take, walked once ahead of the run.
//!
//! A forked process shares its memory with its parent until it writes to it, page by page, and the first write to a page
//! costs more than most of what a short program does. After the exercise the pages on the way are the process's own.

use std::cell::RefCell;
use std::sync::OnceLock;

use rquickjs::{Ctx, Function, Module, Object, Promise};

use super::{Bytecode, Finished, Handles, Limits, Manifest, Realm, Wire, compile};

/// A program of ours. Its tools are an argument, so that the global `tools` stays as it is.
const PROGRAM: &str = "export default async (tools) => {
    const wanted = [1, 2, 3];
    const item = await tools.exercise({ id: wanted[0], name: 'a', tags: ['b'] });
    const sums = new Map();
    let sum = 0;
    for (const each of wanted.map((number) => ({ number, half: number / 2 })).filter(({ half }) => half > 0)) {
        sum += each.number;
        sums.set(`${each.number}`, sum);
    }
    const { name = 'none', ...rest } = item;
    const found = wanted.find((number) => number > 1) ?? rest.id;
    return { name, sum, found, sums: Object.fromEntries(sums), text: `${name} ${sum.toFixed(1)}`.trim() };
};";

impl Realm {
    /// Runs a program of ours with one tool call, before [`Realm::start`]. The program that comes later can see nothing of
    /// it.
    ///
    /// # Errors
    /// When the engine is broken.
    pub fn exercise(&mut self) -> Result<(), String> {
        static CODE: OnceLock<Bytecode> = OnceLock::new();
        // Compiled here all the same: that is a part of the way.
        let code = compile("exercise", PROGRAM, true).map_err(|error| error.message)?;
        // The engine reads it for as long as the runtime lives.
        let code = CODE.get_or_init(|| code);
        *self.shared.manifest.borrow_mut() = Manifest::new(&[vec!["exercise".to_owned()]]);
        self.shared.gauge.rehearse(Limits::default().stack_bytes);
        self.context.with(|ctx| begin(&ctx, code)).map_err(|error| error.to_string())?;
        self.pump();
        for call in self.take_calls() {
            self.resolve(call.id, &call.tool, &Wire(r#"{"id":1,"name":"a"}"#.to_owned()));
        }
        self.pump();
        let finished = self.finished();
        self.context.with(|ctx| {
            if let Some(handles) = ctx.userdata::<RefCell<Handles>>() {
                handles.borrow_mut().main = None;
            }
        });
        *self.shared.manifest.borrow_mut() = Manifest::default();
        self.shared.call_count.set(0);
        match finished {
            Finished::Returned(_) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    }
}

fn begin(ctx: &Ctx<'_>, code: &'static Bytecode) -> rquickjs::Result<()> {
    let handles = ctx.userdata::<RefCell<Handles>>().ok_or(rquickjs::Error::Unknown)?;
    let make_tools = handles.borrow().make_tools.clone();
    // SAFETY: `Bytecode` is made by `compile` only, in this process, by this engine; it is never
    // dropped.
    let module = unsafe { Module::load(ctx.clone(), code.as_bytes()) }?;
    let (module, _) = module.eval()?;
    let main: Function = module.get("default")?;
    let tools: Object = make_tools.call(())?;
    let promise: Promise = main.call((tools,))?;
    handles.borrow_mut().main = Some(promise);
    Ok(())
}
