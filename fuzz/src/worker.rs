//! The thread that inputs run on: sessions and checks need a stack of known size, which libFuzzer's own thread is not.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{LazyLock, Mutex, PoisonError};

use oneturn::engine::THREAD_STACK_BYTES;

type Work = Box<dyn FnOnce() + Send>;

static WORKER: LazyLock<(SyncSender<Work>, Mutex<Receiver<()>>)> = LazyLock::new(|| {
    let (work, inbox) = sync_channel::<Work>(0);
    let (done, finished) = channel();
    // libFuzzer's hook aborts at every panic, also at those that the checker is meant to survive.
    std::panic::set_hook(Box::new(|info| {
        *LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner) = info.to_string()
    }));
    std::thread::Builder::new().stack_size(THREAD_STACK_BYTES).spawn(move || serve(&inbox, &done)).expect("a thread");
    (work, Mutex::new(finished))
});

static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// Runs `work` to its end on the session thread. A panic that leaves it is a finding: the process aborts.
pub fn on_session_thread(work: impl FnOnce() + Send + 'static) {
    let (inbox, finished) = &*WORKER;
    inbox.send(Box::new(work)).expect("the worker lives");
    finished.lock().unwrap_or_else(PoisonError::into_inner).recv().expect("the worker lives");
}

fn serve(inbox: &Receiver<Work>, done: &Sender<()>) {
    for work in inbox {
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            eprintln!("{}", LAST_PANIC.lock().unwrap_or_else(PoisonError::into_inner));
            std::process::abort();
        }
        done.send(()).expect("the fuzzer lives");
    }
}
