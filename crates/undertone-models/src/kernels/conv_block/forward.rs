//! The convolution block on the CPU.

use burn::backend::ops::{FloatTensorOps, IntTensorOps};
use burn::backend::tensor::FloatTensor;
use burn::backend::{DType, Flex, Shape, TensorData, TensorMetadata};
use rayon::prelude::*;

use super::geometry::Geometry;
use super::kept::{Forward, Kept};
use super::moments::Moments;
use super::options::ConvBlockOptions;
use super::padding::pad;
use super::plain;
use super::pooling::{Affine, NONE, drop_some, pool, pool_and_choose};
use crate::kernels::dropout_mask::DropoutMask;
use crate::kernels::product::{View, multiply};

/// Return whether this version can compute the block.
fn is_supported(
    input: &FloatTensor<Flex>,
    weight: &FloatTensor<Flex>,
    options: &ConvBlockOptions,
) -> bool {
    options.pool[0] * options.pool[1] < usize::from(NONE)
        && [input, weight].map(TensorMetadata::dtype) == [DType::F32; 2]
        && input.shape().num_elements() > 0
}

/// Compute [`Kernels::conv_block`](crate::kernels::backend::Kernels). Without normalization and
/// dropout, only a part of the convolution is in memory at a time.
pub(crate) fn flex_conv_block(
    input: FloatTensor<Flex>,
    weight: FloatTensor<Flex>,
    channels: [FloatTensor<Flex>; 3],
    options: &ConvBlockOptions,
) -> (FloatTensor<Flex>, Vec<FloatTensor<Flex>>) {
    let keeps_nothing = options.epsilon.is_none() && options.dropout == 0.0;
    if !keeps_nothing || !is_supported(&input, &weight, options) {
        let done = flex_forward(input, weight, channels, options);
        return (done.output, done.statistics);
    }
    let shape = Geometry::of(input.shape().dims(), weight.shape().dims(), options);
    let padded = pad(input, &shape);
    let weight = weight.to_contiguous();
    let [bias, scale, shift] = channels.map(|it| it.to_contiguous());
    let affine = Affine::of(bias.storage(), scale.storage(), shift.storage());
    let (clips, pooled) = (shape.clips_per_task(), shape.pooled_len());
    let mut output = vec![0.0; shape.batch * pooled];
    output
        .par_chunks_mut((clips * pooled).max(1))
        .enumerate()
        .for_each_init(Vec::new, |convolved, (task, output)| {
            convolved.resize(output.len() / pooled * shape.clip_len(), 0.0);
            convolve(&padded, weight.storage(), task * clips, &shape, convolved);
            let convolved = convolved.chunks_exact(shape.clip_len());
            for (output, convolved) in output.chunks_exact_mut(pooled).zip(convolved) {
                pool(convolved, &affine, &shape, output);
            }
        });
    (float(output, output_dims(&shape)), Vec::new())
}

/// Compute [`ConvBlockSteps::conv_block_forward`](super::steps::ConvBlockSteps).
pub(crate) fn flex_forward(
    input: FloatTensor<Flex>,
    weight: FloatTensor<Flex>,
    channels: [FloatTensor<Flex>; 3],
    options: &ConvBlockOptions,
) -> Forward<Flex> {
    if !is_supported(&input, &weight, options) {
        return plain::forward::<Flex>(input, weight, channels, options);
    }
    let shape = Geometry::of(input.shape().dims(), weight.shape().dims(), options);
    let padded = pad(input, &shape);
    let weight = weight.to_contiguous();
    let [bias, scale, shift] = channels.map(|it| it.to_contiguous());
    let (bias, scale, shift) = (bias.storage(), scale.storage(), shift.storage());

    let clips = shape.clips_per_task();
    let keeps = !shape.is_cheap();
    let mut convolved = vec![
        0.0;
        if keeps {
            shape.batch * shape.clip_len()
        } else {
            0
        }
    ];
    let mut parts = Vec::new();
    if keeps {
        (convolved.par_chunks_mut(clips * shape.clip_len()))
            .enumerate()
            .map(|(task, convolved)| {
                convolve(&padded, weight.storage(), task * clips, &shape, convolved);
                options.epsilon.map(|_| Moments::of(convolved, &shape))
            })
            .collect_into_vec(&mut parts);
    } else if options.epsilon.is_some() {
        (0..shape.batch.div_ceil(clips))
            .into_par_iter()
            .map_init(Vec::new, |scratch, task| {
                let convolved = convolve_again(&padded, weight.storage(), task, &shape, scratch);
                Some(Moments::of(convolved, &shape))
            })
            .collect_into_vec(&mut parts);
    }
    let (affine, moments) = match options.epsilon {
        Some(epsilon) => {
            let parts: Vec<Moments> = parts.into_iter().flatten().collect();
            let [mean, variance] = Moments::merged(&parts, shape.outputs);
            let affine = Affine::normalizing(&mean, &variance, epsilon, scale, shift);
            (affine, Some([mean, variance]))
        }
        None => (Affine::of(bias, scale, shift), None),
    };

    let pooled = shape.pooled_len();
    let mut output = vec![0.0; shape.batch * pooled];
    let mut choices = vec![NONE; shape.batch * pooled];
    let mask = (options.dropout > 0.0).then(|| DropoutMask::draw(options.dropout));
    let task_len = (clips * pooled).max(1);
    (output.par_chunks_mut(task_len))
        .zip(choices.par_chunks_mut(task_len))
        .enumerate()
        .for_each_init(Vec::new, |scratch, (task, (output, choices))| {
            let convolved = match keeps {
                true => &convolved[task * clips * shape.clip_len()..],
                false => convolve_again(&padded, weight.storage(), task, &shape, scratch),
            };
            let convolved = convolved.chunks_exact(shape.clip_len());
            let pooled = output
                .chunks_exact_mut(pooled)
                .zip(choices.chunks_exact_mut(pooled));
            for ((output, choices), convolved) in pooled.zip(convolved) {
                pool_and_choose(convolved, &affine, &shape, output, choices);
            }
            if let Some(mask) = &mask {
                drop_some(mask, task * task_len, options.kept_scale(), output, choices);
            }
        });

    let dims = output_dims(&shape);
    let statistics = moments.iter().flat_map(|[mean, variance]| {
        // The convolution is without its bias here.
        let mean = mean.iter().zip(bias).map(|(mean, bias)| mean + bias);
        [mean.collect(), variance.clone()]
    });
    let vector = |values| float(values, [shape.outputs]);
    Forward {
        output: float(output, dims),
        statistics: statistics.map(vector).collect(),
        kept: Kept {
            input: [shape.batch, shape.height, shape.width, shape.inputs],
            padded: float(padded, [shape.padded_positions(shape.batch), shape.inputs]),
            convolved: match keeps {
                true => float(convolved, [shape.batch, shape.pitch(), shape.outputs]),
                false => float(convolved, [0]),
            },
            choices: Flex::int_from_data(TensorData::new(choices, dims), &Default::default()),
            moments: moments.map(|moments| moments.map(vector)),
        },
    }
}

/// Compute the windows of some clips from `first` on, without the bias:
/// `[clips, pitch, channels_out]`.
fn convolve(padded: &[f32], weight: &[f32], first: usize, shape: &Geometry, convolved: &mut [f32]) {
    let windows = shape.windows(convolved.len() / shape.clip_len());
    let weight = weight.chunks_exact(shape.row_depth() * shape.outputs);
    for (row, weight) in weight.enumerate() {
        let start = first * shape.pitch() + row * shape.row_pitch();
        multiply(
            [windows, shape.row_depth(), shape.outputs],
            View::rows(&padded[start * shape.inputs..], shape.inputs),
            View::rows(weight, shape.outputs),
            convolved,
            row > 0,
        );
    }
}

/// Compute the windows of a task once more.
pub(super) fn convolve_again<'a>(
    padded: &[f32],
    weight: &[f32],
    task: usize,
    shape: &Geometry,
    scratch: &'a mut Vec<f32>,
) -> &'a [f32] {
    let first = task * shape.clips_per_task();
    let clips = shape.clips_per_task().min(shape.batch - first);
    scratch.resize(clips * shape.clip_len(), 0.0);
    convolve(padded, weight, first, shape, scratch);
    scratch
}

fn output_dims(shape: &Geometry) -> [usize; 4] {
    let [height, width] = shape.pooled();
    [shape.batch, height, width, shape.outputs]
}

/// Make a tensor.
pub(super) fn float<const D: usize>(values: Vec<f32>, dims: [usize; D]) -> FloatTensor<Flex> {
    let data = TensorData::new(values, Shape::new(dims));
    Flex::float_from_data(data, &Default::default())
}
