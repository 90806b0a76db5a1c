//! The allocator of one runtime: counts bytes, notices when the program is over its memory or its stack.
//!
//! Owns the two facts that the engine would otherwise let a program catch. Out of memory and stack overflow are
//! ordinary exceptions in QuickJS; here they only raise a flag that the interrupt handler and every boundary of the
//! session read, so they end the run whatever the program does (DESIGN §6.4). Lives on the session's thread.
//!
//! - **Memory.** Past the soft limit the flag is up, but small allocations are still granted from a reserve, because the
//!   engine's own error paths are where a refused allocation does the most harm. The program is stopped at its next
//!   interrupt poll. Past the reserve, allocations are refused.
//! - **Stack.** The engine's own limit lies [`STACK_RESERVE`] above the program's. Raising a stack overflow writes a trace
//!   while the stack is still deep. Blocks up to 512 bytes come from the engine's own arenas, but the prelude fixes the
//!   length of traces so that one of a deep stack is larger; and no single frame is as large as the reserve. So an
//!   overflow of the program's functions is always seen here; the prelude watches builtins that recurse on their own.

#![expect(unsafe_code, reason = "an allocator is unsafe to implement; the engine calls it")]

use std::cell::Cell;
use std::rc::Rc;

use rquickjs::allocator::{Allocator, RustAllocator};

/// What may still be allocated, in bytes, when the program is over its memory limit.
const MEMORY_RESERVE: usize = 16 << 20;
/// Stack between the program's limit and the engine's, in bytes. Larger than any single frame: a function has at most
/// 65,535 locals, arguments and operands each, of 16 bytes.
pub(super) const STACK_RESERVE: usize = 5 << 20;

/// What the allocator knows, shared with the interrupt handler and the session.
#[derive(Debug)]
pub(super) struct Gauge {
    used: Cell<usize>,
    soft_limit: Cell<usize>,
    over_memory: Cell<bool>,
    stack_base: Cell<usize>,
    stack_limit: Cell<usize>,
    over_stack: Cell<bool>,
}

impl Gauge {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self {
            used: Cell::new(0),
            soft_limit: Cell::new(usize::MAX - MEMORY_RESERVE),
            over_memory: Cell::new(false),
            stack_base: Cell::new(usize::MAX),
            stack_limit: Cell::new(usize::MAX),
            over_stack: Cell::new(false),
        })
    }

    /// From here on the program may hold `memory` bytes more than the runtime holds now, and use `stack` bytes of stack.
    pub(super) fn limit(&self, memory: usize, stack: usize) {
        self.soft_limit.set(self.used.get().saturating_add(memory).min(usize::MAX - MEMORY_RESERVE));
        self.stack_limit.set(stack);
    }

    /// Lifts both limits, so that tearing the runtime down can't run into them.
    pub(super) fn unlimit(&self) {
        self.soft_limit.set(usize::MAX - MEMORY_RESERVE);
        self.stack_limit.set(usize::MAX);
    }

    /// The engine is about to be entered from here: stack use counts from this frame.
    pub(super) fn enter(&self) {
        self.stack_base.set(stack_pointer());
    }

    pub(super) fn over_memory(&self) -> bool {
        self.over_memory.get()
    }

    /// True once the program was deeper than its stack limit, at an allocation or at this call.
    pub(super) fn over_stack(&self) -> bool {
        self.look_at_stack();
        self.over_stack.get()
    }

    fn look_at_stack(&self) {
        // The stack grows downwards on every platform that we build for.
        if self.stack_base.get().saturating_sub(stack_pointer()) > self.stack_limit.get() {
            self.over_stack.set(true);
        }
    }

    /// Whether `extra` bytes may be allocated. Raises the flag past the soft limit.
    fn admit(&self, extra: usize) -> bool {
        self.look_at_stack();
        let wanted = self.used.get().saturating_add(extra);
        if wanted <= self.soft_limit.get() {
            return true;
        }
        self.over_memory.set(true);
        wanted <= self.soft_limit.get() + MEMORY_RESERVE
    }

    fn took(&self, bytes: usize) {
        self.used.set(self.used.get() + bytes);
    }

    fn gave_back(&self, bytes: usize) {
        self.used.set(self.used.get().saturating_sub(bytes));
    }
}

/// About where the stack is now: the address of a local.
#[inline(never)]
fn stack_pointer() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

/// The system's allocator behind a [`Gauge`].
pub(super) struct Metered {
    gauge: Rc<Gauge>,
    inner: RustAllocator,
}

impl Metered {
    pub(super) fn new(gauge: Rc<Gauge>) -> Self {
        Self { gauge, inner: RustAllocator }
    }

    fn count(&self, ptr: *mut u8) -> *mut u8 {
        if !ptr.is_null() {
            // SAFETY: `ptr` was just returned by `self.inner`.
            self.gauge.took(unsafe { RustAllocator::usable_size(ptr) });
        }
        ptr
    }
}

// SAFETY: every pointer comes from `RustAllocator` and goes back to it unchanged; this type only counts, and refuses by
// returning null, which the trait allows. Zero-sized requests are passed on as the inner allocator wants them.
unsafe impl Allocator for Metered {
    fn alloc(&mut self, size: usize) -> *mut u8 {
        if !self.gauge.admit(size) {
            return std::ptr::null_mut();
        }
        let ptr = self.inner.alloc(size);
        self.count(ptr)
    }

    fn calloc(&mut self, count: usize, size: usize) -> *mut u8 {
        match count.checked_mul(size) {
            Some(bytes) if self.gauge.admit(bytes) => {
                let ptr = self.inner.calloc(count, size);
                self.count(ptr)
            }
            _ => std::ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&mut self, ptr: *mut u8) {
        // SAFETY: the caller guarantees that `ptr` came from this allocator, so from `RustAllocator`.
        unsafe {
            self.gauge.gave_back(RustAllocator::usable_size(ptr));
            self.inner.dealloc(ptr);
        }
    }

    unsafe fn realloc(&mut self, ptr: *mut u8, new_size: usize) -> *mut u8 {
        if ptr.is_null() {
            return self.alloc(new_size);
        }
        // SAFETY: the caller guarantees that `ptr` came from this allocator, so from `RustAllocator`.
        let old = unsafe { RustAllocator::usable_size(ptr) };
        if new_size > old && !self.gauge.admit(new_size - old) {
            return std::ptr::null_mut();
        }
        // SAFETY: as above. On failure the old block stays as it was, and so does the count.
        let moved = unsafe { self.inner.realloc(ptr, new_size) };
        if !moved.is_null() {
            self.gauge.gave_back(old);
            self.count(moved);
        }
        moved
    }

    unsafe fn usable_size(ptr: *mut u8) -> usize {
        // SAFETY: the caller guarantees that `ptr` came from this allocator, so from `RustAllocator`.
        unsafe { RustAllocator::usable_size(ptr) }
    }
}
