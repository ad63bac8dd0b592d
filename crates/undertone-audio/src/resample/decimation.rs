//! The conversion to a whole fraction of a rate, on processors with AVX-512.
//!
//! Only the bins that the lower rate has are computed. With `n = size_out · factor` values in a
//! block, the rows after the first step of the transform divide into `factor` phases. Each phase is
//! transformed alone, and a bin is the sum of the same bin of every phase, turned by a root of
//! unity.

use std::sync::Arc;

use super::blocks::Blocks;
use crate::fft::{
    self, Columns, Every, LANES, Planes, Row, RowTransform, Transform, root_of_unity,
};
use crate::kernel::kernel;

/// The plan of such a conversion.
pub(super) struct Decimation {
    columns: Columns,
    phases: RowTransform,
    /// The filter, with the scale of the transforms.
    gains: Vec<Row>,
    /// The same, multiplied by the roots of unity of each phase after the first.
    factors: Vec<Vec<[Row; 2]>>,
    inverse: Transform,
}

impl Decimation {
    /// Return whether this conversion can be made so, and is faster than others.
    pub(super) fn pays(size_in: usize, size_out: usize) -> bool {
        size_in.is_multiple_of(size_out) && size_in > size_out && fft::pays(size_out)
    }

    /// Plan the conversion. `positive` is the filter at the bins from 0 upwards.
    pub(super) fn new(size_in: usize, size_out: usize, positive: &[f32]) -> Self {
        let (factor, rows) = (size_in / size_out, size_out / LANES);
        // The upper half of the rows holds the negative frequencies.
        let place = |row: usize| match row < rows / 2 {
            true => row,
            false => factor * rows - rows + row,
        };
        let gains: Vec<Row> = (0..rows)
            .map(|row| {
                std::array::from_fn(|lane| {
                    let bin = row * LANES + lane;
                    positive
                        .get(bin.min(size_out - bin))
                        .copied()
                        .unwrap_or(0.0)
                })
            })
            .collect();
        let factors = |phase: usize| {
            gains.iter().enumerate().map(move |(row, gains)| {
                let (cos, sin) = root_of_unity(phase * place(row), factor * rows);
                [gains.map(|gain| gain * cos), gains.map(|gain| gain * sin)]
            })
        };
        Self {
            columns: Columns::new(size_in),
            phases: RowTransform::new(rows),
            factors: (1..factor).map(|phase| factors(phase).collect()).collect(),
            gains,
            inverse: Transform::new(size_out),
        }
    }
}

/// Such a conversion, and the memory that it needs.
pub(super) struct PlanarBlocks {
    plan: Arc<Decimation>,
    matrix: Planes,
    phases: Vec<Planes>,
    bins: Planes,
    other: Planes,
}

impl PlanarBlocks {
    pub(super) fn new(plan: &Arc<Decimation>) -> Self {
        let rows = plan.gains.len();
        let phases = 1 + plan.factors.len();
        Self {
            plan: Arc::clone(plan),
            matrix: Planes::new(phases * rows),
            phases: (0..phases).map(|_| Planes::new(rows)).collect(),
            bins: Planes::new(rows),
            other: Planes::new(rows),
        }
    }
}

impl Blocks for PlanarBlocks {
    fn convert(&mut self, input: [&[f32]; 2], margin: usize, output: [&mut [f32]; 2]) {
        let Self {
            plan,
            matrix,
            phases,
            bins,
            other,
        } = self;
        plan.columns.apply(input, matrix);
        let step = phases.len();
        for (first, phase) in phases.iter_mut().enumerate() {
            plan.phases
                .apply_to(matrix, Every { first, step }, phase, other);
        }
        scale(&plan.gains, phases[0].rows(), bins.rows_mut());
        for (factors, phase) in plan.factors.iter().zip(&phases[1..]) {
            add_product(factors, phase.rows(), bins.rows_mut());
        }
        // With both planes exchanged, a transform is its own inverse.
        let [re, im] = bins.values();
        plan.inverse.apply([im, re], &mut phases[0], other);
        let [im, re] = phases[0].values();
        for (to, from) in output.into_iter().zip([re, im]) {
            to.copy_from_slice(&from[margin..][..to.len()]);
        }
    }
}

kernel! {
    /// Write every row, multiplied by its gains.
    fn scale(gains: &[Row], from: [&[Row]; 2], to: [&mut [Row]; 2]) = scale_plain;
}

#[inline(always)]
fn scale_plain(gains: &[Row], from: [&[Row]; 2], to: [&mut [Row]; 2]) {
    let gains = gains.as_flattened();
    for (from, to) in from.into_iter().zip(to) {
        let values = from.as_flattened().iter().zip(gains);
        for (to, (value, gain)) in to.as_flattened_mut().iter_mut().zip(values) {
            *to = value * gain;
        }
    }
}

kernel! {
    /// Add every row, multiplied by its complex factors.
    fn add_product(factors: &[[Row; 2]], from: [&[Row]; 2], to: [&mut [Row]; 2]) =
        add_product_plain;
}

#[inline(always)]
fn add_product_plain(factors: &[[Row; 2]], from: [&[Row]; 2], to: [&mut [Row]; 2]) {
    let ([re, im], [to_re, to_im]) = (from, to);
    let to = to_re.iter_mut().zip(to_im);
    for (((re, im), (to_re, to_im)), [cos, sin]) in re.iter().zip(im).zip(to).zip(factors) {
        let (mut sum_re, mut sum_im) = (*to_re, *to_im);
        for lane in 0..LANES {
            sum_re[lane] += re[lane] * cos[lane] - im[lane] * sin[lane];
            sum_im[lane] += re[lane] * sin[lane] + im[lane] * cos[lane];
        }
        (*to_re, *to_im) = (sum_re, sum_im);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_compilations_agree() {
        let rows = |step: f32| -> Vec<Row> {
            let value = |n: usize| (n as f32 * step).sin();
            (0..9)
                .map(|row| std::array::from_fn(|lane| value(row * LANES + lane)))
                .collect()
        };
        let (gains, from) = (rows(0.7), [rows(0.3), rows(1.1)]);
        let factors: Vec<[Row; 2]> = rows(1.3)
            .into_iter()
            .zip(rows(0.2))
            .map(Into::into)
            .collect();
        let from = from.each_ref().map(Vec::as_slice);
        let (mut wide, mut plain) = (Planes::new(9), Planes::new(9));
        scale(&gains, from, wide.rows_mut());
        scale_plain(&gains, from, plain.rows_mut());
        assert_eq!(wide.values(), plain.values());
        add_product(&factors, from, wide.rows_mut());
        add_product_plain(&factors, from, plain.rows_mut());
        assert_eq!(wide.values(), plain.values());
    }
}
