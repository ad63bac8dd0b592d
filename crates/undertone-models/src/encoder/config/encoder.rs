//! The configuration of an encoder of any family.

use serde_json::Value;

use super::error::{EncoderConfigError, parse};
use super::wav2vec2::Wav2Vec2Config;
use super::whisper::WhisperConfig;

/// The sizes of a pretrained encoder. Options without influence on it are not kept.
#[derive(Debug, Clone, PartialEq)]
pub enum EncoderConfig {
    /// wav2vec 2.0.
    Wav2Vec2(Wav2Vec2Config),
    /// HuBERT, which is the same network under another name.
    Hubert(Wav2Vec2Config),
    /// Whisper's encoder.
    Whisper(WhisperConfig),
}

impl EncoderConfig {
    /// Read a `config.json`. A missing option has the default of `transformers`.
    ///
    /// # Errors
    /// If it is not JSON, if its `model_type` is not wav2vec2, hubert or whisper, and for the first
    /// option that is invalid or not supported.
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

    /// Check all options.
    ///
    /// # Errors
    /// [`EncoderConfigError::Option`] for the first invalid option.
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

    /// Return the number of transformer layers of the whole network.
    pub fn layers(&self) -> usize {
        match self {
            Self::Wav2Vec2(config) | Self::Hubert(config) => config.num_hidden_layers,
            Self::Whisper(config) => config.encoder_layers,
        }
    }

    /// Return the number of bands of the input: log-mel bands, or 1 for a waveform.
    pub fn bands(&self) -> usize {
        match self {
            Self::Wav2Vec2(_) | Self::Hubert(_) => 1,
            Self::Whisper(config) => config.num_mel_bins,
        }
    }

    /// Return the length of the shortest input that is not filled up with zeros, in frames
    /// (samples, if the input is a waveform).
    pub fn shortest_input(&self) -> usize {
        match self {
            Self::Wav2Vec2(config) | Self::Hubert(config) => config.receptive_field(),
            Self::Whisper(_) => 1,
        }
    }

    /// Return the length of the longest input in frames; `None` if there is no limit. It is 3000
    /// for the 30 s of Whisper.
    pub fn longest_input(&self) -> Option<usize> {
        match self {
            Self::Wav2Vec2(_) | Self::Hubert(_) => None,
            Self::Whisper(config) => Some(2 * config.max_source_positions),
        }
    }

    /// Return the number of steps of a clip of `frames`, at least 1: the
    /// `_get_feat_extract_output_lengths` of `transformers`.
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

    /// Return the prefix that `transformers` gives the tensors of the encoder in a model with a
    /// classification head.
    pub(crate) fn prefix(&self) -> &'static str {
        match self {
            Self::Wav2Vec2(_) => "wav2vec2.",
            Self::Hubert(_) => "hubert.",
            Self::Whisper(_) => "encoder.",
        }
    }
}
