//! The CNN+LSTM: convolutions over time, which read the feature bands as channels, or over time and
//! bands, then an LSTM, then pooling over time, then a linear layer with one score per class.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::conv::{ConvBlock, ConvBlockSize, Extent};
use super::error::{LARGEST_SIZE, NetworkError};
use super::lstm::{Lstm, LstmConfig};
use super::narrow::first_outputs;

/// More layers than anyone trains; a larger number is a mistake.
const MOST_LSTM_LAYERS: usize = 64;

/// The options of one convolution and of the pooling behind it.
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
    /// If there is one, the convolution is over time and bands (`Conv2d`). Otherwise it is over
    /// time, and each band of its input is a channel (`Conv1d`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bands: Option<BandsConfig>,
}

/// How a convolution and the pooling behind it go over bands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandsConfig {
    /// Bands that one band of the output depends on; odd, so that there are as many as before.
    pub kernel_size: usize,
    /// Max-pooling over this many bands (and with that stride); 1 leaves the bands as they are.
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
        let (mut bands_left, mut bands_pooled) = (bands, 1usize);
        for conv in &self.conv {
            NetworkError::unless_positive("conv.channels", conv.channels)?;
            NetworkError::if_above(LARGEST_SIZE, "conv.channels", conv.channels)?;
            check_extent(
                ["conv.kernel_size", "conv.pool"],
                conv.kernel_size,
                conv.pool,
            )?;
            left /= conv.pool;
            pooled = pooled.saturating_mul(conv.pool);
            if let Some(over) = &conv.bands {
                let names = ["conv.bands.kernel_size", "conv.bands.pool"];
                check_extent(names, over.kernel_size, over.pool)?;
                bands_left /= over.pool;
                bands_pooled = bands_pooled.saturating_mul(over.pool);
            }
        }
        let mut later = self.conv.iter().skip_while(|conv| conv.bands.is_some());
        if later.any(|conv| conv.bands.is_some()) {
            return Err(NetworkError::BandsAfterChannels);
        }
        if bands_left == 0 {
            return Err(NetworkError::NoBandsLeft {
                pooled: bands_pooled,
                bands,
            });
        }
        NetworkError::if_above(LARGEST_SIZE, "lstm input", self.sizes(bands).1)?;
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
        let (sizes, inputs) = self.sizes(bands);
        let conv = sizes
            .into_iter()
            .map(|size| ConvBlock::init(size, self.batch_norm, self.conv_dropout, device))
            .collect();
        let width = self.lstm.output_width();
        let pooled = match self.pooling {
            Pooling::MeanStd => 2 * width,
            Pooling::Last | Pooling::Mean => width,
        };
        CnnLstm {
            conv,
            lstm: self.lstm.init(inputs, device),
            dropout: DropoutConfig::new(self.dropout).init(),
            output: LinearConfig::new(pooled, classes).init(device),
            pooling: self.pooling,
            bidirectional: self.lstm.bidirectional,
        }
    }

    /// Return the sizes of the blocks, and how many values of each frame the LSTM reads.
    fn sizes(&self, bands: usize) -> (Vec<ConvBlockSize>, usize) {
        let (mut bands, mut channels) = (bands, 1);
        let blocks = self.conv.iter().map(|conv| {
            let over_bands = conv.bands.as_ref().map(|over| Extent {
                kernel_size: over.kernel_size,
                pool: over.pool,
            });
            let size = ConvBlockSize {
                channels_in: over_bands.map_or(bands * channels, |_| channels),
                channels_out: conv.channels,
                frames: Extent {
                    kernel_size: conv.kernel_size,
                    pool: conv.pool,
                },
                bands: over_bands,
            };
            bands = over_bands.map_or(1, |over| bands / over.pool);
            channels = conv.channels;
            size
        });
        (blocks.collect(), bands * channels)
    }
}

/// Check a kernel and a pool along one axis.
fn check_extent(
    [kernel, pooling]: [&'static str; 2],
    kernel_size: usize,
    pool: usize,
) -> Result<(), NetworkError> {
    NetworkError::if_above(LARGEST_SIZE, kernel, kernel_size)?;
    if kernel_size.is_multiple_of(2) {
        return Err(NetworkError::EvenKernel(kernel_size));
    }
    NetworkError::unless_positive(pooling, pool)
}

/// Convolutions, an LSTM, a linear layer.
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
        let features = self.long_enough(features);
        let [batch, bands, frames] = features.dims();
        let mut hidden = features
            .reshape([batch, 1, bands, frames])
            .permute([0, 3, 2, 1]);
        for block in &self.conv {
            hidden = block.forward(hidden);
        }
        let [batch, frames, bands, channels] = hidden.dims();
        let states = hidden.reshape([batch, frames, bands * channels]);
        self.pool(self.lstm.forward(states))
    }

    /// Pad features with zeros where pooling would leave no frame: `[batch, bands, frames]`. A
    /// front end that does not pad recordings to the window makes such features of short ones.
    fn long_enough(&self, features: Tensor<3>) -> Tensor<3> {
        let fewest: usize = self.conv.iter().map(ConvBlock::pool).product();
        let [batch, bands, frames] = features.dims();
        if frames >= fewest {
            return features;
        }
        let rest = Tensor::zeros([batch, bands, fewest - frames], &features.device());
        Tensor::cat(vec![features, rest], 2)
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

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;

    use super::*;

    fn over_frames(channels: usize) -> ConvConfig {
        ConvConfig {
            channels,
            kernel_size: 3,
            pool: 2,
            bands: None,
        }
    }

    fn over_bands(channels: usize) -> ConvConfig {
        ConvConfig {
            bands: Some(BandsConfig {
                kernel_size: 5,
                pool: 3,
            }),
            ..over_frames(channels)
        }
    }

    fn config(conv: Vec<ConvConfig>) -> CnnLstmConfig {
        CnnLstmConfig {
            conv,
            batch_norm: true,
            conv_dropout: 0.0,
            lstm: LstmConfig {
                layers: 1,
                units: 5,
                bidirectional: false,
                dropout: 0.0,
            },
            pooling: Pooling::Mean,
            dropout: 0.0,
        }
    }

    #[test]
    fn convolutions_over_bands_and_frames_follow_each_other() {
        let device = Device::flex();
        for conv in [
            vec![],
            vec![over_frames(4), over_frames(1), over_frames(3)],
            vec![over_bands(4), over_bands(6)],
            vec![over_bands(4), over_frames(6), over_frames(7)],
        ] {
            let config = config(conv);
            config.check(20, 13, 3).expect("a network");
            let network = config.init(20, 3, &device);
            // Of the last ones, pooling would leave nothing.
            for frames in [13, 1] {
                let uniform = Distribution::Uniform(-1.0, 1.0);
                let features = Tensor::random([2, 20, frames], uniform, &device);
                assert_eq!(network.forward(features).dims(), [2, 3]);
            }
        }
    }

    #[test]
    fn bands_that_do_not_exist_are_an_error() {
        let after = config(vec![over_frames(4), over_bands(4)]);
        let found = after.check(20, 13, 3);
        assert_eq!(found, Err(NetworkError::BandsAfterChannels));
        let pooled = config(vec![over_bands(4), over_bands(4)]);
        let found = pooled.check(8, 13, 3);
        assert_eq!(
            found,
            Err(NetworkError::NoBandsLeft {
                pooled: 9,
                bands: 8
            })
        );
        let mut even = config(vec![over_bands(4)]);
        even.conv[0].bands = Some(BandsConfig {
            kernel_size: 4,
            pool: 1,
        });
        assert_eq!(even.check(20, 13, 3), Err(NetworkError::EvenKernel(4)));
        let wide = config(vec![over_bands(8192)]);
        assert!(wide.check(20, 13, 3).is_err());
    }
}
