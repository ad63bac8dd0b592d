//! The header of a safetensors file.
//!
//! Format: <https://github.com/huggingface/safetensors#format>. The crate `safetensors` parses a
//! header only with the whole file behind it, in memory or in a memory map, and most of its errors
//! name no tensor; so the header is read and checked here.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use safetensors::tensor::{Dtype, TensorInfo};
use serde::Deserialize;
use serde::de::IgnoredAny;
use undertone_files::LFS_POINTER;

use super::error::CheckpointError;
use super::stored_tensor::{Bytes, Element, StoredTensor};

/// The format allows no longer header.
const LONGEST_HEADER: u64 = 100_000_000;

#[derive(Deserialize)]
struct Header {
    #[serde(rename = "__metadata__")]
    _metadata: Option<IgnoredAny>,
    #[serde(flatten)]
    tensors: BTreeMap<String, TensorInfo>,
}

/// Read the descriptions of all tensors of a file, by name, and check that the tensors fill the
/// file without gap or overlap.
pub(super) fn open(path: &Path) -> Result<BTreeMap<String, StoredTensor>, CheckpointError> {
    let mut file = File::open(path).map_err(CheckpointError::io(path))?;
    let length = file.metadata().map_err(CheckpointError::io(path))?.len();
    let bytes = |start, _| Bytes::InFile(start);
    tensors(path, &mut file, length, bytes)
}

/// Do the same as [`open`] for a file whose bytes are in memory. `path` names them in error
/// messages.
pub(super) fn from_bytes(
    path: &Path,
    file: &'static [u8],
) -> Result<BTreeMap<String, StoredTensor>, CheckpointError> {
    let bytes = |start: u64, length| Bytes::InMemory(&file[start as usize..][..length]);
    tensors(path, &mut &file[..], file.len() as u64, bytes)
}

/// Read the header of a file of `length` bytes. `bytes` returns where the bytes of a tensor are,
/// from their offset in the file and their number.
fn tensors(
    path: &Path,
    file: &mut impl Read,
    length: u64,
    bytes: impl Fn(u64, usize) -> Bytes,
) -> Result<BTreeMap<String, StoredTensor>, CheckpointError> {
    if length == 0 {
        return Err(CheckpointError::format(path, "the file is empty"));
    }
    if length < 8 {
        return Err(CheckpointError::format(
            path,
            format!("not a safetensors file: {length} bytes, the header alone has more"),
        ));
    }
    let mut header_length = [0; 8];
    file.read_exact(&mut header_length)
        .map_err(CheckpointError::io(path))?;
    if header_length == *b"version " {
        return Err(CheckpointError::format(path, LFS_POINTER));
    }
    let header_length = u64::from_le_bytes(header_length);
    if header_length > LONGEST_HEADER {
        return Err(CheckpointError::format(
            path,
            format!("not a safetensors file: a header of {header_length} bytes"),
        ));
    }
    let data_start = 8 + header_length;
    if data_start > length {
        return Err(CheckpointError::Truncated {
            path: path.to_owned(),
            expected: data_start,
            found: length,
        });
    }
    let mut header = vec![0; header_length as usize];
    file.read_exact(&mut header)
        .map_err(CheckpointError::io(path))?;
    let header: Header = serde_json::from_slice(&header).map_err(|error| {
        CheckpointError::format(path, format!("not a safetensors file: header: {error}"))
    })?;
    check_offsets(path, &header.tensors, data_start, length)?;

    let path: Arc<Path> = path.into();
    let stored = |(name, info): (String, TensorInfo)| {
        let (start, end) = info.data_offsets;
        let tensor = StoredTensor {
            path: path.clone(),
            element: element(info.dtype),
            shape: info.shape,
            bytes: bytes(data_start + start as u64, end - start),
        };
        (name, tensor)
    };
    Ok(header.tensors.into_iter().map(stored).collect())
}

fn check_offsets(
    path: &Path,
    tensors: &BTreeMap<String, TensorInfo>,
    data_start: u64,
    length: u64,
) -> Result<(), CheckpointError> {
    let mut in_order: Vec<_> = tensors.iter().collect();
    in_order.sort_by_key(|(_, info)| info.data_offsets);
    let mut expected_start = 0;
    for (name, info) in in_order {
        let (start, end) = info.data_offsets;
        if start != expected_start {
            let what = if start < expected_start {
                "overlaps the one before it"
            } else {
                "leaves a gap to the one before it"
            };
            return Err(CheckpointError::tensor(path, name, what));
        }
        let bits = info
            .shape
            .iter()
            .try_fold(info.dtype.bitsize(), |bits, size| bits.checked_mul(*size));
        if end
            .checked_sub(start)
            .and_then(|bytes| bytes.checked_mul(8))
            != bits
            || bits.is_none()
        {
            let (shape, dtype) = (&info.shape, info.dtype);
            return Err(CheckpointError::tensor(
                path,
                name,
                format!("bytes {start} to {end} cannot hold {shape:?} of {dtype}"),
            ));
        }
        expected_start = end;
    }
    let expected = data_start.saturating_add(expected_start as u64);
    match expected.cmp(&length) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(CheckpointError::Truncated {
            path: path.to_owned(),
            expected,
            found: length,
        }),
        std::cmp::Ordering::Less => Err(CheckpointError::format(
            path,
            format!("{} bytes behind the last tensor", length - expected),
        )),
    }
}

fn element(dtype: Dtype) -> Element {
    match dtype {
        Dtype::F16 => Element::F16,
        Dtype::BF16 => Element::BF16,
        Dtype::F32 => Element::F32,
        Dtype::F64 => Element::F64,
        other => Element::Other(other.to_string()),
    }
}
