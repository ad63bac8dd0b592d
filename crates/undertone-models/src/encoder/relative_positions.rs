//! The relative positions of WavLM (Chen et al. 2022): a bias of each head by the distance between
//! query and key, scaled by a gate that depends on the query.

use burn::module::{Module, Param};
use burn::nn::{Initializer, Linear};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::WavLmConfig;

/// The biases of all distances, by bucket. Only the first layer has them, and all layers share
/// them.
#[derive(Module, Debug)]
pub(super) struct RelativeEmbedding {
    /// `[buckets, heads]`
    weight: Param<Tensor<2>>,
    max_distance: usize,
}

impl RelativeEmbedding {
    pub(super) fn random(config: &WavLmConfig, device: &Device) -> Self {
        let normal = Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        };
        Self {
            weight: normal.init(
                [config.num_buckets, config.sizes.num_attention_heads],
                device,
            ),
            max_distance: config.max_bucket_distance,
        }
    }

    /// Return the bias of every query (row) and key (column), `[1, heads, steps, steps]`.
    pub(super) fn bias(&self, steps: usize) -> Tensor<4> {
        let [buckets, heads] = self.weight.dims();
        let of_distance: Vec<i64> = (0..2 * steps.max(1) - 1)
            .map(|index| bucket(index as i64 + 1 - steps as i64, buckets, self.max_distance))
            .collect();
        let chosen: Vec<i64> = (0..steps)
            .flat_map(|query| &of_distance[steps - 1 - query..][..steps])
            .copied()
            .collect();
        let device = self.weight.device();
        let chosen = TensorData::new(chosen, [steps * steps]);
        let chosen = Tensor::<1, Int>::from_data(chosen, &device);
        self.weight
            .val()
            .select(0, chosen)
            .transpose()
            .reshape([1, heads, steps, steps])
    }
}

/// Return the bucket of a distance from query to key: one each for small distances, then one for a
/// range that grows with the logarithm, as `_relative_positions_bucket` of `transformers`.
fn bucket(distance: i64, buckets: usize, max_distance: usize) -> i64 {
    let half = buckets / 2;
    let exact = half / 2;
    let side = if distance > 0 { half } else { 0 };
    let distance = distance.unsigned_abs() as usize;
    let own = if distance < exact {
        distance
    } else {
        // In 32 bits, as PyTorch computes it: the edge of a range may depend on the rounding.
        let share = (distance as f32 / exact as f32).ln()
            / (max_distance as f64 / exact as f64).ln() as f32;
        let own = exact as f32 + share * (half - exact) as f32;
        (own as usize).min(half - 1)
    };
    (side + own) as i64
}

/// Return the gate of every head and query, `[batch, heads, steps, 1]`, from the states
/// `[batch, steps, width]`. `linear` has 8 outputs for the states of a head, `scale` is `[heads]`.
pub(super) fn gate(states: Tensor<3>, linear: &Linear, scale: Tensor<1>) -> Tensor<4> {
    let [batch, steps, width] = states.dims();
    let [heads] = scale.dims();
    let by_head = states
        .reshape([batch, steps, heads, width / heads])
        .swap_dims(1, 2);
    let sums: Tensor<4> = linear
        .forward(by_head)
        .reshape([batch, heads, steps, 2, 4])
        .sum_dim(4)
        .squeeze_dim(4);
    let opened = sigmoid(sums);
    let update = opened.clone().narrow(3, 0, 1);
    let reset = opened.narrow(3, 1, 1);
    update * (reset * scale.reshape([1, heads, 1, 1]) - 1.0) + 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_those_of_transformers() {
        // WavLMAttention(64, 4)._relative_positions_bucket(torch.tensor([...])) of transformers
        // 4.57
        let distances = [0, 1, -1, 79, -80, 81, 100, -200, 400, 799, -800, 5000];
        let expected = [0, 161, 1, 239, 80, 240, 247, 111, 295, 319, 159, 319];
        for (distance, expected) in distances.into_iter().zip(expected) {
            assert_eq!(bucket(distance, 320, 800), expected, "{distance}");
        }
    }

    #[test]
    fn every_range_of_distances_begins_where_it_does_in_transformers() {
        // The distances from which on the bucket is 80, 81, …, of the same function.
        let begins = [
            80, 83, 85, 88, 90, 93, 96, 98, 101, 104, 107, 110, 114, 117, 120, 124, 127, 131, 135,
            139, 143, 147, 151, 156, 160, 165, 170, 175, 180, 185, 190, 196, 201, 207, 213, 220,
            226, 233, 239, 246, 253, 261, 268, 276, 284, 293, 301, 310, 319, 328, 338, 348, 358,
            368, 379, 390, 401, 413, 425, 438, 450, 464, 477, 491, 505, 520, 535, 551, 567, 583,
            600, 618, 636, 655, 674, 693, 714, 734, 756, 778,
        ];
        for distance in 80..2_000 {
            let begun = begins.iter().filter(|begin| **begin <= distance).count();
            assert_eq!(bucket(-distance, 320, 800), 79 + begun as i64, "{distance}");
        }
    }
}
