//! A checkpoint as Hugging Face lays it out: named tensors in one file or several.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::CheckpointError;
use super::stored_tensor::{OpenTensor, StoredTensor};
use super::{WEIGHT_FILES, files, safetensors_file};

/// Named tensors in one file or several, or in memory. Their values are read one tensor at a time.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    path: PathBuf,
    tensors: BTreeMap<String, StoredTensor>,
}

impl Checkpoint {
    /// Open the weights of a model folder: the first that exists of `model.safetensors`,
    /// `model.safetensors.index.json` with its shards, `pytorch_model.bin`, and
    /// `pytorch_model.bin.index.json` with its shards.
    ///
    /// # Errors
    /// If none exists, if a shard is missing, and if a file is truncated or contradicts itself.
    pub fn open(folder: &Path) -> Result<Self, CheckpointError> {
        let found = WEIGHT_FILES
            .map(|name| folder.join(name))
            .into_iter()
            .find(|path| path.is_file());
        match found {
            Some(path) => Self::open_file(&path),
            None => Err(CheckpointError::NoWeights(folder.to_owned())),
        }
    }

    /// Open a file: safetensors, one of PyTorch (`.bin`, `.pt`), or the index of several (`.json`).
    ///
    /// # Errors
    /// As [`Checkpoint::open`].
    pub fn open_file(path: &Path) -> Result<Self, CheckpointError> {
        Ok(Self {
            tensors: files::open(path)?,
            path: path.to_owned(),
        })
    }

    /// Open the bytes of a safetensors file, for instance of one that is part of the program.
    /// Nothing is copied. `origin` names them in error messages.
    ///
    /// # Errors
    /// As [`Checkpoint::open`].
    pub fn from_bytes(origin: &Path, bytes: &'static [u8]) -> Result<Self, CheckpointError> {
        Ok(Self {
            tensors: safetensors_file::from_bytes(origin, bytes)?,
            path: origin.to_owned(),
        })
    }

    /// Return the file that was opened: the weights, or the index of their shards.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Iterate over the names of all tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Return the shape of a tensor, or `None` if there is no such tensor.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(name).map(|tensor| tensor.shape.as_slice())
    }

    /// Read the values of a tensor in row-major order, converted from 16-, 32- or 64-bit floats.
    ///
    /// # Errors
    /// If there is no such tensor, if it holds integers, if a value is not finite as a 32-bit
    /// float, and if the file cannot be read.
    pub fn read(&self, name: &str) -> Result<Vec<f32>, CheckpointError> {
        let (name, tensor) = self.tensor(name)?;
        let mut values = vec![0.0; tensor.shape.iter().product()];
        tensor.open(name)?.read(0, &mut values)?;
        Ok(values)
    }

    /// Read the bytes of a tensor, whose values can then be read in any order.
    pub(super) fn open_tensor(&self, name: &str) -> Result<OpenTensor<'_>, CheckpointError> {
        let (name, tensor) = self.tensor(name)?;
        tensor.open(name)
    }

    fn tensor(&self, name: &str) -> Result<(&String, &StoredTensor), CheckpointError> {
        let tensor = self.tensors.get_key_value(name);
        tensor.ok_or_else(|| CheckpointError::NoTensor {
            path: self.path.clone(),
            name: name.to_owned(),
        })
    }
}
