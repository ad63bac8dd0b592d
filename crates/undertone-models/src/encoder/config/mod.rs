//! What Hugging Face's `config.json` and `preprocessor_config.json` say, checked: sizes that pass
//! can neither panic nor overflow.

mod check;
mod head;
mod preprocessor;
mod wav2vec2;
mod whisper;

use serde::de::DeserializeOwned;
use serde_json::Value;
use thiserror::Error;

pub use head::HeadConfig;
pub use preprocessor::PreprocessorConfig;
pub use wav2vec2::{ConvolutionNorm, Wav2Vec2Config};
pub use whisper::WhisperConfig;

/// The values of `model_type` that are known.
const MODEL_TYPES: [&str; 3] = ["wav2vec2", "hubert", "whisper"];

/// A pretrained encoder's sizes. Options that have no influence on it are not kept.
#[derive(Debug, Clone, PartialEq)]
pub enum EncoderConfig {
    /// wav2vec 2.0.
    Wav2Vec2(Wav2Vec2Config),
    /// HuBERT, which is the same network under another name.
    Hubert(Wav2Vec2Config),
    /// Whisper's encoder.
    Whisper(WhisperConfig),
}

/// A configuration that cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EncoderConfigError {
    /// Not JSON, or an option of another type than it should have.
    #[error("{file}: {source}")]
    Json {
        /// `config.json` or `preprocessor_config.json`.
        file: &'static str,
        /// What is wrong and where.
        source: serde_json::Error,
    },
    /// An architecture that is not known, or none.
    #[error("config.json: unknown model_type {found}; known are {}", MODEL_TYPES.join(", "))]
    ModelType {
        /// What it says.
        found: String,
    },
    /// The model has no classification head that is known.
    #[error(
        "config.json: the model is {found}, which predicts no labels; expected one of {}",
        head::ARCHITECTURES.join(", ")
    )]
    NoHead {
        /// Its `architectures`.
        found: String,
    },
    /// No labels, or labels that are not numbered from 0.
    #[error("config.json: `id2label` must name the classes 0, 1, 2, ...: {reason}")]
    Labels {
        /// What is wrong.
        reason: String,
    },
    /// An option's value cannot work or is not supported.
    #[error("{file}: `{option}` is {found}, expected {expected}")]
    Option {
        /// `config.json` or `preprocessor_config.json`.
        file: &'static str,
        /// Which option.
        option: &'static str,
        /// Its value.
        found: String,
        /// What it should be.
        expected: String,
    },
}

fn parse<T: DeserializeOwned>(file: &'static str, json: &[u8]) -> Result<T, EncoderConfigError> {
    serde_json::from_slice(json).map_err(|source| EncoderConfigError::Json { file, source })
}

impl EncoderConfig {
    /// Reads a `config.json`. What it leaves out has the value that `transformers` gives it.
    ///
    /// # Errors
    /// If it is not JSON, if its `model_type` is none of wav2vec2, hubert and whisper, and for the
    /// first option that cannot work or is not supported.
    pub fn from_json(json: &[u8]) -> Result<Self, EncoderConfigError> {
        const FILE: &str = "config.json";
        let value: Value = parse(FILE, json)?;
        let config = match value.get("model_type").and_then(Value::as_str) {
            Some("wav2vec2") => Self::Wav2Vec2(parse(FILE, json)?),
            Some("hubert") => Self::Hubert(parse(FILE, json)?),
            Some("whisper") => Self::Whisper(parse(FILE, json)?),
            found => {
                let found = found.map_or("(none)".to_owned(), |found| format!("`{found}`"));
                return Err(EncoderConfigError::ModelType { found });
            }
        };
        config.check()?;
        Ok(config)
    }

    /// The `config.json` of this encoder with a classification head, from which `transformers`
    /// builds the same. It masks nothing while training, so that no tensor for that is missing.
    ///
    /// # Errors
    /// If the JSON cannot be written.
    pub fn to_json(&self, head: &HeadConfig) -> Result<String, EncoderConfigError> {
        let (family, value) = match self {
            Self::Wav2Vec2(config) => (0, serde_json::to_value(config)),
            Self::Hubert(config) => (1, serde_json::to_value(config)),
            Self::Whisper(config) => (2, serde_json::to_value(config)),
        };
        let json = |source| EncoderConfigError::Json {
            file: "config.json",
            source,
        };
        let mut value = value.map_err(json)?;
        value["model_type"] = MODEL_TYPES[family].into();
        value["architectures"] = vec![head::ARCHITECTURES[family]].into();
        value["mask_time_prob"] = 0.0.into();
        value["mask_feature_prob"] = 0.0.into();
        head.write_into(&mut value);
        serde_json::to_string_pretty(&value).map_err(json)
    }

    /// Checks all options.
    ///
    /// # Errors
    /// [`EncoderConfigError::Option`] for the first that cannot work.
    pub fn check(&self) -> Result<(), EncoderConfigError> {
        match self {
            Self::Wav2Vec2(config) | Self::Hubert(config) => config.check(),
            Self::Whisper(config) => config.check(),
        }
    }

    /// Width of the hidden states.
    pub fn width(&self) -> usize {
        match self {
            Self::Wav2Vec2(config) | Self::Hubert(config) => config.hidden_size,
            Self::Whisper(config) => config.d_model,
        }
    }

    /// Transformer layers of the whole network.
    pub fn layers(&self) -> usize {
        match self {
            Self::Wav2Vec2(config) | Self::Hubert(config) => config.num_hidden_layers,
            Self::Whisper(config) => config.encoder_layers,
        }
    }

    /// Bands of the input: log-mel bands, or the one of a waveform.
    pub fn bands(&self) -> usize {
        match self {
            Self::Wav2Vec2(_) | Self::Hubert(_) => 1,
            Self::Whisper(config) => config.num_mel_bins,
        }
    }

    /// Frames (of a waveform: samples) of the shortest input that gives a step without being filled
    /// up with zeros.
    pub fn shortest_input(&self) -> usize {
        match self {
            Self::Wav2Vec2(config) | Self::Hubert(config) => config.receptive_field(),
            Self::Whisper(_) => 1,
        }
    }

    /// Frames of the longest input; `None` if there is no end. For Whisper's 30 s, 3000.
    pub fn longest_input(&self) -> Option<usize> {
        match self {
            Self::Wav2Vec2(_) | Self::Hubert(_) => None,
            Self::Whisper(config) => Some(2 * config.max_source_positions),
        }
    }

    /// Steps of a clip of so many frames, at least 1; `transformers` calls it
    /// `_get_feat_extract_output_lengths`.
    pub fn steps(&self, frames: usize) -> usize {
        let frames = frames.max(self.shortest_input());
        match self {
            Self::Wav2Vec2(config) | Self::Hubert(config) => config
                .convolutions()
                .fold(frames, |frames, [_, kernel, stride]| {
                    (frames - kernel) / stride + 1
                }),
            Self::Whisper(_) => frames.div_ceil(2),
        }
    }

    /// What `transformers` puts before the names of the encoder's tensors in a model with a
    /// classification head.
    pub(super) fn prefix(&self) -> &'static str {
        match self {
            Self::Wav2Vec2(_) => "wav2vec2.",
            Self::Hubert(_) => "hubert.",
            Self::Whisper(_) => "encoder.",
        }
    }
}
