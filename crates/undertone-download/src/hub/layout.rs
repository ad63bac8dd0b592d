//! The files of a model: those of `transformers`, or those of FunASR.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use serde::Deserialize;

/// The files of a model.
#[derive(Debug)]
pub(super) struct FileLayout {
    /// The configuration, which tells one layout from another.
    pub(super) config: &'static str,
    /// Files that a model may lack.
    pub(super) optional: &'static [&'static str],
    /// The files that may hold the weights, the preferred one first.
    pub(super) weights: &'static [&'static str],
}

/// The files of `transformers`.
pub(super) const TRANSFORMERS: FileLayout = FileLayout {
    config: "config.json",
    optional: &["preprocessor_config.json", "README.md"],
    weights: &[
        "model.safetensors",
        "model.safetensors.index.json",
        "pytorch_model.bin",
        "pytorch_model.bin.index.json",
    ],
};

/// The files of FunASR.
pub(super) const FUNASR: FileLayout = FileLayout {
    config: "config.yaml",
    optional: &["configuration.json", "tokens.txt", "README.md"],
    weights: &["model.pt"],
};

/// Whether a file of weights is the index of several files.
pub(super) fn is_index(file: &str) -> bool {
    file.ends_with(".json")
}

#[derive(Deserialize)]
struct Index {
    /// The file of each tensor, by the tensor's name.
    weight_map: BTreeMap<String, String>,
}

/// Return the files that an index names, sorted. The error says what is wrong.
pub(super) fn shards(index: &[u8]) -> Result<BTreeSet<String>, String> {
    let Index { weight_map } = serde_json::from_slice(index)
        .map_err(|error| format!("not an index of shards: {error}"))?;
    let shards: BTreeSet<String> = weight_map.into_values().collect();
    match shards.iter().find(|shard| !is_plain_name(shard)) {
        Some(shard) => Err(format!("{shard:?} is no plain file name")),
        None => Ok(shards),
    }
}

fn is_plain_name(shard: &str) -> bool {
    let mut components = Path::new(shard).components();
    matches!(
        (components.next(), components.next()),
        (Some(Component::Normal(name)), None) if name.len() == shard.len()
    )
}

#[cfg(test)]
mod tests {
    use undertone_fuzz::Fuzz;

    use super::*;
    use crate::ALLOCATOR;

    #[test]
    fn mutated_indexes_of_shards_are_refused_or_read() {
        let index = r#"{
            "metadata": {"total_size": 12},
            "weight_map": {
                "a.weight": "model-00001-of-00002.safetensors",
                "b.weight": "model-00002-of-00002.safetensors"
            }
        }"#;
        let fuzz = Fuzz {
            tokens: &["{", "}", "\"", ":", ",", "../", "/", "\\u0000", ".", "null"],
            ..Fuzz::new("indexes of shards", vec![index.into()])
        };
        fuzz.run(&ALLOCATOR, |input| match shards(input) {
            Ok(files) => {
                let stays = |file: &String| !file.contains('/') && file != ".." && file != ".";
                assert!(files.iter().all(stays), "{files:?}");
                true
            }
            Err(_) => false,
        });
    }
}
