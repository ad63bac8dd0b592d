#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod adaptation;
mod answer;
mod batch;
mod classifier;
mod device;
mod encoder;
mod engine;
mod explain;
pub mod infer;
mod kernels;
mod model;
mod network;
mod outputs;
mod precision;
mod regressor;
mod segments;
mod version;
mod weights;

pub use adaptation::{AdaptationConfig, Evidence, Voice, VoiceError};
pub use batch::Batch;
pub use classifier::{Classifier, Prediction, WindowPrediction};
pub use device::{DeviceError, DeviceKind};
pub use encoder::{
    ClassifierHeadConfig, ConvolutionNorm, Data2VecAudioConfig, Emotion2VecConfig, Encoder,
    EncoderConfig, EncoderConfigError, EncoderError, EncoderParts, HeadLayout, HiddenStates,
    PreprocessorConfig, StepPooling, StepPoolingKind, Wav2Vec2, Wav2Vec2Config, WavLmConfig,
    WhisperConfig, WhisperEncoder, WhisperInference,
};
pub use engine::ClassifyError;
pub use infer::OVERLAP;
pub use kernels::{AdamRates, adam_step, with_all_cores};
pub use model::{
    CARD_FILE, CONFIG_FILE, Dimension, EncoderFiles, FORMAT, FilesInMemory, Model, ModelConfig,
    ModelError, PREPROCESSOR_FILE, PretrainedEncoder, PretrainedError, Provenance, WEIGHTS_FILE,
    join_encoders, shared_front_end,
};
#[cfg(feature = "embedded")]
pub use model::{EMBEDDED_CARD, EMBEDDED_NAME};
pub use network::{
    Activations, BandStatistics, BandsConfig, CnnLstm, CnnLstmConfig, ConvConfig, HUB_PREFIX, Head,
    HeadActivation, JoinedConfig, JoinedNetwork, Lstm, LstmConfig, Network, NetworkConfig,
    NetworkError, Pooling, PretrainedConfig, PretrainedNetwork, Readout, States, TrainedParts,
};
pub use outputs::Outputs;
pub use precision::{Precision, PrecisionError};
pub use regressor::{Estimate, Regressor, WindowEstimate};
pub use segments::{
    Division, Progress, SegmentPrediction, SegmentedPrediction, SegmentsConfig, SegmentsError,
    WholeRecording,
};
pub use weights::{
    Checkpoint, CheckpointError, FloatType, NamedTensor, Weights, WeightsError, parameter_bytes,
    write_safetensors,
};
