//! Adam as an optimizer of Burn, each parameter in one pass over the memory.

use burn::optim::{AdamState, AdaptiveMomentumState, Optimizer};
use burn::tensor::{Device, Tensor};
use undertone_models::{AdamRates, adam_step};

/// Keras' default, as in the notebook's models.
const EPSILON: f32 = 1e-7;

/// Adam, with an L2 penalty or with the weight decay of AdamW.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Adam {
    /// The factor of the parameter that is added to its gradient.
    pub(super) penalty: f32,
    /// The share of the parameter, times the learning rate, that a step takes off.
    pub(super) decay: f32,
}

impl Optimizer for Adam {
    // That of Burn's Adam and AdamW, so that older checkpoints can be resumed.
    type State<const D: usize> = AdamState<D>;

    fn step<const D: usize>(
        &self,
        learning_rate: f64,
        parameter: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<AdamState<D>>,
    ) -> (Tensor<D>, Option<AdamState<D>>) {
        let (time, moments) = match state {
            Some(AdamState { momentum }) => {
                (momentum.time + 1, [momentum.moment_1, momentum.moment_2])
            }
            None => (1, [(); 2].map(|()| parameter.zeros_like())),
        };
        let rates = AdamRates::new(time, learning_rate, EPSILON)
            .with_penalty(self.penalty)
            .with_decay(self.decay);
        let (parameter, moments) = adam_step(parameter, gradient, moments, rates);
        let [moment_1, moment_2] = moments;
        let momentum = AdaptiveMomentumState::new(time, moment_1, moment_2);
        (parameter, Some(AdamState::new(momentum)))
    }

    fn to_device<const D: usize>(mut state: AdamState<D>, device: &Device) -> AdamState<D> {
        state.momentum = state.momentum.to_device(device);
        state
    }
}
