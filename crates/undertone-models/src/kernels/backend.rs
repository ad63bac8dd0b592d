//! The operations that have a version of their own on some back end.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, backend_extension};

use super::adam_rates::AdamRates;
use super::conv_block::options::ConvBlockOptions;
use super::{conv_block, lstm_plain, plain};

/// The operations that have a version of their own on some back end.
#[backend_extension(Flex, Cube: cfg(any(feature = "cuda", feature = "wgpu")), Autodiff)]
pub(crate) trait Kernels: Backend {
    /// The exact GELU, see [`gelu`](super::gelu).
    fn exact_gelu(input: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::gelu(input)
    }

    /// The gradient by `input`, given the gradient by the output.
    fn exact_gelu_gradient(
        input: FloatTensor<Self>,
        output_gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::gelu_backward(input, output_gradient)
    }

    /// The softmax over the last axis of `scores`, `[batch, heads, steps, steps]`, times `scale`.
    /// Only the first `lengths` steps of each clip are attended to.
    fn attention_weights(
        scores: FloatTensor<Self>,
        scale: f32,
        lengths: Vec<usize>,
    ) -> FloatTensor<Self> {
        plain::attention_weights::<Self>(scores, scale, &lengths)
    }

    /// See [`channel_norm`](super::channel_norm()).
    fn normalize_channels(
        input: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        lengths: Vec<usize>,
        epsilon: f32,
    ) -> FloatTensor<Self> {
        plain::normalize_channels::<Self>(input, gamma, beta, &lengths, epsilon)
    }

    /// The input of each output of a convolution: `[…, frames, channels]` →
    /// `[…, windows, kernel_size * channels]`.
    fn windows(input: FloatTensor<Self>, kernel_size: usize, stride: usize) -> FloatTensor<Self> {
        plain::windows::<Self>(input, kernel_size, stride)
    }

    /// A convolution over the last axis but one, with channels last, as one product with its windows:
    /// `[…, frames, channels]` and `[…, kernel_size * channels, outputs]` →
    /// `[…, (frames - kernel_size) / stride + 1, outputs]`.
    fn convolution(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        kernel_size: usize,
        stride: usize,
    ) -> FloatTensor<Self> {
        let windows = Self::windows(input, kernel_size, stride);
        Self::float_matmul(windows, weight)
    }

    /// The gradient by the input of a convolution, `[batch, frames, channels]`, given the gradient
    /// by its windows, `[batch, windows, kernel_size * channels]`.
    fn windows_gradient(
        gradient: FloatTensor<Self>,
        frames: usize,
        channels: usize,
        stride: usize,
    ) -> FloatTensor<Self> {
        plain::windows_gradient::<Self>(gradient, frames, channels, stride)
    }

    /// The hidden states of one direction of an LSTM layer, see [`lstm`](super::lstm()).
    fn lstm_states(
        input: FloatTensor<Self>,
        input_weight: FloatTensor<Self>,
        hidden_weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        reversed: bool,
    ) -> FloatTensor<Self> {
        let run = lstm_plain::run::<Self>(input, input_weight, hidden_weight, bias, reversed);
        run.0
    }

    /// See [`conv_block`](super::conv_block()). Return the output, and mean and variance if
    /// channels are normalized.
    fn conv_block(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        options: ConvBlockOptions,
    ) -> (FloatTensor<Self>, Vec<FloatTensor<Self>>) {
        conv_block::plain::conv_block::<Self>(input, weight, [bias, scale, shift], &options)
    }

    /// The parameter and its moments after a step of Adam, see [`adam_step`](super::adam_step).
    fn adam_step(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moment_1: FloatTensor<Self>,
        moment_2: FloatTensor<Self>,
        rates: AdamRates,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        plain::adam_step::<Self>(parameter, gradient, moment_1, moment_2, rates)
    }
}
