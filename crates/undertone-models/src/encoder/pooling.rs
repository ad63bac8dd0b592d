//! From the hidden states of a clip over time to one vector.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::activation::{softmax, tanh};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::steps::{HiddenStates, beyond_own, own_mean};
use super::transformer::linear;

/// How the states over the steps of a clip become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepPoolingKind {
    /// Their mean.
    #[default]
    Mean,
    /// Their mean and their standard deviation, concatenated.
    MeanStd,
    /// Their mean, standard deviation and skewness, concatenated.
    Moments,
    /// Their weighted mean, with learned weights.
    Attention,
}

impl StepPoolingKind {
    /// Return the width of the vector for states of `width`.
    pub fn output_width(self, width: usize) -> usize {
        match self {
            Self::MeanStd => 2 * width,
            Self::Moments => 3 * width,
            Self::Mean | Self::Attention => width,
        }
    }

    /// Create the pooling of states of `width`. Only attention has weights; they are random.
    pub fn init(self, width: usize, device: &Device) -> StepPooling {
        StepPooling {
            attention: (self == Self::Attention).then(|| AttentionPooling {
                hidden: linear(width, width, true, device),
                score: linear(width, 1, false, device),
            }),
            kind: self,
        }
    }
}

/// Pools the states over the steps of each clip.
#[derive(Module, Debug)]
pub struct StepPooling {
    attention: Option<AttentionPooling>,
    #[module(skip)]
    kind: StepPoolingKind,
}

impl StepPooling {
    /// Added to a variance before its square root, whose slope is infinite at zero.
    pub const SMALLEST_VARIANCE: f32 = 1e-8;

    /// Compute one vector per clip: `[batch, steps, width]` → `[batch, width]`, or `[batch, 2 *
    /// width]` with deviations, `[batch, 3 * width]` with skewness too. `lengths` are the steps of
    /// each clip, at least 1.
    ///
    /// - mean: `μ = Σ x_t / T`
    /// - deviation: `σ = √(Σ (x_t - μ)² / T + 1e-8)`, that of the population (`torch.std` with
    ///   `unbiased=False`); the summand keeps its gradient finite
    /// - skewness: `Σ ((x_t - μ) / σ)³ / T`
    /// - attention (Lin et al. 2017, one head): `Σ a_t x_t` with `a = softmax_t(w · tanh(W x_t +
    ///   b))`
    pub fn forward(&self, states: Tensor<3>, lengths: &[usize]) -> Tensor<2> {
        if let Some(attention) = &self.attention {
            return attention.forward(states, lengths);
        }
        let mean = own_mean(states.clone(), lengths);
        if self.kind == StepPoolingKind::Mean {
            return mean.squeeze_dim(1);
        }
        let centered = states - mean.clone();
        let variance = own_mean(centered.clone().square(), lengths);
        let deviation = (variance + Self::SMALLEST_VARIANCE).sqrt();
        if self.kind == StepPoolingKind::MeanStd {
            return Tensor::cat(vec![mean, deviation], 2).squeeze_dim(1);
        }
        let skewness = own_mean((centered / deviation.clone()).powi_scalar(3), lengths);
        Tensor::cat(vec![mean, deviation, skewness], 2).squeeze_dim(1)
    }

    /// Pool the `chosen` hidden states, each by itself, and concatenate the vectors. Without any,
    /// pool the last one.
    pub(crate) fn of_states(&self, hidden: &HiddenStates, chosen: &[usize]) -> Tensor<2> {
        let HiddenStates { states, lengths } = hidden;
        let last = [states.len() - 1];
        let chosen = match chosen {
            [] => &last,
            chosen => chosen,
        };
        let pooled = chosen
            .iter()
            .map(|state| self.forward(states[*state].clone(), lengths));
        Tensor::cat(pooled.collect(), 1)
    }
}

#[derive(Module, Debug)]
struct AttentionPooling {
    hidden: Linear,
    score: Linear,
}

impl AttentionPooling {
    fn forward(&self, states: Tensor<3>, lengths: &[usize]) -> Tensor<2> {
        let steps = states.dims()[1];
        let mut scores = self
            .score
            .forward(tanh(self.hidden.forward(states.clone())));
        if let Some(beyond) = beyond_own(lengths, steps, &states.device()) {
            scores = scores.mask_fill(beyond.unsqueeze_dim(2), f32::MIN);
        }
        (softmax(scores, 1) * states).sum_dim(1).squeeze_dim(1)
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{TensorData, Tolerance};

    use super::*;

    /// Two clips of 3 and 2 steps; the third step of the second is padding.
    fn states(device: &Device) -> Tensor<3> {
        let values: Vec<f32> = vec![1., 5., 2., 5., 6., 5., 3., 0., 5., 8., 1e6, -1e6];
        Tensor::from_data(TensorData::new(values, [2, 3, 2]), device)
    }

    #[test]
    fn padding_does_not_change_mean_and_deviation() {
        let device = Device::flex();
        let pooling = StepPoolingKind::MeanStd.init(2, &device);
        let pooled = pooling.forward(states(&device), &[3, 2]);
        let deviation = (14.0f32 / 3.0).sqrt();
        let expected = TensorData::from([[3.0, 5.0, deviation, 1e-4], [4.0, 4.0, 1.0, 4.0]]);
        pooled
            .into_data()
            .assert_approx_eq::<f32>(&expected, Tolerance::absolute(1e-5));
    }

    #[test]
    fn the_gradient_of_the_deviation_of_a_constant_is_finite() {
        let device = Device::flex().autodiff();
        let states = Tensor::<3>::ones([1, 4, 2], &device).require_grad();
        let pooled = StepPoolingKind::MeanStd
            .init(2, &device)
            .forward(states.clone(), &[4]);
        let gradients = pooled.sum().backward();
        let gradient = states.grad(&gradients).map(Tensor::into_data);
        let expected = TensorData::from([[[0.25f32, 0.25]; 4]]);
        gradient
            .unwrap_or_else(|| panic!("no gradient"))
            .assert_approx_eq::<f32>(&expected, Tolerance::absolute(1e-5));
    }

    #[test]
    fn attention_ignores_padding_and_lies_between_the_states() {
        let device = Device::flex();
        let pooling = StepPoolingKind::Attention.init(2, &device);
        let together = pooling.forward(states(&device), &[3, 2]);
        let lone = pooling.forward(states(&device).narrow(0, 1, 1).narrow(1, 0, 2), &[2]);
        together
            .narrow(0, 1, 1)
            .into_data()
            .assert_approx_eq::<f32>(&lone.to_data(), Tolerance::absolute(1e-5));
        let values: Vec<f32> = lone.into_data().iter::<f32>().collect();
        assert!((3.0..=5.0).contains(&values[0]) && (0.0..=8.0).contains(&values[1]));
    }
}
