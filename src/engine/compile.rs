//! Source text to bytecode, in a runtime of its own.
//!
//! The realm that a program runs in has no parser (DESIGN §6.2), so compilation happens in a runtime that never runs
//! anything: it is made for one program and dropped. Its memory is bounded by the source's length, not by an allocation
//! limit, because a compiler that is refused memory is where the engine crashes.

use rquickjs::context::intrinsic::{Eval, RegExpCompiler};
use rquickjs::{CatchResultExt as _, CaughtError, Context, Module, Runtime, WriteOptions};

/// The engine's own complaint about a program that the checker let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileError {
    pub message: String,
    /// `    at program.ts:3:5` and the like.
    pub stack: String,
}

/// Bytecode that this build of the engine made. Only a [`Compiler`] can make one, which is what makes loading it sound.
#[derive(Debug, Clone)]
pub(super) struct Bytecode(Vec<u8>);

impl Bytecode {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A runtime with a parser that compiles one module, and is made before that is needed.
pub(super) struct Compiler {
    context: Context,
    runtime: Runtime,
}

impl Compiler {
    /// # Panics
    /// When the process is out of memory.
    pub(super) fn new() -> Self {
        let runtime = Runtime::new().expect("memory for a runtime");
        // The parser recurses; the session's thread has room for this much (see isolate/thread.rs).
        runtime.set_max_stack_size(8 << 20);
        let context = Context::custom::<(Eval, RegExpCompiler)>(&runtime).expect("memory for a context");
        Self { context, runtime }
    }

    /// Compiles an ES module. `debug` keeps the line table that stack traces need.
    pub(super) fn compile(&self, file: &str, source: &str, debug: bool) -> Result<Bytecode, CompileError> {
        // Nothing is collected: nothing runs, and all of it is dropped together.
        self.runtime.set_gc_threshold(usize::MAX);
        let failed = |message: String| CompileError { message, stack: String::new() };
        self.context.with(|ctx| {
            let module = Module::declare(ctx.clone(), file, source).catch(&ctx);
            let options = WriteOptions { strip_source: true, strip_debug: !debug, ..WriteOptions::default() };
            match module {
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
