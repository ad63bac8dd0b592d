//! The operation with gradients.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;

use super::super::backend::Kernels;

#[derive(Debug)]
struct Direction;

/// What the gradients are computed from.
#[derive(Debug, Clone)]
struct State<F> {
    input: F,
    input_weight: F,
    hidden_weight: F,
    states: F,
    gates: F,
    cells: F,
    reversed: bool,
}

impl<B: Kernels> Backward<B, 4> for Direction {
    type State = State<FloatTensor<B>>;

    fn backward(
        self,
        ops: Ops<Self::State, 4>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<B>(&ops.node);
        let state = ops.state;
        let (by_input, by_input_weight, by_hidden_weight, by_bias) = B::lstm_gradients(
            gradient,
            state.input,
            state.input_weight,
            state.hidden_weight,
            state.states,
            state.gates,
            state.cells,
            state.reversed,
        );
        let of_parents = [by_input, by_input_weight, by_hidden_weight, by_bias];
        for (parent, gradient) in ops.parents.into_iter().zip(of_parents) {
            if let Some(parent) = parent {
                gradients.register::<B>(parent.id, gradient);
            }
        }
    }
}

/// Compute [`Kernels::lstm_states`] with gradients.
pub(crate) fn tracked<B: Kernels, C: CheckpointStrategy>(
    inputs: [FloatTensor<Autodiff<B, C>>; 4],
    reversed: bool,
) -> FloatTensor<Autodiff<B, C>> {
    let parts = inputs.map(|tensor| tensor.into_parts());
    let [
        (input, node),
        (input_weight, of_input_weight),
        (hidden_weight, of_hidden_weight),
        (bias, of_bias),
    ] = parts;
    let run = B::lstm_run(
        input.clone(),
        input_weight.clone(),
        hidden_weight.clone(),
        bias,
        reversed,
    );
    let (states, gates, cells) = run;
    let nodes = [node, of_input_weight, of_hidden_weight, of_bias];
    match Direction.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(prepared) => {
            let state = State {
                input,
                input_weight,
                hidden_weight,
                states: states.clone(),
                gates,
                cells,
                reversed,
            };
            prepared.finish(state, states)
        }
        OpsKind::UnTracked(prepared) => prepared.finish(states),
    }
}
