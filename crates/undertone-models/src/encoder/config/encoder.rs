//! The configuration of an encoder of any family.

use serde_json::Value;

use super::data2vec_audio::Data2VecAudioConfig;
use super::error::{EncoderConfigError, parse};
use super::family::{self, Family};
use super::wav2vec2::Wav2Vec2Config;
use super::wavlm::WavLmConfig;
use super::whisper::WhisperConfig;

/// The sizes of a pretrained encoder. Options without influence on it are not kept.
#[derive(Debug, Clone, PartialEq)]
pub enum EncoderConfig {
    /// wav2vec 2.0.
    Wav2Vec2(Wav2Vec2Config),
    /// HuBERT, which is the same network under another name.
    Hubert(Wav2Vec2Config),
    /// WavLM, which adds a bias by relative positions to the attention.
    WavLm(WavLmConfig),
    /// data2vec for audio, which has another position embedding.
    Data2VecAudio(Data2VecAudioConfig),
    /// Whisper's encoder.
    Whisper(WhisperConfig),
}

/// The sizes that all encoders of a waveform, or of a spectrogram, have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sizes<'a> {
    /// Of an encoder that reads a waveform.
    Waveform(&'a Wav2Vec2Config),
    /// Of Whisper's encoder, which reads log-mel frames.
    LogMel(&'a WhisperConfig),
}

impl EncoderConfig {
    /// Read a `config.json`. A missing option has the default of `transformers`.
    ///
    /// # Errors
    /// If it is not JSON, if its `model_type` is not that of a known family, and for the first
    /// option that is invalid or not supported.
    pub fn from_json(json: &[u8]) -> Result<Self, EncoderConfigError> {
        const FILE: &str = "config.json";
        let value: Value = parse(FILE, json)?;
        let model_type = value.get("model_type").and_then(Value::as_str);
        let is = |family: Family| model_type == Some(family.model_type);
        let config = if is(family::WAV2VEC2) {
            Self::Wav2Vec2(parse(FILE, json)?)
        } else if is(family::HUBERT) {
            Self::Hubert(parse(FILE, json)?)
        } else if is(family::WAVLM) {
            Self::WavLm(parse(FILE, json)?)
        } else if is(family::DATA2VEC_AUDIO) {
            Self::Data2VecAudio(Data2VecAudioConfig::from_json(FILE, value)?)
        } else if is(family::WHISPER) {
            Self::Whisper(parse(FILE, json)?)
        } else {
            let found = model_type.map_or("(none)".to_owned(), |found| format!("`{found}`"));
            return Err(EncoderConfigError::ModelType { found });
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
            Self::WavLm(config) => config.check(),
            Self::Data2VecAudio(config) => config.check(),
            Self::Whisper(config) => config.check(),
        }
    }

    /// Return the sizes by what the encoder reads.
    pub(crate) fn sizes(&self) -> Sizes<'_> {
        match self {
            Self::Wav2Vec2(config) | Self::Hubert(config) => Sizes::Waveform(config),
            Self::WavLm(config) => Sizes::Waveform(&config.sizes),
            Self::Data2VecAudio(config) => Sizes::Waveform(&config.sizes),
            Self::Whisper(config) => Sizes::LogMel(config),
        }
    }

    /// Width of the hidden states.
    pub fn width(&self) -> usize {
        match self.sizes() {
            Sizes::Waveform(config) => config.hidden_size,
            Sizes::LogMel(config) => config.d_model,
        }
    }

    /// Return the number of transformer layers of the whole network.
    pub fn layers(&self) -> usize {
        match self.sizes() {
            Sizes::Waveform(config) => config.num_hidden_layers,
            Sizes::LogMel(config) => config.encoder_layers,
        }
    }

    /// Return the number of bands of the input: log-mel bands, or 1 for a waveform.
    pub fn bands(&self) -> usize {
        match self.sizes() {
            Sizes::Waveform(_) => 1,
            Sizes::LogMel(config) => config.num_mel_bins,
        }
    }

    /// Return the length of the shortest input that is not filled up with zeros, in frames
    /// (samples, if the input is a waveform).
    pub fn shortest_input(&self) -> usize {
        match self.sizes() {
            Sizes::Waveform(config) => config.receptive_field(),
            Sizes::LogMel(_) => 1,
        }
    }

    /// Return the length of the longest input in frames; `None` if there is no limit. It is 3000
    /// for the 30 s of Whisper.
    pub fn longest_input(&self) -> Option<usize> {
        match self.sizes() {
            Sizes::Waveform(_) => None,
            Sizes::LogMel(config) => Some(2 * config.max_source_positions),
        }
    }

    /// Return the number of steps of a clip of `frames`, at least 1: the
    /// `_get_feat_extract_output_lengths` of `transformers`.
    pub fn steps(&self, frames: usize) -> usize {
        let frames = frames.max(self.shortest_input());
        match self.sizes() {
            Sizes::Waveform(config) => config
                .convolutions()
                .fold(frames, |frames, [_, kernel, stride]| {
                    (frames - kernel) / stride + 1
                }),
            Sizes::LogMel(_) => frames.div_ceil(2),
        }
    }

    /// Return the prefix that `transformers` gives the tensors of the encoder in a model with a
    /// classification head.
    pub(crate) fn prefix(&self) -> &'static str {
        self.family().prefix
    }

    /// Return the class of `transformers` that has this encoder and a classification head.
    pub(crate) fn architecture(&self) -> &'static str {
        self.family().architecture
    }

    /// Return the class of `transformers` that prepares recordings for the encoder.
    pub(crate) fn feature_extractor(&self) -> &'static str {
        match self.sizes() {
            Sizes::Waveform(_) => "Wav2Vec2FeatureExtractor",
            Sizes::LogMel(_) => "WhisperFeatureExtractor",
        }
    }

    /// Return the sizes as JSON, with the names of `transformers`.
    pub(super) fn sizes_to_json(&self) -> Result<Value, serde_json::Error> {
        match self {
            Self::Wav2Vec2(config) | Self::Hubert(config) => serde_json::to_value(config),
            Self::WavLm(config) => serde_json::to_value(config),
            Self::Data2VecAudio(config) => serde_json::to_value(config),
            Self::Whisper(config) => serde_json::to_value(config),
        }
    }

    pub(super) fn family(&self) -> Family {
        match self {
            Self::Wav2Vec2(_) => family::WAV2VEC2,
            Self::Hubert(_) => family::HUBERT,
            Self::WavLm(_) => family::WAVLM,
            Self::Data2VecAudio(_) => family::DATA2VEC_AUDIO,
            Self::Whisper(_) => family::WHISPER,
        }
    }
}
