//! The operation for the CPU back end of Burn.

use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{DType, Flex, TensorData, TensorMetadata};

use super::super::lstm_plain::{gradients, run};
use super::backward::{Trace, backward};
use super::forward::forward;
use super::sequence::{Sizes, Weights};

type Float = FloatTensor<Flex>;

/// Compute [`Kernels::lstm_run`](super::super::backend::Kernels).
pub(crate) fn flex_run(
    input: Float,
    input_weight: Float,
    hidden_weight: Float,
    bias: Float,
    reversed: bool,
) -> (Float, Float, Float) {
    let sizes = sizes(&input, &hidden_weight, reversed);
    let tensors = [&input, &input_weight, &hidden_weight, &bias];
    if !has_kernel(sizes, &tensors) {
        return run::<Flex>(input, input_weight, hidden_weight, bias, reversed);
    }
    let [input, input_weight, hidden_weight, bias] = tensors.map(|it| it.to_contiguous());
    let weights = Weights {
        input: input_weight.storage(),
        hidden: hidden_weight.storage(),
    };
    let ours = forward(sizes, input.storage(), weights, bias.storage());
    let (batch, steps, units) = (sizes.batch, sizes.steps, sizes.units);
    let [states, cells] = [ours.states, ours.cells].map(|it| tensor(it, [batch, steps, units]));
    (states, tensor(ours.gates, [batch, steps, 4 * units]), cells)
}

/// Compute [`Kernels::lstm_gradients`](super::super::backend::Kernels). The gradients by the gates
/// take the place of the gates if no one else has them.
#[allow(clippy::too_many_arguments)]
pub(crate) fn flex_gradients(
    gradient: Float,
    input: Float,
    input_weight: Float,
    hidden_weight: Float,
    states: Float,
    gates: Float,
    cells: Float,
    reversed: bool,
) -> (Float, Float, Float, Float) {
    let sizes = sizes(&input, &hidden_weight, reversed);
    let tensors = [
        &gradient,
        &input,
        &input_weight,
        &hidden_weight,
        &states,
        &cells,
    ];
    if !has_kernel(sizes, &tensors) || gates.dtype() != DType::F32 {
        return gradients::<Flex>(
            gradient,
            input,
            input_weight,
            hidden_weight,
            states,
            gates,
            cells,
            reversed,
        );
    }
    let [gradient, input, input_weight, hidden_weight, states, cells] =
        tensors.map(|it| it.to_contiguous());
    let mut by_gates = gates.to_contiguous();
    drop(gates);
    let weights = Weights {
        input: input_weight.storage(),
        hidden: hidden_weight.storage(),
    };
    let trace = Trace {
        input: input.storage(),
        states: states.storage(),
        cells: cells.storage(),
    };
    let ours = backward(
        sizes,
        gradient.storage(),
        weights,
        trace,
        by_gates.storage_mut(),
    );
    let (width, columns) = (sizes.width, 4 * sizes.units);
    (
        tensor(ours.by_input, [sizes.batch, sizes.steps, width]),
        tensor(ours.by_input_weight, [width, columns]),
        tensor(ours.by_hidden_weight, [sizes.units, columns]),
        tensor(ours.by_bias, [columns]),
    )
}

fn sizes(input: &Float, hidden_weight: &Float, reversed: bool) -> Sizes {
    let [batch, steps, width] = input.shape().dims();
    let [units, _] = hidden_weight.shape().dims();
    Sizes {
        batch,
        steps,
        width,
        units,
        reversed,
    }
}

fn has_kernel(sizes: Sizes, tensors: &[&Float]) -> bool {
    sizes.batch * sizes.steps * sizes.width > 0
        && tensors.iter().all(|tensor| tensor.dtype() == DType::F32)
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Float {
    Flex::float_from_data(TensorData::new(values, shape), &Default::default())
}
