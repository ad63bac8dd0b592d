//! From Python's objects to recordings.

use std::path::PathBuf;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use undertone_audio::{DecodeError, DecodeOptions, Recording, Source, decode_bytes, decode_path};

/// A recording as Python gives it.
pub(crate) enum Given {
    /// A file.
    Path(PathBuf),
    /// The bytes of a file.
    Bytes(Vec<u8>),
}

impl Given {
    /// Take over a path, bytes, or an open file.
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.extract::<&[u8]>() {
            return Ok(Self::Bytes(bytes.to_vec()));
        }
        if let Ok(path) = object.extract::<PathBuf>() {
            return Ok(Self::Path(path));
        }
        if object.hasattr("read")? {
            let bytes = object.call_method0("read")?;
            let bytes = bytes.extract::<Vec<u8>>().map_err(|_| {
                PyTypeError::new_err("the file is open as text: open it with mode \"rb\"")
            })?;
            return Ok(Self::Bytes(bytes));
        }
        if let Ok(bytes) = object.extract::<Vec<u8>>() {
            return Ok(Self::Bytes(bytes));
        }
        Err(PyTypeError::new_err(format!(
            "a recording must be a path, bytes, an open file or an array, not {}",
            object.get_type().name()?
        )))
    }

    /// Return the path, if it is a file.
    pub(crate) fn path(&self) -> Option<&PathBuf> {
        match self {
            Self::Path(path) => Some(path),
            Self::Bytes(_) => None,
        }
    }

    /// Decode all of the recording.
    pub(crate) fn decode(self, options: &DecodeOptions) -> Result<Recording, DecodeError> {
        match self {
            Self::Path(path) => decode_path(&path, options),
            Self::Bytes(bytes) => decode_bytes(bytes, options),
        }
    }

    /// Open the recording, which may be long.
    pub(crate) fn open(self, options: &DecodeOptions) -> Result<Source, DecodeError> {
        match self {
            Self::Path(path) => Source::open(&path, options),
            Self::Bytes(bytes) => Ok(Source::from_bytes(bytes)),
        }
    }
}
