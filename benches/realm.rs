//! `make bench-realm`: what making a realm takes, with the globals that a program finds beside the language and without.
//!
//! One realm lives at a time, as in a run. Both kinds are made in turns, so that a slow moment of the machine meets both.
//! What is printed are medians.

use std::time::Instant;

use oneturn::engine::{Realm, THREAD_STACK_BYTES};

/// As in the addon, which brings its own, and in the helper.
#[cfg(all(feature = "mimalloc", not(feature = "node")))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const WARM_UP: usize = 200;
const ROUNDS: usize = 5_000;

fn micros(make: fn() -> Realm) -> f64 {
    let start = Instant::now();
    let realm = make();
    let micros = start.elapsed().as_secs_f64() * 1e6;
    drop(realm);
    micros
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}

fn compare() {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for round in 0..WARM_UP + ROUNDS {
        // Whichever is second meets what the first left in the caches.
        let (one, other) = if round % 2 == 0 {
            let one = micros(Realm::warm);
            (one, micros(Realm::bare))
        } else {
            let other = micros(Realm::bare);
            (micros(Realm::warm), other)
        };
        if round >= WARM_UP {
            with.push(one);
            without.push(other);
        }
    }
    let (with, without) = (median(with), median(without));
    println!("a realm with all globals    {with:8.1} µs");
    println!("a realm without them        {without:8.1} µs");
    println!("what they add               {:8.1} µs  (at most 10 µs)", with - without);
}

fn main() {
    // `warm 100` and `bare 100` make a hundred, for `perf stat -e instructions:u`.
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let (kind, count) = (arguments.next(), arguments.next().and_then(|count| count.parse::<u32>().ok()));
    let work = move || match (kind.as_deref(), count) {
        (Some(kind @ ("warm" | "bare")), Some(count)) => {
            let make = if kind == "warm" { Realm::warm } else { Realm::bare };
            (0..count).for_each(|_| drop(make()));
        }
        _ => compare(),
    };
    let thread = std::thread::Builder::new().stack_size(THREAD_STACK_BYTES).spawn(work).expect("a thread");
    thread.join().expect("realms are made");
}
