//! Networks as [ONNX](https://onnx.ai), for ONNX Runtime and other readers.
//!
//! A graph maps a mono recording at the model's sample rate to the probabilities of its labels. All
//! steps behind the resampler are in it: trimming, level, windows, features, normalization, the
//! network, softmax, the sum of finer classes into labels, and the mean over the windows with
//! speech. The file's `metadata_props` (see `metadata.rs`) state what belongs to the numbers.

mod activation;
mod cnn_lstm;
mod convolution;
mod error;
mod features;
mod graph;
mod metadata;
mod model;
mod pretrained;
pub mod proto;
mod quantize;
mod recording;
mod spectrum;
mod transformer;
mod wav2vec2;
mod whisper;
mod windows;

pub use error::OnnxError;
pub(crate) use metadata::sums;
pub use model::{IR_VERSION, OPSET, onnx_bytes, onnx_model};
pub use quantize::Precision;
