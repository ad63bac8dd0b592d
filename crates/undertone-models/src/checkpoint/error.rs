//! Why a checkpoint cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a checkpoint cannot be read or written, and what to do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The folder holds no weights under a name that is known.
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
        /// What the system said.
        source: io::Error,
    },
    /// The file is not what its name says, or is damaged.
    #[error("{}: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what would help.
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
        /// How long it should be, in bytes.
        expected: u64,
        /// How long it is.
        found: u64,
    },
    /// What the file says about a tensor contradicts itself or the file.
    #[error("{}: tensor `{name}`: {reason}", path.display())]
    Tensor {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The contradiction.
        reason: String,
    },
    /// A tensor of integers, or of floats that are quantized.
    #[error(
        "{}: tensor `{name}` holds {found}; expected F32, F16, BF16 or F64",
        path.display()
    )]
    ElementType {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// The type of its elements, as the file calls it.
        found: String,
    },
    /// A NaN or an infinity.
    #[error("{}: tensor `{name}` holds {value} at element {index}", path.display())]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// The tensor.
        name: String,
        /// Which element, in row-major order.
        index: usize,
        /// The value.
        value: f32,
    },
    /// A tensor that the checkpoint lacks was asked for.
    #[error("{}: no tensor `{name}`", path.display())]
    NoTensor {
        /// The checkpoint.
        path: PathBuf,
        /// The tensor.
        name: String,
    },
    /// The index of a checkpoint in several files names one that is not there.
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
    /// The index of a checkpoint in several files names one outside its folder.
    #[error("{}: shard {shard:?} is no plain file name; don't trust this checkpoint", index.display())]
    ShardOutside {
        /// The index.
        index: PathBuf,
        /// The name.
        shard: String,
    },
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
