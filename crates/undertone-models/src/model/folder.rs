//! Reading and writing a model folder.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::Device;
use serde_json::{Map, Value};
use undertone_audio::{FrontEnd, FrontEndConfig, Normalize};
use undertone_files::write_atomically;

use super::config::{ModelConfig, in_transformers_layout, parse_config, settings};
use super::encoder_folder::{EncoderFiles, PretrainedEncoder};
use super::error::ModelError;
use super::files::{FilesInMemory, ModelFiles};
use super::names::{CONFIG_FILE, WEIGHTS_FILE};
use super::purpose::Purpose;
use super::{foreign, hugging_face, joined};
use crate::network::{BandStatistics, Network, NetworkConfig};
use crate::weights::{Weights, WeightsError};

const MEAN_TENSOR: &str = "normalization.mean";
const STD_TENSOR: &str = "normalization.std";

/// A network with its configuration and the statistics that normalize its input.
#[derive(Debug, Clone)]
pub struct Model {
    /// All of the model except its weights.
    pub config: ModelConfig,
    /// The network.
    pub network: Network,
    /// The statistics of the training set, if the configuration asks for them.
    pub statistics: Option<BandStatistics>,
    /// The files of the folders of the pretrained encoders, in the order of the network's.
    pub encoders: Vec<Arc<EncoderFiles>>,
}

impl Model {
    /// Read a model folder.
    ///
    /// # Errors
    /// The error names the file and, for weights, every tensor that does not fit.
    pub fn load(folder: &Path, device: &Device) -> Result<Self, ModelError> {
        Ok(Self::read(ModelFiles::in_folder(folder), device, Purpose::Any)?.0)
    }

    /// Read a model folder for inference only. Return the front end too, which was created to check
    /// the sizes.
    pub(crate) fn load_for_inference(
        folder: &Path,
        device: &Device,
    ) -> Result<(Self, FrontEnd), ModelError> {
        Self::read(ModelFiles::in_folder(folder), device, Purpose::Inference)
    }

    /// Do the same as [`Model::load_for_inference`] with files in memory. `origin` is the folder in
    /// error messages.
    pub(crate) fn in_memory_for_inference(
        origin: &Path,
        files: FilesInMemory,
        device: &Device,
    ) -> Result<(Self, FrontEnd), ModelError> {
        let files = ModelFiles::in_memory(origin, files);
        Self::read(files, device, Purpose::Inference)
    }

    /// Read the files of a model, and return the front end that was created to check the sizes.
    pub(super) fn read(
        files: ModelFiles<'_>,
        device: &Device,
        purpose: Purpose,
    ) -> Result<(Self, FrontEnd), ModelError> {
        if files.are_of_funasr() {
            return Err(ModelError::Foreign(files.folder().to_owned()));
        }
        if !files.has(CONFIG_FILE) {
            return Err(ModelError::NotFound(files.folder().to_owned()));
        }
        let config = read(files, CONFIG_FILE)?;
        if let Some(config) = in_transformers_layout(&config) {
            return Self::read_pretrained(files, &config, device, purpose);
        }
        let weights = read(files, WEIGHTS_FILE)?;
        Self::assemble(files.folder(), &config, &weights, device)
    }

    fn read_pretrained(
        files: ModelFiles<'_>,
        config: &Map<String, Value>,
        device: &Device,
        purpose: Purpose,
    ) -> Result<(Self, FrontEnd), ModelError> {
        let path = files.path(CONFIG_FILE);
        let foreign = || ModelError::Foreign(files.folder().to_owned());
        let settings = settings(config).ok_or_else(foreign)?;
        let stored = config;
        let config = parse_config(path.clone(), settings.to_string().as_bytes())?;
        let front_end = front_end(&path, &config.front_end)?;
        let outputs = config.output_count();
        let (network, encoders) = match &config.network {
            NetworkConfig::CnnLstm(_) => return Err(foreign()),
            NetworkConfig::Pretrained(network) => {
                let (network, encoder) =
                    hugging_face::load(files, network, outputs, device, purpose)?;
                (Network::Pretrained(network), vec![encoder])
            }
            NetworkConfig::Joined(network) => {
                let (network, encoders) =
                    joined::load(files, stored, network, outputs, device, purpose)?;
                (Network::Joined(network), encoders)
            }
        };
        for encoder in &encoders {
            check_front_end(path.clone(), &config.front_end, encoder)?;
            encoder
                .check_window(&front_end)
                .map_err(|source| ModelError::Network {
                    path: path.clone(),
                    source,
                })?;
        }
        let model = Self {
            network,
            statistics: None,
            encoders: encoders.into_iter().map(|encoder| encoder.files).collect(),
            config,
        };
        Ok((model, front_end))
    }

    /// Create a model from the contents of its two files. `origin` is the folder in error messages.
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

    /// Do the same as [`Model::from_bytes`], and return the front end that was created to check the
    /// sizes.
    fn assemble(
        origin: &Path,
        config: &[u8],
        weights: &[u8],
        device: &Device,
    ) -> Result<(Self, FrontEnd), ModelError> {
        let path = origin.join(CONFIG_FILE);
        let config = parse_config(path.clone(), config)?;
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
            encoders: Vec::new(),
        };
        Ok((model, front_end))
    }

    /// Return whether a folder has the configuration of a model, ours or another's.
    pub fn is_in(folder: &Path) -> bool {
        let files = ModelFiles::in_folder(folder);
        files.has(CONFIG_FILE) || files.are_of_funasr()
    }

    /// Return whether the model in a folder predicts numbers and not classes, whoever trained it.
    ///
    /// # Errors
    /// If the configuration cannot be read. The weights are not read.
    pub fn predicts_numbers(folder: &Path) -> Result<bool, ModelError> {
        match ModelConfig::load(folder) {
            Ok(config) => Ok(!config.dimensions.is_empty()),
            Err(ModelError::Foreign(_)) => Ok(foreign::predicts_numbers(folder)?),
            Err(error) => Err(error),
        }
    }

    /// Return the model without its head for adaptation and its detector of speech: it judges each
    /// recording alone.
    #[must_use]
    pub fn without_adaptation(mut self) -> Self {
        let adapts = self.config.adaptation.take().is_some();
        if !adapts && !self.config.detects_speech {
            return self;
        }
        self.config.detects_speech = false;
        let outputs = self.config.output_count();
        self.network = self.network.first_outputs(outputs);
        self
    }

    /// Return the names of the encoders, in order: the name on the Hub (`hf:owner/name`) if the
    /// recipe or the files of the encoder contain it, else the name of its folder, without the
    /// path.
    pub fn encoder_names(&self) -> Vec<String> {
        let configs = self.config.network.encoders().iter().enumerate();
        configs
            .map(|(index, config)| {
                let files = self.encoders.get(index);
                config.public_name(files.and_then(|files| files.hub_name()))
            })
            .collect()
    }

    /// Return the contents of `config.json` and `model.safetensors`.
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

    /// Write `config.json` and `model.safetensors` into `folder`, which is created if it does not
    /// exist. Each file is written whole or not at all.
    ///
    /// # Errors
    /// The error names the file that could not be written.
    ///
    /// # Panics
    /// If the network is a head without its encoder.
    pub fn save(&self, folder: &Path) -> Result<(), ModelError> {
        assert!(
            !matches!(self.network, Network::Head(_)),
            "a head alone is no model"
        );
        match (&self.network, &self.config.network, &self.encoders[..]) {
            (Network::Pretrained(network), NetworkConfig::Pretrained(config), [files]) => {
                return hugging_face::save(folder, &self.config, config, network, files);
            }
            (Network::Joined(network), _, files) => {
                return joined::save(folder, &self.config, network, files);
            }
            _ => {}
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

/// Check that a front end computes what the encoder reads.
fn check_front_end(
    path: PathBuf,
    config: &FrontEndConfig,
    encoder: &PretrainedEncoder,
) -> Result<(), ModelError> {
    let needed = encoder.front_end(config);
    let complaint = |field, needed: String, found: String| {
        Err(ModelError::EncoderInput {
            path,
            field,
            needed,
            found,
        })
    };
    if config.inputs != needed.inputs {
        let names = |inputs| serde_json::to_string(inputs).unwrap_or_default();
        return complaint("inputs", names(&needed.inputs), names(&config.inputs));
    }
    for (field, needed, found) in [
        ("n_mels", needed.n_mels, config.n_mels),
        (
            "sample_rate",
            needed.sample_rate as usize,
            config.sample_rate as usize,
        ),
    ] {
        if needed != found {
            return complaint(field, needed.to_string(), found.to_string());
        }
    }
    Ok(())
}

fn front_end(path: &Path, config: &FrontEndConfig) -> Result<FrontEnd, ModelError> {
    FrontEnd::new(config.clone()).map_err(|source| ModelError::FrontEnd {
        path: path.to_owned(),
        source,
    })
}

/// The largest weights of a network without an encoder.
const LARGEST: u64 = 1 << 30;

fn read(files: ModelFiles<'_>, name: &str) -> Result<Cow<'static, [u8]>, ModelError> {
    files.read(name, LARGEST).map_err(|source| ModelError::Io {
        path: files.path(name),
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
