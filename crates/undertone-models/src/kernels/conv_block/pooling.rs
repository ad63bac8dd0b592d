//! Scale, shift, ReLU, max-pooling and dropout in one pass.

use super::geometry::Geometry;
use crate::kernels::dropout_mask::DropoutMask;
use crate::kernels::vector_math::vectorized;

/// The choice that stands for no position of the pool: none is positive, or the output is dropped.
pub(super) const NONE: u8 = u8::MAX;

/// A factor and an offset for each channel of the convolution.
pub(super) struct Affine {
    factors: Vec<f32>,
    offsets: Vec<f32>,
}

impl Affine {
    /// Add the bias, multiply by the scale, add the shift.
    pub(super) fn of(bias: &[f32], scale: &[f32], shift: &[f32]) -> Self {
        let channels = bias.iter().zip(scale).zip(shift);
        Self {
            factors: scale.to_vec(),
            offsets: channels
                .map(|((bias, scale), shift)| shift + scale * bias)
                .collect(),
        }
    }

    /// Normalize to mean 0 and variance 1, multiply by the scale, add the shift.
    pub(super) fn normalizing(
        mean: &[f32],
        variance: &[f32],
        epsilon: f64,
        scale: &[f32],
        shift: &[f32],
    ) -> Self {
        let factors: Vec<f32> = (scale.iter().zip(variance))
            .map(|(scale, variance)| scale / deviation(*variance, epsilon))
            .collect();
        let channels = mean.iter().zip(&factors).zip(shift);
        Self {
            offsets: channels
                .map(|((mean, factor), shift)| shift - mean * factor)
                .collect(),
            factors,
        }
    }
}

/// Return the standard deviation that a channel is divided by.
pub(super) fn deviation(variance: f32, epsilon: f64) -> f32 {
    (f64::from(variance) + epsilon).sqrt() as f32
}

/// Compute the outputs of one clip, of zeros before.
pub(super) fn pool(convolved: &[f32], affine: &Affine, shape: &Geometry, output: &mut [f32]) {
    vectorized(
        #[inline(always)]
        || {
            let rows = output.chunks_exact_mut(shape.pooled()[1] * shape.outputs);
            for (row, outputs) in rows.enumerate() {
                for (column, output) in outputs.chunks_exact_mut(shape.outputs).enumerate() {
                    shape.each_of_pool(convolved, [row, column], |_, values| {
                        let affine = affine.factors.iter().zip(&affine.offsets);
                        for ((output, value), (factor, offset)) in
                            output.iter_mut().zip(values).zip(affine)
                        {
                            let value = value * factor + offset;
                            // A value that is not a number must not vanish.
                            *output = match value > *output || value.is_nan() {
                                true => value,
                                false => *output,
                            };
                        }
                    });
                }
            }
        },
    );
}

/// Compute as [`pool`], and remember which position of its pool each output comes from.
pub(super) fn pool_and_choose(
    convolved: &[f32],
    affine: &Affine,
    shape: &Geometry,
    output: &mut [f32],
    choices: &mut [u8],
) {
    // As wide as the values, so that the same vector instructions do both.
    let mut chosen = vec![0; shape.outputs];
    vectorized(
        #[inline(always)]
        || {
            let row_len = shape.pooled()[1] * shape.outputs;
            let rows = output
                .chunks_exact_mut(row_len)
                .zip(choices.chunks_exact_mut(row_len));
            for (row, (outputs, choices)) in rows.enumerate() {
                let columns = outputs
                    .chunks_exact_mut(shape.outputs)
                    .zip(choices.chunks_exact_mut(shape.outputs));
                for (column, (output, choices)) in columns.enumerate() {
                    chosen.fill(u32::from(NONE));
                    shape.each_of_pool(convolved, [row, column], |index, values| {
                        let affine = affine.factors.iter().zip(&affine.offsets);
                        let best = output.iter_mut().zip(&mut chosen);
                        for (((output, chosen), value), (factor, offset)) in
                            best.zip(values).zip(affine)
                        {
                            let value = value * factor + offset;
                            let better = value > *output || value.is_nan();
                            *output = if better { value } else { *output };
                            *chosen = if better { index } else { *chosen };
                        }
                    });
                    for (choice, chosen) in choices.iter_mut().zip(&chosen) {
                        *choice = *chosen as u8;
                    }
                }
            }
        },
    );
}

/// Drop outputs by the mask, and scale the others. `first` is the index of the first one.
pub(super) fn drop_some(
    mask: &DropoutMask,
    first: usize,
    kept_scale: f32,
    output: &mut [f32],
    choices: &mut [u8],
) {
    vectorized(
        #[inline(always)]
        || {
            // Batches with more values than indices repeat the mask.
            let indices = (0..output.len() as u32).map(|it| it.wrapping_add(first as u32));
            for ((output, choice), index) in output.iter_mut().zip(choices).zip(indices) {
                let kept = mask.keeps(index);
                *output = if kept { *output * kept_scale } else { 0.0 };
                *choice = if kept { *choice } else { NONE };
            }
        },
    );
}
