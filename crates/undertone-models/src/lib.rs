//! Speech emotion networks in [Burn](https://burn.dev), their weights on disk, and a classifier.
//!
//! - [`Classifier`] is all that inference needs: load a model, give it recordings.
//! - [`Model`] is a network with its configuration, and a folder on disk.
//! - [`CnnLstm`] and [`PretrainedNetwork`] are the networks themselves, for training; an [`Encoder`]
//!   is wav2vec 2.0, HuBERT or Whisper's encoder as Hugging Face's `transformers` has them, and a
//!   [`Checkpoint`] its weights.
//!
//! A model carries its own front end: the same parameters turn a recording into features while
//! training, judging and predicting.
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod batch;
mod checkpoint;
mod classifier;
mod cnn_lstm;
mod conv;
mod device;
#[cfg(feature = "embedded")]
mod embedded;
mod encoder;
mod kernels;
mod lstm;
mod model;
mod network;
mod normalize;
mod pretrained;
mod training_memory;
mod weights;

pub use batch::Batch;
pub use burn;
pub use checkpoint::{Checkpoint, CheckpointError, FloatType, write_safetensors};
pub use classifier::{
    Classifier, ClassifyError, OVERLAP, Prediction, WindowPrediction, class_probabilities,
    mean_over_windows,
};
pub use cnn_lstm::{CnnLstm, CnnLstmConfig, ConvConfig, Pooling};
pub use device::{DeviceError, DeviceKind};
#[cfg(feature = "embedded")]
pub use embedded::EMBEDDED_CARD;
pub use encoder::{
    ConvolutionNorm, Encoder, EncoderConfig, EncoderConfigError, EncoderError, EncoderParts,
    HeadConfig, HiddenStates, NamedTensor, PreprocessorConfig, StepPooling, StepPoolingKind,
    Wav2Vec2, Wav2Vec2Config, WhisperConfig, WhisperEncoder, write_tensors,
};
pub use kernels::keep_freed_memory;
pub use lstm::{Lstm, LstmConfig};
pub use model::{
    CARD_FILE, CONFIG_FILE, FORMAT, Model, ModelConfig, ModelError, Provenance, WEIGHTS_FILE,
    class_of_output,
};
pub use network::{Network, NetworkConfig, NetworkError};
pub use normalize::BandStatistics;
pub use pretrained::{
    EncoderFiles, HUB_PREFIX, Head, PREPROCESSOR_FILE, PretrainedConfig, PretrainedEncoder,
    PretrainedError, PretrainedNetwork, Readout, States,
};
pub use training_memory::{Activations, TrainedParts, parameter_bytes};
pub use weights::{Weights, WeightsError};
