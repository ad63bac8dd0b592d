//! The file of a checkpoint, or its index and its shards.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Component, Path};

use serde::Deserialize;
use undertone_files::read_regular;

use super::error::CheckpointError;
use super::stored_tensor::StoredTensor;
use super::{pytorch_file, safetensors_file};

/// The largest index in bytes.
const LARGEST_INDEX: u64 = 64 << 20;

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// Read an index: the name of the file beside it that holds each tensor, by the name of the tensor.
///
/// # Errors
/// If the index cannot be read or names anything but files in its own folder.
fn weight_map(index: &Path) -> Result<BTreeMap<String, String>, CheckpointError> {
    let text = read_regular(index, LARGEST_INDEX).map_err(CheckpointError::io(index))?;
    let Index { weight_map } = serde_json::from_slice(&text).map_err(|error| {
        CheckpointError::format(index, format!("not an index of shards: {error}"))
    })?;
    for shard in weight_map.values() {
        let mut components = Path::new(shard).components();
        let is_plain = matches!(
            (components.next(), components.next()),
            (Some(Component::Normal(name)), None) if name.len() == shard.len()
        );
        if !is_plain {
            return Err(CheckpointError::ShardOutside {
                index: index.to_owned(),
                shard: shard.clone(),
            });
        }
    }
    Ok(weight_map)
}

/// Read the headers of a checkpoint: its tensors, by name.
pub(super) fn open(path: &Path) -> Result<BTreeMap<String, StoredTensor>, CheckpointError> {
    match path.extension().and_then(OsStr::to_str) {
        Some("json") => open_index(path),
        Some("bin" | "pt") => pytorch_file::open(path),
        _ => safetensors_file::open(path),
    }
}

fn open_index(index: &Path) -> Result<BTreeMap<String, StoredTensor>, CheckpointError> {
    let weight_map = weight_map(index)?;
    let mut tensors = BTreeMap::new();
    for shard in weight_map.values().collect::<BTreeSet<_>>() {
        let path = index.with_file_name(shard);
        if !path.is_file() {
            return Err(CheckpointError::MissingShard {
                index: index.to_owned(),
                shard: shard.clone(),
            });
        }
        tensors.extend(open(&path)?);
    }
    for (name, shard) in weight_map {
        if !tensors.contains_key(&name) {
            return Err(CheckpointError::NoTensor {
                path: index.with_file_name(shard),
                name,
            });
        }
    }
    Ok(tensors)
}
