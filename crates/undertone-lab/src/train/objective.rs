//! What a training minimizes: the cross-entropy of classes, or the loss of dimensions.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use undertone_metrics::{ConfusionMatrix, RegressionScores, argmax, cross_entropy, mean_ccc};

use super::batches::View;
use super::task::{Targets, Task};
use crate::error::LabError;
use crate::events::EpochScores;
use crate::recipe::RegressionLoss;

/// Added to the denominator of the concordance correlation coefficient, which is 0 for clips with
/// equal values.
const SMALLEST_DENOMINATOR: f32 = 1e-8;

impl Task<'_> {
    /// Return the targets of the network's outputs for the clips of a step, mixed as the clips are.
    /// For classes they are probabilities, smoothed and scaled by the weight of the class, and for
    /// dimensions standardized values.
    pub(super) fn targets(
        &self,
        clips: &[usize],
        view: &View,
        class_weights: &[f32],
    ) -> Vec<Vec<f32>> {
        let pure: Vec<Vec<f32>> = match &self.data.train.targets {
            Targets::Classes { labels, outputs } => {
                let count = self.data.outputs.count();
                let smoothing = self.training.label_smoothing;
                let of_clip = |clip: &usize| {
                    let weight = class_weights[labels[*clip]];
                    (0..count)
                        .map(|output| {
                            let hit = if output == outputs[*clip] {
                                1.0 - smoothing
                            } else {
                                0.0
                            };
                            (hit + smoothing / count as f32) * weight
                        })
                        .collect()
                };
                clips.iter().map(of_clip).collect()
            }
            Targets::Dimensions { values } => {
                clips.iter().map(|clip| values[*clip].clone()).collect()
            }
        };
        let mix = |own: &[f32], (partner, share): (usize, f32)| {
            let other = &pure[partner];
            own.iter()
                .zip(other)
                .map(|(own, other)| own + share * (other - own))
                .collect()
        };
        pure.iter()
            .zip(&view.mixed)
            .map(|(own, mixed)| mixed.map_or_else(|| own.clone(), |mixed| mix(own, mixed)))
            .collect()
    }

    /// Return the sum of a step's targets by which the losses of its batches are divided.
    pub(super) fn weight_of(&self, targets: &[Vec<f32>]) -> f32 {
        match &self.data.train.targets {
            Targets::Classes { .. } => targets.iter().flatten().sum(),
            Targets::Dimensions { .. } => targets.iter().map(Vec::len).sum::<usize>() as f32,
        }
    }

    /// Return the part of a step's loss that a batch adds. `weight` is that of the step.
    pub(super) fn loss(
        &self,
        scores: Tensor<2>,
        targets: &[Vec<f32>],
        weight: f32,
        device: &Device,
    ) -> Tensor<1> {
        let rows = tensor(targets, device);
        if let Targets::Classes { .. } = self.data.train.targets {
            return (log_softmax(scores, 1) * rows).sum().neg() / weight;
        }
        match self.loss {
            RegressionLoss::Mse => (scores - rows).square().sum() / weight,
            RegressionLoss::Ccc => {
                // The batch counts as much as it has values.
                let share = targets.iter().map(Vec::len).sum::<usize>() as f32 / weight;
                concordance(scores, rows).neg().add_scalar(1.0).mean() * share
            }
        }
    }

    /// Return how many clips of a step are classified correctly; 0 for dimensions.
    pub(super) fn correct(&self, rows: &[Vec<f32>], clips: &[usize]) -> usize {
        let Targets::Classes { labels, .. } = &self.data.train.targets else {
            return 0;
        };
        rows.iter()
            .zip(clips)
            .filter(|(row, clip)| argmax(row) == labels[**clip])
            .count()
    }

    pub(super) fn class_weights(&self) -> Vec<f32> {
        let classes = self.model.labels.len();
        let labels = match &self.data.train.targets {
            Targets::Classes { labels, .. } if self.training.class_weights => labels,
            _ => return vec![1.0; classes],
        };
        let clips = labels.len() as f32;
        (0..classes)
            .map(|class| {
                let count = labels.iter().filter(|label| **label == class).count();
                clips / (classes * count.max(1)) as f32
            })
            .collect()
    }

    /// Return the loss and the scores on the validation set, from the predictions of its clips.
    /// `train_accuracy` is that of the epoch's steps.
    pub(super) fn validate(
        &self,
        rows: &[Vec<f32>],
        train_accuracy: f64,
    ) -> Result<(f64, EpochScores), LabError> {
        match &self.data.validation.targets {
            Targets::Classes { labels, .. } => {
                let pairs = rows.iter().map(Vec::as_slice).zip(labels.iter().copied());
                let loss = cross_entropy(pairs);
                let predicted: Vec<usize> = rows.iter().map(|row| argmax(row)).collect();
                let confusion = ConfusionMatrix::new(&self.model.labels, labels, &predicted)?;
                let scores = confusion.scores();
                let scores = EpochScores::Classes {
                    train_accuracy,
                    validation_accuracy: scores.wa,
                    validation_uar: scores.uar,
                };
                Ok((loss, scores))
            }
            Targets::Dimensions { values } => {
                let scores = self.regression_scores(values, rows);
                let validation_ccc = mean_ccc(&scores);
                let squares = scores.iter().map(|it| it.rmse * it.rmse);
                let loss = match self.loss {
                    RegressionLoss::Ccc => 1.0 - validation_ccc,
                    RegressionLoss::Mse => squares.sum::<f64>() / scores.len().max(1) as f64,
                };
                Ok((loss, EpochScores::Dimensions { validation_ccc }))
            }
        }
    }

    /// Score predictions, which have the corpus's units, against standardized values.
    fn regression_scores(&self, values: &[Vec<f32>], rows: &[Vec<f32>]) -> Vec<RegressionScores> {
        let dimensions = self.model.dimensions.iter().enumerate();
        dimensions
            .map(|(index, dimension)| {
                let column = |of: &dyn Fn(usize) -> f32| -> Vec<f64> {
                    (0..values.len()).map(|clip| f64::from(of(clip))).collect()
                };
                let truth = column(&|clip| values[clip][index]);
                let predicted =
                    column(&|clip| dimension.standardized(f64::from(rows[clip][index])));
                RegressionScores::of(&truth, &predicted)
            })
            .collect()
    }
}

/// Return the concordance correlation coefficient of each column, `[1, dimensions]`.
fn concordance(predicted: Tensor<2>, truth: Tensor<2>) -> Tensor<2> {
    let (mean_p, mean_t) = (predicted.clone().mean_dim(0), truth.clone().mean_dim(0));
    let (p, t) = (predicted - mean_p.clone(), truth - mean_t.clone());
    let covariance = (p.clone() * t.clone()).mean_dim(0);
    let spread = p.square().mean_dim(0) + t.square().mean_dim(0);
    let bias = (mean_p - mean_t).square();
    covariance * 2.0 / (spread + bias).add_scalar(SMALLEST_DENOMINATOR)
}

/// Return rows of numbers as a tensor.
fn tensor(rows: &[Vec<f32>], device: &Device) -> Tensor<2> {
    let width = rows.first().map_or(0, Vec::len);
    Tensor::from_data(TensorData::new(rows.concat(), [rows.len(), width]), device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_of_a_batch_is_the_metric() {
        let truth = [[1.0f32, 0.0], [2.0, 0.5], [4.0, -1.0], [3.0, 2.0]];
        let predicted = [[1.5f32, 0.25], [2.0, 0.5], [3.0, 0.0], [3.5, 0.5]];
        let device = Device::flex();
        let found: Vec<f32> = concordance(
            Tensor::from_floats(predicted, &device),
            Tensor::from_floats(truth, &device),
        )
        .into_data()
        .iter::<f32>()
        .collect();
        for (index, found) in found.into_iter().enumerate() {
            let column = |rows: &[[f32; 2]]| -> Vec<f64> {
                rows.iter().map(|row| f64::from(row[index])).collect()
            };
            let scores = RegressionScores::of(&column(&truth), &column(&predicted));
            assert!((f64::from(found) - scores.ccc).abs() < 1e-5, "{found}");
        }
        let equal = Tensor::<2>::from_floats([[1.0], [1.0]], &device);
        let none: f32 = concordance(equal.clone(), equal).into_scalar();
        assert_eq!(none, 0.0);
    }
}
