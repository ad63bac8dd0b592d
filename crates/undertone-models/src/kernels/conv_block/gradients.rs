//! The gradients of the convolution block on the CPU.

use burn::backend::tensor::FloatTensor;
use burn::backend::{DType, Flex, TensorMetadata};
use rayon::prelude::*;

use super::forward::float;
use super::geometry::Geometry;
use super::kept::{BlockGradients, Kept};
use super::options::ConvBlockOptions;
use super::plain;
use super::pooling::deviation;
use super::unpooling::{Slopes, Sums, unpool};
use crate::kernels::product::{View, multiply};

/// Rows of the gradient by the weight that one task computes.
const ROWS: usize = 128;

/// Compute [`ConvBlockSteps::conv_block_gradients`](super::steps::ConvBlockSteps).
pub(crate) fn flex_gradients(
    gradient: FloatTensor<Flex>,
    weight: FloatTensor<Flex>,
    [bias, scale]: [FloatTensor<Flex>; 2],
    kept: Kept<Flex>,
    options: &ConvBlockOptions,
    by_input: bool,
) -> BlockGradients<Flex> {
    if kept.choices.dtype() != DType::U8 {
        let channels = [bias, scale];
        return plain::gradients::<Flex>(gradient, weight, channels, kept, options, by_input);
    }
    let [batch, pitch, _] = kept.convolved.shape().dims();
    let [_, inputs] = kept.padded.shape().dims();
    let frames = pitch - options.kernel_size / 2;
    let shape = Geometry::of([batch, frames, inputs], weight.shape().dims(), options);
    let gradient = gradient.to_contiguous();
    let [weight, bias, scale] = [weight, bias, scale].map(|tensor| tensor.to_contiguous());

    let (slopes, channels) = slopes(&gradient, &bias, &scale, &kept, options, &shape);
    let convolved = by_convolved(&gradient, &kept, &slopes, &shape);
    BlockGradients {
        input: by_input.then(|| {
            let values = by_inputs(&convolved, weight.storage(), &shape);
            float(values, [batch, frames, inputs])
        }),
        weight: float(
            by_weight(&convolved, kept.padded.storage(), &shape),
            [shape.depth(), shape.outputs],
        ),
        channels: channels.map(|values| float(values, [shape.outputs])),
    }
}

/// Sum over the batch. Return how the gradient by the convolution follows, and the gradients by
/// bias, scale and shift.
fn slopes(
    gradient: &FloatTensor<Flex>,
    bias: &FloatTensor<Flex>,
    scale: &FloatTensor<Flex>,
    kept: &Kept<Flex>,
    options: &ConvBlockOptions,
    shape: &Geometry,
) -> (Slopes, [Vec<f32>; 3]) {
    let kept_scale = options.kept_scale();
    let scale = scale.storage::<f32>();
    // Each channel is scaled by `(value - center) * inverse * scale`.
    let (centers, inverses): (Vec<f32>, Vec<f32>) = match (&kept.moments, options.epsilon) {
        (Some([mean, variance]), Some(epsilon)) => {
            let variance = variance.storage::<f32>().iter();
            let inverses = variance.map(|variance| 1.0 / deviation(*variance, epsilon));
            (mean.storage::<f32>().to_vec(), inverses.collect())
        }
        _ => {
            let bias = bias.storage::<f32>().iter();
            (bias.map(|bias| -bias).collect(), vec![1.0; shape.outputs])
        }
    };

    let clips = shape.clips_per_task();
    let pooled = (clips * shape.steps() * shape.outputs).max(1);
    let parts: Vec<Sums> = (gradient.storage::<f32>().par_chunks(pooled))
        .zip(kept.choices.storage::<u8>().par_chunks(pooled))
        .zip(
            kept.convolved
                .storage::<f32>()
                .par_chunks(clips * shape.clip_len()),
        )
        .map(|((gradient, choices), convolved)| {
            Sums::of(gradient, choices, convolved, &centers, shape)
        })
        .collect();
    let sums = Sums::merged(&parts, shape.outputs);
    let by_shift: Vec<f32> = sums.gradients.iter().map(|sum| sum * kept_scale).collect();
    let by_scale: Vec<f32> = (sums.products.iter().zip(&inverses))
        .map(|(sum, inverse)| sum * kept_scale * inverse)
        .collect();
    let factors: Vec<f32> = scale
        .iter()
        .zip(&inverses)
        .map(|(scale, inverse)| scale * inverse)
        .collect();

    // Mean and variance depend on all values of a channel; without normalization there are none.
    let share = match kept.moments {
        Some(_) => 1.0 / (shape.batch * shape.frames) as f32,
        None => 0.0,
    };
    let by_bias = match kept.moments {
        // The normalization takes away what the bias adds.
        Some(_) => vec![0.0; shape.outputs],
        None => by_shift
            .iter()
            .zip(&factors)
            .map(|(sum, factor)| sum * factor)
            .collect(),
    };
    let slopes = Slopes {
        kept: kept_scale,
        centers,
        means: by_shift.iter().map(|sum| sum * share).collect(),
        slopes: by_scale
            .iter()
            .zip(&inverses)
            .map(|(sum, inverse)| sum * inverse * share)
            .collect(),
        factors,
    };
    (slopes, [by_bias, by_scale, by_shift])
}

/// Compute the gradient by the convolution, with zeros around each clip.
fn by_convolved(
    gradient: &FloatTensor<Flex>,
    kept: &Kept<Flex>,
    slopes: &Slopes,
    shape: &Geometry,
) -> Vec<f32> {
    let mut result = vec![0.0; shape.padded_frames() * shape.outputs];
    let (gradient, choices) = (gradient.storage::<f32>(), kept.choices.storage::<u8>());
    let (own, pooled) = (shape.frames * shape.outputs, shape.steps() * shape.outputs);
    result[shape.margin() * shape.outputs..]
        .par_chunks_mut(shape.clip_len())
        .zip(kept.convolved.storage::<f32>().par_chunks(shape.clip_len()))
        .enumerate()
        .with_min_len(shape.clips_per_task())
        .for_each(|(clip, (result, convolved))| {
            let outputs = clip * pooled..(clip + 1) * pooled;
            let (gradient, choices) = (&gradient[outputs.clone()], &choices[outputs]);
            unpool(
                gradient,
                choices,
                &convolved[..own],
                slopes,
                shape,
                &mut result[..own],
            );
        });
    result
}

/// Compute the gradient by the weight from that by the convolution.
fn by_weight(convolved: &[f32], padded: &[f32], shape: &Geometry) -> Vec<f32> {
    let windows = shape.padded_frames() - 2 * shape.margin();
    let convolved = View::rows(&convolved[shape.margin() * shape.outputs..], shape.outputs);
    let mut result = vec![0.0; shape.depth() * shape.outputs];
    result
        .par_chunks_mut(ROWS * shape.outputs)
        .enumerate()
        .for_each(|(task, result)| {
            let values = View::rows(&padded[task * ROWS..], shape.inputs).transposed();
            let rows = result.len() / shape.outputs;
            multiply(
                [rows, windows, shape.outputs],
                values,
                convolved,
                result,
                false,
            );
        });
    result
}

/// Compute the gradient by the input, `[batch, frames, channels_in]`, from that by the convolution.
fn by_inputs(convolved: &[f32], weight: &[f32], shape: &Geometry) -> Vec<f32> {
    let (clips, clip_len) = (shape.clips_per_task(), shape.frames * shape.inputs);
    let mut result = vec![0.0; shape.batch * clip_len];
    result
        .par_chunks_mut(clips * clip_len)
        .enumerate()
        .for_each_init(Vec::new, |sums, (task, result)| {
            let clips_here = result.len() / clip_len;
            let windows = clips_here * shape.pitch() - shape.margin();
            sums.resize(windows * shape.inputs, 0.0);
            for frame in 0..shape.kernel_size {
                let first = task * clips * shape.pitch() + 2 * shape.margin() - frame;
                let of_frame = &weight[frame * shape.inputs * shape.outputs..];
                multiply(
                    [windows, shape.outputs, shape.inputs],
                    View::rows(&convolved[first * shape.outputs..], shape.outputs),
                    View::rows(of_frame, shape.outputs).transposed(),
                    sums,
                    frame > 0,
                );
            }
            let sums = sums.chunks(shape.pitch() * shape.inputs);
            for (result, sums) in result.chunks_exact_mut(clip_len).zip(sums) {
                result.copy_from_slice(&sums[..clip_len]);
            }
        });
    result
}
