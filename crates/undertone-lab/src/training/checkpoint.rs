//! All that a training needs to go on, in one file.

use std::collections::HashMap;
use std::path::Path;

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::store::ModuleRecord;
use burn::tensor::Bytes;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use undertone_files::write_atomically;
use undertone_models::{Network, Weights};

use super::schedule::Plateau;
use crate::error::LabError;
use crate::events::EpochMetrics;
use crate::run_folder::read;

/// Where a training stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// The epoch to go on with, counted from 1.
    pub(crate) epoch: usize,
    /// Steps of that epoch that are done.
    pub(crate) step: usize,
    /// Sums over those steps.
    pub(crate) sums: StepSums,
    pub(crate) plateau: Plateau,
    /// The numbers of the epochs that are done.
    pub(crate) history: Vec<EpochMetrics>,
    /// Whether nothing is left to train.
    pub(crate) finished: bool,
}

/// Sums over the steps of an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct StepSums {
    pub(crate) loss: f64,
    pub(crate) correct: usize,
    pub(crate) clips: usize,
}

const STATE: &str = "state";
const NETWORK: &str = "network";
const OPTIMIZER: &str = "optimizer";
const AVERAGE: &str = "average";

/// Writes a checkpoint; the file is the former one or the new one, never half of it.
pub(crate) fn save(
    path: &Path,
    progress: &Progress,
    network: &Network,
    optimizer: &ModuleOptimizer,
    average: Option<&Weights>,
) -> Result<(), LabError> {
    let record = |error| LabError::Record(format!("{error}"));
    // Burn buffers updates of batch-norm statistics; `valid` applies them, a record would not.
    network.valid();
    let state = serde_json::to_vec(progress)?;
    let network = network.clone().into_record().into_bytes().map_err(record)?;
    let optimizer = optimizer.into_bytes().map_err(record)?;
    let average = average.map(Weights::to_bytes).transpose()?;
    let mut parts = vec![
        (STATE, &state[..]),
        (NETWORK, &network[..]),
        (OPTIMIZER, &optimizer[..]),
    ];
    parts.extend(average.as_deref().map(|average| (AVERAGE, average)));
    let mut views = HashMap::new();
    for (name, bytes) in parts {
        let view = TensorView::new(Dtype::U8, vec![bytes.len()], bytes)
            .map_err(|error| LabError::Record(error.to_string()))?;
        views.insert(name, view);
    }
    let mut bytes =
        safetensors::serialize(views, None).map_err(|error| LabError::Record(error.to_string()))?;
    bytes.extend_from_slice(blake3::hash(&bytes).as_bytes());
    write_atomically(path, &bytes).map_err(|source| LabError::Io {
        path: path.to_owned(),
        source,
    })
}

/// How many epochs a checkpoint has behind it.
pub(crate) fn epochs_done(path: &Path) -> Result<usize, LabError> {
    let bytes = verified(path)?;
    let progress: Progress = read_part(path, &bytes, STATE).and_then(|state| {
        serde_json::from_slice(state).map_err(|error| damaged(path, error.to_string()))
    })?;
    Ok(progress.epoch - 1)
}

/// Reads a checkpoint into a network of the same recipe, and into an optimizer that is made for the
/// network as it was: its parameters have their former ids again.
pub(crate) fn load(
    path: &Path,
    network: Network,
    optimizer: impl FnOnce(&Network) -> ModuleOptimizer,
) -> Result<(Progress, Network, ModuleOptimizer, Option<Weights>), LabError> {
    let bytes = verified(path)?;
    let part = |name| read_part(path, &bytes, name);
    let progress =
        serde_json::from_slice(part(STATE)?).map_err(|error| damaged(path, error.to_string()))?;
    let network = ModuleRecord::from_bytes(Bytes::from_bytes_vec(part(NETWORK)?.to_vec()))
        .and_then(|record| network.try_load_record(record))
        .map_err(|error| damaged(path, error.to_string()))?;
    let optimizer = optimizer(&network)
        .from_bytes(Bytes::from_bytes_vec(part(OPTIMIZER)?.to_vec()))
        .map_err(|error| damaged(path, error.to_string()))?;
    let average = part(AVERAGE)
        .ok()
        .map(|bytes| Weights::from_bytes(bytes).map_err(|error| damaged(path, error.to_string())))
        .transpose()?;
    Ok((progress, network, optimizer, average))
}

/// The content of a checkpoint, without the hash behind it.
fn verified(path: &Path) -> Result<Vec<u8>, LabError> {
    let mut bytes = read(path)?;
    let intact = bytes
        .split_last_chunk::<{ blake3::OUT_LEN }>()
        .is_some_and(|(content, hash)| blake3::hash(content).as_bytes() == hash);
    if !intact {
        return Err(damaged(path, "it is not as it was written".to_owned()));
    }
    bytes.truncate(bytes.len() - blake3::OUT_LEN);
    Ok(bytes)
}

fn read_part<'a>(path: &Path, bytes: &'a [u8], name: &str) -> Result<&'a [u8], LabError> {
    SafeTensors::deserialize(bytes)
        .and_then(|file| file.tensor(name).map(|view| view.data()))
        .map_err(|error| damaged(path, error.to_string()))
}

fn damaged(path: &Path, message: String) -> LabError {
    LabError::Checkpoint {
        path: path.to_owned(),
        message,
    }
}
