//! The CNN+LSTM: convolutions over time, which read the feature bands as channels, then an LSTM,
//! then pooling over time, then a linear layer with one score per class.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::conv::{ConvBlock, ConvBlockSize};
use super::error::{LARGEST_SIZE, NetworkError};
use super::lstm::{Lstm, LstmConfig};
use super::narrow::first_outputs;

/// More layers than anyone trains; a larger number is a mistake.
const MOST_LSTM_LAYERS: usize = 64;

/// The options of one convolution over time and of the pooling behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvConfig {
    /// Output channels.
    pub channels: usize,
    /// Frames that one output frame depends on; odd, so that the output is as long as the input.
    pub kernel_size: usize,
    /// Max-pooling over this many frames (and with that stride); 1 leaves the frames as they are.
    #[serde(default = "one")]
    pub pool: usize,
}

fn one() -> usize {
    1
}

/// How the states of the LSTM over time become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The state after the last step. The backward direction reads from the end, so its last step
    /// is the first frame.
    Last,
    /// The mean over all steps.
    Mean,
    /// Mean and standard deviation, concatenated.
    MeanStd,
}

/// The options of a [`CnnLstm`]. The number of bands comes from the front end, the number of
/// classes from the label scheme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CnnLstmConfig {
    /// The convolutions in order. Each is a convolution, batch norm (if on), ReLU, max-pooling and
    /// dropout.
    pub conv: Vec<ConvConfig>,
    /// Whether each convolution is followed by batch normalization.
    #[serde(default)]
    pub batch_norm: bool,
    /// Share of values dropped after each convolution while training, 0 up to but not including 1.
    #[serde(default)]
    pub conv_dropout: f64,
    /// The LSTM, which reads the output of the convolutions.
    pub lstm: LstmConfig,
    /// How its states become one vector.
    pub pooling: Pooling,
    /// Share of that vector dropped before the output layer while training.
    #[serde(default)]
    pub dropout: f64,
}

impl CnnLstmConfig {
    /// Check the options for an input of `bands` × `frames` and for `classes` outputs.
    ///
    /// # Errors
    /// The first option that is invalid.
    pub fn check(&self, bands: usize, frames: usize, classes: usize) -> Result<(), NetworkError> {
        for (name, size, largest) in [
            ("bands", bands, LARGEST_SIZE),
            ("classes", classes, LARGEST_SIZE),
            ("lstm.layers", self.lstm.layers, MOST_LSTM_LAYERS),
            ("lstm.units", self.lstm.units, LARGEST_SIZE),
        ] {
            NetworkError::unless_positive(name, size)?;
            NetworkError::if_above(largest, name, size)?;
        }
        let (mut left, mut pooled) = (frames, 1usize);
        for conv in &self.conv {
            NetworkError::unless_positive("conv.channels", conv.channels)?;
            NetworkError::if_above(LARGEST_SIZE, "conv.channels", conv.channels)?;
            NetworkError::if_above(LARGEST_SIZE, "conv.kernel_size", conv.kernel_size)?;
            if conv.kernel_size.is_multiple_of(2) {
                return Err(NetworkError::EvenKernel(conv.kernel_size));
            }
            NetworkError::unless_positive("conv.pool", conv.pool)?;
            left /= conv.pool;
            pooled = pooled.saturating_mul(conv.pool);
        }
        NetworkError::unless_share("conv_dropout", self.conv_dropout)?;
        NetworkError::unless_share("lstm.dropout", self.lstm.dropout)?;
        NetworkError::unless_share("dropout", self.dropout)?;
        if left == 0 {
            return Err(NetworkError::NoFramesLeft { pooled, frames });
        }
        Ok(())
    }

    /// Create a network with random weights. The same [`Device::seed`] gives the same weights.
    ///
    /// # Panics
    /// On sizes for which [`CnnLstmConfig::check`] returns an error.
    pub fn init(&self, bands: usize, classes: usize, device: &Device) -> CnnLstm {
        let mut channels = bands;
        let mut conv = Vec::with_capacity(self.conv.len());
        for block in &self.conv {
            let size = ConvBlockSize {
                channels_in: channels,
                channels_out: block.channels,
                kernel_size: block.kernel_size,
                pool: block.pool,
            };
            conv.push(ConvBlock::init(
                size,
                self.batch_norm,
                self.conv_dropout,
                device,
            ));
            channels = block.channels;
        }
        let width = self.lstm.output_width();
        let pooled = match self.pooling {
            Pooling::MeanStd => 2 * width,
            Pooling::Last | Pooling::Mean => width,
        };
        CnnLstm {
            conv,
            lstm: self.lstm.init(channels, device),
            dropout: DropoutConfig::new(self.dropout).init(),
            output: LinearConfig::new(pooled, classes).init(device),
            pooling: self.pooling,
            bidirectional: self.lstm.bidirectional,
        }
    }
}

/// Convolutions over time, an LSTM, a linear layer.
#[derive(Module, Debug)]
pub struct CnnLstm {
    conv: Vec<ConvBlock>,
    lstm: Lstm,
    dropout: Dropout,
    output: Linear,
    #[module(skip)]
    pooling: Pooling,
    bidirectional: bool,
}

impl CnnLstm {
    /// Added to a variance before its square root, whose slope is infinite at 0.
    pub const SMALLEST_VARIANCE: f32 = 1e-5;

    /// Return the network with its first `count` outputs only.
    pub(super) fn first_outputs(mut self, count: usize) -> Self {
        self.output = first_outputs(self.output, count);
        self
    }

    /// Compute the class scores (logits) of a batch of feature matrices.
    ///
    /// Shapes: `[batch, bands, frames]` → `[batch, classes]`.
    pub fn forward(&self, features: Tensor<3>) -> Tensor<2> {
        let pooled = self.embed(features);
        self.output.forward(self.dropout.forward(pooled))
    }

    /// Compute the vector of each clip that the output layer reads.
    ///
    /// Shapes: `[batch, bands, frames]` → `[batch, width]`.
    pub fn embed(&self, features: Tensor<3>) -> Tensor<2> {
        let mut hidden = self.long_enough(features.swap_dims(1, 2));
        for block in &self.conv {
            hidden = block.forward(hidden);
        }
        self.pool(self.lstm.forward(hidden))
    }

    /// Pad features with zeros where pooling would leave no frame: `[batch, frames, bands]`. A
    /// front end that does not pad recordings to the window makes such features of short ones.
    fn long_enough(&self, features: Tensor<3>) -> Tensor<3> {
        let fewest: usize = self.conv.iter().map(ConvBlock::pool).product();
        let [batch, frames, bands] = features.dims();
        if frames >= fewest {
            return features;
        }
        let rest = Tensor::zeros([batch, fewest - frames, bands], &features.device());
        Tensor::cat(vec![features, rest], 1)
    }

    /// `[batch, frames, units]` → `[batch, units or 2 * units]`
    fn pool(&self, states: Tensor<3>) -> Tensor<2> {
        let [_, frames, width] = states.dims();
        match self.pooling {
            Pooling::Last if self.bidirectional => {
                // The last step of each direction: the backward one ends at the first frame.
                let units = width / 2;
                let forward = states.clone().narrow(1, frames - 1, 1).narrow(2, 0, units);
                let backward = states.narrow(1, 0, 1).narrow(2, units, units);
                Tensor::cat(vec![forward, backward], 2).squeeze_dim(1)
            }
            Pooling::Last => states.narrow(1, frames - 1, 1).squeeze_dim(1),
            Pooling::Mean => states.mean_dim(1).squeeze_dim(1),
            Pooling::MeanStd => {
                let mean = states.clone().mean_dim(1);
                let variance = (states - mean.clone()).square().mean_dim(1);
                let std = (variance + Self::SMALLEST_VARIANCE).sqrt();
                Tensor::cat(vec![mean, std], 2).squeeze_dim(1)
            }
        }
    }
}
