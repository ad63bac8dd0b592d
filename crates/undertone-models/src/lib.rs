//! Speech emotion networks in [Burn](https://burn.dev), their weights on disk, and a classifier.
//!
//! - [`Classifier`] is all that inference needs: load a model, give it recordings.
//! - [`Model`] is a network with its configuration, and a folder on disk.
//! - [`CnnLstm`] and [`Lstm`] are the networks themselves, for training.
//!
//! A model carries its own front end: the same parameters turn a recording into features while
//! training, judging and predicting.
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod batch;
mod checkpoint;
mod classifier;
mod conv;
mod device;
#[cfg(feature = "embedded")]
mod embedded;
mod encoder;
#[cfg(feature = "hub")]
pub mod hub;
mod kernels;
mod lstm;
mod model;
mod network;
mod statistics;
mod weights;

pub use batch::Batch;
pub use burn;
pub use checkpoint::{Checkpoint, CheckpointError, FloatType, write_safetensors};
pub use classifier::{
    Classifier, ClassifyError, OVERLAP, Prediction, WindowPrediction, class_probabilities, largest,
    mean_over_windows, stack,
};
pub use device::{DeviceError, DeviceKind};
pub use encoder::{
    ClassificationHead, ConvolutionNorm, Encoder, EncoderConfig, EncoderConfigError, EncoderError,
    HeadConfig, HiddenStates, NamedTensor, PreprocessorConfig, StepPooling, StepPoolingKind,
    Wav2Vec2, Wav2Vec2Config, WhisperConfig, WhisperEncoder, write_tensors,
};
pub use kernels::keep_freed_memory;
pub use lstm::{Lstm, LstmConfig};
pub use model::{
    CARD_FILE, CONFIG_FILE, FORMAT, Model, ModelConfig, ModelError, NetworkConfig, Provenance,
    WEIGHTS_FILE, summed_into, write_atomically,
};
pub use network::{CnnLstm, CnnLstmConfig, ConvConfig, NetworkError, Pooling};
pub use statistics::BandStatistics;
pub use weights::{Weights, WeightsError};
