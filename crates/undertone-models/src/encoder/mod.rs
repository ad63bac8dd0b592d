//! Pretrained speech encoders: wav2vec 2.0, HuBERT, WavLM, data2vec and Whisper's encoder.
//!
//! They compute what `transformers` of Hugging Face computes from the same checkpoint
//! (`tests/encoder_parity.rs`, `bench/encoder_parity.py`), with one difference: the result of a
//! clip never depends on the other clips of its batch. Where padding influences the result of
//! `transformers`, ours is the result of the clip alone.
//!
//! An [`EncoderConfig`] is read from `config.json`; an [`Encoder`] is loaded with it from a
//! [`Checkpoint`](crate::Checkpoint). A [`Readout`](crate::Readout) reads its [`HiddenStates`].

mod alibi;
mod config;
mod convolution;
mod emotion2vec;
mod error;
mod inference;
mod pooling;
mod relative_positions;
mod steps;
mod transformer;
mod wav2vec2;
mod whisper;
mod whisper_inference;

pub(crate) use config::Sizes;
pub use config::{
    ClassifierHeadConfig, ConvolutionNorm, Data2VecAudioConfig, Emotion2VecConfig, EncoderConfig,
    EncoderConfigError, HeadLayout, PreprocessorConfig, Wav2Vec2Config, WavLmConfig, WhisperConfig,
};
pub(crate) use emotion2vec::prefix as emotion2vec_prefix;
pub use error::EncoderError;
pub use pooling::{StepPooling, StepPoolingKind};
pub use steps::HiddenStates;
pub use transformer::EncoderParts;
pub use wav2vec2::Wav2Vec2;
pub use whisper::WhisperEncoder;
pub use whisper_inference::WhisperInference;

use std::collections::BTreeSet;

use burn::module::Module;
use burn::tensor::Device;

use inference::{InModule, Values};

use crate::batch::Batch;
use crate::kernels;
use crate::weights::{self, Checkpoint, NamedTensor, StoredParameters};

/// A pretrained encoder, or a random one.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // only one value exists, and Burn derives no boxes
pub enum Encoder {
    /// wav2vec 2.0, HuBERT, WavLM or data2vec, which read waveforms.
    Wav2Vec2(Wav2Vec2),
    /// Whisper's encoder, which reads log-mel frames.
    Whisper(WhisperEncoder),
    /// The same for inference only.
    WhisperForInference(WhisperInference),
}

impl Encoder {
    /// Load an encoder from a checkpoint.
    ///
    /// The names may have the prefix of a model with a head (`wav2vec2.`, `hubert.`, `wavlm.`,
    /// `data2vec_audio.`, `encoder.`, `model.encoder.`, `model.`) or none. Other tensors of the
    /// checkpoint are ignored: heads, a decoder, later layers.
    ///
    /// With `layers`, only the first layers of the transformer are loaded. States 0 to `layers` are
    /// then those of the whole network, except that a layer norm behind the last layer of the whole
    /// network is left out. `None` loads all layers.
    ///
    /// # Errors
    /// [`CheckpointError::Mismatch`](crate::CheckpointError::Mismatch) with every tensor that is
    /// missing or has another shape, the other errors of a checkpoint, and [`EncoderError::Layers`]
    /// for more `layers` than the encoder has.
    pub fn load(
        config: &EncoderConfig,
        layers: Option<usize>,
        checkpoint: &Checkpoint,
        device: &Device,
    ) -> Result<Self, EncoderError> {
        let encoder = Self::random(config, layers, device)?;
        let prefix = encoder.prefix_in(checkpoint);
        encoder.filled(checkpoint, prefix)
    }

    /// Load the parameters from the tensors of a checkpoint whose names have this prefix.
    ///
    /// # Errors
    /// As [`Encoder::load`].
    pub(crate) fn filled(
        self,
        checkpoint: &Checkpoint,
        prefix: &str,
    ) -> Result<Self, EncoderError> {
        let name_of = |name: &str| format!("{prefix}{name}");
        Ok(weights::load(self, checkpoint, name_of)?)
    }

    /// Do the same as [`Encoder::load`] and then [`Encoder::for_inference`], without a copy of the
    /// weights in between. On another device than the CPU, do the same as [`Encoder::load`].
    ///
    /// # Errors
    /// As [`Encoder::load`].
    pub fn load_for_inference(
        config: &EncoderConfig,
        layers: Option<usize>,
        checkpoint: &Checkpoint,
        device: &Device,
    ) -> Result<Self, EncoderError> {
        let encoder = Self::random(config, layers, device)?;
        let prefix = encoder.prefix_in(checkpoint);
        encoder.filled_for_inference(checkpoint, prefix, device)
    }

    /// Do the same as [`Encoder::filled`] and then [`Encoder::for_inference`], as
    /// [`Encoder::load_for_inference`] does.
    ///
    /// # Errors
    /// As [`Encoder::load`].
    pub(crate) fn filled_for_inference(
        mut self,
        checkpoint: &Checkpoint,
        prefix: &str,
        device: &Device,
    ) -> Result<Self, EncoderError> {
        let name_of = |name: &str| format!("{prefix}{name}");
        let stored = StoredParameters::find(&self, checkpoint, name_of)?;
        if kernels::is_fast() && *device == Device::flex() {
            self = self.in_panels(&stored)?;
        }
        Ok(stored.fill(self)?)
    }

    /// Load emotion2vec from a checkpoint in the layout of FunASR. Other tensors of the checkpoint
    /// are ignored.
    ///
    /// # Errors
    /// As [`Encoder::load`].
    pub fn load_emotion2vec(
        config: &Emotion2VecConfig,
        checkpoint: &Checkpoint,
        device: &Device,
    ) -> Result<Self, EncoderError> {
        let network = Wav2Vec2::emotion2vec(config, device);
        let prefix = emotion2vec::prefix(checkpoint);
        let name_of = |name: &str| {
            let name = emotion2vec::name_in_checkpoint(name, config.prenet_depth);
            format!("{prefix}{name}")
        };
        Ok(Self::Wav2Vec2(weights::load(network, checkpoint, name_of)?))
    }

    /// Return the names of the tensors of a checkpoint that [`Encoder::load`] reads.
    pub(crate) fn stored_names(&self, checkpoint: &Checkpoint) -> BTreeSet<String> {
        let prefix = self.prefix_in(checkpoint);
        weights::stored_names(self, checkpoint, |name| format!("{prefix}{name}"))
    }

    fn prefix_in(&self, checkpoint: &Checkpoint) -> &'static str {
        match self {
            Self::Wav2Vec2(_) => weights::prefix(self, checkpoint, &wav2vec2::PREFIXES),
            Self::Whisper(_) | Self::WhisperForInference(_) => {
                weights::prefix(self, checkpoint, &whisper::PREFIXES)
            }
        }
    }

    /// Create an encoder with random weights, which are drawn when they are first used.
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
            EncoderConfig::WavLm(config) => {
                let network = Wav2Vec2::random(&config.sizes, layers, device);
                Self::Wav2Vec2(network.with_relative_positions(config, device))
            }
            EncoderConfig::Data2VecAudio(config) => {
                let (sizes, kernel) = (&config.sizes, config.conv_pos_kernel_size);
                let network = Wav2Vec2::random(sizes, layers, device);
                Self::Wav2Vec2(network.with_position_layers(sizes, kernel, device))
            }
            EncoderConfig::Whisper(config) => {
                Self::Whisper(WhisperEncoder::random(config, layers, device))
            }
        })
    }

    /// Compute the hidden states of all layers.
    ///
    /// Clips shorter than [`EncoderConfig::shortest_input`] are filled up with zeros.
    ///
    /// # Panics
    /// If the bands of the batch differ from [`EncoderConfig::bands`], if a clip is longer than
    /// [`EncoderConfig::longest_input`] or than the tensor, or if there is no clip.
    pub fn hidden_states(&self, batch: &Batch) -> HiddenStates {
        match self {
            Self::Wav2Vec2(network) => network.hidden_states(batch),
            Self::Whisper(network) => network.hidden_states(batch),
            Self::WhisperForInference(network) => network.hidden_states(batch),
        }
    }

    /// Move the weights into the order in which the CPU computes fastest without gradients. The
    /// encoder can then only compute [`Encoder::hidden_states`]: its parameters cannot be trained
    /// or written. A network that has no such form stays as it is.
    #[must_use]
    pub fn for_inference(self) -> Self {
        if !kernels::is_fast() {
            return self;
        }
        let Ok(encoder) = self.in_panels(&InModule);
        encoder
    }

    /// Move the weights, whose values are there, into the order of the kernels. Those that the
    /// kernels do not take stay as they are.
    fn in_panels<V: Values>(self, values: &V) -> Result<Self, V::Error> {
        Ok(match self {
            Self::Wav2Vec2(network) => Self::Wav2Vec2(network.for_inference(values)?),
            Self::Whisper(network) if network.fits_inference() => {
                Self::WhisperForInference(network.for_inference(values)?)
            }
            Self::Whisper(_) | Self::WhisperForInference(_) => self,
        })
    }

    /// Round the weights of the layers to 8-bit integers, of an encoder
    /// [for inference](Encoder::for_inference). `None` if it has no such form: WavLM, emotion2vec,
    /// heads whose width is not a multiple of 32, processors without AVX2.
    pub fn in_int8(self) -> Option<Self> {
        Some(match self {
            Self::Wav2Vec2(network) => Self::Wav2Vec2(network.in_int8()?),
            Self::Whisper(_) => return None,
            Self::WhisperForInference(network) => Self::WhisperForInference(network.in_int8()),
        })
    }

    /// Keep the last `layers` transformer layers and the layer norm behind them trainable. Freeze
    /// everything before them: no dropout, no gradients.
    pub fn train_last(self, layers: usize) -> Self {
        match self {
            Self::Wav2Vec2(network) => Self::Wav2Vec2(network.train_last(layers)),
            Self::Whisper(network) => Self::Whisper(network.train_last(layers)),
            Self::WhisperForInference(_) => self,
        }
    }

    /// Compute the layers before those that [`Encoder::train_last`] keeps trainable as
    /// [`Encoder::for_inference`] does. All parameters stay, and can be written.
    ///
    /// Call this on the CPU, and when the parameters have their values. A record that is loaded later
    /// does not change the frozen layers: they go on computing with the old values.
    #[must_use]
    pub fn frozen_for_inference(self) -> Self {
        if !kernels::is_fast() {
            return self;
        }
        match self {
            Self::Wav2Vec2(network) => Self::Wav2Vec2(network.frozen_for_inference()),
            Self::Whisper(network) => Self::Whisper(network.frozen_for_inference()),
            Self::WhisperForInference(_) => self,
        }
    }

    /// Return the bytes of the weights that [`Encoder::frozen_for_inference`] has made a copy of.
    pub fn copied_bytes(&self) -> usize {
        match self {
            Self::Wav2Vec2(network) => network.copied_bytes(),
            Self::Whisper(network) => network.copied_bytes(),
            Self::WhisperForInference(_) => 0,
        }
    }

    /// Freeze the parts before the transformer: convolutions, projection and positions.
    pub fn freeze_features(self) -> Self {
        match self {
            Self::Wav2Vec2(network) => Self::Wav2Vec2(network.freeze_features()),
            Self::Whisper(network) => Self::Whisper(network.freeze_features()),
            Self::WhisperForInference(_) => self,
        }
    }

    /// Keep the first `count` positions: the encoder then reads clips of at most as many steps. An
    /// encoder without a limit stays as it is.
    #[must_use]
    pub fn first_positions(self, count: usize) -> Self {
        match self {
            Self::Whisper(network) => Self::Whisper(network.first_positions(count)),
            Self::Wav2Vec2(_) | Self::WhisperForInference(_) => self,
        }
    }

    /// Return the ids of all parameters by part.
    pub fn parts(&self) -> EncoderParts {
        match self {
            Self::Wav2Vec2(network) => network.parts(),
            Self::Whisper(network) => network.parts(),
            Self::WhisperForInference(_) => EncoderParts::default(),
        }
    }

    /// Return all tensors with the names and the layout that `transformers` uses in a model with a
    /// classification head of the family of `config` (`wav2vec2.…`, `wavlm.…`, `encoder.…`). The
    /// weight of the position embedding is split into the two factors of its normalization.
    ///
    /// `transformers` applies its layer norm behind the last layer of any pre-norm network. For a
    /// network that was cut to its first layers it computes another last state.
    pub fn to_tensors(&self, config: &EncoderConfig) -> Vec<NamedTensor> {
        let prefix = config.prefix();
        weights::export(self, |name| format!("{prefix}{name}"))
    }
}
