//! The two directions of a convolution block, which have a version of their own on some back end.

use burn::backend::Backend;
use burn::backend::tensor::FloatTensor;

use super::kept::{BlockGradients, Forward, Kept};
use super::options::ConvBlockOptions;
use super::plain;

/// The two directions of a convolution block.
pub(crate) trait ConvBlockSteps: Backend {
    /// Compute the block, see [`conv_block`](super::tensor::conv_block), and keep what its
    /// gradients need. `channels` are bias, scale and shift.
    fn conv_block_forward(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        channels: [FloatTensor<Self>; 3],
        options: &ConvBlockOptions,
    ) -> Forward<Self> {
        plain::forward::<Self>(input, weight, channels, options)
    }

    /// Compute the gradients, given the gradient by the output. `channels` are bias and scale,
    /// `by_input` tells whether the gradient by the input is needed.
    fn conv_block_gradients(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        channels: [FloatTensor<Self>; 2],
        kept: Kept<Self>,
        options: &ConvBlockOptions,
        by_input: bool,
    ) -> BlockGradients<Self> {
        plain::gradients::<Self>(gradient, weight, channels, kept, options, by_input)
    }
}
