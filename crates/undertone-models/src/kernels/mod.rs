//! Operations that are faster on a CPU here than in Burn 0.22.
//!
//! The CPU back end of Burn computes a matrix product fast. It is slow at three operations that the
//! encoders need: the exact GELU runs one value at a time on one core, softmax runs over a copy,
//! and a normalization over time passes over the memory seven times. [`backend::Kernels`] has a
//! version of each for that back end. Other back ends use the operations of Burn ([`plain`]), and
//! so does whatever needs a gradient, except GELU and convolution.
//!
//! - [`activation`]: GELU on all cores and in vector registers.
//! - [`attention()`]: softmax in place, and without the steps beyond the end of a clip.
//! - [`channel_norm()`]: three passes over the memory instead of seven.
//! - [`convolution`]: one matrix product per clip, on a view of the input.
//! - [`allocation`]: keep freed memory for the next tensor.
//!
//! `bench/encoders.py` and `bench/training.py` time the encoders and the CNN+LSTM with them, beside
//! PyTorch.

mod activation;
mod allocation;
mod attention;
mod backend;
mod channel_norm;
mod convolution;
mod plain;
mod vector_math;

pub(crate) use activation::gelu;
pub use allocation::keep_freed_memory;
pub(crate) use attention::attention;
pub(crate) use channel_norm::channel_norm;
pub(crate) use convolution::{grouped_convolution, strided_convolution};

use backend::Kernels;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Flex};

#[cfg(any(feature = "cuda", feature = "wgpu"))]
impl Kernels for burn::backend::Cube {}

impl Kernels for Flex {
    fn exact_gelu(input: FloatTensor<Self>) -> FloatTensor<Self> {
        activation::flex_gelu(input)
    }

    fn exact_gelu_gradient(
        input: FloatTensor<Self>,
        output_gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        activation::flex_gelu_gradient(input, output_gradient)
    }

    fn attention_weights(
        scores: FloatTensor<Self>,
        scale: f32,
        lengths: Vec<usize>,
    ) -> FloatTensor<Self> {
        attention::flex_weights(scores, scale, &lengths)
    }

    fn normalize_channels(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        lengths: Vec<usize>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        channel_norm::flex_normalize(input, gamma, beta, &lengths, epsilon)
    }

    fn windows_gradient(
        gradient: FloatTensor<Self>,
        frames: usize,
        channels: usize,
        stride: usize,
    ) -> FloatTensor<Self> {
        convolution::flex_windows_gradient(gradient, frames, channels, stride)
    }
}

impl<B: Kernels, C: CheckpointStrategy> Kernels for Autodiff<B, C> {
    fn exact_gelu(input: FloatTensor<Self>) -> FloatTensor<Self> {
        activation::tracked_gelu::<B, C>(input)
    }

    fn attention_weights(
        scores: FloatTensor<Self>,
        scale: f32,
        lengths: Vec<usize>,
    ) -> FloatTensor<Self> {
        if scores.is_tracked() {
            return plain::attention_weights::<Self>(scores, scale, &lengths);
        }
        Self::from_inner(B::attention_weights(
            scores.into_primitive(),
            scale,
            lengths,
        ))
    }

    fn normalize_channels(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        lengths: Vec<usize>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        if [&input, &gamma, &beta]
            .into_iter()
            .any(|tensor| tensor.is_tracked())
        {
            return plain::normalize_channels::<Self>(input, gamma, beta, &lengths, epsilon);
        }
        Self::from_inner(B::normalize_channels(
            input.into_primitive(),
            gamma.into_primitive(),
            beta.into_primitive(),
            lengths,
            epsilon,
        ))
    }

    fn convolution(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        kernel_size: usize,
        stride: usize,
    ) -> FloatTensor<Self> {
        if input.is_tracked() || weight.is_tracked() {
            return convolution::tracked::<B, C>(input, weight, kernel_size, stride);
        }
        let [input, weight] = [input, weight].map(|tensor| tensor.into_primitive());
        Self::from_inner(B::convolution(input, weight, kernel_size, stride))
    }
}
