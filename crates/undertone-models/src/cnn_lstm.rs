//! The CNN+LSTM: convolutions over time read the feature bands as channels, an LSTM reads what
//! they make of it, and a linear layer turns its pooled into one score a class.

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::conv::TimeConvolution;
use crate::lstm::{Lstm, LstmConfig};
use crate::network::NetworkError;

/// One convolution over time, with what follows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvConfig {
    /// Output channels.
    pub channels: usize,
    /// Frames that one output sees; odd, so that the output is as long as the input.
    pub kernel_size: usize,
    /// Max-pooling over this many frames (and with that stride); 1 leaves the frames as they are.
    #[serde(default = "one")]
    pub pool: usize,
}

fn one() -> usize {
    1
}

/// How the LSTM's states over time become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The state after the last step; of the backward direction, which reads from the end, that is
    /// the state at the first frame.
    Last,
    /// The mean over all steps.
    Mean,
    /// Mean and standard deviation side by side.
    MeanStd,
}

/// What a [`CnnLstm`] looks like. The number of bands comes from the front end and the number of
/// classes from the label scheme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CnnLstmConfig {
    /// The convolutions in order: each is convolution, batch norm (if on), ReLU, max-pooling,
    /// dropout.
    pub conv: Vec<ConvConfig>,
    /// Whether each convolution is followed by batch normalization.
    #[serde(default)]
    pub batch_norm: bool,
    /// Share of values dropped after each convolution while training, 0 up to but not including 1.
    #[serde(default)]
    pub conv_dropout: f64,
    /// The LSTM that reads the convolutions' output.
    pub lstm: LstmConfig,
    /// How its states become one vector.
    pub pooling: Pooling,
    /// Share of that vector dropped before the output layer while training.
    #[serde(default)]
    pub dropout: f64,
}

impl CnnLstmConfig {
    /// No size of a network may be larger: a mistyped one is told before it exhausts the memory.
    pub const LARGEST: usize = 8192;

    /// Checks the sizes against an input of `bands` × `frames` and `classes` outputs.
    ///
    /// # Errors
    /// The first option that cannot work.
    pub fn check(&self, bands: usize, frames: usize, classes: usize) -> Result<(), NetworkError> {
        let sizes = [
            ("bands", bands),
            ("classes", classes),
            ("lstm.layers", self.lstm.layers),
            ("lstm.units", self.lstm.units),
        ];
        let conv_sizes = self
            .conv
            .iter()
            .flat_map(|conv| [("conv.channels", conv.channels), ("conv.pool", conv.pool)]);
        if let Some((name, _)) = sizes
            .into_iter()
            .chain(conv_sizes)
            .find(|(_, size)| *size == 0)
        {
            return Err(NetworkError::Zero(name));
        }
        let kernels = self
            .conv
            .iter()
            .map(|conv| ("conv.kernel_size", conv.kernel_size));
        let channels = self
            .conv
            .iter()
            .map(|conv| ("conv.channels", conv.channels));
        let all = sizes.into_iter().chain(kernels).chain(channels);
        let limit = |name| {
            if name == "lstm.layers" {
                64
            } else {
                Self::LARGEST
            }
        };
        if let Some((name, size)) = all.into_iter().find(|(name, size)| *size > limit(*name)) {
            return Err(NetworkError::TooLarge {
                name,
                size,
                largest: limit(name),
            });
        }
        if let Some(conv) = self.conv.iter().find(|conv| conv.kernel_size % 2 == 0) {
            return Err(NetworkError::EvenKernel(conv.kernel_size));
        }
        for (field, value) in [
            ("conv_dropout", self.conv_dropout),
            ("lstm.dropout", self.lstm.dropout),
            ("dropout", self.dropout),
        ] {
            if !(0.0..1.0).contains(&value) {
                return Err(NetworkError::Dropout { field, value });
            }
        }
        let left = self
            .conv
            .iter()
            .fold(frames, |frames, conv| frames / conv.pool);
        if left == 0 {
            let pooled = self
                .conv
                .iter()
                .fold(1, |all: usize, conv| all.saturating_mul(conv.pool));
            return Err(NetworkError::NoFramesLeft { pooled, frames });
        }
        Ok(())
    }

    /// A network with random weights; the same after the same [`Device::seed`].
    ///
    /// # Panics
    /// On sizes that [`CnnLstmConfig::check`] refuses.
    pub fn init(&self, bands: usize, classes: usize, device: &Device) -> CnnLstm {
        let mut channels = bands;
        let mut conv = Vec::with_capacity(self.conv.len());
        for block in &self.conv {
            conv.push(ConvBlock {
                convolution: TimeConvolution::init(
                    channels,
                    block.channels,
                    block.kernel_size,
                    device,
                ),
                norm: self
                    .batch_norm
                    .then(|| BatchNormConfig::new(block.channels).init(device)),
                dropout: DropoutConfig::new(self.conv_dropout).init(),
                pool: block.pool,
            });
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

#[derive(Module, Debug)]
struct ConvBlock {
    convolution: TimeConvolution,
    norm: Option<BatchNorm>,
    dropout: Dropout,
    pool: usize,
}

impl ConvBlock {
    /// `[batch, frames, channels_in]` → `[batch, frames / pool, channels_out]`
    fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        let mut output = self.convolution.forward(input);
        let [batch, frames, channels] = output.dims();
        if let Some(norm) = &self.norm {
            let rows = output.reshape([batch * frames, channels]);
            output = norm.forward(rows).reshape([batch, frames, channels]);
        }
        output = relu(output);
        if self.pool > 1 {
            let pooled = frames / self.pool;
            output = output
                .narrow(1, 0, pooled * self.pool)
                .reshape([batch, pooled, self.pool, channels])
                .max_dim(2)
                .squeeze_dim(2);
        }
        self.dropout.forward(output)
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
    /// Added to a variance before its square root, whose slope is infinite at zero.
    pub const SMALLEST_VARIANCE: f32 = 1e-5;

    /// Class scores (logits) of a batch of feature matrices.
    ///
    /// Shapes: `[batch, bands, frames]` → `[batch, classes]`.
    pub fn forward(&self, features: Tensor<3>) -> Tensor<2> {
        let mut hidden = features.swap_dims(1, 2);
        for block in &self.conv {
            hidden = block.forward(hidden);
        }
        let states = self.lstm.forward(hidden);
        let pooled = self.pool(states);
        self.output.forward(self.dropout.forward(pooled))
    }

    /// `[batch, frames, units]` → `[batch, units or 2 * units]`
    fn pool(&self, states: Tensor<3>) -> Tensor<2> {
        let [_, frames, width] = states.dims();
        match self.pooling {
            Pooling::Last if self.bidirectional => {
                // Each direction's own last step: the backward one ends at the first frame.
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
