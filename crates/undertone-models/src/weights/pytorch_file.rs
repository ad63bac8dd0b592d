//! Files of `torch.save`: a pickle that describes the tensors, and their bytes.
//!
//! The pickle is read as data. Nothing that it would make Python import or call is run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use pytorch_reader::{DType, PytorchError, PytorchReader};

use super::error::CheckpointError;
use super::pickle_size;
use super::stored_tensor::{Bytes, Element, StoredTensor};

/// Read the descriptions of all tensors of a file, by name. Their bytes are not read.
pub(super) fn open(path: &Path) -> Result<BTreeMap<String, StoredTensor>, CheckpointError> {
    if let Some(reason) = pickle_size::check(path).map_err(CheckpointError::io(path))? {
        return Err(unreadable(path, &reason));
    }
    let tensors = PytorchReader::new(path)
        .map_err(|error| match error {
            PytorchError::Io(source) => CheckpointError::io(path)(source),
            other => unreadable(path, &other.to_string()),
        })?
        .into_tensors();
    if tensors.is_empty() {
        return Err(unreadable(path, "it holds no tensors"));
    }
    // A view may repeat its storage's elements: a small file can claim a tensor of gigabytes.
    let length = fs::metadata(path).map_err(CheckpointError::io(path))?.len();
    let too_large = |tensor: &&pytorch_reader::Tensor| tensor.byte_len() as u64 > length;
    if let Some(tensor) = tensors.values().find(too_large) {
        let (shape, dtype) = (tensor.shape(), tensor.dtype());
        let reason = format!("{shape:?} of {dtype:?} is more than the file holds");
        return Err(CheckpointError::tensor(path, &tensor.name, reason));
    }
    let path: Arc<Path> = path.into();
    let stored = |(name, tensor): (String, pytorch_reader::Tensor)| {
        let stored = StoredTensor {
            path: path.clone(),
            element: element(tensor.dtype()),
            shape: tensor.shape().to_vec(),
            bytes: Bytes::PyTorch(tensor),
        };
        (name, stored)
    };
    Ok(tensors.into_iter().map(stored).collect())
}

fn unreadable(path: &Path, reason: &str) -> CheckpointError {
    CheckpointError::format(
        path,
        format!(
            "not a PyTorch checkpoint that can be read: {reason}; in Python, load the model and \
             call `save_pretrained(folder, safe_serialization=True)`"
        ),
    )
}

fn element(dtype: DType) -> Element {
    match dtype {
        DType::F16 => Element::F16,
        DType::BF16 => Element::BF16,
        DType::F32 => Element::F32,
        DType::F64 => Element::F64,
        other => Element::Other(format!("{other:?}")),
    }
}
