//! The two heads, fitted to some of the groups.

use burn::tensor::{Device, Tensor, TensorData};

use super::conjugate_gradient::solve;
use super::group::{Blindness, Group};

/// Rounds in which outputs' means and groups' offsets are estimated in turn.
const ROUNDS: usize = 20;

/// A linear head for standardized embeddings.
pub(super) struct LinearHead {
    /// `[width, outputs]`.
    pub(super) weight: Tensor<2>,
    pub(super) bias: Vec<f64>,
}

impl LinearHead {
    /// Fit a linear discriminant analysis to groups, with the covariance `(1 - s)·S + s·I` for the
    /// shrinkage `s`. `S` is the weighted mean of the groups' covariances. `None` if an output has
    /// no clip in any group.
    pub(super) fn lda(
        groups: &[&Group],
        blindness: Blindness,
        shrinkage: f64,
        device: &Device,
    ) -> Option<Self> {
        let weights: Vec<f64> = groups.iter().map(|group| group.weight()).collect();
        let means: Vec<&[Option<Vec<f64>>]> = groups.iter().map(|it| &it.means[..]).collect();
        let means: Vec<Vec<f64>> = additive_means(&means, &weights)
            .into_iter()
            .collect::<Option<_>>()?;
        let width = means.first()?.len();
        let total: f64 = weights.iter().sum();
        let mut covariance = Tensor::<2>::zeros([width, width], device);
        for (group, weight) in groups.iter().zip(&weights) {
            let share = (1.0 - shrinkage) * weight / total;
            covariance = covariance + group.covariance(blindness).clone() * share;
        }
        let covariance = covariance + Tensor::<2>::eye(width, device) * shrinkage;
        let outputs = means.len();
        let mut columns = vec![0.0f32; width * outputs];
        for (output, mean) in means.iter().enumerate() {
            for (at, value) in mean.iter().enumerate() {
                columns[at * outputs + output] = *value as f32;
            }
        }
        let columns = Tensor::<2>::from_data(TensorData::new(columns, [width, outputs]), device);
        let weight = solve(&covariance, columns.clone());
        let products = (columns * weight.clone()).sum_dim(0).into_data();
        Some(Self {
            bias: products
                .iter::<f64>()
                .map(|product| -0.5 * product)
                .collect(),
            weight,
        })
    }

    /// Return the scores of embeddings, `[clips, width]`.
    pub(super) fn scores(&self, embeddings: &Tensor<2>) -> Vec<Vec<f64>> {
        let product = embeddings.clone().matmul(self.weight.clone());
        let values: Vec<f64> = product.into_data().iter::<f64>().collect();
        let rows = values.chunks_exact(self.bias.len());
        rows.map(|row| {
            row.iter()
                .zip(&self.bias)
                .map(|(score, bias)| score + bias)
                .collect()
        })
        .collect()
    }
}

/// Return the mean of each output under the model that a group adds an offset to all of its
/// outputs' means: `m_jc = μ_c + o_j`. So a group that lacks an output does not move the others'
/// mean of it. The mean of the offsets is 0.
pub(super) fn additive_means(
    groups: &[&[Option<Vec<f64>>]],
    weights: &[f64],
) -> Vec<Option<Vec<f64>>> {
    let outputs = groups.first().map_or(0, |group| group.len());
    let width = groups
        .iter()
        .flat_map(|group| group.iter())
        .flatten()
        .next();
    let width = width.map_or(0, Vec::len);
    let mut offsets = vec![vec![0.0f64; width]; groups.len()];
    let mut means: Vec<Option<Vec<f64>>> = vec![None; outputs];
    for _ in 0..ROUNDS {
        for (output, mean) in means.iter_mut().enumerate() {
            let mut sum = vec![0.0; width];
            let mut total = 0.0;
            for ((group, offset), weight) in groups.iter().zip(&offsets).zip(weights) {
                if let Some(own) = &group[output] {
                    total += weight;
                    for ((sum, value), offset) in sum.iter_mut().zip(own).zip(offset) {
                        *sum += weight * (value - offset);
                    }
                }
            }
            *mean = (total > 0.0).then(|| sum.iter().map(|sum| sum / total).collect());
        }
        for (group, offset) in groups.iter().zip(&mut offsets) {
            let known = group.iter().zip(&means);
            let pairs: Vec<(&Vec<f64>, &Vec<f64>)> = known
                .filter_map(|(own, mean)| Some((own.as_ref()?, mean.as_ref()?)))
                .collect();
            let count = pairs.len().max(1) as f64;
            for (at, offset) in offset.iter_mut().enumerate() {
                *offset = pairs
                    .iter()
                    .map(|(own, mean)| own[at] - mean[at])
                    .sum::<f64>()
                    / count;
            }
        }
        let count = groups.len().max(1) as f64;
        let middle: Vec<f64> = (0..width)
            .map(|at| offsets.iter().map(|offset| offset[at]).sum::<f64>() / count)
            .collect();
        for offset in &mut offsets {
            offset
                .iter_mut()
                .zip(&middle)
                .for_each(|(offset, middle)| *offset -= middle);
        }
        for mean in means.iter_mut().flatten() {
            mean.iter_mut()
                .zip(&middle)
                .for_each(|(mean, middle)| *mean += middle);
        }
    }
    means
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_output_is_placed_by_the_offset_of_its_group() {
        // The second group is shifted by 10 and lacks the second output.
        let first = [Some(vec![0.0]), Some(vec![4.0])];
        let second = [Some(vec![10.0]), None];
        let means = additive_means(&[&first, &second], &[1.0, 1.0]);
        let values: Vec<f64> = means.iter().flatten().flatten().copied().collect();
        assert!((values[1] - values[0] - 4.0).abs() < 1e-3, "{values:?}");
        assert!((values[0] - 5.0).abs() < 1e-3, "{values:?}");
    }
}
