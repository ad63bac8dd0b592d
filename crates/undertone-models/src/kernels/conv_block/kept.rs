//! What a convolution block computes and keeps.

use burn::backend::Backend;
use burn::backend::tensor::{FloatTensor, IntTensor};

/// What a convolution block keeps for its gradients.
#[derive(Debug, Clone)]
pub(crate) struct Kept<B: Backend> {
    /// The shape of the input.
    pub(super) input: [usize; 4],
    /// The input with zeros around each clip.
    pub(super) padded: FloatTensor<B>,
    /// The convolution. It is empty if the CPU computes it again.
    pub(super) convolved: FloatTensor<B>,
    /// The position in its pool that each output comes from, in the shape of the outputs, or a
    /// number beyond the pool if the output does not depend on any.
    pub(super) choices: IntTensor<B>,
    /// Mean and variance of each channel of `convolved`, if it is normalized.
    pub(super) moments: Option<[FloatTensor<B>; 2]>,
}

/// The output of a convolution block, and what its gradients need.
pub(crate) struct Forward<B: Backend> {
    /// `[batch, height / pool, width / pool, channels_out]`
    pub(super) output: FloatTensor<B>,
    /// Mean and variance of each channel over the batch, if channels are normalized.
    pub(super) statistics: Vec<FloatTensor<B>>,
    pub(super) kept: Kept<B>,
}

/// The gradients by the arguments of a convolution block.
pub(crate) struct BlockGradients<B: Backend> {
    /// `[batch, height, width, channels_in]`, if it was asked for.
    pub(super) input: Option<FloatTensor<B>>,
    /// `[kernel_height * kernel_width * channels_in, channels_out]`
    pub(super) weight: FloatTensor<B>,
    /// By the bias, the scale and the shift, each `[channels_out]`.
    pub(super) channels: [FloatTensor<B>; 3],
}
