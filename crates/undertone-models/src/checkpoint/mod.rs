//! Checkpoints as Hugging Face lays them out: named tensors in one file or several.
//!
//! Opening reads headers only; [`Checkpoint::read`] reads one tensor from its place in its file.
//! So a network is filled with a peak memory of its own weights and one tensor.

mod error;
mod index;
mod pytorch_file;
mod safetensors_file;
mod stored_tensor;
mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use error::CheckpointError;
use stored_tensor::StoredTensor;
pub use write::{FloatType, write_safetensors};

/// The files that may hold a checkpoint, the preferred first.
pub(crate) const WEIGHT_FILES: [&str; 4] = [
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
];

/// Named tensors in one or several files, whose values are read one by one.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    path: PathBuf,
    tensors: BTreeMap<String, StoredTensor>,
}

impl Checkpoint {
    /// Opens the weights of a model folder: the first that is there of `model.safetensors`,
    /// `model.safetensors.index.json` with its shards, `pytorch_model.bin`, and
    /// `pytorch_model.bin.index.json` with its shards.
    ///
    /// # Errors
    /// If there is none, if a shard is missing, and if a file is truncated or contradicts itself.
    pub fn open(folder: &Path) -> Result<Self, CheckpointError> {
        let found = WEIGHT_FILES
            .map(|name| folder.join(name))
            .into_iter()
            .find(|path| path.is_file());
        let Some(path) = found else {
            return Err(CheckpointError::NoWeights(folder.to_owned()));
        };
        let tensors = if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            index::open(&path)?
        } else {
            open_file(&path)?
        };
        Ok(Self { path, tensors })
    }

    /// The file that was opened: the weights, or the index of their shards.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of all tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// A tensor's sizes, outermost first; `None` if there is no such tensor.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(name).map(|tensor| tensor.shape.as_slice())
    }

    /// A tensor's values in row-major order, converted from 16-, 32- or 64-bit floats.
    ///
    /// # Errors
    /// If there is no such tensor, if it holds no floats or one that is not finite as a 32-bit
    /// float, and if the file cannot be read.
    pub fn read(&self, name: &str) -> Result<Vec<f32>, CheckpointError> {
        match self.tensors.get(name) {
            Some(tensor) => tensor.read(name),
            None => Err(CheckpointError::NoTensor {
                path: self.path.clone(),
                name: name.to_owned(),
            }),
        }
    }
}

fn open_file(path: &Path) -> Result<BTreeMap<String, StoredTensor>, CheckpointError> {
    if path.extension().is_some_and(|extension| extension == "bin") {
        pytorch_file::open(path)
    } else {
        safetensors_file::open(path)
    }
}
