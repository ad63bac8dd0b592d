//! The way back through a sequence, from its last step to its first.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::super::left_factor::{Rows, Transposed};
use super::super::panels::Panels;
use super::super::vector_math::vectorized;
use super::cell;
use super::sequence::{Sizes, Weights};

/// Rows of a weight whose gradient is one task.
const GRADIENT_ROWS: usize = 24;

/// What [`forward`](super::forward::forward) read and computed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trace<'a> {
    /// `[batch, steps, width]`
    pub(super) input: &'a [f32],
    /// `[batch, steps, units]`
    pub(super) states: &'a [f32],
    /// `[batch, steps, units]`
    pub(super) cells: &'a [f32],
}

/// The gradients by what [`forward`](super::forward::forward) read.
#[derive(Debug)]
pub(super) struct Gradients {
    pub(super) by_input: Vec<f32>,
    pub(super) by_input_weight: Vec<f32>,
    pub(super) by_hidden_weight: Vec<f32>,
    pub(super) by_bias: Vec<f32>,
}

/// Compute the gradients from the one by the hidden states. The gates become the gradients by what
/// they were before their activation.
pub(super) fn backward(
    sizes: Sizes,
    gradient: &[f32],
    weights: Weights<'_>,
    trace: Trace<'_>,
    gates: &mut [f32],
) -> Gradients {
    let clips = sizes.clips_per_task();
    let parallel = clips < sizes.batch;
    let (input, hidden) = packed(weights, sizes.units, parallel);
    let sweep = Sweep {
        sizes,
        input,
        hidden,
    };
    let (rows, units) = (clips * sizes.steps, sizes.units);
    let mut by_input = vec![0.0; trace.input.len()];
    let mut previous = vec![0.0; trace.states.len()];
    let task = |(((((gates, cells), gradient), by_input), states), previous)| {
        Arch::new().dispatch(Task {
            sweep: &sweep,
            gates,
            cells,
            gradient,
            by_input,
        });
        shift(sizes, states, previous);
    };
    if parallel {
        gates
            .par_chunks_mut(rows * 4 * units)
            .zip(trace.cells.par_chunks(rows * units))
            .zip(gradient.par_chunks(rows * units))
            .zip(by_input.par_chunks_mut(rows * sizes.width))
            .zip(trace.states.par_chunks(rows * units))
            .zip(previous.par_chunks_mut(rows * units))
            .for_each(task);
    } else {
        let read = ((&mut *gates, trace.cells), gradient);
        task((((read, &mut by_input[..]), trace.states), &mut previous[..]));
    }

    let gate_rows = Panels::pack(gates, 4 * units);
    let by_weight = |values, width| by_weight(&gate_rows, values, width, parallel);
    let (by_input_weight, by_hidden_weight) = (
        by_weight(trace.input, sizes.width),
        by_weight(&previous, units),
    );
    Gradients {
        by_input,
        by_input_weight,
        by_hidden_weight,
        by_bias: sum_of_rows(gates, 4 * units),
    }
}

/// Compute the gradient by a weight, `[width, 4 * units]`, from the gradients by the gates and from
/// what was multiplied by the weight, `[batch, steps, width]`.
fn by_weight(gate_rows: &Panels<'_>, values: &[f32], width: usize, parallel: bool) -> Vec<f32> {
    let columns = gate_rows.columns();
    let mut gradient = vec![0.0; width * columns];
    let task = |(part, output): (usize, &mut [f32])| {
        Arch::new().dispatch(WeightTask {
            left: Transposed {
                values: &values[part * GRADIENT_ROWS..],
                stride: width,
            },
            right: gate_rows,
            output,
        });
    };
    if parallel {
        let parts = gradient.par_chunks_mut(GRADIENT_ROWS * columns);
        parts.enumerate().for_each(task);
    } else {
        task((0, &mut gradient[..]));
    }
    gradient
}

/// Pack the transposed weights.
fn packed(weights: Weights<'_>, units: usize, parallel: bool) -> (Panels<'_>, Panels<'_>) {
    let input = || Panels::pack_transpose(weights.input, 4 * units);
    let hidden = || Panels::pack_transpose(weights.hidden, 4 * units);
    match parallel {
        true => rayon::join(input, hidden),
        false => (input(), hidden()),
    }
}

/// Copy the hidden state before each step. The one before the first step is zero.
fn shift(sizes: Sizes, states: &[f32], previous: &mut [f32]) {
    let clip = sizes.steps * sizes.units;
    let kept = clip - sizes.units;
    let clips = states.chunks_exact(clip);
    for (states, previous) in clips.zip(previous.chunks_exact_mut(clip)) {
        match sizes.reversed {
            true => previous[..kept].copy_from_slice(&states[sizes.units..]),
            false => previous[sizes.units..].copy_from_slice(&states[..kept]),
        }
    }
}

fn sum_of_rows(rows: &[f32], columns: usize) -> Vec<f32> {
    let mut sums = vec![0.0; columns];
    vectorized(
        #[inline(always)]
        || {
            for row in rows.chunks_exact(columns) {
                for (sum, value) in sums.iter_mut().zip(row) {
                    *sum += value;
                }
            }
        },
    );
    sums
}

struct Sweep<'a> {
    sizes: Sizes,
    /// The transposed weights.
    input: Panels<'a>,
    hidden: Panels<'a>,
}

/// Some of the clips.
struct Task<'a> {
    sweep: &'a Sweep<'a>,
    gates: &'a mut [f32],
    cells: &'a [f32],
    gradient: &'a [f32],
    by_input: &'a mut [f32],
}

impl WithSimd for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Sweep {
            sizes,
            input,
            hidden,
        } = self.sweep;
        let units = sizes.units;
        let clip = sizes.steps * units;
        let clips = self.cells.len() / clip;
        let zeros = vec![0.0; units];
        let mut squashed = vec![0.0; units];
        // The gradients by the hidden and the cell state of a step.
        let mut by_state = vec![0.0; clips * units];
        let mut by_cell = vec![0.0; clips * units];
        let mut later = None;
        let mut order = sizes.order().rev().peekable();
        while let Some(step) = order.next() {
            let rows = by_state.chunks_exact_mut(units);
            for (by_state, gradient) in rows.zip(self.gradient.chunks_exact(clip)) {
                by_state.copy_from_slice(&gradient[step * units..][..units]);
            }
            if let Some(later) = later {
                let left = Rows {
                    values: &self.gates[later * 4 * units..],
                    stride: 4 * clip,
                };
                hidden.add_product(simd, left, clips, &mut by_state, units);
            }
            let rows = (self.gates.chunks_exact_mut(4 * clip))
                .zip(self.cells.chunks_exact(clip))
                .zip(by_state.chunks_exact(units))
                .zip(by_cell.chunks_exact_mut(units));
            for (((gates, cells), by_state), by_cell) in rows {
                let gates = &mut gates[step * 4 * units..][..4 * units];
                let before = match order.peek() {
                    Some(earlier) => &cells[earlier * units..],
                    None => &zeros,
                };
                let cell = &cells[step * units..][..units];
                cell::gradients(gates, before, cell, by_state, by_cell, &mut squashed);
            }
            later = Some(step);
        }
        let left = Rows {
            values: self.gates,
            stride: 4 * units,
        };
        let rows = clips * sizes.steps;
        input.add_product(simd, left, rows, self.by_input, sizes.width);
    }
}

/// Some rows of the gradient by a weight.
struct WeightTask<'a> {
    left: Transposed<'a>,
    right: &'a Panels<'a>,
    output: &'a mut [f32],
}

impl WithSimd for WeightTask<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let columns = self.right.columns();
        let rows = self.output.len() / columns;
        self.right
            .add_product(simd, self.left, rows, self.output, columns);
    }
}
