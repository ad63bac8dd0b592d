//! One step of one clip: the gates and the cell, and their gradients.
//!
//! Each loop changes one or two arrays. The compiler makes no vectors of a loop over more, because
//! it would have to check whether they overlap.

use super::super::vector_math::{sigmoid, tanh};

/// Activate the gates, `[4 * units]`, and compute the cell state and the hidden state, `[units]`,
/// from the cell state `before`.
#[inline(always)]
pub(super) fn update(gates: &mut [f32], before: &[f32], cell: &mut [f32], state: &mut [f32]) {
    let units = cell.len();
    for gate in &mut gates[..2 * units] {
        *gate = sigmoid(*gate);
    }
    for gate in &mut gates[2 * units..3 * units] {
        *gate = tanh(*gate);
    }
    for gate in &mut gates[3 * units..] {
        *gate = sigmoid(*gate);
    }
    let [input, forget, candidate, output] = four(gates, units);
    let (before, state) = (&before[..units], &mut state[..units]);
    for unit in 0..units {
        cell[unit] = forget[unit] * before[unit] + input[unit] * candidate[unit];
    }
    for unit in 0..units {
        state[unit] = tanh(cell[unit]);
    }
    for unit in 0..units {
        state[unit] *= output[unit];
    }
}

/// Turn the gates into the gradients by what they were before their activation, and the gradient by
/// the cell state into the one by the cell state `before`.
///
/// `by_state` is the gradient by the hidden state. `squashed`, `[units]`, is overwritten.
#[inline(always)]
pub(super) fn gradients(
    gates: &mut [f32],
    before: &[f32],
    cell: &[f32],
    by_state: &[f32],
    by_cell: &mut [f32],
    squashed: &mut [f32],
) {
    let units = cell.len();
    let [input, forget, candidate, output] = four(gates, units);
    let (before, by_state) = (&before[..units], &by_state[..units]);
    let (by_cell, squashed) = (&mut by_cell[..units], &mut squashed[..units]);
    for unit in 0..units {
        squashed[unit] = tanh(cell[unit]);
    }
    for unit in 0..units {
        let slope = 1.0 - squashed[unit] * squashed[unit];
        by_cell[unit] += by_state[unit] * output[unit] * slope;
    }
    for unit in 0..units {
        let gate = output[unit];
        output[unit] = by_state[unit] * squashed[unit] * gate * (1.0 - gate);
    }
    for unit in 0..units {
        let (gate, value) = (input[unit], candidate[unit]);
        input[unit] = by_cell[unit] * value * gate * (1.0 - gate);
        candidate[unit] = by_cell[unit] * gate * (1.0 - value * value);
    }
    for unit in 0..units {
        let gate = forget[unit];
        forget[unit] = by_cell[unit] * before[unit] * gate * (1.0 - gate);
        by_cell[unit] *= gate;
    }
}

/// Divide a row into the gates, in the order of PyTorch: input, forget, cell, output.
#[inline(always)]
fn four(gates: &mut [f32], units: usize) -> [&mut [f32]; 4] {
    let (input, rest) = gates.split_at_mut(units);
    let (forget, rest) = rest.split_at_mut(units);
    let (candidate, output) = rest.split_at_mut(units);
    [input, forget, candidate, &mut output[..units]]
}
