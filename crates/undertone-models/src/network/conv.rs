//! A convolution over time with an output as long as its input. Channels are last, as the LSTM
//! wants them.

use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::tensor::{Device, Tensor};

use crate::kernels::strided_convolution;

/// A convolution over time. Zeros at both ends make the output as long as the input.
#[derive(Module, Debug)]
pub(crate) struct TimeConvolution {
    /// `[kernel_size * channels_in, channels_out]`; the frames of the kernel in order of time.
    weight: Param<Tensor<2>>,
    /// `[channels_out]`
    bias: Param<Tensor<1>>,
    kernel_size: usize,
}

impl TimeConvolution {
    /// Draw random weights and biases, uniform within ±1/√(kernel_size · channels_in), as the
    /// `Conv1d` of PyTorch does. `kernel_size` is odd.
    pub(crate) fn init(
        channels_in: usize,
        channels_out: usize,
        kernel_size: usize,
        device: &Device,
    ) -> Self {
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

    /// `[batch, frames, channels_in]` → `[batch, frames, channels_out]`
    pub(crate) fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        let [batch, _, channels] = input.dims();
        let margin = Tensor::zeros([batch, self.kernel_size / 2, channels], &input.device());
        let padded = Tensor::cat(vec![margin.clone(), input, margin], 1);
        let bias = Some(self.bias.val());
        strided_convolution(padded, self.weight.val(), bias, self.kernel_size, 1)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::module::conv1d;
    use burn::tensor::ops::ConvOptions;
    use burn::tensor::{Distribution, Tolerance};

    use super::*;

    #[test]
    fn equals_burns_convolution() {
        let device = Device::flex();
        for (batch, frames, channels_in, channels_out, kernel_size) in [
            (1, 1, 1, 1, 1),
            (2, 9, 3, 4, 3),
            (3, 2, 5, 2, 5),
            (1, 20, 7, 6, 7),
        ] {
            let convolution =
                TimeConvolution::init(channels_in, channels_out, kernel_size, &device);
            let input = Tensor::<3>::random(
                [batch, frames, channels_in],
                Distribution::Uniform(-1.0, 1.0),
                &device,
            );
            // Burn keeps [out, in, kernel] and puts channels before frames.
            let weight = convolution
                .weight
                .val()
                .reshape([kernel_size, channels_in, channels_out])
                .permute([2, 1, 0]);
            let options = ConvOptions::new([1], [kernel_size / 2], [1], 1);
            let expected = conv1d(
                input.clone().swap_dims(1, 2),
                weight,
                Some(convolution.bias.val()),
                options,
            );
            convolution
                .forward(input)
                .into_data()
                .assert_approx_eq::<f32>(
                    &expected.swap_dims(1, 2).into_data(),
                    Tolerance::absolute(1e-5),
                );
        }
    }
}
