//! The networks that a model can be made of.

use burn::module::Module;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::batch::Batch;
use crate::cnn_lstm::{CnnLstm, CnnLstmConfig};
use crate::pretrained::{Head, PretrainedConfig, PretrainedNetwork};

/// Which network, with its options.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "architecture", rename_all = "kebab-case")]
pub enum NetworkConfig {
    /// Convolutions, an LSTM, a linear layer.
    CnnLstm(CnnLstmConfig),
    /// A pretrained encoder and a small head.
    Pretrained(PretrainedConfig),
}

/// A network that cannot be built.
#[derive(Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum NetworkError {
    /// A size that must be at least 1 is 0.
    #[error("network: `{0}` must be at least 1")]
    Zero(&'static str),
    /// A size beyond [`CnnLstmConfig::LARGEST`].
    #[error("network: `{name}` must be at most {largest}, found {size}")]
    TooLarge {
        /// Which option.
        name: &'static str,
        /// Its value.
        size: usize,
        /// The most it may be.
        largest: usize,
    },
    /// An even kernel size would shift the frames.
    #[error("network: kernel_size must be odd, found {0}")]
    EvenKernel(usize),
    /// A dropout outside 0..1.
    #[error("network: `{field}` must be at least 0 and below 1, found {value}")]
    Dropout {
        /// Which option.
        field: &'static str,
        /// Its value.
        value: f64,
    },
    /// Pooling leaves nothing of the frames.
    #[error("network: pooling by {pooled} in all leaves nothing of {frames} frames")]
    NoFramesLeft {
        /// Product of the pooling factors.
        pooled: usize,
        /// Frames of the input.
        frames: usize,
    },
    /// A pretrained encoder has no random weights.
    #[error("network: a pretrained encoder is loaded, not drawn")]
    NeedsEncoder,
    /// A window longer than an encoder has positions for.
    #[error(
        "front_end.duration is {frames} frames, the encoder reads {longest} at most: shorten it, \
         longer recordings are read in windows"
    )]
    WindowTooLong {
        /// Frames of the front end's window.
        frames: usize,
        /// The most that the encoder reads at once.
        longest: usize,
    },
    /// A hidden state that the encoder does not have.
    #[error(
        "network: hidden state {state} was asked for, the encoder's first layers give 0 to {last}"
    )]
    NoSuchState {
        /// The state asked for.
        state: usize,
        /// The last there is.
        last: usize,
    },
}

/// A network of any kind.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // there is one of them, and Burn derives no boxes
pub enum Network {
    /// Convolutions, an LSTM, a linear layer.
    CnnLstm(CnnLstm),
    /// A pretrained encoder and a head.
    Pretrained(PretrainedNetwork),
    /// The head alone, for embeddings that the encoder has made before.
    Head(Head),
}

impl Network {
    /// Class scores (logits), `[batch, classes]`.
    ///
    /// A [`Network::Head`] takes embeddings as clips of one frame, `[batch, width, 1]`.
    pub fn forward(&self, batch: &Batch) -> Tensor<2> {
        match self {
            Self::CnnLstm(network) => network.forward(batch.values.clone()),
            Self::Pretrained(network) => network.forward(batch),
            Self::Head(head) => head.forward(batch.values.clone().squeeze_dim(2)),
        }
    }

    /// The part that reads embeddings, where an encoder makes them; any other network as it is.
    pub fn without_encoder(self) -> Self {
        match self {
            Self::Pretrained(network) => Self::Head(network.into_head()),
            other => other,
        }
    }

    /// Windows that go through the network together without using much memory.
    pub fn batch_size(&self) -> usize {
        match self {
            Self::CnnLstm(_) | Self::Head(_) => 64,
            Self::Pretrained(_) => 8,
        }
    }
}
