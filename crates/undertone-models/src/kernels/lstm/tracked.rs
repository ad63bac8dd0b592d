//! The operation with gradients.

use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;

use super::super::lstm_kept::LstmKept;
use super::super::lstm_steps::LstmSteps;

#[derive(Debug)]
struct Direction;

impl<B: LstmSteps> Backward<B, 4> for Direction {
    type State = LstmKept<B>;

    fn backward(
        self,
        ops: Ops<Self::State, 4>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let gradient = gradients.consume::<B>(&ops.node);
        let by = B::lstm_gradients(gradient, ops.state);
        let of_parents = [by.input, by.input_weight, by.hidden_weight, by.bias];
        for (parent, gradient) in ops.parents.into_iter().zip(of_parents) {
            if let Some(parent) = parent {
                gradients.register::<B>(parent.id, gradient);
            }
        }
    }
}

/// Compute [`lstm`](super::lstm()) with gradients.
pub(crate) fn tracked<B: LstmSteps, C: CheckpointStrategy>(
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
            let kept = LstmKept {
                input,
                input_weight,
                hidden_weight,
                states: states.clone(),
                gates,
                cells,
                reversed,
            };
            prepared.finish(kept, states)
        }
        OpsKind::UnTracked(prepared) => prepared.finish(states),
    }
}
