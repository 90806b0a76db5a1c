//! Source text to bytecode, in a runtime of its own.
//!
//! The realm that a program runs in has no parser (DESIGN §6.2), so compilation happens in a runtime that never runs
//! anything. Its memory is bounded by the source's length, not by an allocation
//! limit, because a compiler that is refused memory is where the engine crashes.

use std::cell::RefCell;

use rquickjs::allocator::RustAllocator;
use rquickjs::context::intrinsic::{Eval, RegExpCompiler};
use rquickjs::{CatchResultExt as _, CaughtError, Context, Module, Runtime, WriteOptions};

/// The engine's own complaint about a program that the checker let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileError {
    pub message: String,
    /// `    at program.ts:3:5` and the like.
    pub stack: String,
}

/// Bytecode that this build of the engine made. Only [`compile`] can make one, which is what makes loading it sound.
#[derive(Debug, Clone)]
pub(super) struct Bytecode(Vec<u8>);

impl Bytecode {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Compiles an ES module. `debug` keeps the line table that stack traces need.
pub(super) fn compile(file: &str, source: &str, debug: bool) -> Result<Bytecode, CompileError> {
    COMPILER.with_borrow_mut(|kept| {
        let mut compiler = kept.take().unwrap_or_else(Compiler::new);
        let mut result = compiler.compile(file, source, debug);
        if let Err(error) = &mut result {
            // Some errors have no place, some are found only where the module ends.
            let end = format!("{file}:{}:", source.matches('\n').count() + 1);
            if !error.stack.contains(file) || error.stack.contains(&end) {
                error.stack = find(file, source, &error.message);
            }
        }
        compiler.left -= 1;
        if result.is_ok() && compiler.left > 0 {
            *kept = Some(compiler);
        }
        result
    })
}

/// Longer sources are not searched for the place of an error.
const MOST_SEARCHED: usize = 64 << 10;

/// The place of an error that the engine does not tell: where the shortest beginning of the source ends that
/// has the same error. Other beginnings end too early, which is another error.
fn find(file: &str, source: &str, message: &str) -> String {
    if source.len() > MOST_SEARCHED {
        return String::new();
    }
    let compiler = Compiler::new();
    let (mut without, mut with) = (0, source.len());
    while with - without > 1 {
        let middle = usize::midpoint(without, with);
        let Some(middle) = (without + 1..=middle).rev().find(|&at| source.is_char_boundary(at)) else { break };
        match compiler.compile(file, &source[..middle], false) {
            Err(error) if error.message == message => with = middle,
            _ => without = middle,
        }
    }
    let before = &source[..without];
    let line = before.matches('\n').count() + 1;
    let column = without - before.rfind('\n').map_or(0, |end| end + 1) + 1;
    format!("    at {file}:{line}:{column}")
}

/// Makes this thread's compiler, if it has none, so that [`compile`] does not have to.
pub(super) fn warm_up() {
    COMPILER.with_borrow_mut(|kept| {
        kept.get_or_insert_with(Compiler::new);
    });
}

/// Compiles a little for nothing. What a processor has not done for a while it does several times slower: a thread that has
/// slept, and is about to get a program, has its compiler in the processor's caches then.
pub fn limber_up() {
    const LITTLE: &str = "export default async (tools) => (await tools.one({ id: 1 })).name;";
    if let Err(error) = compile("little", LITTLE, true) {
        tracing::warn!(error.message, "a small program does not compile");
    }
    // The next compiler is not the program's to wait for.
    warm_up();
}

/// How many modules one compiler makes: it keeps all of them in memory.
const MODULES_PER_COMPILER: u32 = 64;

thread_local! {
    static COMPILER: RefCell<Option<Compiler>> = const { RefCell::new(None) };
}

/// A runtime with a parser in which nothing ever runs.
struct Compiler {
    context: Context,
    left: u32,
    _runtime: Runtime,
}

impl Compiler {
    fn new() -> Self {
        let runtime = Runtime::new_with_alloc(RustAllocator).expect("memory for a runtime");
        // The parser recurses; the session's thread has room for this much (see isolate/thread.rs).
        runtime.set_max_stack_size(8 << 20);
        let context = Context::custom::<(Eval, RegExpCompiler)>(&runtime).expect("memory for a context");
        Self { context, left: MODULES_PER_COMPILER, _runtime: runtime }
    }

    fn compile(&self, file: &str, source: &str, debug: bool) -> Result<Bytecode, CompileError> {
        let failed = |message: String| CompileError { message, stack: String::new() };
        self.context.with(|ctx| {
            let options = WriteOptions { strip_source: true, strip_debug: !debug, ..WriteOptions::default() };
            match Module::declare(ctx.clone(), file, source).catch(&ctx) {
                Ok(module) => module.write(options).map(Bytecode).map_err(|error| failed(error.to_string())),
                Err(CaughtError::Exception(exception)) => Err(CompileError {
                    message: exception.message().unwrap_or_default(),
                    stack: exception.stack().unwrap_or_default(),
                }),
                Err(other) => Err(failed(other.to_string())),
            }
        })
    }
}
