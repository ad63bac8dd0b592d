//! The way through a sequence from its first step to its last.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::super::left_factor::Rows;
use super::super::panels::Panels;
use super::cell;
use super::sequence::{Sizes, Weights};

/// What a direction computes.
#[derive(Debug)]
pub(super) struct Run {
    /// The hidden states, `[batch, steps, units]`.
    pub(super) states: Vec<f32>,
    /// The gates behind their activation, `[batch, steps, 4 * units]`.
    pub(super) gates: Vec<f32>,
    /// The cell states, `[batch, steps, units]`.
    pub(super) cells: Vec<f32>,
}

/// Run over all steps of `input`, `[batch, steps, width]`. `bias` is `[4 * units]`.
pub(super) fn forward(sizes: Sizes, input: &[f32], weights: Weights<'_>, bias: &[f32]) -> Run {
    let (rows, units) = (sizes.batch * sizes.steps, sizes.units);
    let mut run = Run {
        states: vec![0.0; rows * units],
        gates: vec![0.0; rows * 4 * units],
        cells: vec![0.0; rows * units],
    };
    let clips = sizes.clips_per_task();
    let rows = clips * sizes.steps;
    let sweep = Sweep {
        sizes,
        bias,
        input: Panels::for_rows(weights.input, 4 * units, rows, 1),
        hidden: Panels::for_rows(weights.hidden, 4 * units, clips, sizes.steps),
    };
    let arch = Arch::new();
    let task = |(((gates, cells), states), input)| {
        arch.dispatch(Task {
            sweep: &sweep,
            input,
            gates,
            cells,
            states,
        });
    };
    let Run {
        states,
        gates,
        cells,
    } = &mut run;
    if clips == sizes.batch {
        // Without the pool, which would have to wake a thread.
        task((((&mut gates[..], &mut cells[..]), &mut states[..]), input));
    } else {
        (gates.par_chunks_mut(rows * 4 * units))
            .zip(cells.par_chunks_mut(rows * units))
            .zip(states.par_chunks_mut(rows * units))
            .zip(input.par_chunks(rows * sizes.width))
            .for_each(task);
    }
    run
}

struct Sweep<'a> {
    sizes: Sizes,
    bias: &'a [f32],
    input: Panels<'a>,
    hidden: Panels<'a>,
}

/// Some of the clips.
struct Task<'a> {
    sweep: &'a Sweep<'a>,
    input: &'a [f32],
    gates: &'a mut [f32],
    cells: &'a mut [f32],
    states: &'a mut [f32],
}

impl WithSimd for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Sweep {
            sizes,
            bias,
            input,
            hidden,
        } = self.sweep;
        let units = sizes.units;
        let clip = sizes.steps * units;
        for gates in self.gates.chunks_exact_mut(4 * units) {
            gates.copy_from_slice(bias);
        }
        let left = Rows {
            values: self.input,
            stride: sizes.width,
        };
        let rows = self.gates.len() / (4 * units);
        input.add_product(simd, left, rows, self.gates, 4 * units);

        let zeros = vec![0.0; units];
        let mut earlier = None;
        for step in sizes.order() {
            if let Some(earlier) = earlier {
                let left = Rows {
                    values: &self.states[earlier * units..],
                    stride: clip,
                };
                let gates = &mut self.gates[step * 4 * units..];
                hidden.add_product(simd, left, rows / sizes.steps, gates, 4 * clip);
            }
            let gates = self.gates.chunks_exact_mut(4 * clip);
            let cells = self.cells.chunks_exact_mut(clip);
            let states = self.states.chunks_exact_mut(clip);
            for ((gates, cells), states) in gates.zip(cells).zip(states) {
                let gates = &mut gates[step * 4 * units..][..4 * units];
                let (before, cell) = cells_of(cells, units, earlier, step);
                let before = before.unwrap_or(&zeros);
                cell::update(gates, before, cell, &mut states[step * units..][..units]);
            }
            earlier = Some(step);
        }
    }
}

/// Return the cell state of the earlier step, if there is one, and the place of a step's own.
#[inline(always)]
fn cells_of(
    cells: &mut [f32],
    units: usize,
    earlier: Option<usize>,
    step: usize,
) -> (Option<&[f32]>, &mut [f32]) {
    match earlier {
        None => (None, &mut cells[step * units..][..units]),
        Some(earlier) if earlier < step => {
            let (before, own) = cells.split_at_mut(step * units);
            (Some(&before[earlier * units..]), &mut own[..units])
        }
        Some(earlier) => {
            let (own, before) = cells.split_at_mut(earlier * units);
            (Some(&*before), &mut own[step * units..][..units])
        }
    }
}
