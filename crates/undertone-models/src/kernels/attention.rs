//! Scaled dot-product attention (Vaswani et al. 2017) with several heads.

use burn::backend::tensor::FloatTensor;
use burn::backend::{DType, Dispatch, Flex, TensorMetadata};
use burn::nn::Dropout;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::backend::Kernels;
use super::plain;
use super::vector_math::{self, vectorized};

/// Compute the mean of the values for each head, weighted by the softmax of
/// queries · keys / √(width of a head).
///
/// All three and the result are `[batch, steps, width]`, `heads` · (width of a head) = `width`.
/// A `bias`, `[batch or 1, heads, steps, steps]`, is added before the softmax. Only the first
/// `lengths` steps of each clip are attended to. `dropout` applies to the weights.
pub(crate) fn attention(
    [queries, keys, values]: [Tensor<3>; 3],
    heads: usize,
    bias: Option<Tensor<4>>,
    lengths: &[usize],
    dropout: &Dropout,
) -> Tensor<3> {
    let [batch, steps, width] = queries.dims();
    let split = |tensor: Tensor<3>| {
        tensor
            .reshape([batch, steps, heads, width / heads])
            .swap_dims(1, 2)
    };
    let root = ((width / heads) as f32).sqrt();
    let scores = split(queries).matmul(split(keys).transpose());
    let scores = match bias {
        // The kernel below scales the scores.
        Some(bias) => scores + bias * root,
        None => scores,
    };
    let weights = Tensor::<4>::from_dispatch(Dispatch::attention_weights(
        scores.into_dispatch(),
        1.0 / root,
        lengths.to_vec(),
    ));
    dropout
        .forward(weights)
        .matmul(split(values))
        .swap_dims(1, 2)
        .reshape([batch, steps, width])
}

/// Compute in place if no one else has the tensor.
pub(super) fn flex_weights(
    scores: FloatTensor<Flex>,
    scale: f32,
    lengths: &[usize],
) -> FloatTensor<Flex> {
    if scores.dtype() != DType::F32 {
        return plain::attention_weights::<Flex>(scores, scale, lengths);
    }
    let [_, heads, steps, _] = scores.shape().dims();
    let mut output = scores.to_contiguous();
    drop(scores);
    output
        .storage_mut::<f32>()
        .par_chunks_mut(steps * steps)
        .enumerate()
        .for_each(|(head, scores)| {
            let length = lengths[head / heads];
            vectorized(
                #[inline(always)]
                || {
                    for row in scores.chunks_exact_mut(steps) {
                        let (own, padding) = row.split_at_mut(length);
                        softmax(own, scale);
                        padding.fill(0.0);
                    }
                },
            );
        });
    output
}

/// Partial results that the compiler keeps in one vector register.
const LANES: usize = 16;

#[inline(always)]
fn softmax(row: &mut [f32], scale: f32) {
    let mut largest = [f32::NEG_INFINITY; LANES];
    let (lanes, rest) = row.as_chunks::<LANES>();
    for chunk in lanes {
        for (largest, value) in largest.iter_mut().zip(chunk) {
            *largest = largest.max(*value);
        }
    }
    let largest = (largest.iter().chain(rest)).fold(f32::NEG_INFINITY, |a, b| a.max(*b));

    let mut sums = [0.0; LANES];
    let (lanes, rest) = row.as_chunks_mut::<LANES>();
    for chunk in lanes {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *value = vector_math::exp((*value - largest) * scale);
            *sum += *value;
        }
    }
    let mut sum: f32 = sums.iter().sum();
    for value in rest {
        *value = vector_math::exp((*value - largest) * scale);
        sum += *value;
    }
    let factor = 1.0 / sum;
    for value in row {
        *value *= factor;
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::DropoutConfig;
    use burn::tensor::{Device, Distribution, Tolerance, activation};

    use super::*;

    #[test]
    fn each_head_attends_to_the_clips_own_steps() {
        let device = Device::flex();
        let normal = Distribution::Normal(0.0, 2.0);
        let (batch, steps, heads, width) = (2, 37, 3, 12);
        let [queries, keys, values] =
            [(); 3].map(|()| Tensor::<3>::random([batch, steps, width], normal, &device));
        let lengths = [steps, 20];
        let inputs = [&queries, &keys, &values].map(Tensor::clone);
        let ours = attention(
            inputs,
            heads,
            None,
            &lengths,
            &DropoutConfig::new(0.0).init(),
        );
        for (clip, length) in lengths.into_iter().enumerate() {
            for head in 0..heads {
                let part = |tensor: &Tensor<3>, steps| {
                    let size = width / heads;
                    tensor
                        .clone()
                        .slice([clip..clip + 1, 0..steps, head * size..(head + 1) * size])
                        .squeeze_dim::<2>(0)
                };
                let scores = part(&queries, steps).matmul(part(&keys, length).transpose()) / 2.0;
                let expected = activation::softmax(scores, 1).matmul(part(&values, length));
                part(&ours, steps)
                    .into_data()
                    .assert_approx_eq::<f32>(&expected.into_data(), Tolerance::absolute(1e-5));
            }
        }
    }

    #[test]
    fn with_and_without_gradients_the_same() {
        let device = Device::flex().autodiff();
        let normal = Distribution::Normal(0.0, 1.0);
        let input = Tensor::<3>::random([2, 11, 8], normal, &device);
        let dropout = DropoutConfig::new(0.0).init();
        let bias = Tensor::<4>::random([2, 2, 11, 11], normal, &device);
        let run = |input: Tensor<3>| {
            let inputs = [(); 3].map(|()| input.clone());
            attention(inputs, 2, Some(bias.clone()), &[11, 6], &dropout)
        };
        let leaf = input.clone().require_grad();
        let tracked = run(leaf.clone());
        assert!(leaf.grad(&tracked.clone().sum().backward()).is_some());
        run(input)
            .into_data()
            .assert_approx_eq::<f32>(&tracked.into_data(), Tolerance::absolute(1e-5));
    }
}
