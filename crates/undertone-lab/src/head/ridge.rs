//! Ridge regression whose shrinkage is chosen by cross-validation over speakers or corpora.
//!
//! Embeddings are standardized. With their covariance `S`, the covariance `c` with a target and a
//! shrinkage `s`, the weights are `(1 - s)·S'⁻¹·c` with `S' = (1 - s)·S + s·(tr S / d)·I`: those of
//! a ridge regression (Hoerl & Kennard 1970) with the penalty `s / (1 - s) · tr S / d`.
//!
//! Ridge regression minimizes the squared error, and so its predictions vary less than the truth.
//! The concordance correlation coefficient is highest if both vary alike. With the loss `ccc`, each
//! target's predictions are therefore multiplied by the ratio of the deviations, measured on
//! held-out groups, around the mean of the training targets.

use burn::tensor::Device;
use undertone_audio::FeatureMatrix;
use undertone_metrics::{RegressionScores, Spread, mean_ccc};
use undertone_models::{BandStatistics, Head};

use super::covariance::Covariance;
use super::held_out_groups::held_out_groups;
use crate::error::LabError;
use crate::recipe::{HeadConfig, RegressionLoss};

/// An embedding with standardized targets to fit a head to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RegressionExample<'a> {
    /// A matrix of one frame.
    pub(crate) embedding: &'a FeatureMatrix,
    /// The standardized value of each dimension.
    pub(crate) values: &'a [f32],
    /// What is held out together: the speaker or the corpus.
    pub(crate) group: &'a str,
}

/// A fitted head.
#[derive(Debug)]
pub(crate) struct FittedRidge {
    pub(crate) head: Head,
    /// The shrinkage that was chosen.
    pub(crate) shrinkage: f64,
    /// The factor of each dimension's predictions.
    pub(crate) factors: Vec<f64>,
}

/// Largest factor of predictions. Larger ones only magnify noise.
const LARGEST_FACTOR: f64 = 10.0;

/// Fit a head. Choose the shrinkage with the lowest loss on `folds` folds of held-out groups, and
/// the larger one of equals. With a single group there are no folds: take the largest shrinkage.
///
/// Groups are assigned to the folds in the order of `groups`. `observe` receives each shrinkage
/// with its CCC, the mean over the dimensions.
///
/// # Errors
/// If the embeddings do not differ.
pub(crate) fn fit_ridge(
    examples: &[RegressionExample<'_>],
    config: &HeadConfig,
    loss: RegressionLoss,
    (groups, folds): (&[&str], usize),
    device: &Device,
    observe: &mut dyn FnMut(f64, f64),
) -> Result<FittedRidge, LabError> {
    let dimensions = examples.first().map_or(0, |it| it.values.len());
    let mut shrinkages = config.shrinkage.clone();
    shrinkages.sort_by(|one, other| other.total_cmp(one));
    let mut held_out: Vec<HeldOut> = shrinkages
        .iter()
        .map(|_| HeldOut::new(dimensions))
        .collect();
    for held in held_out_groups(groups, folds) {
        let (out, kept): (Vec<RegressionExample<'_>>, Vec<RegressionExample<'_>>) =
            examples.iter().partition(|it| held.contains(it.group));
        let ridge = Ridge::new(&kept, dimensions, device);
        for (shrinkage, held_out) in shrinkages.iter().zip(&mut held_out) {
            // Leave out a fold whose other embeddings do not differ.
            if let Some(functions) = ridge.solve(*shrinkage) {
                held_out.add(&functions, &out);
            }
        }
    }
    let mut best = (f64::INFINITY, 0, vec![1.0; dimensions]);
    for (index, held_out) in held_out.iter().enumerate() {
        if held_out.is_empty() {
            continue;
        }
        let factors = match loss {
            RegressionLoss::Ccc => held_out.factors(),
            RegressionLoss::Mse => vec![1.0; dimensions],
        };
        let scores = held_out.scores(&factors);
        let ccc = mean_ccc(&scores);
        observe(shrinkages[index], ccc);
        let found = match loss {
            RegressionLoss::Ccc => 1.0 - ccc,
            RegressionLoss::Mse => scores.iter().map(|it| it.rmse * it.rmse).sum(),
        };
        if found < best.0 {
            best = (found, index, factors);
        }
    }
    let (_, index, factors) = best;
    let shrinkage = shrinkages[index];
    let functions = Ridge::new(examples, dimensions, device).solve(shrinkage);
    let functions = functions.ok_or_else(|| {
        LabError::TooFewClips(
            "the embeddings of the training set do not differ, so no head can be fitted to them"
                .to_owned(),
        )
    })?;
    Ok(FittedRidge {
        head: functions.head(&factors, device),
        shrinkage,
        factors,
    })
}

/// True and predicted values of held-out examples, by dimension.
struct HeldOut {
    truth: Vec<Vec<f64>>,
    predicted: Vec<Vec<f64>>,
    /// The mean of the target over the training examples of each example's fold.
    means: Vec<Vec<f64>>,
}

impl HeldOut {
    fn new(dimensions: usize) -> Self {
        Self {
            truth: vec![Vec::new(); dimensions],
            predicted: vec![Vec::new(); dimensions],
            means: vec![Vec::new(); dimensions],
        }
    }

    fn is_empty(&self) -> bool {
        self.truth.iter().all(Vec::is_empty)
    }

    fn add(&mut self, functions: &Functions, examples: &[RegressionExample<'_>]) {
        for example in examples {
            let predicted = functions.values(example.embedding);
            for (column, value) in self.predicted.iter_mut().zip(predicted) {
                column.push(value);
            }
            for (column, value) in self.truth.iter_mut().zip(example.values) {
                column.push(f64::from(*value));
            }
            for (column, function) in self.means.iter_mut().zip(&functions.0) {
                column.push(function.mean);
            }
        }
    }

    /// Return the ratio of the deviations of truth and prediction of each dimension, and 1 where
    /// they do not agree at all.
    fn factors(&self) -> Vec<f64> {
        let factor = |(truth, predicted): (&Vec<f64>, &Vec<f64>)| {
            let ratio = Spread::of(truth).std / Spread::of(predicted).std;
            let agree = RegressionScores::of(truth, predicted).pearson > 0.0;
            match agree && ratio.is_finite() {
                true => ratio.clamp(1.0 / LARGEST_FACTOR, LARGEST_FACTOR),
                false => 1.0,
            }
        };
        self.truth.iter().zip(&self.predicted).map(factor).collect()
    }

    /// Return the scores with predictions multiplied by a factor.
    fn scores(&self, factors: &[f64]) -> Vec<RegressionScores> {
        let columns = self.truth.iter().zip(&self.predicted).zip(&self.means);
        columns
            .zip(factors)
            .map(|(((truth, predicted), means), factor)| {
                // Around the mean of the training targets, as the head does.
                let scaled: Vec<f64> = predicted
                    .iter()
                    .zip(means)
                    .map(|(value, mean)| mean + factor * (value - mean))
                    .collect();
                RegressionScores::of(truth, &scaled)
            })
            .collect()
    }
}

/// A ridge regression of examples, for any shrinkage.
struct Ridge {
    statistics: BandStatistics,
    covariance: Covariance,
    /// The covariance of the standardized embeddings with each target.
    with_target: Vec<Vec<f64>>,
    /// The mean of each target.
    means: Vec<f64>,
}

impl Ridge {
    fn new(examples: &[RegressionExample<'_>], dimensions: usize, device: &Device) -> Self {
        let width = examples.first().map_or(0, |it| it.embedding.values.len());
        let statistics = BandStatistics::of(width, examples.iter().map(|it| it.embedding));
        let count = examples.len().max(1) as f64;
        let mut means = vec![0.0; dimensions];
        for example in examples {
            for (mean, value) in means.iter_mut().zip(example.values) {
                *mean += f64::from(*value) / count;
            }
        }
        let mut with_target = vec![vec![0.0; width]; dimensions];
        let mut rows: Vec<Vec<f32>> = Vec::with_capacity(examples.len());
        for example in examples {
            let mut embedding = example.embedding.clone();
            statistics.normalize(&mut embedding);
            for ((sums, value), mean) in with_target.iter_mut().zip(example.values).zip(&means) {
                let centered = (f64::from(*value) - mean) / count;
                for (sum, value) in sums.iter_mut().zip(&embedding.values) {
                    *sum += centered * f64::from(*value);
                }
            }
            rows.push(embedding.values);
        }
        Self {
            statistics,
            covariance: Covariance::new(&rows, width, device),
            with_target,
            means,
        }
    }

    /// Return the functions for a shrinkage above 0 and below 1. `None` if the embeddings do not
    /// differ.
    fn solve(&self, shrinkage: f64) -> Option<Functions> {
        let solved = self.covariance.solve(shrinkage, &self.with_target)?;
        let statistics = || self.statistics.mean.iter().zip(&self.statistics.std);
        let of_dimension = |(mean, weights): (&f64, Vec<f64>)| {
            let weights: Vec<f64> = weights
                .iter()
                .zip(statistics())
                .map(|(weight, (_, scale))| (1.0 - shrinkage) * weight / f64::from(*scale))
                .collect();
            let shift: f64 = weights
                .iter()
                .zip(statistics())
                .map(|(weight, (mean, _))| weight * f64::from(*mean))
                .sum();
            Function {
                mean: *mean,
                weights,
                shift,
            }
        };
        let functions = self.means.iter().zip(solved).map(of_dimension);
        Some(Functions(functions.collect()))
    }
}

/// Linear functions of embeddings that are not standardized, one per dimension.
struct Functions(Vec<Function>);

/// `mean + weights·x - shift`
struct Function {
    mean: f64,
    weights: Vec<f64>,
    shift: f64,
}

impl Functions {
    fn values(&self, embedding: &FeatureMatrix) -> impl Iterator<Item = f64> {
        self.0.iter().map(|function| {
            let products = function.weights.iter().zip(&embedding.values);
            let sum: f64 = products.map(|(weight, x)| weight * f64::from(*x)).sum();
            function.mean + sum - function.shift
        })
    }

    /// Return a head whose values are multiplied by a factor around the mean of the targets.
    fn head(&self, factors: &[f64], device: &Device) -> Head {
        let width = self.0.first().map_or(0, |function| function.weights.len());
        let scaled = || self.0.iter().zip(factors);
        let weight = (0..width).flat_map(|row| {
            scaled().map(move |(function, factor)| (factor * function.weights[row]) as f32)
        });
        let bias =
            scaled().map(|(function, factor)| (function.mean - factor * function.shift) as f32);
        Head::linear(weight.collect(), bias.collect(), device)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use burn::tensor::Tensor;

    use super::*;
    use crate::head::lda::tests::{REFERENCE_ROWS, matrix};
    use crate::recipe::HoldOut;

    fn predictions(head: &Head, rows: &[FeatureMatrix]) -> Vec<f32> {
        let row = |row: &FeatureMatrix| {
            let embedding = Tensor::<1>::from_floats(&row.values[..], &Device::flex()).unsqueeze();
            head.forward(embedding).into_data().iter::<f32>().next()
        };
        rows.iter().filter_map(row).collect()
    }

    /// `tests/ridge_reference.py` prints the reference.
    const REFERENCE: [f32; 12] = [
        0.233433, 0.334333, 0.572684, 0.240897, 0.366573, 0.5023, 0.307607, 0.411219, 0.545508,
        0.148044, 0.382565, 0.454837,
    ];

    fn targets() -> Vec<[f32; 1]> {
        let value = |index: usize| (index * 7 % 12) as f32 / 4.0 - 1.0;
        (0..12).map(|index| [value(index)]).collect()
    }

    #[test]
    fn equals_scikit_learn() {
        let rows = REFERENCE_ROWS.map(|row| matrix(&row));
        let targets = targets();
        let examples: Vec<RegressionExample<'_>> = rows
            .iter()
            .zip(&targets)
            .map(|(embedding, values)| RegressionExample {
                embedding,
                values,
                group: "a",
            })
            .collect();
        let config = HeadConfig {
            shrinkage: vec![0.3],
            folds: 4,
            hold_out: HoldOut::default(),
            adapt: false,
            gate: None,
        };
        let device = Device::flex();
        let loss = RegressionLoss::Mse;
        let fitted = fit_ridge(
            &examples,
            &config,
            loss,
            (&["a"], 4),
            &device,
            &mut |_, _| {},
        )
        .unwrap();
        assert_eq!((fitted.shrinkage, fitted.factors), (0.3, vec![1.0]));
        let found = predictions(&fitted.head, &rows);
        for (found, expected) in found.iter().zip(REFERENCE) {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
    }

    #[test]
    fn the_shrinkage_and_the_factor_are_chosen_by_held_out_speakers() {
        let speakers = ["a", "b", "c", "d"];
        // The target is the first value with noise that only the second value has.
        let rows: Vec<FeatureMatrix> = (0..40)
            .map(|index| matrix(&[(index % 8) as f32, (index * 13 % 17) as f32, 1.0]))
            .collect();
        let targets: Vec<[f32; 1]> = (0..40)
            .map(|index| [(index % 8) as f32 + (index * 5 % 7) as f32])
            .collect();
        let examples: Vec<RegressionExample<'_>> = (0..40)
            .map(|index| RegressionExample {
                embedding: &rows[index],
                values: &targets[index],
                group: speakers[index / 10],
            })
            .collect();
        let config = HeadConfig {
            shrinkage: vec![0.1, 0.9],
            folds: 4,
            hold_out: HoldOut::default(),
            adapt: false,
            gate: None,
        };
        let device = Device::flex();
        let fit = |loss| {
            let mut seen = Vec::new();
            let observe = &mut |shrinkage: f64, ccc: f64| seen.push((shrinkage, ccc));
            let fitted =
                fit_ridge(&examples, &config, loss, (&speakers, 4), &device, observe).unwrap();
            (fitted, seen)
        };
        let (by_ccc, seen) = fit(RegressionLoss::Ccc);
        assert_eq!(seen.len(), 2);
        assert!(by_ccc.factors[0] > 1.0, "{:?}", by_ccc.factors);
        let (by_mse, _) = fit(RegressionLoss::Mse);
        assert_eq!(by_mse.factors, [1.0]);
        let truth: Vec<f64> = targets.iter().map(|[value]| f64::from(*value)).collect();
        let scores = |fitted: &FittedRidge| {
            let predicted = predictions(&fitted.head, &rows);
            let predicted: Vec<f64> = predicted.into_iter().map(f64::from).collect();
            RegressionScores::of(&truth, &predicted)
        };
        let (ccc, mse) = (scores(&by_ccc), scores(&by_mse));
        assert!(ccc.ccc > mse.ccc && ccc.rmse > mse.rmse, "{ccc:?} {mse:?}");
    }

    #[test]
    fn held_out_predictions_are_scaled_around_the_mean_of_the_training_targets() {
        let held_out = HeldOut {
            truth: vec![vec![1.0, 2.0, 3.0]],
            predicted: vec![vec![0.5, 1.0, 2.0]],
            means: vec![vec![0.0, 0.0, 1.0]],
        };
        let scores = held_out.scores(&[2.0]);
        assert!((scores[0].ccc - 1.0).abs() < 1e-12, "{scores:?}");
    }

    #[test]
    fn equal_embeddings_are_an_error() {
        let row = matrix(&[1.0, 2.0]);
        let examples = [[0.0], [1.0]];
        let examples: Vec<RegressionExample<'_>> = examples
            .iter()
            .map(|values| RegressionExample {
                embedding: &row,
                values,
                group: "a",
            })
            .collect();
        let config = HeadConfig {
            shrinkage: vec![0.3],
            folds: 4,
            hold_out: HoldOut::default(),
            adapt: false,
            gate: None,
        };
        let loss = RegressionLoss::Ccc;
        let device = Device::flex();
        let fitted = fit_ridge(
            &examples,
            &config,
            loss,
            (&["a"], 4),
            &device,
            &mut |_, _| {},
        );
        assert!(matches!(fitted, Err(LabError::TooFewClips(_))));
    }
}
