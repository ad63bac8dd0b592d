//! The configuration of a model: all of it except the weights.

use std::path::PathBuf;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use undertone_audio::FrontEndConfig;
use undertone_corpus::LabelScheme;

use super::error::ModelError;
use super::names::FORMAT;
use crate::network::{Network, NetworkConfig, NetworkError};

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Version of Undertone that trained it.
    pub undertone: String,
    /// The recipe's name.
    pub recipe: String,
    /// A description of the corpus.
    pub corpus: String,
    /// The protocol and fold whose training set it was trained on.
    pub trained_on: String,
    /// The speakers that it was trained or tuned on. Scores on them say nothing about new speakers.
    #[serde(default)]
    pub speakers: Vec<String>,
    /// Seed of the run.
    pub seed: u64,
    /// The epoch of the weights, counted from 1.
    pub epoch: usize,
}

/// All of a model except its weights: the content of `config.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// Version of the folder format, [`FORMAT`].
    pub format: u32,
    /// The model's name.
    pub name: String,
    /// From a recording to features.
    pub front_end: FrontEndConfig,
    /// From features to scores.
    pub network: NetworkConfig,
    /// The classes of the outputs of the network.
    pub output_scheme: LabelScheme,
    /// The classes that the model answers with: those of `output_scheme`, or coarser ones into
    /// which their probabilities are summed.
    pub label_scheme: LabelScheme,
    /// The names of the classes that the model answers with, in order.
    pub labels: Vec<String>,
    /// Where it comes from.
    pub provenance: Provenance,
}

impl ModelConfig {
    /// Create a network of this configuration with random weights.
    ///
    /// `bands` and `frames` are those of the front end.
    ///
    /// # Errors
    /// On invalid options, and for a pretrained encoder, whose weights cannot be random.
    pub fn init_network(
        &self,
        bands: usize,
        frames: usize,
        device: &Device,
    ) -> Result<Network, NetworkError> {
        let NetworkConfig::CnnLstm(network) = &self.network else {
            return Err(NetworkError::NeedsEncoder);
        };
        let classes = self.output_scheme.labels().len();
        network.check(bands, frames, classes)?;
        Ok(Network::CnnLstm(network.init(bands, classes, device)))
    }
}

pub(super) fn parse_config(path: PathBuf, bytes: &[u8]) -> Result<ModelConfig, ModelError> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    // The version first: fields of a newer format would be reported as mistakes.
    let version: Version = serde_json::from_slice(bytes).map_err(|source| ModelError::Config {
        path: path.clone(),
        source,
    })?;
    if version.format != FORMAT {
        return Err(ModelError::Format {
            path,
            found: version.format,
        });
    }
    let config: ModelConfig =
        serde_json::from_slice(bytes).map_err(|source| ModelError::Config {
            path: path.clone(),
            source,
        })?;
    let expected = config.label_scheme.labels();
    if config.labels != expected {
        let expected = expected.iter().map(|label| (*label).to_owned()).collect();
        return Err(ModelError::Labels {
            path,
            found: config.labels,
            expected,
            scheme: config.label_scheme,
        });
    }
    if config
        .output_scheme
        .classes_in(&config.label_scheme)
        .is_none()
    {
        return Err(ModelError::Outputs {
            path,
            outputs: config.output_scheme,
            labels: config.label_scheme,
        });
    }
    Ok(config)
}
