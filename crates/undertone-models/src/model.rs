//! A model on disk: a folder with `config.json`, `model.safetensors` and a card, `README.md`.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use undertone_audio::{FrontEnd, FrontEndConfig, Normalize};
use undertone_corpus::LabelScheme;

use crate::network::{CnnLstm, CnnLstmConfig, NetworkError};
use crate::statistics::BandStatistics;
use crate::weights::{Weights, WeightsError};

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

/// Which network, with its options.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "architecture", rename_all = "kebab-case")]
pub enum NetworkConfig {
    /// Convolutions, an LSTM, a linear layer.
    CnnLstm(CnnLstmConfig),
}

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
    /// The protocol and fold whose training side it was trained on.
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

/// Why a model could not be read or written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// No folder of that name, or no `config.json` in it.
    #[error("{}: no model here (expected a folder with config.json and model.safetensors)", .0.display())]
    NotFound(PathBuf),
    /// A file that cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// `config.json` is not what it should be.
    #[error("{}: {source}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// Where and what.
        source: serde_json::Error,
    },
    /// Written by a newer Undertone.
    #[error("{}: format {found}, this build reads format {FORMAT}: update undertone", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
    /// The labels are not those of the label scheme.
    #[error("{}: labels {found:?} are not those of {scheme}: {expected:?}", path.display())]
    Labels {
        /// The file.
        path: PathBuf,
        /// The scheme.
        scheme: LabelScheme,
        /// The file's labels.
        found: Vec<String>,
        /// The scheme's.
        expected: Vec<String>,
    },
    /// The network's classes cannot be summed into the labels.
    #[error("{}: outputs of {outputs} cannot answer in {labels}", path.display())]
    Outputs {
        /// The file.
        path: PathBuf,
        /// The network's scheme.
        outputs: LabelScheme,
        /// The answers' scheme.
        labels: LabelScheme,
    },
    /// Parameters of the front end that cannot work.
    #[error("{}: {source}", path.display())]
    FrontEnd {
        /// The file.
        path: PathBuf,
        /// Which.
        source: undertone_audio::FrontEndError,
    },
    /// Options of the network that cannot work.
    #[error("{}: {source}", path.display())]
    Network {
        /// The file.
        path: PathBuf,
        /// Which.
        source: NetworkError,
    },
    /// Weights that cannot be read or don't fit.
    #[error("{}: {source}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// What doesn't fit.
        source: WeightsError,
    },
}

/// A network with its configuration and the statistics that standardise its input.
#[derive(Debug, Clone)]
pub struct Model {
    /// All but the weights.
    pub config: ModelConfig,
    /// The network.
    pub network: CnnLstm,
    /// Statistics of the training side; present exactly if the front end standardises.
    pub statistics: Option<BandStatistics>,
}

impl ModelConfig {
    /// A network of this configuration with random weights.
    ///
    /// `bands` and `frames` are those of the front end.
    ///
    /// # Errors
    /// On options that cannot work.
    pub fn init_network(
        &self,
        bands: usize,
        frames: usize,
        device: &Device,
    ) -> Result<CnnLstm, NetworkError> {
        let NetworkConfig::CnnLstm(network) = &self.network;
        let classes = self.output_scheme.labels().len();
        network.check(bands, frames, classes)?;
        Ok(network.init(bands, classes, device))
    }
}

impl Model {
    /// Reads a model folder.
    ///
    /// # Errors
    /// Names the file, and for weights every tensor that does not fit.
    pub fn load(folder: &Path, device: &Device) -> Result<Self, ModelError> {
        Ok(Self::load_with_front_end(folder, device)?.0)
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
        let weights = read(&folder.join(WEIGHTS_FILE))?;
        Self::assemble(folder, &config, &weights, device)
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
        let path = || origin.join(CONFIG_FILE);
        let config = parse_config(path(), config)?;
        let front_end =
            FrontEnd::new(config.front_end.clone()).map_err(|source| ModelError::FrontEnd {
                path: path(),
                source,
            })?;
        let network = config
            .init_network(front_end.bands(), front_end.frames(), device)
            .map_err(|source| ModelError::Network {
                path: path(),
                source,
            })?;

        let misfit = |source| ModelError::Weights {
            path: origin.join(WEIGHTS_FILE),
            source,
        };
        let mut weights = Weights::from_bytes(weights).map_err(misfit)?;
        let statistics = match config.front_end.normalize {
            Normalize::None => None,
            Normalize::Standardize => {
                Some(take_statistics(&mut weights, front_end.bands()).map_err(misfit)?)
            }
        };
        let network = weights.load_into(network).map_err(misfit)?;
        let model = Self {
            config,
            network,
            statistics,
        };
        Ok((model, front_end))
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
    pub fn save(&self, folder: &Path) -> Result<(), ModelError> {
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

/// Writes a file so that it is there with its whole content or as it was before, also when the
/// process is killed or the disk is full: into a neighbour first, flushed, then renamed.
///
/// A link is followed, and what is no regular file (a pipe, `/dev/stdout`) is written to, not
/// replaced.
///
/// # Errors
/// What the system says; the neighbour is removed then.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    replace_atomically(path, |file| std::io::Write::write_all(file, bytes))
}

/// As [`write_atomically`], with the content written piece by piece.
///
/// # Errors
/// What `write` says, or the system.
pub(crate) fn replace_atomically<E: From<std::io::Error>>(
    path: &Path,
    write: impl FnOnce(&mut fs::File) -> Result<(), E>,
) -> Result<(), E> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return write(&mut fs::File::options().write(true).open(path)?);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let neighbour = path.with_file_name(name);
    let written = fs::File::create(&neighbour)
        .map_err(E::from)
        .and_then(|mut file| {
            write(&mut file)?;
            Ok(file.sync_all()?)
        });
    written
        .and_then(|()| Ok(fs::rename(&neighbour, path)?))
        .inspect_err(|_| {
            // The error to report is the first one.
            let _ = fs::remove_file(&neighbour);
        })
}

fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    fs::read(path).map_err(|source| ModelError::Io {
        path: path.to_owned(),
        source,
    })
}

fn parse_config(path: PathBuf, bytes: &[u8]) -> Result<ModelConfig, ModelError> {
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
    if summed_into(config.output_scheme, config.label_scheme).is_none() {
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
pub fn summed_into(outputs: LabelScheme, labels: LabelScheme) -> Option<Vec<usize>> {
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
