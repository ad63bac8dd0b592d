//! What pretrained encoders spend their time in, as fast on a CPU as it can be.
//!
//! A matrix product is fast in Burn already, and a convolution over time is one
//! ([`strided_convolution`]). Three others are not, in Burn 0.22's CPU back end: the exact GELU is
//! computed one value at a time on one core, softmax is computed over a copy, and a normalization
//! over time is seven passes over memory. For these [`Kernels`] has a version of its own on the CPU;
//! other back ends, and whatever needs a gradient, use Burn's operations.

mod activation;
mod allocation;
mod attention;
mod channel_norm;
mod convolution;
mod vector_math;

pub(crate) use activation::gelu;
pub use allocation::keep_freed_memory;
pub(crate) use attention::attention;
pub(crate) use channel_norm::channel_norm;
pub(crate) use convolution::{grouped_convolution, strided_convolution};

use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Backend, Flex, backend_extension};

/// The operations which have a version of their own on some back end.
#[backend_extension(Flex, Cube: cfg(any(feature = "cuda", feature = "wgpu")), Autodiff)]
pub(crate) trait Kernels: Backend {
    /// See [`gelu`].
    fn exact_gelu(input: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::gelu(input)
    }

    /// The gradient by `input`, given the one by the output.
    fn exact_gelu_gradient(
        input: FloatTensor<Self>,
        output_gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::gelu_backward(input, output_gradient)
    }

    /// Softmax over the last axis of `scores`, `[batch, heads, steps, steps]`, times `scale`; of
    /// each clip only the first `lengths` steps are attended to.
    fn attention_weights(
        scores: FloatTensor<Self>,
        scale: f32,
        lengths: Vec<usize>,
    ) -> FloatTensor<Self> {
        attention::weights::<Self>(scores, scale, &lengths)
    }

    /// See [`channel_norm`].
    fn normalize_channels(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        lengths: Vec<usize>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        channel_norm::normalize::<Self>(input, gamma, beta, &lengths, epsilon)
    }

    /// A convolution over the last axis but one, channels last, as one product with a view:
    /// `[…, frames, channels]` and `[…, kernel_size * channels, outputs]` →
    /// `[…, (frames - kernel_size) / stride + 1, outputs]`.
    fn convolution(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        kernel_size: usize,
        stride: usize,
    ) -> FloatTensor<Self> {
        let windows = convolution::windows::<Self>(input, kernel_size, stride);
        Self::float_matmul(windows, weight)
    }

    /// The gradient by a convolution's input, `[batch, frames, channels]`, given the one by its
    /// windows, `[batch, windows, kernel_size * channels]`.
    fn windows_gradient(
        gradient: FloatTensor<Self>,
        frames: usize,
        channels: usize,
        stride: usize,
    ) -> FloatTensor<Self> {
        convolution::windows_gradient::<Self>(gradient, frames, channels, stride)
    }
}

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
            return attention::weights::<Self>(scores, scale, &lengths);
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
            return channel_norm::normalize::<Self>(input, gamma, beta, &lengths, epsilon);
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
