//! The optimizer: parameter groups, learning rates and gradient clipping.

use burn::module::{Module, ModuleVisitor, Param, ParamGroup, ParamId};
use burn::optim::{GradientsParams, ModuleOptimizer};
use burn::tensor::Tensor;
use undertone_models::Network;

use super::adam::Adam;
use crate::recipe::TrainingConfig;

/// Parameters that share a learning rate.
pub(super) struct RateGroup {
    ids: Vec<ParamId>,
    /// The initial learning rate.
    rate: f64,
}

/// Group the trained parameters by their learning rates.
pub(super) fn rate_groups(network: &Network, training: &TrainingConfig) -> Vec<RateGroup> {
    let (Network::Pretrained(network), Some(encoder)) = (network, &training.encoder) else {
        return vec![RateGroup {
            ids: parameters(network, 0),
            rate: training.learning_rate,
        }];
    };
    // Everything but the encoder: the head, and the weights that pool the hidden states.
    let of_encoder = parameters(network.encoder(), 0);
    let mut behind = parameters(network, 0);
    behind.retain(|id| !of_encoder.contains(id));
    let mut groups = vec![RateGroup {
        ids: behind,
        rate: training.learning_rate,
    }];
    let parts = network.encoder().parts();
    let mut rate = encoder.learning_rate;
    let trained = encoder.last_layers.unwrap_or(parts.layers.len());
    for ids in parts.layers.into_iter().rev().take(trained) {
        groups.push(RateGroup { ids, rate });
        rate *= encoder.layer_decay;
    }
    if encoder.convolutions {
        groups.push(RateGroup {
            ids: parts.features,
            rate,
        });
    }
    groups
}

/// Make an Adam optimizer with the L2 penalty on an LSTM's weights, or AdamW with weight decay.
pub(super) fn optimizer(network: &Network, training: &TrainingConfig) -> ModuleOptimizer {
    let plain = ModuleOptimizer::from(Adam::default());
    if training.weight_decay > 0.0 {
        let decayed = Adam {
            decay: training.weight_decay as f32,
            ..Adam::default()
        };
        let matrices = ParamGroup::from_ids(parameters(network, 2));
        return plain.with_group(matrices, decayed, None);
    }
    if training.lstm_l2 == 0.0 {
        return plain;
    }
    // The gradient of λ·w² is 2λ·w.
    let lstm = Adam {
        penalty: 2.0 * training.lstm_l2 as f32,
        ..Adam::default()
    };
    let weights = ParamGroup::from_predicates(vec!["lstm.", "_weight"]);
    plain.with_group(weights, lstm, None)
}

/// Take one step. The learning rate of each group is multiplied by `share`.
pub(super) fn step(
    optimizer: &mut ModuleOptimizer,
    mut network: Network,
    mut gradients: GradientsParams,
    groups: &[RateGroup],
    share: f64,
) -> Network {
    if let [only] = groups {
        return optimizer.step(share * only.rate, network, gradients);
    }
    for group in groups {
        let mut moved = Moved {
            ids: &group.ids,
            from: gradients,
            to: GradientsParams::new(),
        };
        network.visit(&mut moved);
        gradients = moved.from;
        network = optimizer.step(share * group.rate, network, moved.to);
    }
    network
}

/// Scale all gradients so that their total norm is at most `largest`, as PyTorch's
/// `clip_grad_norm_` does.
pub(super) fn clip(gradients: GradientsParams, network: &Network, largest: f64) -> GradientsParams {
    let mut measured = SquaredNorm {
        gradients: &gradients,
        sum: 0.0,
    };
    network.visit(&mut measured);
    let norm = measured.sum.sqrt();
    if norm <= largest {
        return gradients;
    }
    let mut scaled = Scaled {
        gradients,
        factor: largest / norm,
    };
    network.visit(&mut scaled);
    scaled.gradients
}

/// Return the ids of a module's parameters with at least so many dimensions. With 2, biases and
/// norms are left out.
fn parameters<M: Module>(module: &M, least_dimensions: usize) -> Vec<ParamId> {
    let mut ids = Ids {
        least_dimensions,
        ids: Vec::new(),
    };
    module.visit(&mut ids);
    ids.ids
}

struct Ids {
    least_dimensions: usize,
    ids: Vec<ParamId>,
}

impl ModuleVisitor for Ids {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if D >= self.least_dimensions {
            self.ids.push(param.id);
        }
    }
}

struct Moved<'a> {
    ids: &'a [ParamId],
    from: GradientsParams,
    to: GradientsParams,
}

impl ModuleVisitor for Moved<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if self.ids.contains(&param.id)
            && let Some(gradient) = self.from.remove::<D>(param.id)
        {
            self.to.register::<D>(param.id, gradient);
        }
    }
}

struct SquaredNorm<'a> {
    gradients: &'a GradientsParams,
    sum: f64,
}

impl ModuleVisitor for SquaredNorm<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            self.sum += f64::from(gradient.square().sum().into_scalar::<f32>());
        }
    }
}

struct Scaled {
    gradients: GradientsParams,
    factor: f64,
}

impl ModuleVisitor for Scaled {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.gradients
                .register::<D>(param.id, gradient * self.factor);
        }
    }
}
