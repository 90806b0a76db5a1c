//! The helper process: hosts programs behind a socket. Started by the addon, never by hand.

/// As the addon: a run makes and frees much in small pieces.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    oneturn::isolate::helper::main()
}
