//! The checkpoint that a training resumes from.

use std::collections::HashMap;
use std::path::Path;

use burn::module::Module;
use burn::optim::ModuleOptimizer;
use burn::store::ModuleRecord;
use burn::tensor::Bytes;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use undertone_models::{Network, Weights};

use super::old_names;
use super::schedule::Plateau;
use crate::error::LabError;
use crate::events::EpochMetrics;
use crate::run::{read, write};

/// The progress of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// The current epoch, counted from 1.
    pub(super) epoch: usize,
    /// Number of finished steps of the current epoch.
    pub(super) step: usize,
    /// Sums over those steps.
    pub(super) sums: StepSums,
    pub(super) plateau: Plateau,
    /// The metrics of the finished epochs.
    pub(super) history: Vec<EpochMetrics>,
    /// Whether the training is finished.
    pub(super) finished: bool,
}

/// Sums over the steps of an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct StepSums {
    pub(super) loss: f64,
    pub(super) correct: usize,
    pub(super) clips: usize,
}

const STATE: &str = "state";
const NETWORK: &str = "network";
const OPTIMIZER: &str = "optimizer";
const AVERAGE: &str = "average";

/// Write a checkpoint, whole or not at all.
pub(super) fn save(
    path: &Path,
    progress: &Progress,
    network: &Network,
    optimizer: &ModuleOptimizer,
    average: Option<&Weights>,
) -> Result<(), LabError> {
    let record = |error| LabError::Record(format!("{error}"));
    // Burn buffers updates of batch-norm statistics. `valid` applies them; a record does not.
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
    write(path, &bytes)
}

/// Return the number of finished epochs of a checkpoint.
pub(super) fn epochs_done(path: &Path) -> Result<usize, LabError> {
    let bytes = verified(path)?;
    let progress: Progress = read_part(path, &bytes, STATE).and_then(|state| {
        serde_json::from_slice(state).map_err(|error| damaged(path, error.to_string()))
    })?;
    Ok(progress.epoch - 1)
}

/// Read a checkpoint into a network of the same recipe. `optimizer` makes an optimizer for the
/// network, whose parameters have their saved ids.
pub(super) fn load(
    path: &Path,
    network: Network,
    optimizer: impl FnOnce(&Network) -> ModuleOptimizer,
) -> Result<(Progress, Network, ModuleOptimizer, Option<Weights>), LabError> {
    let bytes = verified(path)?;
    let part = |name| read_part(path, &bytes, name);
    let progress =
        serde_json::from_slice(part(STATE)?).map_err(|error| damaged(path, error.to_string()))?;
    let average = part(AVERAGE)
        .ok()
        .map(|bytes| Weights::from_bytes(bytes).map_err(|error| damaged(path, error.to_string())))
        .transpose()?;
    let record = Bytes::from_bytes_vec(part(NETWORK)?.to_vec());
    let (record, average) =
        old_names::renamed(record, average).map_err(|error| damaged(path, error.to_string()))?;
    let network = ModuleRecord::from_bytes(record)
        .and_then(|record| network.try_load_record(record))
        .map_err(|error| damaged(path, error.to_string()))?;
    let optimizer = optimizer(&network)
        .from_bytes(Bytes::from_bytes_vec(part(OPTIMIZER)?.to_vec()))
        .map_err(|error| damaged(path, error.to_string()))?;
    Ok((progress, network, optimizer, average))
}

/// Read a checkpoint, check its hash, and return the content before the hash.
fn verified(path: &Path) -> Result<Vec<u8>, LabError> {
    let mut bytes = read(path)?;
    let intact = bytes
        .split_last_chunk::<{ blake3::OUT_LEN }>()
        .is_some_and(|(content, hash)| blake3::hash(content).as_bytes() == hash);
    if !intact {
        return Err(damaged(
            path,
            "its content does not match its hash".to_owned(),
        ));
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
