//! The configuration of a model: all of it except the weights.

use std::io;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use undertone_audio::FrontEndConfig;
use undertone_corpus::LabelScheme;
use undertone_files::read_regular;

use super::dimension::Dimension;
use super::error::ModelError;
use super::files::ModelFiles;
use super::names::{CONFIG_FILE, FORMAT};
use crate::adaptation::AdaptationConfig;
use crate::network::{Network, NetworkConfig, NetworkError};
use crate::outputs::Outputs;

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

impl Provenance {
    /// Between the names of several corpora in [`Provenance::corpus`].
    pub const AND: &str = " + ";

    /// Return the names of the corpora that the model was trained on.
    pub fn corpora(&self) -> impl Iterator<Item = &str> {
        self.corpus.split(Self::AND)
    }
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
    /// The numbers that the model answers with instead of classes, if it does. The schemes are then
    /// [`LabelScheme::Corpus`], and there are no labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Dimension>,
    /// How the model adapts to a voice, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adaptation: Option<AdaptationConfig>,
    /// Whether the last output of the network tells speech from other sounds: a window holds speech
    /// if it is at least 0.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub detects_speech: bool,
    /// The sum of the probabilities of all negative, neutral or positive emotions from which on the
    /// model is right about the sentiment at least nine times in ten on corpora that it never
    /// heard. `None` if there is no such sum, or it was not measured.
    #[serde(default, alias = "very_sure", skip_serializing_if = "Option::is_none")]
    pub sure: Option<f64>,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// The largest configuration in bytes.
const LARGEST: u64 = 16 << 20;

impl ModelConfig {
    /// Read the configuration of a model folder, without its weights.
    ///
    /// # Errors
    /// If there is no `config.json` of a model that Undertone trained, or it is not valid.
    pub fn load(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join(CONFIG_FILE);
        let bytes = match read_regular(&path, LARGEST) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(match ModelFiles::in_folder(folder).are_of_funasr() {
                    true => ModelError::Foreign(folder.to_owned()),
                    false => ModelError::NotFound(folder.to_owned()),
                });
            }
            Err(source) => return Err(ModelError::Io { path, source }),
        };
        match in_transformers_layout(&bytes) {
            None => parse_config(path, &bytes),
            Some(config) => match settings(&config) {
                Some(settings) => parse_config(path, settings.to_string().as_bytes()),
                None => Err(ModelError::Foreign(folder.to_owned())),
            },
        }
    }

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
        let outputs = self.output_count();
        network.check(bands, frames, outputs)?;
        Ok(Network::CnnLstm(network.init(bands, outputs, device)))
    }

    /// Return the number of the network's outputs: one per class of `output_scheme`, or per
    /// dimension; with `adaptation` as many again for the head that adapts; with `detects_speech`
    /// one more at the end.
    pub fn output_count(&self) -> usize {
        if !self.dimensions.is_empty() {
            return self.dimensions.len();
        }
        let classes = self.output_scheme.labels().len();
        let heads = 1 + usize::from(self.adaptation.is_some());
        match classes {
            0 => 0,
            classes => heads * classes + usize::from(self.detects_speech),
        }
    }

    /// Return an error if the model predicts numbers and no classes.
    ///
    /// # Errors
    /// [`ModelError::NoClasses`].
    pub fn needs_classes(&self) -> Result<(), ModelError> {
        if self.dimensions.is_empty() {
            return Ok(());
        }
        Err(ModelError::NoClasses {
            path: self.name.clone().into(),
            dimensions: self.dimensions.iter().map(|it| it.name.clone()).collect(),
        })
    }

    /// Return what the outputs of the network stand for.
    ///
    /// # Errors
    /// [`ModelError::Outputs`] if the classes of the network cannot be summed into the labels.
    pub fn outputs(&self) -> Result<Outputs, ModelError> {
        if !self.dimensions.is_empty() {
            return Ok(Outputs::Dimensions(self.dimensions.clone()));
        }
        let classes = self.output_scheme.classes_in(&self.label_scheme);
        let classes = classes.ok_or_else(|| ModelError::Outputs {
            path: self.name.clone().into(),
            outputs: self.output_scheme.clone(),
            labels: self.label_scheme.clone(),
        })?;
        Ok(Outputs::Classes(classes))
    }
}

/// The key of a `config.json` in the layout of Hugging Face for the settings of Undertone.
pub(super) const SETTINGS: &str = "undertone";

/// Return the settings of Undertone in a `config.json` of the layout of Hugging Face, if it has
/// any.
pub(super) fn settings(config: &Map<String, Value>) -> Option<&Value> {
    config.get(SETTINGS)
}

/// Parse a `config.json` in the layout of Hugging Face, which has a `model_type`; `None` for our
/// own.
pub(super) fn in_transformers_layout(config: &[u8]) -> Option<Map<String, Value>> {
    let config: Map<String, Value> = serde_json::from_slice(config).ok()?;
    config.contains_key("model_type").then_some(config)
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
    let invalid = config.dimensions.iter().find(|it| !it.is_valid());
    if let Some(dimension) = invalid {
        return Err(ModelError::Dimension {
            path,
            dimension: dimension.name.clone(),
        });
    }
    if config.output_count() == 0 {
        return Err(ModelError::NoOutputs(path));
    }
    let classes = config.output_scheme.labels().len();
    let adaptation = config.adaptation.as_ref();
    let misplaced =
        !config.dimensions.is_empty() && (adaptation.is_some() || config.detects_speech);
    let no_probability = config.sure.is_some_and(|it| !(0.0..=1.0).contains(&it));
    if adaptation.is_some_and(|adaptation| !adaptation.is_valid(classes))
        || misplaced
        || no_probability
    {
        return Err(ModelError::Adaptation(path));
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
