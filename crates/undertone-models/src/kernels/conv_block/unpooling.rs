//! From the gradient by the outputs to the gradient by the convolution.

use super::geometry::Geometry;
use super::pooling::NONE;
use crate::kernels::vector_math::vectorized;

/// Sums over all frames that are chosen, one for each channel.
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
        let pooled = shape.steps() * shape.outputs;
        vectorized(
            #[inline(always)]
            || {
                let clips = gradient
                    .chunks_exact(pooled)
                    .zip(choices.chunks_exact(pooled));
                for ((gradient, choices), clip) in
                    clips.zip(convolved.chunks_exact(shape.clip_len()))
                {
                    let steps = gradient.chunks_exact(shape.outputs);
                    let steps = steps.zip(choices.chunks_exact(shape.outputs));
                    let pools = clip.chunks_exact(shape.pool * shape.outputs);
                    for ((gradient, choices), pool) in steps.zip(pools) {
                        widen(choices, &mut chosen);
                        for (index, frame) in (0..).zip(pool.chunks_exact(shape.outputs)) {
                            let outputs = gradient.iter().zip(&chosen);
                            let values = outputs.zip(frame.iter().zip(centers));
                            let sums = gradients.iter_mut().zip(&mut products);
                            for ((sum, product), ((gradient, chosen), (value, center))) in
                                sums.zip(values)
                            {
                                let (gradient, distance) = (*gradient, value - center);
                                let hit = if *chosen == index { gradient } else { 0.0 };
                                *sum += hit;
                                *product += hit * distance;
                            }
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
    /// Compute the gradients by one frame of the convolution, given those by the outputs of its
    /// pool. `chosen` are the frames that the outputs come from, `index` is the place of this one.
    #[inline(always)]
    fn frame(&self, index: u32, gradient: &[f32], chosen: &[u32], frame: &[f32], to: &mut [f32]) {
        let constants =
            (self.centers.iter().zip(&self.means)).zip(self.slopes.iter().zip(&self.factors));
        let outputs = gradient.iter().zip(chosen);
        let values = to.iter_mut().zip(frame);
        for (((to, value), (gradient, chosen)), ((center, mean), (slope, factor))) in
            values.zip(outputs).zip(constants)
        {
            let gradient = gradient * self.kept;
            let gradient = if *chosen == index { gradient } else { 0.0 };
            *to = (gradient - mean - (value - center) * slope) * factor;
        }
    }
}

/// Compute the gradient by the convolution of one clip, `[frames, channels_out]`, given the
/// gradient by its outputs.
pub(super) fn unpool(
    gradient: &[f32],
    choices: &[u8],
    convolved: &[f32],
    slopes: &Slopes,
    shape: &Geometry,
    result: &mut [f32],
) {
    let width = shape.outputs;
    let mut chosen = vec![0; width];
    let (pools, rest) = result.split_at_mut(shape.steps() * shape.pool * width);
    let (pools_convolved, rest_convolved) = convolved.split_at(pools.len());
    vectorized(
        #[inline(always)]
        || {
            let steps = gradient
                .chunks_exact(width)
                .zip(choices.chunks_exact(width));
            let pools = pools.chunks_exact_mut(shape.pool * width);
            let pools = pools.zip(pools_convolved.chunks_exact(shape.pool * width));
            for ((gradient, choices), (pool, convolved)) in steps.zip(pools) {
                widen(choices, &mut chosen);
                let frames = pool
                    .chunks_exact_mut(width)
                    .zip(convolved.chunks_exact(width));
                for (index, (to, frame)) in (0..).zip(frames) {
                    slopes.frame(index, gradient, &chosen, frame, to);
                }
            }
            // Frames after the last pool are in no output, only in mean and variance.
            chosen.fill(u32::from(NONE));
            let zeros = vec![0.0; width];
            for (to, frame) in rest
                .chunks_exact_mut(width)
                .zip(rest_convolved.chunks_exact(width))
            {
                slopes.frame(0, &zeros, &chosen, frame, to);
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
