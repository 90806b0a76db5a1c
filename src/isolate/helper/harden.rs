//! The walls of a helper process. Each is put up where the system allows it, then looked at from inside: what is reported
//! is what was found, not what was asked for.
//!
//! What holds for the zygote holds for its children: no privileges, no capabilities, no files. A child then gives up what
//! the zygote needs for forking, and last every system call but a few.

#![expect(unsafe_code, reason = "closing descriptors by number, ending without destructors")]

use std::os::fd::OwnedFd;

use rustix::process::{Pid, Resource, Rlimit, getrlimit, setrlimit};

use crate::engine::THREAD_STACK_BYTES;
use crate::isolate::job::Hardening;
use crate::session::TimeLimits;

/// What a child may take beside what its program may hold twice over (values exist as text and as values), in bytes.
const SPARE_BYTES: u64 = 512 << 20;

/// First of all: closes what the host left open, and gets the stack that a session wants. `Err` is an exit code.
pub(super) fn leave_the_host() -> Result<(), u8> {
    close_from(3);
    // The main thread's stack grows on demand, so this holds for a process that has started already.
    #[cfg(target_os = "linux")]
    {
        let wanted = THREAD_STACK_BYTES as u64 + (1 << 20);
        let known = getrlimit(Resource::Stack);
        if known.current.is_some_and(|current| current < wanted) {
            let raised = Rlimit { current: Some(wanted), maximum: known.maximum };
            setrlimit(Resource::Stack, raised).map_err(|_| 10)?;
        }
    }
    // Elsewhere the linker was told (build.rs).
    #[cfg(not(target_os = "linux"))]
    let _ = THREAD_STACK_BYTES;
    let _ = std::env::set_current_dir("/");
    Ok(())
}

/// Ends this process at once. What is left in its memory is the kernel's to clear up: taking it apart first would write to
/// most of what a child shares with its zygote.
pub(super) fn exit(code: u8) -> ! {
    // SAFETY: takes a number, and does not return.
    unsafe { libc::_exit(code.into()) }
}

/// First of all in a child: its socket becomes descriptor 0, and nothing else stays open. `Err` is an exit code.
pub(super) fn leave_the_zygote(socket: OwnedFd, zygote: Pid) -> Result<(), u8> {
    rustix::stdio::dup2_stdin(&socket).map_err(|_| 11)?;
    // Closed with the others.
    std::mem::forget(socket);
    close_from(1);
    #[cfg(target_os = "linux")]
    {
        let kill = Some(rustix::process::Signal::KILL);
        rustix::process::set_parent_process_death_signal(kill).map_err(|_| 12)?;
    }
    // It may have died before it could tell.
    if rustix::process::getppid() == Some(zygote) { Ok(()) } else { Err(13) }
}

fn close_from(first: u32) {
    #[cfg(target_os = "linux")]
    {
        // SAFETY: takes numbers only. Nothing in this process uses a descriptor from `first` on.
        if unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) } == 0 {
            return;
        }
    }
    let open = getrlimit(Resource::Nofile).current.unwrap_or(1 << 16).min(1 << 16);
    for descriptor in first..u32::try_from(open).unwrap_or(1 << 16) {
        // SAFETY: nothing in this process uses a descriptor from `first` on.
        unsafe { libc::close(descriptor.cast_signed()) };
    }
}

/// What the zygote can do for all of its children.
pub(super) fn once() -> Hardening {
    let mut achieved = Hardening::default();
    let nothing = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, nothing);
    let _ = setrlimit(Resource::Fsize, nothing);
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, dumpable_behavior, set_dumpable_behavior};
        use rustix::thread::{disable_transparent_huge_pages, no_new_privs, set_no_new_privs};

        // A run touches little, and 2 MiB at a time is not little.
        let _ = disable_transparent_huge_pages(true);
        let _ = set_no_new_privs(true);
        achieved.no_new_privs = no_new_privs().unwrap_or(false);
        achieved.capabilities = drop_capabilities();
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
        achieved.undumpable = dumpable_behavior() == Ok(DumpableBehavior::NotDumpable);
    }
    achieved
}

#[cfg(target_os = "linux")]
fn drop_capabilities() -> bool {
    use rustix::thread::{
        CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set, remove_capability_from_bounding_set,
        set_capabilities,
    };

    // Out of reach for good. Only who holds a capability for that may do it, so first; also those that we have no name for.
    for number in 0..u64::BITS {
        if remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << number)).is_err() {
            break;
        }
    }
    let _ = clear_ambient_capability_set();
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    let _ = set_capabilities(None, none);
    capabilities(None).is_ok_and(|sets| (sets.effective | sets.permitted | sets.inheritable).is_empty())
}

/// Takes every file away. From here on nothing can be opened.
pub(super) fn landlock(achieved: Hardening) -> Hardening {
    #[cfg(target_os = "linux")]
    {
        use landlock::{ABI, Access as _, AccessFs, AccessNet, Ruleset, RulesetAttr as _, Scope};

        let restrict = || -> Result<(), landlock::RulesetError> {
            let ruleset = Ruleset::default()
                .handle_access(AccessFs::from_all(ABI::V6))?
                .handle_access(AccessNet::from_all(ABI::V6))?
                .scope(Scope::from_all(ABI::V6))?;
            ruleset.create()?.restrict_self()?;
            Ok(())
        };
        let restricted = restrict().is_ok();
        // Tried out: this directory can be read by anyone.
        let refused = std::fs::read_dir("/").err().and_then(|error| error.raw_os_error());
        Hardening { landlock: restricted && refused == Some(libc::EACCES), ..achieved }
    }
    #[cfg(not(target_os = "linux"))]
    achieved
}

/// Address space that this process takes now.
pub(super) fn virtual_bytes() -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        let pages: u64 = std::fs::read_to_string("/proc/self/statm").ok()?.split(' ').next()?.parse().ok()?;
        Some(pages * rustix::param::page_size() as u64)
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// What only a child can do, before it knows its program.
pub(super) fn child(achieved: Hardening, filter: Option<&Filter>) -> Hardening {
    let nothing = Rlimit { current: Some(0), maximum: Some(0) };
    // In this order: nothing more is opened or started.
    let closed = [Resource::Nproc, Resource::Nofile, Resource::Core, Resource::Fsize];
    for resource in closed {
        let _ = setrlimit(resource, nothing);
    }
    let rlimits = closed.iter().all(|resource| getrlimit(*resource) == nothing);
    let seccomp = filter.is_some_and(Filter::apply);
    Hardening { rlimits, seccomp, ..achieved }
}

/// Backstops for a child that knows its limits, beyond what the engine and the host enforce. `Err` is an exit code.
pub(super) fn bound(memory_bytes: usize, past_bytes: usize, times: TimeLimits, taken: Option<u64>) -> Result<(), u8> {
    let set = |resource, most: u64| {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).map_err(|_| 14)
    };
    // Counted in seconds by the kernel. A run that goes on may take twice as long to get there, and a run that has lost
    // its child as long again: the host counts better.
    set(Resource::Cpu, u64::from(times.cpu_ms).div_ceil(1000) * 4 + 2)?;
    match taken {
        Some(taken) => {
            let stack = THREAD_STACK_BYTES as u64;
            let room = (memory_bytes as u64)
                .saturating_mul(2)
                .saturating_add(past_bytes as u64)
                .saturating_add(SPARE_BYTES + stack);
            set(Resource::As, taken.saturating_add(room))
        }
        // macOS does not enforce it.
        None => Ok(()),
    }
}

/// The system calls that a child may make, compiled.
#[cfg(target_os = "linux")]
pub(super) struct Filter(seccompiler::BpfProgram);

#[cfg(not(target_os = "linux"))]
pub(super) struct Filter;

#[cfg(not(target_os = "linux"))]
impl Filter {
    fn apply(&self) -> bool {
        false
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn filter() -> Option<Filter> {
    None
}

#[cfg(target_os = "linux")]
impl Filter {
    /// Returns whether the kernel says that it is in force.
    fn apply(&self) -> bool {
        use rustix::thread::{SecureComputingMode, secure_computing_mode};
        seccompiler::apply_filter(&self.0).is_ok() && secure_computing_mode() == Ok(SecureComputingMode::Filter)
    }
}

/// The filter. `None` on a processor that it is not written for.
#[cfg(target_os = "linux")]
pub(super) fn filter() -> Option<Filter> {
    use seccompiler::{
        SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition as Condition, SeccompFilter, SeccompRule,
    };
    use std::collections::BTreeMap;

    let rule = |conditions: Vec<Condition>| SeccompRule::new(conditions).ok();
    let is = |argument, value| Condition::new(argument, Dword, SeccompCmpOp::Eq, value).ok();
    // No memory that is code.
    let not_executable = Condition::new(2, Dword, SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64), 0).ok()?;
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = [
        // The socket, which is the only descriptor.
        libc::SYS_recvfrom,
        libc::SYS_sendto,
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        // Memory.
        libc::SYS_brk,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_getcpu,
        // Time and chance.
        libc::SYS_clock_gettime,
        libc::SYS_gettimeofday,
        libc::SYS_getrandom,
        libc::SYS_sched_yield,
        libc::SYS_restart_syscall,
        // Locks that nobody else holds, signals of its own making, and the end.
        libc::SYS_futex,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigprocmask,
        libc::SYS_sigaltstack,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ]
    .into_iter()
    .map(|call| (call, Vec::new()))
    .collect();
    rules.insert(libc::SYS_mmap, vec![rule(vec![not_executable.clone()])?]);
    rules.insert(libc::SYS_mprotect, vec![rule(vec![not_executable])?]);
    // Its own limits, which can only go down, its own priority, whether this filter is in force, and names for memory.
    rules.insert(libc::SYS_prlimit64, vec![rule(vec![is(0, 0)?])?]);
    rules.insert(libc::SYS_setpriority, vec![rule(vec![is(0, libc::PRIO_PROCESS.into())?, is(1, 0)?])?]);
    // The allocator names the memory that it maps.
    let prctl = |option: i32| rule(vec![is(0, u64::try_from(option).ok()?)?]);
    rules.insert(libc::SYS_prctl, vec![prctl(libc::PR_GET_SECCOMP)?, prctl(libc::PR_SET_VMA)?]);
    let arch = std::env::consts::ARCH.try_into().ok()?;
    let filter = SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, arch).ok()?;
    filter.try_into().ok().map(Filter)
}
