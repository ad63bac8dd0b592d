//! The folder of a pretrained encoder, in the layout of Hugging Face.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::Device;
use serde_json::{Map, Value};
use thiserror::Error;
use undertone_audio::{FrontEnd, FrontEndConfig, InputKind, Normalize};

use super::files::ModelFiles;
use super::names::{CONFIG_FILE, PREPROCESSOR_FILE};
use super::purpose::Purpose;
use crate::encoder::{
    Encoder, EncoderConfig, EncoderConfigError, EncoderError, PreprocessorConfig, Sizes,
};
use crate::network::{
    Activations, NetworkError, PretrainedConfig, PretrainedNetwork, TrainedParts,
};
use crate::weights::{Checkpoint, CheckpointError};

/// The key of `config.json` for the name or path that `transformers` loaded a model by.
pub(super) const NAME_OR_PATH: &str = "_name_or_path";

/// The files of the folder of an encoder, kept word for word so that a model made from it can be
/// written in the same layout.
#[derive(Debug, Clone)]
pub struct EncoderFiles {
    /// `config.json`.
    pub config: Map<String, Value>,
    /// `preprocessor_config.json`, if it exists.
    pub preprocessor: Option<Map<String, Value>>,
}

impl EncoderFiles {
    /// Return the name on the Hub that the encoder was saved with, `owner/name`. A path on the
    /// machine of the person who saved it is not a name.
    pub(crate) fn hub_name(&self) -> Option<&str> {
        let name = self.config.get(NAME_OR_PATH)?.as_str()?;
        let is_part = |part: &str| {
            let is_allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            !part.is_empty() && !part.starts_with('.') && part.chars().all(is_allowed)
        };
        let (owner, own) = name.split_once('/')?;
        (is_part(owner) && is_part(own)).then_some(name)
    }
}

/// An encoder that cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PretrainedError {
    /// No folder of that name, or no `config.json` in it.
    #[error(
        "{}: no encoder here (expected a folder in Hugging Face's layout: config.json and \
         model.safetensors)", .0.display()
    )]
    NotFound(PathBuf),
    /// A file that cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// A file that is not a JSON object.
    #[error("{}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// The place and the error.
        source: serde_json::Error,
    },
    /// An unknown architecture, or invalid sizes.
    #[error("{}: {source}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// The error.
        source: EncoderConfigError,
    },
    /// Weights that cannot be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Weights that do not fit the configuration.
    #[error("{}: {source}", path.display())]
    Encoder {
        /// The folder.
        path: PathBuf,
        /// The error.
        source: EncoderError,
    },
    /// The head of a model that others trained has tensors that are not known, so that it would
    /// compute something else.
    #[error(
        "{}: the model has tensors that are not part of a known head or encoder: {}",
        path.display(), first_of(.names)
    )]
    UnknownTensors {
        /// The folder.
        path: PathBuf,
        /// Their names.
        names: Vec<String>,
    },
    /// A model of FunASR without labels, which predicts nothing.
    #[error("{}: names no labels: the model predicts nothing", .0.display())]
    NoLabels(PathBuf),
    /// Options that do not fit the encoder.
    #[error("{}: {source}", path.display())]
    Network {
        /// The folder.
        path: PathBuf,
        /// The error.
        source: NetworkError,
    },
}

/// The message of an error lists at most this many names.
const MOST_NAMES: usize = 8;

fn first_of(names: &[String]) -> String {
    let mut text = names[..names.len().min(MOST_NAMES)].join(", ");
    if names.len() > MOST_NAMES {
        text += &format!(" and {} more", names.len() - MOST_NAMES);
    }
    text
}

/// An encoder with its configuration. It is loaded once and used for many networks.
#[derive(Debug, Clone)]
pub struct PretrainedEncoder {
    /// Its sizes.
    pub config: EncoderConfig,
    /// The options by which recordings are prepared for it.
    pub preprocessor: PreprocessorConfig,
    /// The files of its folder.
    pub files: Arc<EncoderFiles>,
    pub(super) encoder: Encoder,
    /// The number of its layers that were loaded.
    pub(super) layers: usize,
}

impl PretrainedEncoder {
    /// Load as many layers of an encoder as `config` needs from a folder in the layout of Hugging
    /// Face.
    ///
    /// # Errors
    /// The error names the file and, for weights, every tensor that does not fit.
    pub fn load(
        folder: &Path,
        config: &PretrainedConfig,
        device: &Device,
    ) -> Result<Self, PretrainedError> {
        Ok(Self::read(ModelFiles::in_folder(folder), config, device, Purpose::Any)?.0)
    }

    /// Load an encoder, and return the checkpoint that it is in too.
    pub(super) fn read(
        files: ModelFiles<'_>,
        config: &PretrainedConfig,
        device: &Device,
        purpose: Purpose,
    ) -> Result<(Self, Checkpoint), PretrainedError> {
        let (encoder_files, encoder_config, preprocessor) = read_configs(files)?;
        let layers = config
            .layers_of(encoder_config.layers())
            .map_err(|source| PretrainedError::Network {
                path: files.folder().to_owned(),
                source,
            })?;
        let checkpoint = files.checkpoint()?;
        let load = match purpose {
            Purpose::Any => Encoder::load,
            Purpose::Inference => Encoder::load_for_inference,
        };
        let encoder =
            load(&encoder_config, Some(layers), &checkpoint, device).map_err(|source| {
                PretrainedError::Encoder {
                    path: files.folder().to_owned(),
                    source,
                }
            })?;
        let encoder = Self {
            config: encoder_config,
            preprocessor,
            files: Arc::new(encoder_files),
            encoder,
            layers,
        };
        Ok((encoder, checkpoint))
    }

    /// Return the encoder itself.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Estimate what training keeps for one clip of `frames` (samples, if the input is a waveform),
    /// if the last layers (`None`: all) and, with `convolutions`, the parts before them are
    /// trained.
    pub fn activations(
        &self,
        frames: usize,
        last_layers: Option<usize>,
        convolutions: bool,
    ) -> Activations {
        let trained_layers = last_layers.map_or(self.layers, |last| last.min(self.layers));
        let parts = TrainedParts {
            layers: self.layers,
            trained_layers,
            convolutions,
        };
        self.config.activations(frames, parts)
    }

    /// Create a network of this encoder and a head with random weights.
    ///
    /// # Errors
    /// On options that do not fit the encoder.
    pub fn network(
        &self,
        config: &PretrainedConfig,
        classes: usize,
        device: &Device,
    ) -> Result<PretrainedNetwork, NetworkError> {
        let sizes = (self.layers, self.config.width());
        PretrainedNetwork::new(self.encoder.clone(), sizes, config, classes, device)
    }

    /// Check that the encoder can read a whole window of a front end.
    ///
    /// # Errors
    /// [`NetworkError::WindowTooLong`].
    pub fn check_window(&self, front_end: &FrontEnd) -> Result<(), NetworkError> {
        let frames = front_end.frames();
        match self.config.longest_input() {
            Some(longest) if frames > longest => {
                Err(NetworkError::WindowTooLong { frames, longest })
            }
            _ => Ok(()),
        }
    }

    /// Return the front end of a recipe with the rate, the kind of input and the scaling that this
    /// encoder needs. Trimming, duration and padding stay those of the recipe.
    pub fn front_end(&self, config: &FrontEndConfig) -> FrontEndConfig {
        front_end(&self.config, &self.preprocessor, config)
    }
}

/// Return a front end for an encoder, with trimming, duration and padding as in `config`.
pub(super) fn front_end(
    encoder: &EncoderConfig,
    preprocessor: &PreprocessorConfig,
    config: &FrontEndConfig,
) -> FrontEndConfig {
    let (input, normalize) = match encoder.sizes() {
        Sizes::LogMel(_) => (InputKind::WhisperLogMel, Normalize::None),
        Sizes::Waveform(_) if preprocessor.do_normalize => {
            (InputKind::Waveform, Normalize::Utterance)
        }
        Sizes::Waveform(_) => (InputKind::Waveform, Normalize::None),
    };
    FrontEndConfig {
        sample_rate: preprocessor.sampling_rate,
        n_mels: match encoder.sizes() {
            Sizes::LogMel(config) => config.num_mel_bins,
            Sizes::Waveform(_) => FrontEndConfig::default().n_mels,
        },
        inputs: vec![input],
        normalize,
        ..config.clone()
    }
}

/// Read `config.json` and, if it exists, `preprocessor_config.json`.
pub(super) fn read_configs(
    files: ModelFiles<'_>,
) -> Result<(EncoderFiles, EncoderConfig, PreprocessorConfig), PretrainedError> {
    if !files.has(CONFIG_FILE) {
        return Err(PretrainedError::NotFound(files.folder().to_owned()));
    }
    let bytes = read(files, CONFIG_FILE)?;
    let preprocessor = match files.has(PREPROCESSOR_FILE) {
        true => Some(read(files, PREPROCESSOR_FILE)?),
        false => None,
    };
    let path = files.path(PREPROCESSOR_FILE);
    let preprocessor = preprocessor.as_deref().map(|bytes| (&*path, bytes));
    parse_configs((&files.path(CONFIG_FILE), &bytes), preprocessor)
}

/// Parse the configuration of an encoder and, if there is one, that of its preprocessor. Each has
/// the path that names it in errors.
pub(super) fn parse_configs(
    (path, bytes): (&Path, &[u8]),
    preprocessor: Option<(&Path, &[u8])>,
) -> Result<(EncoderFiles, EncoderConfig, PreprocessorConfig), PretrainedError> {
    let invalid = |path: &Path| {
        let path = path.to_owned();
        move |source| PretrainedError::Config { path, source }
    };
    let encoder = EncoderConfig::from_json(bytes).map_err(invalid(path))?;
    let mut files = EncoderFiles {
        config: parse(path, bytes)?,
        preprocessor: None,
    };
    let mut options = PreprocessorConfig::default();
    let mut origin = path;
    if let Some((path, bytes)) = preprocessor {
        options = PreprocessorConfig::from_json(bytes).map_err(invalid(path))?;
        files.preprocessor = Some(parse(path, bytes)?);
        origin = path;
    }
    options.check_for(&encoder).map_err(invalid(origin))?;
    Ok((files, encoder, options))
}

/// The largest configuration in bytes.
const LARGEST_CONFIG: u64 = 16 << 20;

pub(super) fn read(
    files: ModelFiles<'_>,
    name: &str,
) -> Result<Cow<'static, [u8]>, PretrainedError> {
    let bytes = files.read(name, LARGEST_CONFIG);
    bytes.map_err(|source| PretrainedError::Io {
        path: files.path(name),
        source,
    })
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Map<String, Value>, PretrainedError> {
    serde_json::from_slice(bytes).map_err(|source| PretrainedError::Json {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_is_not_a_name_on_the_hub() {
        for (value, name) in [
            (
                json!("openai/whisper-tiny.en"),
                Some("openai/whisper-tiny.en"),
            ),
            (json!("/home/me/whisper"), None),
            (json!("./whisper"), None),
            (json!("../x/whisper"), None),
            (json!("runs/mine/model"), None),
            (json!("whisper"), None),
            (json!(""), None),
            (json!(3), None),
        ] {
            let config = Map::from_iter([(NAME_OR_PATH.to_owned(), value)]);
            let files = EncoderFiles {
                config,
                preprocessor: None,
            };
            assert_eq!(files.hub_name(), name);
        }
    }
}
