//! Reading and writing the files of a run.

use std::io;
use std::path::Path;

use fs_err as fs;
use serde::Serialize;
use serde::de::DeserializeOwned;
use undertone_files::write_atomically;

use crate::error::LabError;

/// Read a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, LabError> {
    Ok(fs::read(path)?)
}

/// Write a file, whole or not at all.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), LabError> {
    write_atomically(path, bytes).map_err(|error| {
        let text = format!("failed to write file `{}`: {error}", path.display());
        io::Error::new(error.kind(), text).into()
    })
}

/// Return a value as the bytes of a JSON file.
pub(super) fn to_json<T: Serialize>(value: &T) -> Result<Vec<u8>, LabError> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}

/// Write a value as JSON.
pub(super) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), LabError> {
    write(path, &to_json(value)?)
}

/// Read a value from JSON. `None` if there is no such file.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, LabError> {
    if !path.exists() {
        return Ok(None);
    }
    serde_json::from_slice(&read(path)?)
        .map(Some)
        .map_err(|error| LabError::Damaged {
            path: path.to_owned(),
            message: error.to_string(),
        })
}
