//! The tokens and the attention biases of emotion2vec (Ma et al. 2023): learned tokens before the
//! steps of a clip, and a bias that falls with the distance of two steps (ALiBi, Press et al. 2022)
//! with a learned scale.

use burn::module::{Module, Param};
use burn::nn::Initializer;
use burn::tensor::{Device, Tensor, TensorData};

/// Learned tokens before the steps, and the scales of the biases between steps.
#[derive(Module, Debug)]
pub(super) struct TokensAndBias {
    /// `[1, tokens, width]`
    extra_tokens: Param<Tensor<3>>,
    /// `[heads]`, or `[1]` for all heads
    alibi_scale: Param<Tensor<1>>,
    heads: usize,
}

impl TokensAndBias {
    /// `scales` is 1 or the number of heads.
    pub(super) fn random(
        [tokens, width]: [usize; 2],
        heads: usize,
        scales: usize,
        device: &Device,
    ) -> Self {
        let normal = Initializer::Normal {
            mean: 0.0,
            std: 1.0,
        };
        Self {
            extra_tokens: normal.init([1, tokens, width], device),
            alibi_scale: Initializer::Ones.init([scales], device),
            heads,
        }
    }

    /// Return the number of tokens.
    pub(super) fn tokens(&self) -> usize {
        self.extra_tokens.dims()[1]
    }

    /// Put the tokens before the steps of every clip.
    pub(super) fn prepend(&self, states: Tensor<3>) -> Tensor<3> {
        let clips = states.dims()[0];
        let tokens = self.extra_tokens.val().repeat_dim(0, clips);
        Tensor::cat(vec![tokens, states], 1)
    }

    /// Return the bias of every query (row) and key (column), tokens first:
    /// `[1, heads, tokens + steps, tokens + steps]`. A token has no bias.
    pub(super) fn bias(&self, steps: usize) -> Tensor<4> {
        let tokens = self.tokens();
        let all = tokens + steps;
        let distance = |row: usize, column: usize| match row.min(column) >= tokens {
            true => row.abs_diff(column) as f32,
            false => 0.0,
        };
        let device = self.alibi_scale.device();
        let distances: Vec<f32> = (0..all)
            .flat_map(|row| (0..all).map(move |column| distance(row, column)))
            .collect();
        let distances = TensorData::new(distances, [1, 1, all, all]);
        let slopes: Vec<f32> = slopes(self.heads).iter().map(|slope| -slope).collect();
        let slopes = TensorData::new(slopes, [1, self.heads, 1, 1]);
        let scale = self.alibi_scale.val().clamp_min(0.0);
        let scale = scale.reshape([1, -1, 1, 1]);
        let slopes = Tensor::<4>::from_data(slopes, &device) * scale;
        Tensor::<4>::from_data(distances, &device) * slopes
    }
}

/// Return the slope of each head: a geometric sequence for a power of 2, with values of the next
/// power in between for other numbers.
fn slopes(heads: usize) -> Vec<f32> {
    let of_power = |count: usize| -> Vec<f32> {
        let ratio = (-8.0 / count as f64).exp2();
        (1..=count)
            .map(|power| ratio.powi(power as i32) as f32)
            .collect()
    };
    if heads.is_power_of_two() {
        return of_power(heads);
    }
    let lower = heads.next_power_of_two() / 2;
    let mut all = of_power(lower);
    let between = of_power(2 * lower).into_iter().step_by(2);
    all.extend(between.take(heads - lower));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_the_paper() {
        // get_alibi(1, 12) of FunASR 1.2.6
        let expected = [
            0.5,
            0.25,
            0.125,
            0.0625,
            0.03125,
            0.015625,
            0.0078125,
            0.00390625,
            0.70710677,
            0.35355338,
            0.17677669,
            0.088388346,
        ];
        for (found, expected) in slopes(12).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-7, "{found}, {expected}");
        }
        assert_eq!(slopes(8), expected[..8]);
    }
}
