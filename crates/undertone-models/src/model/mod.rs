//! A model on disk: a folder with `config.json`, `model.safetensors` and a card, `README.md`.
//!
//! Networks of our own have a layout of our own; those with a pretrained encoder have Hugging
//! Face's (see [`crate::PretrainedNetwork`]).

mod config;
mod error;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use serde_json::{Map, Value};
use undertone_audio::{FrontEnd, FrontEndConfig, Normalize};

use crate::network::{Network, NetworkConfig};
use crate::normalize::BandStatistics;
use crate::pretrained::{self, EncoderFiles};
use crate::weights::{Weights, WeightsError};
use undertone_files::write_atomically;

pub use config::{ModelConfig, Provenance, class_of_output};
pub use error::ModelError;

/// The file of a model folder that says what the model is.
pub const CONFIG_FILE: &str = "config.json";
/// The file of a model folder that holds the weights.
pub const WEIGHTS_FILE: &str = "model.safetensors";
/// The model card's file.
pub const CARD_FILE: &str = "README.md";
/// The version of the folder's format that this build reads and writes.
pub const FORMAT: u32 = 1;

const MEAN_TENSOR: &str = "normalization.mean";
const STD_TENSOR: &str = "normalization.std";

/// A network with its configuration and the statistics that standardize its input.
#[derive(Debug, Clone)]
pub struct Model {
    /// All but the weights.
    pub config: ModelConfig,
    /// The network.
    pub network: Network,
    /// Statistics of the training set; present exactly if the front end standardizes.
    pub statistics: Option<BandStatistics>,
    /// What the folder of a pretrained encoder said of it; present exactly if there is one.
    pub encoder: Option<Arc<EncoderFiles>>,
}

impl Model {
    /// Reads a model folder.
    ///
    /// # Errors
    /// Names the file, and for weights every tensor that does not fit.
    pub fn load(folder: &Path, device: &Device) -> Result<Self, ModelError> {
        Ok(Self::load_with_front_end(folder, device)?.0)
    }

    /// The model that this build carries. Needs no files.
    ///
    /// # Errors
    /// If the build carries a model that does not load, which its tests rule out.
    #[cfg(feature = "embedded")]
    pub fn embedded(device: &Device) -> Result<Self, ModelError> {
        Ok(crate::embedded::model(device)?.0)
    }

    /// As [`Model::load`], with the front end that loading made to check the sizes.
    pub(crate) fn load_with_front_end(
        folder: &Path,
        device: &Device,
    ) -> Result<(Self, FrontEnd), ModelError> {
        let config_path = folder.join(CONFIG_FILE);
        if !config_path.is_file() {
            return Err(ModelError::NotFound(folder.to_owned()));
        }
        let config = read(&config_path)?;
        if let Some(config) = in_transformers_layout(&config) {
            return Self::load_pretrained(folder, &config, device);
        }
        let weights = read(&folder.join(WEIGHTS_FILE))?;
        Self::assemble(folder, &config, &weights, device)
    }

    fn load_pretrained(
        folder: &Path,
        config: &Map<String, Value>,
        device: &Device,
    ) -> Result<(Self, FrontEnd), ModelError> {
        let path = folder.join(CONFIG_FILE);
        let Some(settings) = pretrained::settings(config) else {
            return Err(ModelError::Foreign(folder.to_owned()));
        };
        let config = config::parse_config(path.clone(), settings.to_string().as_bytes())?;
        let NetworkConfig::Pretrained(network) = &config.network else {
            return Err(ModelError::Foreign(folder.to_owned()));
        };
        let front_end = front_end(&path, &config.front_end)?;
        let classes = config.output_scheme.labels().len();
        let (network, encoder) = pretrained::load(folder, network, classes, device)?;
        encoder
            .check_window(&front_end)
            .map_err(|source| ModelError::Network { path, source })?;
        let model = Self {
            network: Network::Pretrained(network),
            statistics: None,
            encoder: Some(encoder.files),
            config,
        };
        Ok((model, front_end))
    }

    /// Puts a model together from the contents of its two files. `origin` is the folder's name in
    /// error messages.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn from_bytes(
        origin: &Path,
        config: &[u8],
        weights: &[u8],
        device: &Device,
    ) -> Result<Self, ModelError> {
        Ok(Self::assemble(origin, config, weights, device)?.0)
    }

    /// As [`Model::from_bytes`], with the front end that checking the sizes made.
    pub(crate) fn assemble(
        origin: &Path,
        config: &[u8],
        weights: &[u8],
        device: &Device,
    ) -> Result<(Self, FrontEnd), ModelError> {
        let path = origin.join(CONFIG_FILE);
        let config = config::parse_config(path.clone(), config)?;
        let front_end = front_end(&path, &config.front_end)?;
        let network = config
            .init_network(front_end.bands(), front_end.frames(), device)
            .map_err(|source| ModelError::Network { path, source })?;

        let misfit = |source| ModelError::Weights {
            path: origin.join(WEIGHTS_FILE),
            source,
        };
        let mut weights = Weights::from_bytes(weights).map_err(misfit)?;
        let statistics = match config.front_end.normalize {
            Normalize::None | Normalize::Utterance => None,
            Normalize::Standardize => {
                Some(take_statistics(&mut weights, front_end.bands()).map_err(misfit)?)
            }
        };
        let network = weights.load_into(network).map_err(misfit)?;
        let model = Self {
            config,
            network,
            statistics,
            encoder: None,
        };
        Ok((model, front_end))
    }

    /// What to call the encoder, where there is one: its name on the Hub (`hf:owner/name`) if the recipe
    /// or the encoder's own files say it, else its folder's, without the way there.
    pub fn encoder_name(&self) -> Option<String> {
        let NetworkConfig::Pretrained(config) = &self.config.network else {
            return None;
        };
        let files = self.encoder.as_ref();
        Some(config.public_name(files.and_then(|files| files.hub_name())))
    }

    /// The contents of `config.json` and `model.safetensors`.
    ///
    /// # Errors
    /// If a value cannot be written, which finite weights never cause.
    pub fn to_bytes(&self) -> Result<(Vec<u8>, Vec<u8>), ModelError> {
        let mut config =
            serde_json::to_vec_pretty(&self.config).map_err(|source| ModelError::Config {
                path: CONFIG_FILE.into(),
                source,
            })?;
        config.push(b'\n');
        let mut weights = Weights::of(&self.network);
        if let Some(statistics) = &self.statistics {
            let bands = [statistics.mean.len()];
            weights.insert(MEAN_TENSOR, &bands, statistics.mean.clone());
            weights.insert(STD_TENSOR, &bands, statistics.std.clone());
        }
        let weights = weights.to_bytes().map_err(|source| ModelError::Weights {
            path: WEIGHTS_FILE.into(),
            source,
        })?;
        Ok((config, weights))
    }

    /// Writes `config.json` and `model.safetensors` into `folder`, which is made where it does
    /// not exist. Each file appears whole or not at all.
    ///
    /// # Errors
    /// Names the file that could not be written.
    ///
    /// # Panics
    /// If the network is a head without its encoder, which is no model.
    pub fn save(&self, folder: &Path) -> Result<(), ModelError> {
        assert!(
            !matches!(self.network, Network::Head(_)),
            "a head alone is no model"
        );
        if let (Network::Pretrained(network), NetworkConfig::Pretrained(config), Some(files)) =
            (&self.network, &self.config.network, &self.encoder)
        {
            return pretrained::save(folder, &self.config, config, network, files);
        }
        let (config, weights) = self.to_bytes()?;
        fs::create_dir_all(folder).map_err(|source| ModelError::Io {
            path: folder.to_owned(),
            source,
        })?;
        for (name, bytes) in [(WEIGHTS_FILE, weights), (CONFIG_FILE, config)] {
            let path = folder.join(name);
            write_atomically(&path, &bytes).map_err(|source| ModelError::Io { path, source })?;
        }
        Ok(())
    }
}

/// The content of a `config.json` in Hugging Face's layout, which names a `model_type`.
pub(crate) fn in_transformers_layout(config: &[u8]) -> Option<Map<String, Value>> {
    let config: Map<String, Value> = serde_json::from_slice(config).ok()?;
    config.contains_key("model_type").then_some(config)
}

fn front_end(path: &Path, config: &FrontEndConfig) -> Result<FrontEnd, ModelError> {
    FrontEnd::new(config.clone()).map_err(|source| ModelError::FrontEnd {
        path: path.to_owned(),
        source,
    })
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    fs::read(path).map_err(|source| ModelError::Io {
        path: path.to_owned(),
        source,
    })
}

fn take_statistics(weights: &mut Weights, bands: usize) -> Result<BandStatistics, WeightsError> {
    let mut complaints = Vec::new();
    let mut take = |name: &str| match weights.take(name) {
        Some((shape, values)) if shape == [bands] => values,
        Some((shape, _)) => {
            complaints.push(format!(
                "tensor `{name}` has shape {shape:?}, the front end expects [{bands}]"
            ));
            Vec::new()
        }
        None => {
            complaints.push(format!("missing tensor `{name}` of shape [{bands}]"));
            Vec::new()
        }
    };
    let statistics = BandStatistics {
        mean: take(MEAN_TENSOR),
        std: take(STD_TENSOR),
    };
    if let Some(band) = statistics.std.iter().position(|std| *std <= 0.0) {
        complaints.push(format!(
            "tensor `{STD_TENSOR}` is not positive at band {band}"
        ));
    }
    if complaints.is_empty() {
        Ok(statistics)
    } else {
        Err(WeightsError::Mismatch(complaints))
    }
}
