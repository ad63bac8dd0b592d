//! Layer normalization.

use crate::kernels::column_panels::{Panels, WIDTH, row_blocks};
use crate::kernels::cores::Cores;
use crate::kernels::vector_math::vectorized;

/// Layer normalization over the columns: to mean 0 and variance 1, then `· weight + bias`.
#[derive(Debug, Clone)]
pub(crate) struct Norm {
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    /// Added to the variance.
    pub(crate) epsilon: f32,
}

/// The rows that one thread normalizes.
const BLOCK: usize = 16;

impl Norm {
    /// Normalize the rows in place. The columns fill whole panels.
    pub(crate) fn apply(&self, states: &mut Panels, cores: Cores<'_>) {
        let rows = states.rows();
        let blocks = row_blocks(states.values_mut(), rows, BLOCK);
        cores.each(blocks.into_iter(), |_, mut block, &mut ()| {
            self.normalize(&mut block)
        });
    }

    /// Do the same, but leave the rows and put the result somewhere else.
    pub(crate) fn apply_to(&self, states: &Panels, to: &mut Panels, cores: Cores<'_>) {
        let (rows, size) = (states.rows(), states.size());
        to.resize(rows, states.columns());
        let blocks = row_blocks(to.values_mut(), rows, BLOCK);
        cores.each(blocks.into_iter(), |index, mut block, &mut ()| {
            let first = index * BLOCK * WIDTH;
            for (to, panel) in block.iter_mut().zip(states.values().chunks_exact(size)) {
                to.copy_from_slice(&panel[first..][..to.len()]);
            }
            self.normalize(&mut block);
        });
    }

    /// Normalize the rows of a block.
    fn normalize(&self, block: &mut [&mut [f32]]) {
        let rows = block.first().map_or(0, |part| part.len() / WIDTH);
        vectorized(
            #[inline(always)]
            || {
                for row in 0..rows {
                    normalize_row(block, row, [&self.weight, &self.bias], self.epsilon);
                }
            },
        );
    }
}

#[inline(always)]
fn normalize_row(block: &mut [&mut [f32]], row: usize, [weight, bias]: [&[f32]; 2], epsilon: f32) {
    let columns = (block.len() * WIDTH) as f32;
    let place = row * WIDTH..(row + 1) * WIDTH;
    let mut sums = [0.0; WIDTH];
    for part in &*block {
        for (sum, value) in sums.iter_mut().zip(&part[place.clone()]) {
            *sum += value;
        }
    }
    let mean = sums.iter().sum::<f32>() / columns;
    let mut squares = [0.0; WIDTH];
    for part in &*block {
        for (square, value) in squares.iter_mut().zip(&part[place.clone()]) {
            let deviation = value - mean;
            *square += deviation * deviation;
        }
    }
    let variance = squares.iter().sum::<f32>() / columns;
    let scale = 1.0 / (variance + epsilon).sqrt();
    let factors = weight.chunks_exact(WIDTH).zip(bias.chunks_exact(WIDTH));
    for (part, (weight, bias)) in block.iter_mut().zip(factors) {
        let own = &mut part[place.clone()];
        for ((value, weight), bias) in own.iter_mut().zip(weight).zip(bias) {
            *value = (*value - mean) * scale * weight + bias;
        }
    }
}
