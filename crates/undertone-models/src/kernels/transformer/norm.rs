//! Layer normalization.

use crate::kernels::column_panels::{Panels, WIDTH};
use crate::kernels::vector_math::vectorized;

/// Layer normalization over the columns: to mean 0 and variance 1, then `· weight + bias`.
#[derive(Debug, Clone)]
pub(crate) struct Norm {
    pub(crate) weight: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    /// Added to the variance.
    pub(crate) epsilon: f32,
}

impl Norm {
    /// Normalize the rows. The columns fill whole panels.
    pub(crate) fn apply(&self, states: &mut Panels) {
        let (rows, columns) = (states.rows(), states.columns());
        let (weight, bias) = (&self.weight[..], &self.bias[..]);
        let epsilon = self.epsilon;
        let values = states.values_mut();
        vectorized(
            #[inline(always)]
            || {
                for row in 0..rows {
                    normalize_row(values, row, rows, columns, [weight, bias], epsilon);
                }
            },
        );
    }
}

#[inline(always)]
fn normalize_row(
    values: &mut [f32],
    row: usize,
    rows: usize,
    columns: usize,
    [weight, bias]: [&[f32]; 2],
    epsilon: f32,
) {
    let parts = columns / WIDTH;
    let start = |part: usize| (part * rows + row) * WIDTH;
    let mut sums = [0.0; WIDTH];
    for part in 0..parts {
        let own = &values[start(part)..][..WIDTH];
        for (sum, value) in sums.iter_mut().zip(own) {
            *sum += value;
        }
    }
    let mean = sums.iter().sum::<f32>() / columns as f32;
    let mut squares = [0.0; WIDTH];
    for part in 0..parts {
        let own = &values[start(part)..][..WIDTH];
        for (square, value) in squares.iter_mut().zip(own) {
            let deviation = value - mean;
            *square += deviation * deviation;
        }
    }
    let variance = squares.iter().sum::<f32>() / columns as f32;
    let scale = 1.0 / (variance + epsilon).sqrt();
    for part in 0..parts {
        let own = &mut values[start(part)..][..WIDTH];
        let weight = &weight[part * WIDTH..][..WIDTH];
        let bias = &bias[part * WIDTH..][..WIDTH];
        for ((value, weight), bias) in own.iter_mut().zip(weight).zip(bias) {
            *value = (*value - mean) * scale * weight + bias;
        }
    }
}
