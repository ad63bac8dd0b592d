//! The gradients of the convolution block on the CPU.

use burn::backend::tensor::FloatTensor;
use burn::backend::{DType, Flex, TensorMetadata};
use rayon::prelude::*;

use super::forward::{convolve_again, float};
use super::geometry::Geometry;
use super::kept::{BlockGradients, Kept};
use super::options::ConvBlockOptions;
use super::plain;
use super::pooling::deviation;
use super::unpooling::{Slopes, Sums, unpool};
use crate::kernels::product::{View, multiply};

/// Values of the gradient by the weight that are summed by one task.
const SUMMED: usize = 8192;

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
    let shape = Geometry::of(kept.input, weight.shape().dims(), options);
    let gradient = gradient.to_contiguous();
    let [weight, bias, scale] = [weight, bias, scale].map(|tensor| tensor.to_contiguous());
    let block = Block {
        gradient: gradient.storage(),
        choices: kept.choices.storage(),
        padded: kept.padded.storage(),
        convolved: (!shape.is_cheap()).then(|| kept.convolved.storage()),
        weight: weight.storage(),
        shape: &shape,
    };

    let (slopes, channels) = block.slopes(bias.storage(), scale.storage(), &kept, options);
    let (by_input, by_weight) = block.gradients(&slopes, by_input);
    BlockGradients {
        input: by_input.map(|values| float(values, kept.input)),
        weight: float(by_weight, [shape.depth(), shape.outputs]),
        channels: channels.map(|values| float(values, [shape.outputs])),
    }
}

/// What the gradients are computed from.
struct Block<'a> {
    /// By the outputs.
    gradient: &'a [f32],
    choices: &'a [u8],
    padded: &'a [f32],
    convolved: Option<&'a [f32]>,
    weight: &'a [f32],
    shape: &'a Geometry,
}

impl Block<'_> {
    /// Return the convolution of the clips of a task.
    fn convolved<'a>(&'a self, task: usize, scratch: &'a mut Vec<f32>) -> &'a [f32] {
        match self.convolved {
            Some(convolved) => {
                let len = self.shape.clips_per_task() * self.shape.clip_len();
                &convolved[task * len..convolved.len().min((task + 1) * len)]
            }
            None => convolve_again(self.padded, self.weight, task, self.shape, scratch),
        }
    }

    /// Sum over the batch. Return how the gradient by the convolution follows, and the gradients by
    /// bias, scale and shift.
    fn slopes(
        &self,
        bias: &[f32],
        scale: &[f32],
        kept: &Kept<Flex>,
        options: &ConvBlockOptions,
    ) -> (Slopes, [Vec<f32>; 3]) {
        let (shape, kept_scale) = (self.shape, options.kept_scale());
        // Each channel is scaled by `(value - center) * inverse * scale`.
        let (centers, inverses): (Vec<f32>, Vec<f32>) = match (&kept.moments, options.epsilon) {
            (Some([mean, variance]), Some(epsilon)) => {
                let variance = variance.storage::<f32>().iter();
                let inverses = variance.map(|variance| 1.0 / deviation(*variance, epsilon));
                (mean.storage::<f32>().to_vec(), inverses.collect())
            }
            _ => {
                let bias = bias.iter();
                (bias.map(|bias| -bias).collect(), vec![1.0; shape.outputs])
            }
        };

        let pooled = (shape.clips_per_task() * shape.pooled_len()).max(1);
        let parts: Vec<Sums> = (self.gradient.par_chunks(pooled))
            .zip(self.choices.par_chunks(pooled))
            .enumerate()
            .map_init(Vec::new, |scratch, (task, (gradient, choices))| {
                let convolved = self.convolved(task, scratch);
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

        // Mean and variance depend on all values of a channel; without normalization there are
        // none.
        let share = match kept.moments {
            Some(_) => 1.0 / (shape.batch * shape.height * shape.width) as f32,
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

    /// Compute the gradients by the input, if it is wanted, and by the weight. The gradient by the
    /// convolution exists only for the clips of a task at a time.
    fn gradients(&self, slopes: &Slopes, by_input: bool) -> (Option<Vec<f32>>, Vec<f32>) {
        let shape = self.shape;
        let (clips, tasks) = (shape.clips_per_task(), shape.tasks_per_part());
        let clip_len = shape.height * shape.width * shape.inputs;
        let mut inputs = vec![0.0; if by_input { shape.batch * clip_len } else { 0 }];
        // Empty chunks, if it is not wanted.
        let mut input_chunks: Vec<&mut [f32]> = Vec::new();
        let mut rest = inputs.as_mut_slice();
        for first in (0..shape.batch).step_by(clips * tasks) {
            let count = (clips * tasks).min(shape.batch - first);
            let len = if by_input { count * clip_len } else { 0 };
            let (chunk, others) = rest.split_at_mut(len);
            input_chunks.push(chunk);
            rest = others;
        }
        let weights: Vec<Vec<f32>> = input_chunks
            .into_par_iter()
            .enumerate()
            .map_init(
                || [const { Vec::new() }; 3],
                |[again, by_convolved, sums], (part, inputs)| {
                    let mut weight = vec![0.0; shape.depth() * shape.outputs];
                    let mut inputs = inputs.chunks_mut(clips * clip_len);
                    let last = shape.batch.div_ceil(clips).min((part + 1) * tasks);
                    for task in part * tasks..last {
                        let convolved = self.convolved(task, again);
                        self.unpool_task(task, convolved, slopes, by_convolved);
                        self.add_by_weight(task, by_convolved, &mut weight);
                        if let Some(inputs) = inputs.next() {
                            self.by_inputs(by_convolved, sums, inputs);
                        }
                    }
                    weight
                },
            )
            .collect();
        (by_input.then_some(inputs), sum(weights))
    }

    /// Compute the gradient by the convolution of a task, with zeros around each clip.
    fn unpool_task(&self, task: usize, convolved: &[f32], slopes: &Slopes, result: &mut Vec<f32>) {
        let shape = self.shape;
        let (pooled, first) = (shape.pooled_len(), task * shape.clips_per_task());
        let clips = convolved.len() / shape.clip_len();
        // The margins stay zero.
        result.resize(shape.padded_positions(clips) * shape.outputs, 0.0);
        let results = result[shape.margin() * shape.outputs..].chunks_exact_mut(shape.clip_len());
        let convolved = convolved.chunks_exact(shape.clip_len());
        for ((clip, result), convolved) in (first..).zip(results).zip(convolved) {
            let outputs = clip * pooled..(clip + 1) * pooled;
            let (gradient, choices) = (&self.gradient[outputs.clone()], &self.choices[outputs]);
            unpool(gradient, choices, convolved, slopes, shape, result);
        }
    }

    /// Add the gradient by the weight from that by the convolution of a task.
    fn add_by_weight(&self, task: usize, by_convolved: &[f32], weight: &mut [f32]) {
        let shape = self.shape;
        let first = task * shape.clips_per_task() * shape.pitch();
        let margin = shape.margin();
        let windows = by_convolved.len() / shape.outputs - 2 * margin;
        let by_convolved = View::rows(&by_convolved[margin * shape.outputs..], shape.outputs);
        let rows = weight.chunks_exact_mut(shape.row_depth() * shape.outputs);
        for (row, weight) in rows.enumerate() {
            let start = (first + row * shape.row_pitch()) * shape.inputs;
            multiply(
                [shape.row_depth(), windows, shape.outputs],
                View::rows(&self.padded[start..], shape.inputs).transposed(),
                by_convolved,
                weight,
                true,
            );
        }
    }

    /// Compute the gradient by the inputs of a task, `[clips, height, width, channels_in]`, from
    /// that by the convolution.
    fn by_inputs(&self, by_convolved: &[f32], sums: &mut Vec<f32>, result: &mut [f32]) {
        let shape = self.shape;
        let windows = by_convolved.len() / shape.outputs - 2 * shape.margin();
        sums.resize((windows + shape.margin()) * shape.inputs, 0.0);
        let weights = self.weight.chunks_exact(shape.inputs * shape.outputs);
        for (index, weight) in weights.enumerate() {
            let [row, column] = [index / shape.kernel_size[1], index % shape.kernel_size[1]];
            let first = 2 * shape.margin() - row * shape.row_pitch() - column;
            multiply(
                [windows, shape.outputs, shape.inputs],
                View::rows(&by_convolved[first * shape.outputs..], shape.outputs),
                View::rows(weight, shape.outputs).transposed(),
                sums,
                index > 0,
            );
        }
        let row = shape.width * shape.inputs;
        let sums = sums.chunks_exact(shape.pitch() * shape.inputs);
        for (result, sums) in result.chunks_exact_mut(shape.height * row).zip(sums) {
            let rows = sums.chunks(shape.row_pitch() * shape.inputs);
            for (result, sums) in result.chunks_exact_mut(row).zip(rows) {
                result.copy_from_slice(&sums[..row]);
            }
        }
    }
}

/// Sum in order.
fn sum(parts: Vec<Vec<f32>>) -> Vec<f32> {
    let mut parts = parts.into_iter();
    let mut sum = parts.next().unwrap_or_default();
    let others = parts.as_slice();
    let chunks = sum.par_chunks_mut(SUMMED).enumerate();
    chunks.for_each(|(chunk, sum)| {
        for part in others {
            for (sum, value) in sum.iter_mut().zip(&part[chunk * SUMMED..]) {
                *sum += value;
            }
        }
    });
    sum
}
