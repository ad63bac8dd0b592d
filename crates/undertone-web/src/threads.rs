//! The threads of the engine: workers of the browser, which share its memory.
//!
//! The crate `wasm-bindgen-rayon` starts workers too, but from the engine's own worker. That one
//! waits while they compute, so it would never hear of one that fails. Here the page starts them.

#![allow(unsafe_code)] // wasm-bindgen generates it

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rayon::{ThreadBuilder, ThreadPoolBuilder};
use wasm_bindgen::prelude::*;

/// The threads of the pool that no worker has taken yet.
static UNTAKEN: Mutex<Vec<ThreadBuilder>> = Mutex::new(Vec::new());
/// Tells workers that there is one.
static ADDED: Condvar = Condvar::new();

/// Make the pool of so many threads, and wait until as many workers have taken them.
///
/// # Errors
/// If there is a pool already.
#[wasm_bindgen(js_name = makeThreads)]
pub fn make_threads(count: usize) -> Result<(), String> {
    let pool = ThreadPoolBuilder::new().num_threads(count);
    let pool = pool.spawn_handler(|thread| {
        untaken().push(thread);
        ADDED.notify_one();
        Ok(())
    });
    pool.build_global().map_err(|error| error.to_string())
}

/// Be a thread of the pool, for as long as there is one. A worker calls this.
#[wasm_bindgen(js_name = runThread)]
pub fn run_thread() {
    let thread = {
        let waiting = ADDED.wait_while(untaken(), |threads| threads.is_empty());
        waiting.unwrap_or_else(PoisonError::into_inner).pop()
    };
    if let Some(thread) = thread {
        thread.run();
    }
}

fn untaken() -> MutexGuard<'static, Vec<ThreadBuilder>> {
    UNTAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}
