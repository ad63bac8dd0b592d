//! A convolution over time as one matrix product per clip.
//!
//! With channels last, the frames that an output depends on are contiguous in memory, and those of
//! the next output begin `stride` frames later: a matrix whose rows overlap. The matrix product of
//! Burn for CPUs accepts it as it is, so nothing is copied there. (The CPU convolution of Burn 0.22
//! splits its work into products too small to be fast.)

use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, DType, Dispatch, Flex, Shape, TensorData, TensorMetadata};
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::backend::Kernels;
use super::plain::windows_gradient;
use super::vector_math::vectorized;

/// Compute a convolution without padding: `[batch, frames, channels_in]` →
/// `[batch, (frames - kernel_size) / stride + 1, channels_out]`.
///
/// `weight` is `[kernel_size * channels_in, channels_out]`, the frames of the kernel in order of
/// time; `frames` are at least `kernel_size`.
pub(crate) fn strided_convolution(
    input: Tensor<3>,
    weight: Tensor<2>,
    bias: Option<Tensor<1>>,
    kernel_size: usize,
    stride: usize,
) -> Tensor<3> {
    let output = convolve(input, weight.unsqueeze(), kernel_size, stride);
    match bias {
        Some(bias) => output + bias.unsqueeze(),
        None => output,
    }
}

/// Compute a convolution whose output is as long as its input and whose channels depend only on the
/// channels of their group: `[batch, frames, channels]` → `[batch, frames, channels]`.
///
/// `weight` is `[groups, kernel_size * channels / groups, channels / groups]`. `kernel_size / 2`
/// frames of zeros come before the first frame, and as many as are needed after the last.
pub(crate) fn grouped_convolution(
    input: Tensor<3>,
    weight: Tensor<3>,
    bias: Tensor<1>,
    kernel_size: usize,
) -> Tensor<3> {
    let [batch, frames, channels] = input.dims();
    let [groups, _, width] = weight.dims();
    let zeros = |frames| Tensor::zeros([batch, groups, frames, width], &input.device());
    let padded = Tensor::cat(
        vec![
            zeros(kernel_size / 2),
            input
                .clone()
                .reshape([batch, frames, groups, width])
                .swap_dims(1, 2),
            zeros(kernel_size - 1 - kernel_size / 2),
        ],
        2,
    );
    convolve(padded, weight.unsqueeze(), kernel_size, 1)
        .swap_dims(1, 2)
        .reshape([batch, frames, channels])
        .add(bias.unsqueeze())
}

fn convolve<const D: usize>(
    input: Tensor<D>,
    weight: Tensor<D>,
    kernel_size: usize,
    stride: usize,
) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::convolution(
        input.into_dispatch(),
        weight.into_dispatch(),
        kernel_size,
        stride,
    ))
}

#[derive(Debug)]
struct Windows;

impl<B: Kernels> Backward<B, 1> for Windows {
    /// The input's shape and the stride.
    type State = (Shape, usize);

    fn backward(
        self,
        ops: Ops<Self::State, 1>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let [parent] = ops.parents;
        let gradient = gradients.consume::<B>(&ops.node);
        let Some(parent) = parent else { return };
        let (shape, stride) = ops.state;
        let [frames, channels] = last_two(&shape);
        let [windows, seen] = last_two(&gradient.shape());
        let batch = shape.num_elements() / (frames * channels);
        let gradient = B::float_reshape(gradient, Shape::new([batch, windows, seen]));
        let gradient = B::windows_gradient(gradient, frames, channels, stride);
        gradients.register::<B>(parent.id, B::float_reshape(gradient, shape));
    }
}

/// Return the windows as a view, see [`Kernels::windows`].
pub(super) fn flex_windows(
    input: FloatTensor<Flex>,
    kernel_size: usize,
    stride: usize,
) -> FloatTensor<Flex> {
    let mut dims = input.shape().to_vec();
    let time = dims.len() - 2;
    let channels = dims.remove(time + 1);
    dims[time] *= channels;
    let flat = Flex::float_reshape(input, Shape::from(dims));
    Flex::float_unfold(flat, time, kernel_size * channels, stride * channels)
}

/// Compute the gradient of [`Kernels::windows`] by its input, one window at a time: a window is a
/// contiguous part of the input.
pub(super) fn flex_windows_gradient(
    gradient: FloatTensor<Flex>,
    frames: usize,
    channels: usize,
    stride: usize,
) -> FloatTensor<Flex> {
    if gradient.dtype() != DType::F32 {
        return windows_gradient::<Flex>(gradient, frames, channels, stride);
    }
    let [batch, windows, seen] = gradient.shape().dims();
    let gradient = gradient.to_contiguous();
    let mut sum = vec![0.0; batch * frames * channels];
    sum.par_chunks_mut(frames * channels)
        .zip(gradient.storage::<f32>().par_chunks(windows * seen))
        .for_each(|(sum, gradient)| {
            vectorized(
                #[inline(always)]
                || {
                    for (window, gradient) in gradient.chunks_exact(seen).enumerate() {
                        let start = window * stride * channels;
                        for (sum, value) in sum[start..start + seen].iter_mut().zip(gradient) {
                            *sum += value;
                        }
                    }
                },
            );
        });
    let data = TensorData::new(sum, [batch, frames, channels]);
    Flex::float_from_data(data, &gradient.device())
}

fn tracked_windows<B: Kernels, C: CheckpointStrategy>(
    input: FloatTensor<Autodiff<B, C>>,
    kernel_size: usize,
    stride: usize,
) -> FloatTensor<Autodiff<B, C>> {
    let (input, node) = input.into_parts();
    match Windows.prepare::<C>([node]).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => prepared.finish(
            (input.shape(), stride),
            B::windows(input, kernel_size, stride),
        ),
        OpsKind::UnTracked(prepared) => prepared.finish(B::windows(input, kernel_size, stride)),
    }
}

/// Compute [`Kernels::convolution`] with gradients. If all clips share one weight, their windows
/// are copied into one matrix: its product has one gradient for the weight, where the product of
/// each clip would have one, to be summed.
pub(super) fn tracked<B: Kernels, C: CheckpointStrategy>(
    input: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    kernel_size: usize,
    stride: usize,
) -> FloatTensor<Autodiff<B, C>> {
    type Ad<B, C> = Autodiff<B, C>;
    let windows = tracked_windows::<B, C>(input, kernel_size, stride);
    let [seen, outputs] = last_two(&weight.shape());
    if weight.shape().num_elements() > seen * outputs {
        return Ad::<B, C>::float_matmul(windows, weight);
    }
    let mut dims = windows.shape().to_vec();
    let rows = windows.shape().num_elements() / seen;
    let windows = Ad::<B, C>::float_reshape(windows, Shape::new([rows, seen]));
    let weight = Ad::<B, C>::float_reshape(weight, Shape::new([seen, outputs]));
    if let Some(last) = dims.last_mut() {
        *last = outputs;
    }
    Ad::<B, C>::float_reshape(Ad::<B, C>::float_matmul(windows, weight), Shape::from(dims))
}

fn last_two(shape: &Shape) -> [usize; 2] {
    let rank = shape.num_dims();
    [shape[rank - 2], shape[rank - 1]]
}

#[cfg(test)]
mod tests {
    use burn::tensor::module::conv1d;
    use burn::tensor::ops::ConvOptions;
    use burn::tensor::{Device, Distribution, Tolerance};

    use super::*;
    use crate::kernels::plain;

    /// `[groups, kernel_size * width, outputs]` as Burn has it, `[outputs, width, kernel_size]`.
    fn burns_weight(weight: Tensor<3>, kernel_size: usize) -> Tensor<3> {
        let [groups, inputs, outputs] = weight.dims();
        let width = inputs / kernel_size;
        weight
            .reshape([groups, kernel_size, width, outputs])
            .permute([0, 3, 2, 1])
            .reshape([groups * outputs, width, kernel_size])
    }

    /// The output, and the gradients by the input and the weight.
    fn output_and_gradients<const D: usize>(
        input: &Tensor<3>,
        weight: &Tensor<D>,
        function: impl Fn(Tensor<3>, Tensor<D>) -> Tensor<3>,
    ) -> [burn::tensor::TensorData; 3] {
        let input = input.clone().require_grad();
        let weight = weight.clone().require_grad();
        let output = function(input.clone(), weight.clone());
        let gradients = output.clone().powi_scalar(2).sum().backward();
        let by_input = input.grad(&gradients).expect("a leaf has a gradient");
        let by_weight = weight.grad(&gradients).expect("a leaf has a gradient");
        [
            output.into_data(),
            by_input.into_data(),
            by_weight.into_data(),
        ]
    }

    #[test]
    fn strided_equals_burns() {
        let device = Device::flex().autodiff();
        let random = Distribution::Uniform(-1.0, 1.0);
        for (batch, frames, channels_in, channels_out, kernel_size, stride) in [
            (1, 1, 1, 1, 1, 1),
            (2, 33, 1, 6, 10, 5),
            (3, 20, 4, 5, 3, 2),
            (1, 21, 5, 4, 2, 2),
            (2, 9, 3, 4, 3, 1),
        ] {
            let input = Tensor::<3>::random([batch, frames, channels_in], random, &device);
            let shape = [kernel_size * channels_in, channels_out];
            let weight = Tensor::<2>::random(shape, random, &device);
            let bias = Tensor::<1>::random([channels_out], random, &device);
            let ours = output_and_gradients(&input, &weight, |input, weight| {
                strided_convolution(input, weight, Some(bias.clone()), kernel_size, stride)
            });
            let burns = output_and_gradients(&input, &weight, |input, weight| {
                let weight = burns_weight(weight.unsqueeze(), kernel_size);
                let options = ConvOptions::new([stride], [0], [1], 1);
                conv1d(input.swap_dims(1, 2), weight, Some(bias.clone()), options).swap_dims(1, 2)
            });
            for (ours, burns) in ours.iter().zip(&burns) {
                ours.assert_approx_eq::<f32>(burns, Tolerance::absolute(1e-4));
            }
        }
    }

    #[test]
    fn copied_windows_equal_the_view() {
        let random = Distribution::Uniform(-1.0, 1.0);
        for (frames, kernel_size, stride) in [(1, 1, 1), (33, 10, 5), (20, 3, 2), (9, 3, 1)] {
            let data = Tensor::<4>::random([2, 3, frames, 4], random, &Device::flex()).into_data();
            let tensor = || Flex::float_from_data(data.clone(), &Default::default());
            let view = flex_windows(tensor(), kernel_size, stride).into_data();
            let copied = plain::windows::<Flex>(tensor(), kernel_size, stride).into_data();
            view.assert_eq(&copied, true);
        }
    }

    #[test]
    fn gradients_of_windows_agree() {
        let normal = Distribution::Normal(0.0, 1.0);
        for (windows, stride, frames) in [(6, 2, 14), (1, 5, 3), (9, 1, 11)] {
            let gradient = Tensor::<3>::random([2, windows, 12], normal, &Device::flex());
            let data = gradient.into_data();
            let tensor = || Flex::float_from_data(data.clone(), &Default::default());
            let ours = flex_windows_gradient(tensor(), frames, 4, stride).into_data();
            let plain = plain::windows_gradient::<Flex>(tensor(), frames, 4, stride).into_data();
            ours.assert_approx_eq::<f32>(&plain, Tolerance::absolute(1e-5));
        }
    }

    #[test]
    fn grouped_equals_burns() {
        let device = Device::flex().autodiff();
        let random = Distribution::Uniform(-1.0, 1.0);
        for (batch, frames, groups, width, kernel_size) in [(2, 5, 3, 2, 4), (1, 7, 2, 3, 5)] {
            let channels = groups * width;
            let input = Tensor::<3>::random([batch, frames, channels], random, &device);
            let shape = [groups, kernel_size * width, width];
            let weight = Tensor::<3>::random(shape, random, &device);
            let bias = Tensor::<1>::random([channels], random, &device);
            let ours = output_and_gradients(&input, &weight, |input, weight| {
                grouped_convolution(input, weight, bias.clone(), kernel_size)
            });
            let burns = output_and_gradients(&input, &weight, |input, weight| {
                let weight = burns_weight(weight, kernel_size);
                let options = ConvOptions::new([1], [kernel_size / 2], [1], groups);
                conv1d(input.swap_dims(1, 2), weight, Some(bias.clone()), options)
                    .swap_dims(1, 2)
                    .narrow(1, 0, frames)
            });
            for (ours, burns) in ours.iter().zip(&burns) {
                ours.assert_approx_eq::<f32>(burns, Tolerance::absolute(1e-4));
            }
        }
    }
}
