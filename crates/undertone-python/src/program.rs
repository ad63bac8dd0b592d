//! The program `undertone`, as `python -m undertone` runs it.

use std::ffi::OsString;

use pyo3::prelude::*;

/// Run a command. `arguments` begin with the name of the program. Return the exit code.
#[pyfunction]
fn run(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| undertone::run(arguments))
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(run, module)?)
}
