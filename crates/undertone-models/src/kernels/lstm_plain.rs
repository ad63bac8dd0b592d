//! One direction of an LSTM layer for any back end, made of operations of Burn.

use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Shape, Slice, TensorMetadata};

use super::lstm_kept::{LstmGradients, LstmKept};

/// The gates are in the order of PyTorch: input, forget, cell, output.
const GATES: [usize; 4] = [0, 1, CANDIDATE, 3];
const CANDIDATE: usize = 2;

/// Return the hidden states, the gates behind their activation and the cell states, see
/// [`LstmSteps::lstm_run`](super::lstm_steps::LstmSteps).
pub(super) fn run<B: Backend>(
    input: FloatTensor<B>,
    input_weight: FloatTensor<B>,
    hidden_weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    reversed: bool,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let [batch, steps, width] = input.shape().dims();
    let [units, gates] = hidden_weight.shape().dims();
    let rows = B::float_reshape(input, Shape::new([batch * steps, width]));
    let bias = B::float_reshape(bias, Shape::new([1, gates]));
    let projected = B::float_add(B::float_matmul(rows, input_weight), bias);
    let projected = B::float_reshape(projected, Shape::new([batch, steps, gates]));

    let mut last: Option<(FloatTensor<B>, FloatTensor<B>)> = None;
    let mut kept = [const { Vec::new() }; 3];
    for step in order(steps, reversed) {
        let mut gates = at_step::<B>(&projected, step);
        if let Some((state, _)) = &last {
            let from_state = B::float_matmul(state.clone(), hidden_weight.clone());
            gates = B::float_add(gates, from_state);
        }
        let activated = GATES.map(|number| {
            let gate = columns::<B>(&gates, number, units);
            match number {
                CANDIDATE => B::float_tanh(gate),
                _ => B::sigmoid(gate),
            }
        });
        let [input, forget, candidate, output] = activated.clone();
        let mut cell = B::float_mul(input, candidate);
        if let Some((_, before)) = last {
            cell = B::float_add(B::float_mul(forget, before), cell);
        }
        let state = B::float_mul(output, B::float_tanh(cell.clone()));
        let gates = B::float_cat(activated.to_vec(), 1);
        for (kept, tensor) in kept.iter_mut().zip([&state, &gates, &cell]) {
            kept.push(tensor.clone());
        }
        last = Some((state, cell));
    }
    let [states, gates, cells] = kept.map(|steps| stacked::<B>(steps, reversed));
    (states, gates, cells)
}

/// Return the gradients, given the one by the hidden states.
pub(super) fn gradients<B: Backend>(
    gradient: FloatTensor<B>,
    kept: LstmKept<B>,
) -> LstmGradients<B> {
    let LstmKept {
        input,
        input_weight,
        hidden_weight,
        states,
        gates,
        cells,
        reversed,
    } = kept;
    let [batch, steps, width] = input.shape().dims();
    let [units, columns_of_gates] = hidden_weight.shape().dims();
    let transposed = B::float_transpose(hidden_weight);
    let order: Vec<usize> = order(steps, reversed).collect();
    let mut by_gates = Vec::new();
    let mut by_cell: Option<FloatTensor<B>> = None;
    for (index, step) in order.iter().enumerate().rev() {
        let mut by_state = at_step::<B>(&gradient, *step);
        if let Some(later) = by_gates.last() {
            let from_later = B::float_matmul(FloatTensor::<B>::clone(later), transposed.clone());
            by_state = B::float_add(by_state, from_later);
        }
        let gates = at_step::<B>(&gates, *step);
        let [input, forget, candidate, output] =
            GATES.map(|number| columns::<B>(&gates, number, units));
        let squashed = B::float_tanh(at_step::<B>(&cells, *step));
        let own = B::float_mul(
            B::float_mul(by_state.clone(), output.clone()),
            slope_of_tanh::<B>(&squashed),
        );
        let now = match by_cell {
            Some(later) => B::float_add(later, own),
            None => own,
        };
        let before = match index.checked_sub(1) {
            Some(earlier) => at_step::<B>(&cells, order[earlier]),
            None => B::float_mul_scalar(squashed.clone(), 0.0.into()),
        };
        let through = |value: FloatTensor<B>, other: FloatTensor<B>, slope: FloatTensor<B>| {
            B::float_mul(B::float_mul(value, other), slope)
        };
        by_gates.push(B::float_cat(
            vec![
                through(
                    now.clone(),
                    candidate.clone(),
                    slope_of_sigmoid::<B>(&input),
                ),
                through(now.clone(), before, slope_of_sigmoid::<B>(&forget)),
                through(now.clone(), input, slope_of_tanh::<B>(&candidate)),
                through(by_state, squashed, slope_of_sigmoid::<B>(&output)),
            ],
            1,
        ));
        by_cell = Some(B::float_mul(now, forget));
    }
    let by_gates = stacked::<B>(by_gates, !reversed);
    let rows = |tensor, columns| B::float_reshape(tensor, Shape::new([batch * steps, columns]));
    let flat = rows(by_gates, columns_of_gates);
    let product = |left: FloatTensor<B>, right| B::float_matmul(B::float_transpose(left), right);
    let by_input = B::float_matmul(flat.clone(), B::float_transpose(input_weight));
    LstmGradients {
        input: B::float_reshape(by_input, Shape::new([batch, steps, width])),
        input_weight: product(rows(input, width), flat.clone()),
        hidden_weight: product(rows(shifted::<B>(states, reversed), units), flat.clone()),
        bias: B::float_reshape(B::float_sum_dim(flat, 0), Shape::new([columns_of_gates])),
    }
}

/// Return the steps in the order in which the LSTM reads them.
fn order(steps: usize, reversed: bool) -> impl Iterator<Item = usize> {
    (0..steps).map(move |index| if reversed { steps - 1 - index } else { index })
}

/// `[batch, steps, columns]` → `[batch, columns]`
fn at_step<B: Backend>(tensor: &FloatTensor<B>, step: usize) -> FloatTensor<B> {
    let [batch, _, columns] = tensor.shape().dims();
    let slice = [Slice::full(), Slice::from(step..step + 1)];
    let step = B::float_slice(tensor.clone(), &slice);
    B::float_reshape(step, Shape::new([batch, columns]))
}

/// `[batch, 4 * units]` → `[batch, units]`
fn columns<B: Backend>(gates: &FloatTensor<B>, number: usize, units: usize) -> FloatTensor<B> {
    let slice = [
        Slice::full(),
        Slice::from(number * units..(number + 1) * units),
    ];
    B::float_slice(gates.clone(), &slice)
}

/// `[batch, columns]` of each step → `[batch, steps, columns]`
fn stacked<B: Backend>(mut steps: Vec<FloatTensor<B>>, last_first: bool) -> FloatTensor<B> {
    if last_first {
        steps.reverse();
    }
    let steps = steps.into_iter().map(|step| {
        let [batch, columns] = step.shape().dims();
        B::float_reshape(step, Shape::new([batch, 1, columns]))
    });
    B::float_cat(steps.collect(), 1)
}

/// Return the hidden state before each step, which is zero before the first.
fn shifted<B: Backend>(states: FloatTensor<B>, reversed: bool) -> FloatTensor<B> {
    let [batch, steps, units] = states.shape().dims();
    let zeros = B::float_zeros(
        Shape::new([batch, 1, units]),
        &states.device(),
        states.dtype().into(),
    );
    let part = |range: std::ops::Range<usize>| {
        B::float_slice(states.clone(), &[Slice::full(), Slice::from(range)])
    };
    match (steps, reversed) {
        (1, _) => zeros,
        (_, true) => B::float_cat(vec![part(1..steps), zeros], 1),
        (_, false) => B::float_cat(vec![zeros, part(0..steps - 1)], 1),
    }
}

/// Return the derivative at a value of the sigmoid.
fn slope_of_sigmoid<B: Backend>(value: &FloatTensor<B>) -> FloatTensor<B> {
    let square = B::float_mul(value.clone(), value.clone());
    B::float_sub(value.clone(), square)
}

/// Return the derivative at a value of the hyperbolic tangent.
fn slope_of_tanh<B: Backend>(value: &FloatTensor<B>) -> FloatTensor<B> {
    let square = B::float_mul(value.clone(), value.clone());
    B::float_add_scalar(B::float_neg(square), 1.0.into())
}
