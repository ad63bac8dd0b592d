//! Normalization of each channel over time: the group norm of the first convolution of wav2vec 2.0.

use burn::backend::tensor::FloatTensor;
use burn::backend::{DType, Dispatch, Flex, TensorMetadata};
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::backend::Kernels;
use super::plain;
use super::vector_math::vectorized;

/// The number of frames per task.
const FRAMES: usize = 128;

/// Normalize each channel of each clip of `[batch, frames, channels]` to mean 0 and variance 1 over
/// the first `lengths` frames, then multiply by `gamma` and add `beta`, both `[channels]`.
/// `epsilon` is added to the variance. This is a group norm with one group per channel.
pub(crate) fn channel_norm(
    input: Tensor<3>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    lengths: &[usize],
    epsilon: f32,
) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::normalize_channels(
        input.into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        lengths.to_vec(),
        epsilon,
    ))
}

/// Compute in place if no one else has the tensor.
pub(super) fn flex_normalize(
    input: FloatTensor<Flex>,
    gamma: FloatTensor<Flex>,
    beta: FloatTensor<Flex>,
    lengths: &[usize],
    epsilon: f32,
) -> FloatTensor<Flex> {
    if [&input, &gamma, &beta]
        .iter()
        .any(|tensor| tensor.dtype() != DType::F32)
    {
        return plain::normalize_channels::<Flex>(input, gamma, beta, lengths, epsilon);
    }
    let [_, frames, channels] = input.shape().dims();
    let mut output = input.to_contiguous();
    drop(input);
    let [gamma, beta] = [gamma, beta].map(|parameter| parameter.to_contiguous());
    let (gamma, beta) = (gamma.storage::<f32>(), beta.storage::<f32>());
    let clips = output.storage_mut::<f32>().chunks_mut(frames * channels);
    for (clip, length) in clips.zip(lengths) {
        let own = &clip[..length * channels];
        let count = *length as f32;
        let mean: Vec<f32> = sum_over_time(own, channels, |sums, frame| {
            for (sum, value) in sums.iter_mut().zip(frame) {
                *sum += value;
            }
        })
        .map(|sum| sum / count)
        .collect();
        let scale: Vec<f32> = sum_over_time(own, channels, |sums, frame| {
            for ((sum, value), mean) in sums.iter_mut().zip(frame).zip(&mean) {
                let deviation = value - mean;
                *sum += deviation * deviation;
            }
        })
        .zip(gamma)
        .map(|(sum, gamma)| gamma / (sum / count + epsilon).sqrt())
        .collect();
        let shift: Vec<f32> = (mean.iter().zip(&scale).zip(beta))
            .map(|((mean, scale), beta)| beta - mean * scale)
            .collect();
        clip.par_chunks_mut(FRAMES * channels).for_each(|chunk| {
            vectorized(
                #[inline(always)]
                || {
                    for frame in chunk.chunks_exact_mut(channels) {
                        for ((value, scale), shift) in frame.iter_mut().zip(&scale).zip(&shift) {
                            *value = *value * scale + shift;
                        }
                    }
                },
            );
        });
    }
    output
}

/// Sum over all frames, channel by channel, with `add`. The sum is made of parts, so that rounding
/// errors do not grow with the length.
fn sum_over_time(
    clip: &[f32],
    channels: usize,
    add: impl Fn(&mut [f32], &[f32]) + Sync,
) -> impl Iterator<Item = f32> {
    clip.par_chunks(FRAMES * channels)
        .map(|chunk| {
            let mut sums = vec![0.0; channels];
            vectorized(
                #[inline(always)]
                || {
                    for frame in chunk.chunks_exact(channels) {
                        add(&mut sums, frame);
                    }
                },
            );
            sums
        })
        .reduce(
            || vec![0.0; channels],
            |mut left, right| {
                for (left, right) in left.iter_mut().zip(right) {
                    *left += right;
                }
                left
            },
        )
        .into_iter()
}

#[cfg(test)]
mod tests {
    use burn::nn::GroupNormConfig;
    use burn::tensor::{Device, Distribution, Tolerance};

    use super::*;

    #[test]
    fn equals_burns_group_norm() {
        let device = Device::flex();
        let random = Distribution::Uniform(-1.0, 3.0);
        for (frames, channels) in [(300, 19), (1, 4), (128, 8)] {
            let input = Tensor::<3>::random([2, frames, channels], random, &device);
            let gamma = Tensor::<1>::random([channels], random, &device);
            let beta = Tensor::<1>::random([channels], random, &device);
            let lengths = [frames, frames];
            let ours = channel_norm(input.clone(), gamma.clone(), beta.clone(), &lengths, 1e-5);
            let norm = GroupNormConfig::new(channels, channels).init(&device);
            let expected = norm.forward(input.swap_dims(1, 2)).swap_dims(1, 2);
            let expected = expected * gamma.unsqueeze() + beta.unsqueeze();
            ours.into_data()
                .assert_approx_eq::<f32>(&expected.into_data(), Tolerance::absolute(1e-4));
        }
    }

    #[test]
    fn padding_changes_nothing_and_gradients_flow() {
        let device = Device::flex().autodiff();
        let random = Distribution::Uniform(-1.0, 3.0);
        let input = Tensor::<3>::random([2, 9, 3], random, &device);
        let gamma = Tensor::<1>::random([3], random, &device);
        let beta = Tensor::<1>::random([3], random, &device);
        let norm = |input: Tensor<3>, lengths: &[usize]| {
            channel_norm(input, gamma.clone(), beta.clone(), lengths, 1e-5)
        };
        let both = norm(input.clone(), &[9, 5]);
        let alone = norm(input.clone().narrow(0, 1, 1).narrow(1, 0, 5), &[5]);
        let leaf = input.require_grad();
        let tracked = norm(leaf.clone(), &[9, 5]);
        assert!(leaf.grad(&tracked.clone().sum().backward()).is_some());
        both.clone()
            .into_data()
            .assert_approx_eq::<f32>(&tracked.into_data(), Tolerance::absolute(1e-5));
        both.narrow(0, 1, 1)
            .narrow(1, 0, 5)
            .into_data()
            .assert_approx_eq::<f32>(&alone.into_data(), Tolerance::absolute(1e-5));
    }
}
