//! From the gradient by the outputs to the gradient by the convolution.

use super::geometry::Geometry;
use super::pooling::NONE;
use crate::kernels::vector_math::vectorized;

/// Sums over all positions that are chosen, one for each channel.
pub(super) struct Sums {
    /// Of the gradients.
    pub(super) gradients: Vec<f32>,
    /// Of the gradients times the distances of the values from the centers.
    pub(super) products: Vec<f32>,
}

impl Sums {
    /// Sum over clips that follow each other. `gradient` is by the outputs; `centers` are taken
    /// from the values of each channel.
    pub(super) fn of(
        gradient: &[f32],
        choices: &[u8],
        convolved: &[f32],
        centers: &[f32],
        shape: &Geometry,
    ) -> Self {
        let mut gradients = vec![0.0; shape.outputs];
        let mut products = vec![0.0; shape.outputs];
        let mut chosen = vec![0; shape.outputs];
        let (pooled, row_len) = (shape.pooled_len(), shape.pooled()[1] * shape.outputs);
        vectorized(
            #[inline(always)]
            || {
                let clips = gradient
                    .chunks_exact(pooled)
                    .zip(choices.chunks_exact(pooled))
                    .zip(convolved.chunks_exact(shape.clip_len()));
                for ((gradient, choices), clip) in clips {
                    let rows = gradient
                        .chunks_exact(row_len)
                        .zip(choices.chunks_exact(row_len));
                    for (row, (gradient, choices)) in rows.enumerate() {
                        let columns = gradient.chunks_exact(shape.outputs);
                        let columns = columns.zip(choices.chunks_exact(shape.outputs));
                        for (column, (gradient, choices)) in columns.enumerate() {
                            widen(choices, &mut chosen);
                            shape.each_of_pool(clip, [row, column], |index, values| {
                                let outputs = gradient.iter().zip(&chosen);
                                let values = outputs.zip(values.iter().zip(centers));
                                let sums = gradients.iter_mut().zip(&mut products);
                                for ((sum, product), ((gradient, chosen), (value, center))) in
                                    sums.zip(values)
                                {
                                    let (gradient, distance) = (*gradient, value - center);
                                    let hit = if *chosen == index { gradient } else { 0.0 };
                                    *sum += hit;
                                    *product += hit * distance;
                                }
                            });
                        }
                    }
                }
            },
        );
        Self {
            gradients,
            products,
        }
    }

    /// Merge the parts in order.
    pub(super) fn merged(parts: &[Self], channels: usize) -> Self {
        let sum = |of: fn(&Self) -> &Vec<f32>| {
            (0..channels)
                .map(|channel| {
                    let parts = parts.iter().map(|part| f64::from(of(part)[channel]));
                    parts.sum::<f64>() as f32
                })
                .collect()
        };
        Self {
            gradients: sum(|part| &part.gradients),
            products: sum(|part| &part.products),
        }
    }
}

/// How the gradient by a value of the convolution follows from the gradient `g` by what ReLU reads:
/// `(g * kept - mean - (value - center) * slope) * factor`, for each channel.
pub(super) struct Slopes {
    pub(super) kept: f32,
    pub(super) centers: Vec<f32>,
    pub(super) means: Vec<f32>,
    pub(super) slopes: Vec<f32>,
    pub(super) factors: Vec<f32>,
}

impl Slopes {
    /// Compute the gradients by one position of the convolution, given those by the outputs of its
    /// pool. `chosen` are the places that the outputs come from, `index` is this one.
    #[inline(always)]
    fn position(
        &self,
        index: u32,
        gradient: &[f32],
        chosen: &[u32],
        values: &[f32],
        to: &mut [f32],
    ) {
        let constants =
            (self.centers.iter().zip(&self.means)).zip(self.slopes.iter().zip(&self.factors));
        let outputs = gradient.iter().zip(chosen);
        let values = to.iter_mut().zip(values);
        for (((to, value), (gradient, chosen)), ((center, mean), (slope, factor))) in
            values.zip(outputs).zip(constants)
        {
            let gradient = gradient * self.kept;
            let gradient = if *chosen == index { gradient } else { 0.0 };
            *to = (gradient - mean - (value - center) * slope) * factor;
        }
    }
}

/// Compute the gradient by the convolution of one clip, without its margins, given the gradient by
/// its outputs.
pub(super) fn unpool(
    gradient: &[f32],
    choices: &[u8],
    convolved: &[f32],
    slopes: &Slopes,
    shape: &Geometry,
    result: &mut [f32],
) {
    let outputs = shape.outputs;
    let mut chosen = vec![0; outputs];
    let row_len = shape.pooled()[1] * outputs;
    vectorized(
        #[inline(always)]
        || {
            if row_len > 0 {
                let rows = gradient
                    .chunks_exact(row_len)
                    .zip(choices.chunks_exact(row_len));
                for (row, (gradient, choices)) in rows.enumerate() {
                    let columns = gradient.chunks_exact(outputs);
                    let columns = columns.zip(choices.chunks_exact(outputs));
                    for (column, (gradient, choices)) in columns.enumerate() {
                        widen(choices, &mut chosen);
                        let write = |index, values: &[f32], to: &mut [f32]| {
                            slopes.position(index, gradient, &chosen, values, to);
                        };
                        shape.each_of_pool_mut(convolved, result, [row, column], write);
                    }
                }
            }
            // Positions after the last pool are in no output, only in mean and variance.
            chosen.fill(u32::from(NONE));
            let zeros = vec![0.0; outputs];
            let pooled = shape.pooled();
            let [height, width] = [0, 1].map(|axis| pooled[axis] * shape.pool[axis]);
            let pitch = shape.row_pitch() * outputs;
            let rows = result.chunks_mut(pitch).zip(convolved.chunks(pitch));
            for (row, (result, convolved)) in rows.take(shape.height).enumerate() {
                let first = if row < height { width } else { 0 };
                let own = first * outputs..shape.width * outputs;
                let result = result[own.clone()].chunks_exact_mut(outputs);
                for (to, values) in result.zip(convolved[own].chunks_exact(outputs)) {
                    slopes.position(0, &zeros, &chosen, values, to);
                }
            }
        },
    );
}

/// Widen the choices to the width of the values.
#[inline(always)]
fn widen(choices: &[u8], chosen: &mut [u32]) {
    for (chosen, choice) in chosen.iter_mut().zip(choices) {
        *chosen = u32::from(*choice);
    }
}
