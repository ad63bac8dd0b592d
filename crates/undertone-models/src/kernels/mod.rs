//! Operations that are faster on a CPU here than in Burn 0.22.
//!
//! The CPU back end of Burn computes a matrix product fast. It is slow where many small operations
//! follow each other or pass over the memory: an LSTM, a convolution block, GELU, softmax, a
//! normalization over time, a step of Adam. [`backend::Kernels`] has a version of each for that
//! back end. Other back ends use the operations of Burn ([`plain`]). So does whatever needs a
//! gradient, except GELU, convolutions, convolution blocks and LSTMs.
//!
//! - [`activation`]: GELU on all cores and in vector registers.
//! - [`attention()`]: softmax in place, and without the steps beyond the end of a clip.
//! - [`channel_norm()`]: three passes over the memory instead of seven.
//! - [`convolution`]: one matrix product per clip, on a view of the input.
//! - [`lstm()`]: one direction of a layer over all steps, and its gradients, without a tensor for
//!   each step.
//! - [`conv_block()`]: all of a block of the CNN+LSTM with few passes, forward and backward.
//! - [`product`]: matrix products of views, which others are made of.
//! - [`dropout_mask`]: dropout without a tensor of random numbers.
//! - [`adam_step`]: a step of the optimizer in one pass over the memory instead of fifteen.
//! - [`transformer`]: the layers of an encoder for inference, on matrices in [`column_panels`] and
//!   not on tensors, in 32-bit floats or in 8-bit integers.
//! - [`team`]: threads that stay awake while they compute one clip together.
//!
//! `bench/encoders.py` and `bench/training.py` time the encoders and the CNN+LSTM with them, beside
//! PyTorch.

mod activation;
mod adam;
mod adam_rates;
mod attention;
mod backend;
mod channel_norm;
mod column_panels;
mod conv_block;
mod convolution;
mod cores;
mod dropout_mask;
mod left_factor;
mod lstm;
mod lstm_kept;
mod lstm_plain;
mod lstm_steps;
mod panel_block;
mod panels;
mod plain;
mod product;
mod team;
mod transformer;
mod unroll;
mod values;
mod vector_math;

pub(crate) use activation::gelu;
pub use adam::adam_step;
pub use adam_rates::AdamRates;
pub(crate) use attention::attention;
pub(crate) use channel_norm::channel_norm;
pub(crate) use column_panels::{
    Operand, Panels, WIDTH as PANEL_WIDTH, Weight, WeightSource, is_fast, keeps_halves,
};
pub(crate) use conv_block::{ConvBlockOptions, ConvBlockParameters, conv_block};
pub(crate) use convolution::{grouped_convolution, strided_convolution};
pub(crate) use cores::Cores;
pub use cores::with_all_cores;
pub(crate) use lstm::lstm;
pub(crate) use transformer::{Dense, Layer, Norm, Stack, Then};
pub(crate) use values::with_values;

use backend::Kernels;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, Flex};
use conv_block::kept::{BlockGradients, Forward, Kept};
use conv_block::steps::ConvBlockSteps;
use lstm_kept::{LstmGradients, LstmKept};
use lstm_steps::LstmSteps;

#[cfg(any(feature = "cuda", feature = "wgpu"))]
impl Kernels for burn::backend::Cube {}

#[cfg(any(feature = "cuda", feature = "wgpu"))]
impl ConvBlockSteps for burn::backend::Cube {}

#[cfg(any(feature = "cuda", feature = "wgpu"))]
impl LstmSteps for burn::backend::Cube {}

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

    fn windows(input: FloatTensor<Self>, kernel_size: usize, stride: usize) -> FloatTensor<Self> {
        convolution::flex_windows(input, kernel_size, stride)
    }

    fn windows_gradient(
        gradient: FloatTensor<Self>,
        frames: usize,
        channels: usize,
        stride: usize,
    ) -> FloatTensor<Self> {
        convolution::flex_windows_gradient(gradient, frames, channels, stride)
    }

    fn lstm_states(
        input: FloatTensor<Self>,
        input_weight: FloatTensor<Self>,
        hidden_weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        reversed: bool,
    ) -> FloatTensor<Self> {
        lstm::flex_run(input, input_weight, hidden_weight, bias, reversed).0
    }

    fn conv_block(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        options: ConvBlockOptions,
    ) -> (FloatTensor<Self>, Vec<FloatTensor<Self>>) {
        conv_block::forward::flex_conv_block(input, weight, [bias, scale, shift], &options)
    }

    fn adam_step(
        parameter: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        moment_1: FloatTensor<Self>,
        moment_2: FloatTensor<Self>,
        rates: AdamRates,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        adam::flex_step(parameter, gradient, moment_1, moment_2, rates)
    }
}

impl LstmSteps for Flex {
    fn lstm_run(
        input: FloatTensor<Self>,
        input_weight: FloatTensor<Self>,
        hidden_weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        reversed: bool,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        lstm::flex_run(input, input_weight, hidden_weight, bias, reversed)
    }

    fn lstm_gradients(gradient: FloatTensor<Self>, kept: LstmKept<Self>) -> LstmGradients<Self> {
        lstm::flex_gradients(gradient, kept)
    }
}

impl ConvBlockSteps for Flex {
    fn conv_block_forward(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        channels: [FloatTensor<Self>; 3],
        options: &ConvBlockOptions,
    ) -> Forward<Self> {
        conv_block::forward::flex_forward(input, weight, channels, options)
    }

    fn conv_block_gradients(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        channels: [FloatTensor<Self>; 2],
        kept: Kept<Self>,
        options: &ConvBlockOptions,
        by_input: bool,
    ) -> BlockGradients<Self> {
        conv_block::gradients::flex_gradients(gradient, weight, channels, kept, options, by_input)
    }
}

impl<B: Kernels + ConvBlockSteps + LstmSteps, C: CheckpointStrategy> Kernels for Autodiff<B, C> {
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

    fn lstm_states(
        input: FloatTensor<Self>,
        input_weight: FloatTensor<Self>,
        hidden_weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        reversed: bool,
    ) -> FloatTensor<Self> {
        let inputs = [input, input_weight, hidden_weight, bias];
        if inputs.iter().any(|tensor| tensor.is_tracked()) {
            return lstm::tracked::<B, C>(inputs, reversed);
        }
        let [input, input_weight, hidden_weight, bias] =
            inputs.map(|tensor| tensor.into_primitive());
        Self::from_inner(B::lstm_states(
            input,
            input_weight,
            hidden_weight,
            bias,
            reversed,
        ))
    }

    fn conv_block(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        options: ConvBlockOptions,
    ) -> (FloatTensor<Self>, Vec<FloatTensor<Self>>) {
        conv_block::tracked::tracked::<B, C>(input, weight, [bias, scale, shift], options)
    }
}
