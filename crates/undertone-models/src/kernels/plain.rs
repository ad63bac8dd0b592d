//! The operations of [`Kernels`](super::backend::Kernels) for any back end, made of operations of
//! Burn.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Shape, Slice, TensorData, TensorMetadata};

use super::adam_rates::{AdamRates, BETA_1, BETA_2};

/// Compute the attention weights, see [`Kernels::attention_weights`](super::backend::Kernels).
pub(super) fn attention_weights<B: Backend>(
    scores: FloatTensor<B>,
    scale: f32,
    lengths: &[usize],
) -> FloatTensor<B> {
    let [batch, _, _, steps] = scores.shape().dims();
    let scaled = B::float_mul_scalar(scores.clone(), scale.into());
    if lengths.iter().all(|length| *length == steps) {
        return B::softmax(scaled, 3);
    }
    let mask = lengths
        .iter()
        .flat_map(|length| (0..steps).map(move |step| if step < *length { 0.0 } else { -1e9 }))
        .collect::<Vec<f32>>();
    let mask = TensorData::new(mask, [batch, 1, 1, steps]).convert_dtype(scores.dtype());
    let mask = B::float_from_data(mask, &scores.device());
    B::softmax(B::float_add(scaled, mask), 3)
}

/// Normalize the channels clip by clip, see [`channel_norm`](super::channel_norm()).
pub(super) fn normalize_channels<B: Backend>(
    input: FloatTensor<B>,
    gamma: FloatTensor<B>,
    beta: FloatTensor<B>,
    lengths: &[usize],
    epsilon: f32,
) -> FloatTensor<B> {
    let [_, _, channels] = input.shape().dims();
    let [gamma, beta] = [gamma, beta].map(|p| B::float_reshape(p, Shape::new([1, 1, channels])));
    let clips = lengths.iter().enumerate().map(|(clip, length)| {
        let one = Slice::from(clip..clip + 1);
        let all = B::float_slice(input.clone(), &[one]);
        let own = B::float_slice(input.clone(), &[one, Slice::from(0..*length)]);
        let mean = B::float_mean_dim(own.clone(), 1);
        let deviations = B::float_sub(own, mean.clone());
        let variance = B::float_mean_dim(B::float_mul(deviations.clone(), deviations), 1);
        let scale = B::float_sqrt(B::float_add_scalar(variance, epsilon.into()));
        let normal = B::float_div(B::float_sub(all, mean), scale);
        B::float_add(B::float_mul(normal, gamma.clone()), beta.clone())
    });
    B::float_cat(clips.collect(), 0)
}

/// Copy the input of each output of a convolution, see
/// [`Kernels::windows`](super::backend::Kernels). The matrix products of Burn for GPUs take no rows
/// that overlap.
pub(super) fn windows<B: Backend>(
    input: FloatTensor<B>,
    kernel_size: usize,
    stride: usize,
) -> FloatTensor<B> {
    let dims = input.shape().to_vec();
    let time = dims.len() - 2;
    let last = (dims[time] - kernel_size) / stride * stride;
    let frames = (0..kernel_size).map(|frame| {
        let mut part = vec![Slice::full(); dims.len()];
        let end = frame + last + 1;
        part[time] = Slice::new(frame as isize, Some(end as isize), stride as isize);
        B::float_slice(input.clone(), &part)
    });
    B::float_cat(frames.collect(), time + 1)
}

/// Compute the gradient of [`windows`] by its input, one frame of the kernel at a time.
pub(super) fn windows_gradient<B: Backend>(
    gradient: FloatTensor<B>,
    frames: usize,
    channels: usize,
    stride: usize,
) -> FloatTensor<B> {
    let [batch, windows, seen] = gradient.shape().dims();
    let shape = Shape::new([batch, frames, channels]);
    let mut sum = B::float_zeros(shape, &gradient.device(), gradient.dtype().into());
    for frame in 0..seen / channels {
        let end = frame + (windows - 1) * stride + 1;
        let hit = [
            Slice::full(),
            Slice::new(frame as isize, Some(end as isize), stride as isize),
        ];
        let part = [
            Slice::full(),
            Slice::full(),
            Slice::from(frame * channels..(frame + 1) * channels),
        ];
        let added = B::float_add(
            B::float_slice(sum.clone(), &hit),
            B::float_slice(gradient.clone(), &part),
        );
        sum = B::float_slice_assign(sum, &hit, added);
    }
    sum
}

/// Return the parameter and its moments after a step, see [`adam_step`](super::adam_step).
pub(super) fn adam_step<B: Backend>(
    parameter: FloatTensor<B>,
    gradient: FloatTensor<B>,
    moment_1: FloatTensor<B>,
    moment_2: FloatTensor<B>,
    rates: AdamRates,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let times = |tensor: &FloatTensor<B>, factor: f32| {
        B::float_mul_scalar(FloatTensor::<B>::clone(tensor), factor.into())
    };
    let moved = |moment, value, kept| B::float_add(times(&moment, kept), times(&value, 1.0 - kept));
    let gradient = B::float_add(times(&parameter, rates.penalty), gradient);
    let moment_1 = moved(moment_1, gradient.clone(), BETA_1);
    let moment_2 = moved(moment_2, B::float_mul(gradient.clone(), gradient), BETA_2);
    let root = B::float_add_scalar(B::float_sqrt(moment_2.clone()), rates.epsilon.into());
    let update = B::float_div(times(&moment_1, rates.correction), root);
    let kept = times(&parameter, rates.kept);
    let parameter = B::float_sub(kept, times(&update, rates.learning_rate));
    (parameter, moment_1, moment_2)
}
