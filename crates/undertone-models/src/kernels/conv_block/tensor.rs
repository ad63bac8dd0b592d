//! The convolution block for tensors of any back end.

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use super::options::ConvBlockOptions;
use crate::kernels::backend::Kernels;

/// The parameters of a convolution block.
#[derive(Debug, Clone)]
pub(crate) struct ConvBlockParameters {
    /// `[kernel_height * kernel_width * channels_in, channels_out]`, row by row of the kernel.
    pub(crate) weight: Tensor<2>,
    /// `[channels_out]`, added to the convolution.
    pub(crate) bias: Tensor<1>,
    /// `[channels_out]`, the factor of the normalized channels.
    pub(crate) scale: Tensor<1>,
    /// `[channels_out]`, added after that.
    pub(crate) shift: Tensor<1>,
}

/// The output of a convolution block.
#[derive(Debug, Clone)]
pub(crate) struct ConvBlockOutput {
    /// `[batch, height / pool, width / pool, channels_out]`
    pub(crate) output: Tensor<4>,
    /// Mean and variance of each channel over the batch, `[channels_out]`, if channels are
    /// normalized; without gradients. The variance is the mean of the squared deviations.
    pub(crate) statistics: Option<[Tensor<1>; 2]>,
}

/// Compute a convolution with an output as large as its input, normalize its channels over the
/// batch if there is an epsilon, multiply by `scale`, add `shift`, then ReLU, max-pooling and dropout:
/// `[batch, height, width, channels_in]` → `[batch, height / pool, width / pool, channels_out]`.
///
/// A convolution over time alone has a height of 1. Positions after the last whole pool count only
/// for the normalization. The same
/// [`Device::seed`](burn::tensor::Device::seed) drops the same values.
pub(crate) fn conv_block(
    input: Tensor<4>,
    parameters: ConvBlockParameters,
    options: ConvBlockOptions,
) -> ConvBlockOutput {
    let (output, statistics) = Dispatch::conv_block(
        input.into_dispatch(),
        parameters.weight.into_dispatch(),
        parameters.bias.into_dispatch(),
        parameters.scale.into_dispatch(),
        parameters.shift.into_dispatch(),
        options,
    );
    let statistics: Vec<_> = statistics.into_iter().map(Tensor::from_dispatch).collect();
    ConvBlockOutput {
        output: Tensor::from_dispatch(output),
        statistics: statistics.try_into().ok(),
    }
}
