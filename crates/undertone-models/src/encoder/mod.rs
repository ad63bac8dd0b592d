//! Pretrained speech encoders: wav2vec 2.0, HuBERT and Whisper's encoder.
//!
//! They compute what Hugging Face's `transformers` computes from the same checkpoint
//! (`tests/encoder_parity.rs`, `bench/encoder_parity.py`), with one difference: a clip's result
//! never depends on the clips beside it. Where `transformers` lets padding into a result, ours is
//! that of the clip alone.
//!
//! An [`EncoderConfig`] comes from `config.json`, an [`Encoder`] from it and a
//! [`Checkpoint`](crate::Checkpoint). Its [`HiddenStates`] go to a [`Readout`](crate::Readout).

mod config;
mod convolution;
mod error;
mod pooling;
mod steps;
mod transformer;
mod wav2vec2;
mod whisper;

pub use config::{
    ClassifierHeadConfig, ConvolutionNorm, EncoderConfig, EncoderConfigError, PreprocessorConfig,
    Wav2Vec2Config, WhisperConfig,
};
pub use error::EncoderError;
pub use pooling::{StepPooling, StepPoolingKind};
pub use steps::HiddenStates;
pub use transformer::EncoderParts;
pub use wav2vec2::Wav2Vec2;
pub use whisper::WhisperEncoder;

use burn::module::Module;
use burn::tensor::Device;

use crate::batch::Batch;
use crate::weights::{self, Checkpoint, NamedTensor};

/// A pretrained encoder, or a random one.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // there is one of them, and Burn derives no boxes
pub enum Encoder {
    /// wav2vec 2.0 or HuBERT, which reads waveforms.
    Wav2Vec2(Wav2Vec2),
    /// Whisper's encoder, which reads log-mel frames.
    Whisper(WhisperEncoder),
}

impl Encoder {
    /// Fills an encoder from a checkpoint, one tensor at a time.
    ///
    /// Tensors may have their names with or without the prefix of a model with a head
    /// (`wav2vec2.`, `hubert.`, `encoder.`, `model.encoder.`, `model.`). Tensors that the encoder
    /// has no place for are left alone: other heads, a decoder, later layers.
    ///
    /// `layers` takes only the first layers of the transformer: states 0 to `layers` are then those
    /// of the whole network, except that the layer norm behind its last layer, where there is one,
    /// belongs to the whole alone. `None` takes all.
    ///
    /// # Errors
    /// [`EncoderError::Mismatch`] with every tensor that is missing or has another shape, and the
    /// checkpoint's own errors. More `layers` than there are is [`EncoderError::Layers`].
    pub fn load(
        config: &EncoderConfig,
        layers: Option<usize>,
        checkpoint: &Checkpoint,
        device: &Device,
    ) -> Result<Self, EncoderError> {
        let encoder = Self::random(config, layers, device)?;
        let prefixes = match &encoder {
            Self::Wav2Vec2(_) => wav2vec2::PREFIXES,
            Self::Whisper(_) => whisper::PREFIXES,
        };
        let prefix = weights::prefix(&encoder, checkpoint, &prefixes);
        let name_of = |name: &str| format!("{prefix}{name}");
        Ok(weights::load(encoder, checkpoint, name_of)?)
    }

    /// An encoder with random weights, drawn when they are first used.
    ///
    /// # Errors
    /// [`EncoderError::Layers`] and [`EncoderError::Config`].
    pub fn random(
        config: &EncoderConfig,
        layers: Option<usize>,
        device: &Device,
    ) -> Result<Self, EncoderError> {
        config.check()?;
        let available = config.layers();
        let layers = layers.unwrap_or(available);
        if layers > available {
            return Err(EncoderError::Layers {
                wanted: layers,
                available,
            });
        }
        Ok(match config {
            EncoderConfig::Wav2Vec2(config) | EncoderConfig::Hubert(config) => {
                Self::Wav2Vec2(Wav2Vec2::random(config, layers, device))
            }
            EncoderConfig::Whisper(config) => {
                Self::Whisper(WhisperEncoder::random(config, layers, device))
            }
        })
    }

    /// The hidden states of all layers that were taken.
    ///
    /// Clips shorter than [`EncoderConfig::shortest_input`] are read as if zeros followed them up
    /// to that length.
    ///
    /// # Panics
    /// If the batch's bands differ from [`EncoderConfig::bands`], if a clip is longer than
    /// [`EncoderConfig::longest_input`] or than the tensor, or if there is no clip.
    pub fn hidden_states(&self, batch: &Batch) -> HiddenStates {
        match self {
            Self::Wav2Vec2(network) => network.hidden_states(batch),
            Self::Whisper(network) => network.hidden_states(batch),
        }
    }

    /// Keeps the last `layers` transformer layers and the layer norm behind them trainable;
    /// everything before them is frozen, without dropout and without gradients.
    pub fn train_last(self, layers: usize) -> Self {
        match self {
            Self::Wav2Vec2(network) => Self::Wav2Vec2(network.train_last(layers)),
            Self::Whisper(network) => Self::Whisper(network.train_last(layers)),
        }
    }

    /// Freezes what stands before the transformer: convolutions, projection and positions.
    pub fn freeze_features(self) -> Self {
        match self {
            Self::Wav2Vec2(network) => Self::Wav2Vec2(network.freeze_features()),
            Self::Whisper(network) => Self::Whisper(network.freeze_features()),
        }
    }

    /// Return the ids of all parameters by part.
    pub fn parts(&self) -> EncoderParts {
        match self {
            Self::Wav2Vec2(network) => network.parts(),
            Self::Whisper(network) => network.parts(),
        }
    }

    /// All tensors as `transformers` names and lays them out in a model with a classification head
    /// of `config`'s family (`wav2vec2.…`, `hubert.…`, `encoder.…`). The weight of the position
    /// embedding is written as the two factors of its normalization.
    ///
    /// `transformers` puts its layer norm behind the last layer of any pre-norm network, so for one
    /// that was cut to its first layers it computes another last state.
    pub fn to_tensors(&self, config: &EncoderConfig) -> Vec<NamedTensor> {
        let prefix = config.prefix();
        weights::export(self, |name| format!("{prefix}{name}"))
    }
}
