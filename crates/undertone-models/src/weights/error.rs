//! Errors about weights.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A checkpoint that cannot be read, written or used. The message says what to do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The folder has no file of weights with a known name.
    #[error(
        "{}: no weights; expected one of {}",
        .0.display(), super::WEIGHT_FILES.join(", ")
    )]
    NoWeights(PathBuf),
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The file has another format than its name says, or is damaged.
    #[error("{}: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The mistake and its remedy.
        reason: String,
    },
    /// The file ends before its last tensor does.
    #[error(
        "{}: truncated: {found} bytes instead of {expected}; download or copy it again",
        path.display()
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// The expected length in bytes.
        expected: u64,
        /// The actual length in bytes.
        found: u64,
    },
    /// The description of a tensor contradicts itself or the file.
    #[error("{}: tensor `{name}`: {reason}", path.display())]
    Tensor {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The contradiction.
        reason: String,
    },
    /// A tensor of integers or of quantized floats.
    #[error(
        "{}: tensor `{name}` holds {found}; expected F32, F16, BF16 or F64",
        path.display()
    )]
    ElementType {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The type of its elements, as the file names it.
        found: String,
    },
    /// A NaN or an infinity.
    #[error("{}: tensor `{name}` holds {value} at element {index}", path.display())]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The index of the element, in row-major order.
        index: usize,
        /// The value.
        value: f32,
    },
    /// The checkpoint has no tensor of that name.
    #[error("{}: no tensor `{name}`", path.display())]
    NoTensor {
        /// The checkpoint.
        path: PathBuf,
        /// The tensor.
        name: String,
    },
    /// The index of a checkpoint in several files names a file that does not exist.
    #[error(
        "{}: shard {shard} is missing beside it; download or copy all of the checkpoint's files",
        index.display()
    )]
    MissingShard {
        /// The index.
        index: PathBuf,
        /// The missing file.
        shard: String,
    },
    /// The index of a checkpoint in several files names a file outside its folder.
    #[error(
        "{}: shard {shard:?} is no plain file name; do not trust this checkpoint",
        index.display()
    )]
    ShardOutside {
        /// The index.
        index: PathBuf,
        /// The name.
        shard: String,
    },
    /// Tensors are missing or have other shapes.
    #[error("{} does not fit its config.json:\n  {}", path.display(), first_of(.complaints))]
    Mismatch {
        /// The checkpoint.
        path: PathBuf,
        /// One per tensor.
        complaints: Vec<String>,
    },
}

/// The message of an error lists at most this many complaints.
const MOST_COMPLAINTS: usize = 20;

fn first_of(complaints: &[String]) -> String {
    let mut text = complaints[..complaints.len().min(MOST_COMPLAINTS)].join("\n  ");
    if complaints.len() > MOST_COMPLAINTS {
        text += &format!("\n  and {} more", complaints.len() - MOST_COMPLAINTS);
    }
    text
}

/// Weights that cannot be read or do not fit.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// There are no bytes.
    #[error("the file is empty")]
    Empty,
    /// The bytes are not a safetensors file.
    #[error("not a safetensors file: {0}")]
    Format(#[from] safetensors::SafeTensorError),
    /// A tensor of another type than 32-bit float.
    #[error("tensor `{name}` has type {found}, expected F32")]
    Type {
        /// The tensor.
        name: String,
        /// Its type in the file.
        found: String,
    },
    /// A NaN or an infinity.
    #[error("tensor `{name}` holds values that are not finite")]
    NotFinite {
        /// The tensor.
        name: String,
    },
    /// Names or shapes differ from those of the network.
    #[error("the weights do not fit the network:\n  {}", .0.join("\n  "))]
    Mismatch(Vec<String>),
}

impl CheckpointError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    pub(super) fn format(path: &Path, reason: impl Into<String>) -> Self {
        Self::Format {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }

    pub(super) fn tensor(path: &Path, name: &str, reason: impl Into<String>) -> Self {
        Self::Tensor {
            path: path.to_owned(),
            name: name.to_owned(),
            reason: reason.into(),
        }
    }
}
