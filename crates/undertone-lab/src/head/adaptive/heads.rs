//! The two heads, fitted to some of the groups.

use burn::tensor::{Device, Tensor, TensorData};

use super::conjugate_gradient::solve;
use super::group::{Blindness, Group};

/// Rounds in which outputs' means and groups' offsets are estimated in turn.
const ROUNDS: usize = 20;

/// What a head ignores, beside what differs within a class.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadOptions {
    pub(super) blindness: Blindness,
    /// The weight of the covariance of what a class adds to one group and not to others.
    pub(super) of_groups: f64,
    /// The weight of the covariance of what a class adds to one speaker and not to others.
    pub(super) of_speakers: f64,
    /// How much of the covariance is the identity, above 0 up to 1.
    pub(super) shrinkage: f64,
}

/// A linear head for standardized embeddings.
pub(super) struct LinearHead {
    /// `[width, outputs]`.
    pub(super) weight: Tensor<2>,
    pub(super) bias: Vec<f64>,
}

impl LinearHead {
    /// Fit a linear discriminant analysis to groups, with the covariance `(1 - s)·S + s·I` for the
    /// shrinkage `s`. `S` is the mean of the groups' covariances and, with the weights of the
    /// options, the covariances of what a class adds to single groups and speakers: how an emotion
    /// sounds in one corpus only is noise, as a microphone is. `None` if an output has no clip in
    /// any group.
    pub(super) fn lda(groups: &[&Group], options: &HeadOptions, device: &Device) -> Option<Self> {
        let weights: Vec<f64> = groups.iter().map(|group| group.weight()).collect();
        let of_groups: Vec<&[Option<Vec<f64>>]> = groups.iter().map(|it| &it.means[..]).collect();
        let additive = AdditiveModel::fit(&of_groups, &weights);
        let means: Vec<Vec<f64>> = additive.means.iter().cloned().collect::<Option<_>>()?;
        let width = means.first()?.len();
        let mut covariance = Tensor::<2>::zeros([width, width], device);
        for group in groups {
            let own = group.covariance(options.blindness).clone();
            covariance = covariance + own / groups.len() as f32;
        }
        let (rows, freedom) = additive.interaction(&of_groups);
        if freedom > 0 && !rows.is_empty() {
            let size = [rows.len() / width, width];
            let rows = Tensor::<2>::from_data(TensorData::new(rows, size), device);
            let share = options.of_groups / freedom as f64;
            covariance = covariance + products(&rows) * share;
        }
        let speakers: Vec<&Tensor<2>> = groups
            .iter()
            .filter_map(|it| it.of_speakers.as_ref())
            .collect();
        for rows in &speakers {
            let share = options.of_speakers / speakers.len() as f64;
            covariance = covariance + products(rows) * share;
        }
        let shrunk = covariance * (1.0 - options.shrinkage)
            + Tensor::<2>::eye(width, device) * options.shrinkage;
        let outputs = means.len();
        let mut columns = vec![0.0f32; width * outputs];
        for (output, mean) in means.iter().enumerate() {
            for (at, value) in mean.iter().enumerate() {
                columns[at * outputs + output] = *value as f32;
            }
        }
        let columns = Tensor::<2>::from_data(TensorData::new(columns, [width, outputs]), device);
        let weight = solve(&shrunk, columns.clone());
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

/// Return `RᵀR`.
fn products(rows: &Tensor<2>) -> Tensor<2> {
    rows.clone().transpose().matmul(rows.clone())
}

/// The model that a group adds an offset to the mean of each of its outputs: `m_jc = μ_c + o_j`. So
/// a group that lacks an output does not move the others' mean of it. The mean of the offsets is 0.
pub(super) struct AdditiveModel {
    /// The mean of each output; `None` if no group has it.
    pub(super) means: Vec<Option<Vec<f64>>>,
    offsets: Vec<Vec<f64>>,
}

impl AdditiveModel {
    /// Fit the model to the means of the outputs of each group, by estimating the means and the
    /// offsets in turn.
    pub(super) fn fit(groups: &[&[Option<Vec<f64>>]], weights: &[f64]) -> Self {
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
                    let differences = pairs.iter().map(|(own, mean)| own[at] - mean[at]);
                    *offset = differences.sum::<f64>() / count;
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
        Self { means, offsets }
    }

    /// Return what the model does not explain of each group's means, `m_jc - μ_c - o_j`, row by
    /// row, and its degrees of freedom.
    fn interaction(&self, groups: &[&[Option<Vec<f64>>]]) -> (Vec<f32>, usize) {
        let mut rows = Vec::new();
        let mut cells = 0;
        for (group, offset) in groups.iter().zip(&self.offsets) {
            for (own, mean) in group.iter().zip(&self.means) {
                if let (Some(own), Some(mean)) = (own, mean) {
                    let explained = mean.iter().zip(offset);
                    let own = own.iter().zip(explained);
                    rows.extend(own.map(|(own, (mean, offset))| (own - mean - offset) as f32));
                    cells += 1;
                }
            }
        }
        let known = self.means.iter().flatten().count() + groups.len();
        (rows, (cells + 1usize).saturating_sub(known))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_output_is_placed_by_the_offset_of_its_group() {
        // The second group is shifted by 10 and lacks the second output.
        let first = [Some(vec![0.0]), Some(vec![4.0])];
        let second = [Some(vec![10.0]), None];
        let model = AdditiveModel::fit(&[&first, &second], &[1.0, 1.0]);
        let values: Vec<f64> = model.means.iter().flatten().flatten().copied().collect();
        assert!((values[1] - values[0] - 4.0).abs() < 1e-3, "{values:?}");
        assert!((values[0] - 5.0).abs() < 1e-3, "{values:?}");
        // Two means and two offsets explain three cells.
        let (rows, freedom) = model.interaction(&[&first, &second]);
        assert!(rows.iter().all(|value| value.abs() < 1e-3), "{rows:?}");
        assert_eq!(freedom, 0);
    }
}
