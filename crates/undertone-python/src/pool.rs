//! The threads that compute.

use std::sync::{Arc, Mutex, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::parameter;
use pyo3::PyResult;

/// The pool of the process with this number. A fork copies the memory, but not the threads, so the
/// child must make a pool of its own. It never drops the parent's, which would wait for its
/// threads.
static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// Return the threads of this process: as many as `RAYON_NUM_THREADS` says, else one per processor.
pub(crate) fn pool() -> PyResult<Arc<ThreadPool>> {
    let process = std::process::id();
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((owner, pool)) = &*pool
        && *owner == process
    {
        return Ok(Arc::clone(pool));
    }
    let new = ThreadPoolBuilder::new()
        .thread_name(|number| format!("undertone-{number}"))
        .build()
        .map_err(parameter)?;
    let new = Arc::new(new);
    if let Some(parents) = pool.replace((process, Arc::clone(&new))) {
        std::mem::forget(parents);
    }
    Ok(new)
}
