//! Networks as [ONNX](https://onnx.ai), for ONNX Runtime and other readers.
//!
//! A graph maps the front end's features, before standardization, to the probabilities of the
//! model's labels. Standardization, softmax and the sum of finer classes into labels are in the
//! graph. The rest is described in the file's `metadata_props` (see `metadata.rs`): the way from a
//! recording to the features, and the mean over the windows of a long recording.

mod cnn_lstm;
mod convolution;
mod error;
mod graph;
mod metadata;
mod model;
mod pretrained;
pub mod proto;
mod steps;
mod transformer;
mod wav2vec2;
mod whisper;

pub use error::OnnxError;
pub use model::{OPSET, onnx_bytes, onnx_model};
