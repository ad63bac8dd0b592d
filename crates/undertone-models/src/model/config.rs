//! What a model is, but its weights.

use std::path::PathBuf;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use undertone_audio::FrontEndConfig;
use undertone_corpus::LabelScheme;

use super::{FORMAT, ModelError};
use crate::network::{Network, NetworkConfig, NetworkError};

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Version of Undertone that trained it.
    pub undertone: String,
    /// The recipe's name.
    pub recipe: String,
    /// The corpus, in words.
    pub corpus: String,
    /// The protocol and fold whose training set it was trained on.
    pub trained_on: String,
    /// The speakers it was trained or tuned on: it cannot be judged honestly on them.
    #[serde(default)]
    pub speakers: Vec<String>,
    /// Seed of the run.
    pub seed: u64,
    /// The epoch that the weights are of, counted from 1.
    pub epoch: usize,
}

/// All that a model is but its weights: the content of `config.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// Version of the folder's format, [`FORMAT`].
    pub format: u32,
    /// The model's name.
    pub name: String,
    /// From a recording to features.
    pub front_end: FrontEndConfig,
    /// From features to scores.
    pub network: NetworkConfig,
    /// The classes that the network's outputs stand for.
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
    /// A network of this configuration with random weights.
    ///
    /// `bands` and `frames` are those of the front end.
    ///
    /// # Errors
    /// On options that cannot work, and for a pretrained encoder, whose weights are not random.
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
    // The version first: a newer format's fields would be reported as mistakes.
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
        return Err(ModelError::Labels {
            path,
            scheme: config.label_scheme,
            found: config.labels,
            expected: expected.iter().map(|label| (*label).to_owned()).collect(),
        });
    }
    if class_of_output(config.output_scheme, config.label_scheme).is_none() {
        return Err(ModelError::Outputs {
            path,
            outputs: config.output_scheme,
            labels: config.label_scheme,
        });
    }
    Ok(config)
}

/// For each class of `outputs` the class of `labels` that it belongs to; `None` if `outputs` is
/// the coarser scheme.
pub fn class_of_output(outputs: LabelScheme, labels: LabelScheme) -> Option<Vec<usize>> {
    (0..outputs.labels().len())
        .map(|output| {
            let mut classes = outputs
                .emotions_of(output)
                .map(|emotion| labels.label_of(emotion));
            let class = classes.next()?;
            classes.all(|other| other == class).then_some(class)
        })
        .collect()
}
