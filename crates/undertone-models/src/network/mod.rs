//! The networks that a model can be made of.

mod cnn_lstm;
mod conv;
mod error;
mod joined;
mod lstm;
mod memory;
mod narrow;
mod normalize;
mod pretrained;

pub use cnn_lstm::{BandsConfig, CnnLstm, CnnLstmConfig, ConvConfig, Pooling};
pub use error::NetworkError;
pub use joined::{JoinedConfig, JoinedNetwork};
pub use lstm::{Lstm, LstmConfig};
pub use memory::{Activations, TrainedParts};
pub use normalize::BandStatistics;
pub use pretrained::{
    HUB_PREFIX, Head, HeadActivation, PretrainedConfig, PretrainedNetwork, Readout, States,
};

use std::slice;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::batch::Batch;
use crate::precision::{Precision, PrecisionError};

/// Which network, with its options.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "architecture", rename_all = "kebab-case")]
pub enum NetworkConfig {
    /// Convolutions, an LSTM, a linear layer.
    CnnLstm(CnnLstmConfig),
    /// A pretrained encoder and a small head.
    Pretrained(PretrainedConfig),
    /// Several frozen encoders and one head.
    Joined(JoinedConfig),
}

impl NetworkConfig {
    /// Return the pretrained encoders: none, one or several.
    pub fn encoders(&self) -> &[PretrainedConfig] {
        match self {
            Self::CnnLstm(_) => &[],
            Self::Pretrained(config) => slice::from_ref(config),
            Self::Joined(config) => &config.encoders,
        }
    }

    /// Return the pretrained encoders, to change their names.
    pub fn encoders_mut(&mut self) -> &mut [PretrainedConfig] {
        match self {
            Self::CnnLstm(_) => &mut [],
            Self::Pretrained(config) => slice::from_mut(config),
            Self::Joined(config) => &mut config.encoders,
        }
    }
}

/// A network of any kind.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // only one value exists, and Burn derives no boxes
pub enum Network {
    /// Convolutions, an LSTM, a linear layer.
    CnnLstm(CnnLstm),
    /// A pretrained encoder and a head.
    Pretrained(PretrainedNetwork),
    /// Several frozen encoders and a head.
    Joined(JoinedNetwork),
    /// The head alone, for embeddings that the encoder computed before.
    Head(Head),
}

impl Network {
    /// Compute the class scores (logits), `[batch, classes]`.
    ///
    /// A [`Network::Head`] takes embeddings as clips of one frame, `[batch, width, 1]`.
    pub fn forward(&self, batch: &Batch) -> Tensor<2> {
        match self {
            Self::CnnLstm(network) => network.forward(batch.values.clone()),
            Self::Pretrained(network) => network.forward(batch),
            Self::Joined(network) => network.forward(batch),
            Self::Head(head) => head.forward(batch.values.clone().squeeze_dim(2)),
        }
    }

    /// Compute the embedding of each clip, which the last linear layers read, `[batch, width]`.
    pub fn embed(&self, batch: &Batch) -> Tensor<2> {
        match self {
            Self::CnnLstm(network) => network.embed(batch.values.clone()),
            Self::Pretrained(network) => network.embed(batch),
            Self::Joined(network) => network.embed(batch),
            Self::Head(_) => batch.values.clone().squeeze_dim(2),
        }
    }

    /// Return the network for inference only, with the weights of its encoder in the order in which
    /// the CPU computes fastest: see [`Encoder::for_inference`](crate::Encoder::for_inference). On
    /// another device it stays as it is, and so does a network without an encoder.
    #[must_use]
    pub fn for_inference(self, device: &Device) -> Self {
        match self {
            Self::Pretrained(network) if *device == Device::flex() => {
                Self::Pretrained(network.for_inference())
            }
            Self::Joined(network) if *device == Device::flex() => {
                Self::Joined(network.for_inference())
            }
            other => other,
        }
    }

    /// Return the network with the frozen layers of its encoder in the order in which the CPU
    /// computes fastest: see [`Encoder::frozen_for_inference`](crate::Encoder::frozen_for_inference).
    /// On another device it stays as it is.
    #[must_use]
    pub fn frozen_for_inference(self, device: &Device) -> Self {
        match self {
            Self::Pretrained(network) if *device == Device::flex() => {
                Self::Pretrained(network.frozen_for_inference())
            }
            other => other,
        }
    }

    /// Return the bytes of the weights that [`Network::frozen_for_inference`] has made a copy of.
    pub fn copied_bytes(&self) -> usize {
        match self {
            Self::Pretrained(network) => network.encoder().copied_bytes(),
            _ => 0,
        }
    }

    /// Return the network with this precision. It must be one
    /// [for inference](Network::for_inference).
    ///
    /// # Errors
    /// If it has no form of 8-bit integers: see [`Encoder::in_int8`](crate::Encoder::in_int8).
    pub fn with_precision(self, precision: Precision) -> Result<Self, PrecisionError> {
        match (precision, self) {
            (Precision::F32, network) => Ok(network),
            (Precision::Int8, Self::Pretrained(network)) => {
                let network = network.in_int8().ok_or(PrecisionError::NoInt8)?;
                Ok(Self::Pretrained(network))
            }
            (Precision::Int8, Self::Joined(network)) => {
                let network = network.in_int8().ok_or(PrecisionError::NoInt8)?;
                Ok(Self::Joined(network))
            }
            (Precision::Int8, Self::CnnLstm(_) | Self::Head(_)) => Err(PrecisionError::NoInt8),
        }
    }

    /// Return the head of a network with an encoder, and any other network as it is.
    pub fn without_encoder(self) -> Self {
        match self {
            Self::Pretrained(network) => Self::Head(network.into_head()),
            Self::Joined(network) => Self::Head(network.into_head()),
            other => other,
        }
    }

    /// Return the head of a network with an encoder, or of such a network.
    pub fn head(&self) -> Option<&Head> {
        match self {
            Self::CnnLstm(_) => None,
            Self::Pretrained(network) => Some(network.head()),
            Self::Joined(network) => Some(network.head()),
            Self::Head(head) => Some(head),
        }
    }

    /// Return the same network with another head, which must read vectors of the same width. A
    /// network without a head stays as it is.
    #[must_use]
    pub fn with_head(self, head: Head) -> Self {
        match self {
            Self::CnnLstm(network) => Self::CnnLstm(network),
            Self::Pretrained(network) => Self::Pretrained(network.with_head(head)),
            Self::Joined(network) => Self::Joined(network.with_head(head)),
            Self::Head(_) => Self::Head(head),
        }
    }

    /// Return the network with its first `count` outputs only.
    pub fn first_outputs(self, count: usize) -> Self {
        match self {
            Self::CnnLstm(network) => Self::CnnLstm(network.first_outputs(count)),
            Self::Pretrained(network) => {
                let head = network.head().clone().first_outputs(count);
                Self::Pretrained(network.with_head(head))
            }
            Self::Joined(network) => {
                let head = network.head().clone().first_outputs(count);
                Self::Joined(network.with_head(head))
            }
            Self::Head(head) => Self::Head(head.first_outputs(count)),
        }
    }

    /// Return how many windows to pass through the network together without using much memory.
    pub fn batch_size(&self) -> usize {
        match self {
            Self::CnnLstm(_) | Self::Head(_) => 64,
            Self::Pretrained(_) | Self::Joined(_) => 8,
        }
    }
}
