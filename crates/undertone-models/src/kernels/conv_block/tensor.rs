//! The convolution block for tensors of any back end.

use burn::backend::Dispatch;
use burn::tensor::Tensor;

use super::options::ConvBlockOptions;
use crate::kernels::backend::Kernels;

/// The parameters of a convolution block.
#[derive(Debug, Clone)]
pub(crate) struct ConvBlockParameters {
    /// `[kernel_size * channels_in, channels_out]`; the frames of the kernel in order of time.
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
    /// `[batch, frames / pool, channels_out]`
    pub(crate) output: Tensor<3>,
    /// Mean and variance of each channel over the batch, `[channels_out]`, if channels are
    /// normalized; without gradients. The variance is the mean of the squared deviations.
    pub(crate) statistics: Option<[Tensor<1>; 2]>,
}

/// Compute a convolution with an output as long as its input, normalize its channels over the batch
/// if there is an epsilon, multiply by `scale`, add `shift`, then ReLU, max-pooling and dropout:
/// `[batch, frames, channels_in]` → `[batch, frames / pool, channels_out]`.
///
/// Frames after the last whole pool count only for the normalization. The same
/// [`Device::seed`](burn::tensor::Device::seed) drops the same values.
pub(crate) fn conv_block(
    input: Tensor<3>,
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
