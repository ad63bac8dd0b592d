//! A block of a CNN: convolution, batch norm, ReLU, max-pooling and dropout. Channels are last, as
//! the LSTM wants them.

use burn::module::{Module, Param};
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Initializer};
use burn::tensor::{Device, Tensor};

use crate::kernels::{ConvBlockOptions, ConvBlockParameters, conv_block};

/// A convolution over time, or over time and bands. Zeros around make the output as large as the
/// input.
#[derive(Module, Debug)]
struct Convolution {
    /// `[kernel_size * channels_in, channels_out]`; the frames of the kernel in order of time, and
    /// the bands of each.
    weight: Param<Tensor<2>>,
    /// `[channels_out]`
    bias: Param<Tensor<1>>,
}

impl Convolution {
    /// Draw random weights and biases, uniform within ±1/√(kernel_size · channels_in), as
    /// `Conv1d` and `Conv2d` of PyTorch do.
    fn init(inputs: usize, channels_out: usize, device: &Device) -> Self {
        let bound = 1.0 / (inputs as f64).sqrt();
        let uniform = Initializer::Uniform {
            min: -bound,
            max: bound,
        };
        Self {
            weight: uniform.init([inputs, channels_out], device),
            bias: uniform.init([channels_out], device),
        }
    }
}

/// A convolution, batch norm (if on), ReLU, max-pooling and dropout.
#[derive(Module, Debug)]
pub(super) struct ConvBlock {
    convolution: Convolution,
    norm: Option<BatchNorm>,
    dropout: Dropout,
    #[module(skip)]
    size: ConvBlockSize,
}

/// The sizes of a [`ConvBlock`].
#[derive(Debug, Clone, Copy)]
pub(super) struct ConvBlockSize {
    /// Channels of the input. Without bands, each band of a channel is one.
    pub(super) channels_in: usize,
    pub(super) channels_out: usize,
    pub(super) frames: Extent,
    /// If there is one, the convolution is over bands too.
    pub(super) bands: Option<Extent>,
}

/// Kernel and pool along one axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Odd.
    pub(super) kernel_size: usize,
    pub(super) pool: usize,
}

impl ConvBlock {
    /// Draw random weights and biases.
    pub(super) fn init(
        size: ConvBlockSize,
        batch_norm: bool,
        dropout: f64,
        device: &Device,
    ) -> Self {
        let bands = size.bands.map_or(1, |bands| bands.kernel_size);
        let inputs = size.frames.kernel_size * bands * size.channels_in;
        let norm = BatchNormConfig::new(size.channels_out);
        Self {
            convolution: Convolution::init(inputs, size.channels_out, device),
            norm: batch_norm.then(|| norm.init(device)),
            dropout: DropoutConfig::new(dropout).init(),
            size,
        }
    }

    /// Return how many frames become one.
    pub(super) fn pool(&self) -> usize {
        self.size.frames.pool
    }

    /// `[batch, frames, bands, channels]` → `[batch, frames / pool, bands / pool, channels_out]`,
    /// or one band if the convolution is only over time
    ///
    /// While training, batch norm uses mean and variance of the batch and keeps running averages of
    /// them, which it uses otherwise.
    pub(super) fn forward(&self, input: Tensor<4>) -> Tensor<4> {
        let Some(bands) = self.size.bands else {
            return self.over_frames(input);
        };
        let frames = self.size.frames;
        self.block(
            input,
            [frames.kernel_size, bands.kernel_size],
            [frames.pool, bands.pool],
        )
    }

    /// With all bands of all channels as channels.
    fn over_frames(&self, input: Tensor<4>) -> Tensor<4> {
        let [batch, frames, bands, channels] = input.dims();
        let row = match channels {
            // Features may be a view, which a reshape would copy.
            1 => input.permute([0, 3, 1, 2]),
            _ => input.reshape([batch, 1, frames, bands * channels]),
        };
        let Extent { kernel_size, pool } = self.size.frames;
        let output = self.block(row, [1, kernel_size], [1, pool]);
        let [batch, _, frames, channels] = output.dims();
        output.reshape([batch, frames, 1, channels])
    }

    /// `[batch, height, width, channels_in]` → `[batch, height / pool, width / pool, channels_out]`
    fn block(&self, input: Tensor<4>, kernel_size: [usize; 2], pool: [usize; 2]) -> Tensor<4> {
        let device = input.device();
        let drops = device.is_autodiff() && self.dropout.training.is_enabled();
        let mut options = ConvBlockOptions {
            kernel_size,
            pool,
            epsilon: None,
            dropout: if drops { self.dropout.prob } else { 0.0 },
        };
        let bias = self.convolution.bias.val();
        let (scale, shift) = match &self.norm {
            Some(norm) if device.is_autodiff() && norm.training.is_enabled() => {
                options.epsilon = Some(norm.epsilon);
                (norm.gamma.val(), norm.beta.val())
            }
            Some(norm) => {
                let variance = norm.running_var.value().to_device(&device);
                let scale = norm.gamma.val() / (variance + norm.epsilon).sqrt();
                let mean = norm.running_mean.value().to_device(&device);
                (scale.clone(), norm.beta.val() - mean * scale)
            }
            None => (bias.ones_like(), bias.zeros_like()),
        };
        let parameters = ConvBlockParameters {
            weight: self.convolution.weight.val(),
            bias,
            scale,
            shift,
        };
        let block = conv_block(input, parameters, options);
        if let (Some(norm), Some([mean, variance])) = (&self.norm, block.statistics) {
            for (running, new) in [(&norm.running_mean, mean), (&norm.running_var, variance)] {
                let old = running.value_sync().to_device(&device);
                let kept = old.mul_scalar(1.0 - norm.momentum);
                running.update((kept + new.mul_scalar(norm.momentum)).detach());
            }
        }
        block.output
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::activation::relu;
    use burn::tensor::module::{conv2d, max_pool2d};
    use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
    use burn::tensor::{Distribution, Tolerance};

    use super::*;

    const FRAMES: Extent = Extent {
        kernel_size: 3,
        pool: 2,
    };
    const BANDS: Extent = Extent {
        kernel_size: 5,
        pool: 3,
    };
    const OUTPUTS: usize = 6;

    fn block(bands: Option<Extent>, batch_norm: bool, device: &Device) -> ConvBlock {
        let size = ConvBlockSize {
            channels_in: 5,
            channels_out: OUTPUTS,
            frames: FRAMES,
            bands,
        };
        ConvBlock::init(size, batch_norm, 0.0, device)
    }

    /// With one band if the convolution is only over time.
    fn input(block: &ConvBlock, batch: usize, frames: usize, device: &Device) -> Tensor<4> {
        let bands = block.size.bands.map_or(1, |_| 8);
        let random = Distribution::Normal(0.5, 2.0);
        Tensor::random([batch, frames, bands, 5], random, device)
    }

    /// The block made of the layers of Burn, which has channels before frames and bands.
    fn layers(block: &ConvBlock, norm: Option<&BatchNorm>, input: Tensor<4>) -> Tensor<4> {
        let bands = block.size.bands.unwrap_or(Extent {
            kernel_size: 1,
            pool: 1,
        });
        let shape = [FRAMES.kernel_size, bands.kernel_size, 5, OUTPUTS];
        let weight = block.convolution.weight.val().reshape(shape);
        let bias = Some(block.convolution.bias.val());
        let margins = [FRAMES.kernel_size / 2, bands.kernel_size / 2];
        let options = ConvOptions::new([1, 1], margins, [1, 1], 1);
        let input = input.permute([0, 3, 1, 2]);
        let mut output = conv2d(input, weight.permute([3, 2, 0, 1]), bias, options);
        if let Some(norm) = norm {
            output = norm.forward(output);
        }
        let pool = MaxPoolOptions::new([FRAMES.pool, bands.pool]);
        max_pool2d(relu(output), pool).permute([0, 2, 3, 1])
    }

    fn assert_close<const D: usize>(left: Tensor<D>, right: Tensor<D>) {
        let tolerance = Tolerance::absolute(1e-5);
        left.into_data()
            .assert_approx_eq::<f32>(&right.into_data(), tolerance);
    }

    #[test]
    fn equals_the_layers_of_burn_while_training_and_after() {
        for bands in [None, Some(BANDS)] {
            let device = Device::flex().autodiff();
            let block = block(bands, true, &device);
            let norm = BatchNormConfig::new(OUTPUTS).init(&device);
            for frames in [9, 12] {
                let input = input(&block, 3, frames, &device);
                let ours = block.forward(input.clone());
                assert_close(ours, layers(&block, Some(&norm), input));
            }
            let own = block.norm.as_ref().expect("the block has a norm");
            assert_close(
                own.running_mean.value_sync(),
                norm.running_mean.value_sync(),
            );
            assert_close(own.running_var.value_sync(), norm.running_var.value_sync());

            let device = Device::flex();
            let (block, norm) = (block.valid(), norm.valid());
            let input = input(&block, 2, 11, &device);
            let ours = block.forward(input.clone());
            assert_close(ours, layers(&block, Some(&norm), input));
        }
    }

    #[test]
    fn equals_the_layers_of_burn_without_a_norm() {
        for device in [Device::flex(), Device::flex().autodiff()] {
            for bands in [None, Some(BANDS)] {
                let block = block(bands, false, &device);
                let input = input(&block, 2, 7, &device);
                let ours = block.forward(input.clone());
                assert_close(ours, layers(&block, None, input));
            }
        }
    }
}
