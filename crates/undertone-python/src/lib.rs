//! The compiled part of the Python package `undertone`. Its Python files are in
//! `python/undertone`. They hold the documentation for users.
//!
//! Everything here works on whole arrays, files and batches, and lets other Python threads run
//! meanwhile.
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod arrays;
mod audio;
mod error;
mod features;
mod model;
mod pool;
mod program;
mod source;

use pyo3::prelude::*;

/// glibc returns large blocks to the system at once, and clearing their pages again costs a tenth
/// of the time of a batch. Its settings would hold for the whole process, which is Python's.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The module as Python sees it.
#[pymodule]
fn _undertone(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    error::register(module)?;
    audio::register(module)?;
    features::register(module)?;
    model::register(module)?;
    program::register(module)
}
