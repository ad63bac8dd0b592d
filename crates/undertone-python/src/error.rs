//! The exceptions.

use std::path::Path;

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyValueError};
use pyo3::prelude::*;
use undertone_audio::{DecodeError, DecodeErrorKind};

create_exception!(
    undertone,
    UndertoneError,
    PyException,
    "Any error of undertone."
);
create_exception!(
    undertone,
    AudioError,
    UndertoneError,
    "A recording that cannot be used. `kind` names the reason, `path` the file, if there is one."
);
create_exception!(
    undertone,
    ModelError,
    UndertoneError,
    "A model that cannot be loaded or used. `kind` names the reason, `path` the model."
);
create_exception!(
    undertone,
    ParameterError,
    PyValueError,
    "An argument with a value that the function cannot use."
);

/// Return an exception for a file that cannot be decoded.
pub(crate) fn decoding(py: Python<'_>, error: &DecodeError) -> PyErr {
    let kind = match error.kind() {
        DecodeErrorKind::NotFound => "not-found",
        DecodeErrorKind::Io(_) => "io",
        DecodeErrorKind::NotAudio => "not-audio",
        DecodeErrorKind::Empty | DecodeErrorKind::NoSamples => "empty",
        DecodeErrorKind::UnsupportedFormat { .. } | DecodeErrorKind::UnsupportedCodec { .. } => {
            "unsupported"
        }
        DecodeErrorKind::TooLong { .. } => "too-long",
        _ => "corrupt",
    };
    audio(py, kind, error.path(), error.to_string())
}

/// Return an exception for a recording that cannot be used.
pub(crate) fn audio(py: Python<'_>, kind: &str, path: Option<&Path>, text: String) -> PyErr {
    with_kind(py, AudioError::new_err(text), kind, path)
}

/// Return an exception for a model that cannot be used.
pub(crate) fn model(py: Python<'_>, kind: &str, path: Option<&Path>, text: String) -> PyErr {
    with_kind(py, ModelError::new_err(text), kind, path)
}

/// Return an exception for an argument.
pub(crate) fn parameter(text: impl ToString) -> PyErr {
    ParameterError::new_err(text.to_string())
}

fn with_kind(py: Python<'_>, error: PyErr, kind: &str, path: Option<&Path>) -> PyErr {
    let value = error.value(py);
    let set = value
        .setattr("kind", kind)
        .and_then(|()| value.setattr("path", path.map(|path| path.to_string_lossy())));
    match set {
        Ok(()) => error,
        Err(other) => other,
    }
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("UndertoneError", py.get_type::<UndertoneError>())?;
    module.add("AudioError", py.get_type::<AudioError>())?;
    module.add("ModelError", py.get_type::<ModelError>())?;
    module.add("ParameterError", py.get_type::<ParameterError>())
}
