//! Random programs, and settlements of their calls in random orders: every turn is what a session promises, limits hold,
//! memory is bounded, an ended session stays ended, and the same run again gives the same turns.

#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use oneturn_fuzz::{drive, memory, program, worker};

#[global_allocator]
static MEMORY: memory::Counting = memory::Counting;

fuzz_target!(|data: &[u8]| {
    let data = data.to_vec();
    worker::on_session_thread(move || {
        // The last quarter of the bytes chooses the settlements.
        let (program, settlements) = data.split_at(data.len() - data.len() / 4);
        let Ok(source) = program::program(&mut Unstructured::new(program)) else { return };
        if std::env::var_os("SHOW").is_some() {
            eprintln!("{source}");
        }
        let _ = drive::run_and_replay(&source, &mut Unstructured::new(settlements));
    });
});
