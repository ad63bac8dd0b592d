//! The operation for the CPU back end of Burn.

use burn::backend::ops::FloatTensorOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{DType, Flex, TensorData, TensorMetadata};

use super::super::lstm_kept::{LstmGradients, LstmKept};
use super::super::lstm_plain::{gradients, run};
use super::backward::{Trace, backward};
use super::forward::forward;
use super::sequence::{Sizes, Weights};

type Float = FloatTensor<Flex>;

/// Compute [`LstmSteps::lstm_run`](super::super::lstm_steps::LstmSteps).
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

/// Compute [`LstmSteps::lstm_gradients`](super::super::lstm_steps::LstmSteps). The gradients by the
/// gates take the place of the gates if no one else has them.
pub(crate) fn flex_gradients(gradient: Float, kept: LstmKept<Flex>) -> LstmGradients<Flex> {
    let sizes = sizes(&kept.input, &kept.hidden_weight, kept.reversed);
    let tensors = [
        &gradient,
        &kept.input,
        &kept.input_weight,
        &kept.hidden_weight,
        &kept.states,
        &kept.cells,
    ];
    if !has_kernel(sizes, &tensors) || kept.gates.dtype() != DType::F32 {
        return gradients::<Flex>(gradient, kept);
    }
    let [gradient, input, input_weight, hidden_weight, states, cells] =
        tensors.map(|it| it.to_contiguous());
    let mut by_gates = kept.gates.to_contiguous();
    drop(kept.gates);
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
    LstmGradients {
        input: tensor(ours.by_input, [sizes.batch, sizes.steps, width]),
        input_weight: tensor(ours.by_input_weight, [width, columns]),
        hidden_weight: tensor(ours.by_hidden_weight, [sizes.units, columns]),
        bias: tensor(ours.by_bias, [columns]),
    }
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
