//! Errors of the ONNX export.

use thiserror::Error;
use undertone_audio::FrontEndError;
use undertone_models::{EncoderConfigError, NetworkError};

/// The size of the largest message that protobuf reads, in bytes.
pub(super) const LARGEST: usize = i32::MAX as usize;

/// Why a network cannot be written as ONNX.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OnnxError {
    /// The model has the head of a pretrained network, but not its encoder.
    #[error("the network's encoder is not there")]
    NoEncoder,
    /// There is no graph for a network with several encoders.
    #[error(
        "a model with several encoders cannot be exported to ONNX: the graph has one encoder; \
         `export --to hf` writes the model for Undertone"
    )]
    SeveralEncoders,
    /// The encoder's configuration cannot be used.
    #[error(transparent)]
    Encoder(#[from] EncoderConfigError),
    /// There is no graph for the encoder's family.
    #[error("{0} cannot be exported to ONNX; `export --to hf` writes it for transformers")]
    Unsupported(&'static str),
    /// The encoder does not have the hidden states that the network reads.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The network lacks a parameter that its configuration requires.
    #[error("the network has no parameter `{0}`")]
    Missing(String),
    /// The network has parameters that its configuration does not use. The graph would compute
    /// something else.
    #[error("the graph has no place for the parameters {}", .0.join(", "))]
    Unused(Vec<String>),
    /// The network's classes cannot be summed into the labels.
    #[error("the network's outputs cannot be summed into the labels")]
    Outputs,
    /// The front end's parameters are invalid.
    #[error(transparent)]
    FrontEnd(#[from] FrontEndError),
    /// The file would be larger than a protobuf message may be.
    #[error("{bytes} bytes are more than an ONNX file can hold ({LARGEST})")]
    TooLarge {
        /// The file's size.
        bytes: usize,
    },
}
