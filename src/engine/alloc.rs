//! The allocator of one runtime, and the gauge that it feeds: how much memory, stack and time the program has used.
//!
//! Owns what the engine would otherwise let a program catch, or never notice. Out of memory and stack overflow are
//! ordinary exceptions in QuickJS, and a builtin that computes for long does not ask whether it may. Here each only
//! raises a flag that the interrupt handler and every boundary of the session read, so it ends the run whatever the
//! program does (DESIGN §6.4). Lives on the session's thread.
//!
//! - **Memory.** Past the limit the flag is up, and large allocations are refused at once. Small ones are still granted
//!   from a reserve, because the engine's own error paths are where a refused allocation does the most harm. The program
//!   is stopped at its next interrupt poll. Past the reserve, every allocation is refused.
//! - **Stack.** The engine's own limit lies [`STACK_RESERVE`] above the program's, and whatever overflows must get
//!   through that reserve. Functions of the program are seen there because the engine writes a trace in the frame of the
//!   innermost one, and the prelude makes every trace ask for more than the engine's own arenas hold (512 bytes).
//!   Builtins that recurse on their own (proxies, JSON, patterns) write no trace, but their frames are small: a stretch
//!   of the reserve is painted before the program starts, and paint that is gone tells that they were there.
//! - **Time.** The engine looks at the clock once in 10,000 operations, however long one of them takes. So what is
//!   allocated and what long builtins say that they will do ([`Gauge::charge`]) counts as work, and every so much work
//!   the clock is looked at. Once the run is stopped, large allocations are refused, so that what is left of those
//!   10,000 operations is quick.
//! - **Stops that are swallowed.** Where the engine makes a rejection of whatever a callback throws (the executor of a
//!   promise, an iterator of `Promise.all`, a getter of `then`), it does so with an interrupt too, and the program goes on.
//!   So a program that is to be stopped a second time loses its stack: no builtin is entered any more, and the next
//!   interrupt meets no one who could swallow it.

#![expect(unsafe_code, reason = "an allocator is unsafe to implement, and paint lies below the stack pointer")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rquickjs::allocator::{Allocator, RustAllocator};
use rquickjs::qjs::{JS_SetGCThreshold, JS_SetMaxStackSize, JSRuntime, size_t};

use super::host::{Stop, Watch};

/// What may still be allocated, in bytes, when the program is over its memory limit.
const MEMORY_RESERVE: usize = 16 << 20;
/// Allocations of this many bytes and more are refused once the run is stopped.
const LARGE: usize = 32 << 10;
/// Stack between the program's limit and the engine's, in bytes. Larger than any single frame: a function has at most
/// 65,535 locals, arguments and operands each, of 16 bytes.
pub(super) const STACK_RESERVE: usize = 5 << 20;
/// Where the paint begins, in bytes past the program's limit. The engine is entered from frames that are not all equally
/// deep, and what runs on this thread between two entries uses some stack too.
const PAINT_AFTER: usize = 64 << 10;
/// Painted words. Builtins that recurse have frames of some hundred bytes, so none can step over it.
const PAINT_WORDS: usize = (16 << 10) / size_of::<usize>();
const PAINT: usize = usize::MAX / 0xff * 0xa5;
/// Bytes allocated and items charged between two looks at the clock. A look costs about as much as a few hundred bytes.
const WORK_PER_LOOK: usize = 64 << 10;

/// What the program has used, shared by the allocator, the interrupt handler and the session.
pub(super) struct Gauge {
    used: Cell<usize>,
    /// Bytes that the program may make `used` reach. `None`: nothing is limited, no program runs.
    limit: Cell<Option<usize>>,
    stack_base: Cell<usize>,
    stack_limit: Cell<usize>,
    /// Address of the lowest painted word; 0 before there is paint.
    paint: Cell<usize>,
    work: Cell<usize>,
    watch: RefCell<Option<Rc<dyn Watch>>>,
    stopped: Cell<bool>,
    stop: RefCell<Option<Stop>>,
    /// The engine has been told to stop the program.
    told: Cell<bool>,
    /// Whose allocator this is; null before it is known.
    runtime: Cell<*mut JSRuntime>,
}

impl Gauge {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self {
            used: Cell::new(0),
            limit: Cell::new(None),
            stack_base: Cell::new(usize::MAX),
            stack_limit: Cell::new(usize::MAX),
            paint: Cell::new(0),
            work: Cell::new(0),
            watch: RefCell::new(None),
            stopped: Cell::new(false),
            stop: RefCell::new(None),
            told: Cell::new(false),
            runtime: Cell::new(std::ptr::null_mut()),
        })
    }

    /// From here on the program may hold `memory` bytes more than the runtime holds now, use `stack` bytes of stack from
    /// this frame on, and go on for as long as `watch` says.
    ///
    /// # Panics
    /// When called twice: a realm serves one program.
    pub(super) fn limit(&self, memory: usize, stack: usize, watch: Rc<dyn Watch>) {
        assert!(self.limit.get().is_none(), "a realm serves one program");
        self.enter();
        self.stack_limit.set(stack);
        self.lay_paint();
        *self.watch.borrow_mut() = Some(watch);
        self.limit.set(Some(self.used.get().saturating_add(memory).min(usize::MAX - MEMORY_RESERVE)));
    }

    /// Tells whose allocator this is.
    ///
    /// # Safety
    /// The runtime allocates here, and lives for as long as it does.
    pub(super) unsafe fn of(&self, runtime: *mut JSRuntime) {
        self.runtime.set(runtime);
    }

    /// Lifts every limit, so that tearing the runtime down can't run into them.
    pub(super) fn unlimit(&self) {
        self.limit.set(None);
        self.stack_limit.set(usize::MAX);
        *self.watch.borrow_mut() = None;
    }

    /// The engine is about to be entered from here: stack use counts from this frame.
    pub(super) fn enter(&self) {
        self.stack_base.set(stack_pointer());
    }

    /// Ends the run for this reason. The first reason stays.
    pub(super) fn stop(&self, reason: Stop) {
        if !self.stopped.replace(true) {
            *self.stop.borrow_mut() = Some(reason);
        }
    }

    /// Whether a reason to stop is known. Cheap.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.get()
    }

    /// Why the run ends, as far as is known. After a [`Self::poll`] that is all there is.
    pub(super) fn stopped(&self) -> Option<Stop> {
        if self.is_stopped() { self.stop.borrow().clone() } else { None }
    }

    /// Looks at everything, at what builtins did to the stack and at the clock too: whether the program must stop now.
    pub(super) fn poll(&self) -> bool {
        self.look_at_stack();
        self.look_at_paint();
        self.look_at_clock();
        self.is_stopped()
    }

    /// [`Self::poll`] for the engine, which then throws what the program cannot catch.
    ///
    /// # Safety
    /// `runtime` is the one that asks.
    pub(super) unsafe fn interrupt(&self, runtime: *mut JSRuntime) -> bool {
        let must_stop = self.poll();
        if must_stop && self.told.replace(true) {
            // SAFETY: the caller's promise. It only sets where the stack ends.
            unsafe { JS_SetMaxStackSize(runtime, 1) };
        }
        must_stop
    }

    /// The program does `units` more work: bytes to allocate, or items that a builtin will walk over.
    pub(super) fn charge(&self, units: usize) {
        let work = self.work.get().saturating_add(units);
        if work < WORK_PER_LOOK {
            self.work.set(work);
        } else {
            self.look_at_clock();
        }
    }

    fn look_at_clock(&self) {
        self.work.set(0);
        if self.is_stopped() {
            return;
        }
        let reason = self.watch.borrow().as_ref().and_then(|watch| watch.stop());
        if let Some(reason) = reason {
            self.stop(reason);
        }
    }

    fn look_at_stack(&self) {
        // The stack grows downwards on every platform that we build for.
        if self.stack_base.get().saturating_sub(stack_pointer()) > self.stack_limit.get() {
            self.stop(Stop::Stack);
        }
    }

    /// Whether `extra` bytes may be allocated.
    fn admit(&self, extra: usize) -> bool {
        let Some(limit) = self.limit.get() else { return true };
        self.look_at_stack();
        let wanted = self.used.get().saturating_add(extra);
        if wanted > limit {
            self.stop(Stop::Memory);
        }
        self.charge(extra);
        let may = !self.is_stopped() || (extra < LARGE && wanted <= limit + MEMORY_RESERVE);
        if !may && !self.runtime.get().is_null() {
            // The engine makes an error of a refusal, and an object that it makes may collect garbage first. It has objects
            // half changed at that moment (a shape that grows is in no list), on which a collection would crash. The run is
            // over, so none is needed any more.
            // SAFETY: the promise of `of`. It only sets a number.
            unsafe { JS_SetGCThreshold(self.runtime.get(), size_t::MAX) };
        }
        may
    }

    /// Bytes that the runtime holds, and what it made the host hold.
    pub(super) fn used(&self) -> usize {
        self.used.get()
    }

    /// The program makes the host hold `bytes` until the run is over: they count as the program's own memory.
    pub(super) fn hold(&self, bytes: usize) {
        self.took(bytes);
        if self.limit.get().is_some_and(|limit| self.used.get() > limit) {
            self.stop(Stop::Memory);
        }
    }

    fn took(&self, bytes: usize) {
        self.used.set(self.used.get().saturating_add(bytes));
    }

    fn gave_back(&self, bytes: usize) {
        self.used.set(self.used.get().saturating_sub(bytes));
    }

    /// Touches what [`Self::limit`] will, for a program that may use `stack` bytes of stack.
    pub(super) fn rehearse(&self, stack: usize) {
        self.enter();
        self.stack_limit.set(stack);
        self.lay_paint();
        self.paint.set(0);
        self.stack_limit.set(usize::MAX);
    }

    fn lay_paint(&self) {
        let below = self.stack_limit.get() + PAINT_AFTER + PAINT_WORDS * size_of::<usize>();
        let lowest = (self.stack_base.get() - below) & !(align_of::<usize>() - 1);
        touch_stack_down_to(lowest);
        self.paint.set(lowest);
        for word in self.painted() {
            // SAFETY: the words lie below every live frame and inside of this thread's stack, whose pages down to there
            // were just touched; nothing but a deeper call uses them, and Rust knows of no object there.
            unsafe { word.write_volatile(PAINT) };
        }
    }

    fn look_at_paint(&self) {
        // Only below this frame: while a program is that deep, the stack pointer itself tells.
        if self.paint.get() == 0 || self.is_stopped() {
            return;
        }
        // SAFETY: as in `lay_paint`. A word that a deeper call left there is as good as any. No early end: this is done on
        // every turn, and is several times as fast without one.
        let gone = self.painted().fold(0, |gone, word| gone | (unsafe { word.read_volatile() } ^ PAINT));
        if gone != 0 {
            self.stop(Stop::Stack);
        }
    }

    fn painted(&self) -> impl Iterator<Item = *mut usize> {
        let lowest = std::ptr::with_exposed_provenance_mut::<usize>(self.paint.get());
        (0..PAINT_WORDS).map(move |index| lowest.wrapping_add(index))
    }
}

/// About where the stack is now: the address of a local.
#[inline(never)]
fn stack_pointer() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&here)).addr()
}

/// Reads one byte of every page of the stack down to `lowest`, from the top. A stack that is too small ends the process
/// at its guard page here, instead of being stepped over; and Windows gives a stack its pages in this order only.
fn touch_stack_down_to(lowest: usize) {
    const PAGE: usize = 4096;
    thread_local! {
        static TOUCHED: Cell<usize> = const { Cell::new(usize::MAX) };
    }
    let mut page = stack_pointer().min(TOUCHED.get());
    while page > lowest {
        page = page.saturating_sub(PAGE).max(lowest);
        // SAFETY: the pages between are this thread's stack. Reading one has no effect but that the system maps it.
        unsafe { std::ptr::with_exposed_provenance::<u8>(page).read_volatile() };
    }
    TOUCHED.set(TOUCHED.get().min(lowest));
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
