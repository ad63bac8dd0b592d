//! A block of a CNN over time: convolution, batch norm, ReLU, max-pooling and dropout. Channels are
//! last, as the LSTM wants them.

use burn::module::{Module, Param};
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Initializer};
use burn::tensor::{Device, Tensor};

use crate::kernels::{ConvBlockOptions, ConvBlockParameters, conv_block};

/// A convolution over time. Zeros at both ends make the output as long as the input.
#[derive(Module, Debug)]
struct TimeConvolution {
    /// `[kernel_size * channels_in, channels_out]`; the frames of the kernel in order of time.
    weight: Param<Tensor<2>>,
    /// `[channels_out]`
    bias: Param<Tensor<1>>,
    kernel_size: usize,
}

impl TimeConvolution {
    /// Draw random weights and biases, uniform within ±1/√(kernel_size · channels_in), as the
    /// `Conv1d` of PyTorch does. `kernel_size` is odd.
    fn init(channels_in: usize, channels_out: usize, kernel_size: usize, device: &Device) -> Self {
        let inputs = kernel_size * channels_in;
        let bound = 1.0 / (inputs as f64).sqrt();
        let uniform = Initializer::Uniform {
            min: -bound,
            max: bound,
        };
        Self {
            weight: uniform.init([inputs, channels_out], device),
            bias: uniform.init([channels_out], device),
            kernel_size,
        }
    }
}

/// A convolution over time, batch norm (if on), ReLU, max-pooling and dropout.
#[derive(Module, Debug)]
pub(super) struct ConvBlock {
    convolution: TimeConvolution,
    norm: Option<BatchNorm>,
    dropout: Dropout,
    pool: usize,
}

/// The sizes of a [`ConvBlock`].
#[derive(Debug, Clone, Copy)]
pub(super) struct ConvBlockSize {
    pub(super) channels_in: usize,
    pub(super) channels_out: usize,
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
        let ConvBlockSize {
            channels_in,
            channels_out,
            kernel_size,
            pool,
        } = size;
        Self {
            convolution: TimeConvolution::init(channels_in, channels_out, kernel_size, device),
            norm: batch_norm.then(|| BatchNormConfig::new(channels_out).init(device)),
            dropout: DropoutConfig::new(dropout).init(),
            pool,
        }
    }

    /// Return how many frames become one.
    pub(super) fn pool(&self) -> usize {
        self.pool
    }

    /// `[batch, frames, channels_in]` → `[batch, frames / pool, channels_out]`
    ///
    /// While training, batch norm uses mean and variance of the batch and keeps running averages of
    /// them, which it uses otherwise.
    pub(super) fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        let device = input.device();
        let drops = device.is_autodiff() && self.dropout.training.is_enabled();
        let mut options = ConvBlockOptions {
            kernel_size: self.convolution.kernel_size,
            pool: self.pool,
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
    use burn::tensor::module::{conv1d, max_pool1d};
    use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
    use burn::tensor::{Distribution, Tolerance};

    use super::*;

    const SIZE: ConvBlockSize = ConvBlockSize {
        channels_in: 5,
        channels_out: 6,
        kernel_size: 3,
        pool: 2,
    };

    /// The block made of the layers of Burn, which has channels before frames.
    fn layers(block: &ConvBlock, norm: Option<&BatchNorm>, input: Tensor<3>) -> Tensor<3> {
        let shape = [SIZE.kernel_size, SIZE.channels_in, SIZE.channels_out];
        let weight = block
            .convolution
            .weight
            .val()
            .reshape(shape)
            .permute([2, 1, 0]);
        let bias = Some(block.convolution.bias.val());
        let options = ConvOptions::new([1], [SIZE.kernel_size / 2], [1], 1);
        let mut output = conv1d(input.swap_dims(1, 2), weight, bias, options);
        if let Some(norm) = norm {
            output = norm.forward(output);
        }
        max_pool1d(relu(output), MaxPoolOptions::new([SIZE.pool])).swap_dims(1, 2)
    }

    fn assert_close<const D: usize>(left: Tensor<D>, right: Tensor<D>) {
        let tolerance = Tolerance::absolute(1e-5);
        left.into_data()
            .assert_approx_eq::<f32>(&right.into_data(), tolerance);
    }

    #[test]
    fn equals_the_layers_of_burn_while_training_and_after() {
        let device = Device::flex().autodiff();
        let random = Distribution::Normal(0.5, 2.0);
        let block = ConvBlock::init(SIZE, true, 0.0, &device);
        let norm = BatchNormConfig::new(SIZE.channels_out).init(&device);
        for frames in [9, 12] {
            let input = Tensor::random([3, frames, SIZE.channels_in], random, &device);
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
        let input = Tensor::random([2, 11, SIZE.channels_in], random, &device);
        let ours = block.forward(input.clone());
        assert_close(ours, layers(&block, Some(&norm), input));
    }

    #[test]
    fn equals_the_layers_of_burn_without_a_norm() {
        for device in [Device::flex(), Device::flex().autodiff()] {
            let block = ConvBlock::init(SIZE, false, 0.0, &device);
            let random = Distribution::Normal(0.0, 1.0);
            let input = Tensor::random([2, 7, SIZE.channels_in], random, &device);
            let ours = block.forward(input.clone());
            assert_close(ours, layers(&block, None, input));
        }
    }
}
