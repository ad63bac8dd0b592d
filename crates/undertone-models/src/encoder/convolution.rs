//! Convolutions over time, with channels last.

use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::tensor::{Device, Tensor};

use super::inference::Affine;
use crate::kernels::{grouped_convolution, strided_convolution};

/// A convolution over time without padding.
#[derive(Module, Debug)]
pub(super) struct Convolution {
    /// `[kernel, channels_in, channels_out]`
    weight: Param<Tensor<3>>,
    /// `[channels_out]`
    bias: Option<Param<Tensor<1>>>,
    stride: usize,
}

impl Convolution {
    pub(super) fn random(
        [channels_in, channels_out]: [usize; 2],
        kernel: usize,
        stride: usize,
        bias: bool,
        device: &Device,
    ) -> Self {
        Self {
            weight: kaiming(kernel * channels_in).init([kernel, channels_in, channels_out], device),
            bias: bias.then(|| Initializer::Zeros.init([channels_out], device)),
            stride,
        }
    }

    /// `[batch, frames, channels_in]` → `[batch, steps, channels_out]`
    pub(super) fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        let [kernel, channels_in, channels_out] = self.weight.dims();
        let weight = self.weight.val();
        strided_convolution(
            input,
            weight.reshape([kernel * channels_in, channels_out]),
            self.bias.as_ref().map(Param::val),
            kernel,
            self.stride,
        )
    }

    /// Return the parameters of the product with the windows.
    pub(super) fn parameters(&self) -> Affine<'_, 3> {
        Affine {
            weight: &self.weight,
            bias: self.bias.as_ref(),
        }
    }

    /// Return the number of output steps for a number of input frames, at least as many as the
    /// kernel has.
    pub(super) fn steps(&self, frames: usize) -> usize {
        (frames - self.weight.dims()[0]) / self.stride + 1
    }
}

/// A convolution over time in groups of channels, with an output as long as its input.
#[derive(Module, Debug)]
pub(super) struct GroupedConvolution {
    /// `[groups, kernel, channels / groups, channels / groups]`, in before out
    weight: Param<Tensor<4>>,
    /// `[channels]`
    bias: Param<Tensor<1>>,
}

impl GroupedConvolution {
    pub(super) fn random(channels: usize, kernel: usize, groups: usize, device: &Device) -> Self {
        let group = channels / groups;
        Self {
            weight: kaiming(kernel * group).init([groups, kernel, group, group], device),
            bias: Initializer::Zeros.init([channels], device),
        }
    }

    /// `[batch, steps, channels]` → the same
    pub(super) fn forward(&self, states: Tensor<3>) -> Tensor<3> {
        let [groups, kernel, group_in, group_out] = self.weight.dims();
        let weight = self.weight.val();
        grouped_convolution(
            states,
            weight.reshape([groups, kernel * group_in, group_out]),
            self.bias.val(),
            kernel,
        )
    }
}

/// Draw normal weights that keep the variance through a GELU (He et al. 2015).
fn kaiming(fan_in: usize) -> Initializer {
    Initializer::Normal {
        mean: 0.0,
        std: (2.0 / fan_in as f64).sqrt(),
    }
}
