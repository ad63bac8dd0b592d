//! The head of a frozen encoder: multinomial logistic regression on standardised summaries.

use undertone_audio::FeatureMatrix;
use undertone_models::burn::module::{Module, Param};
use undertone_models::burn::optim::{GradientsParams, LBFGSConfig, LineSearchFn};
use undertone_models::burn::tensor::activation::log_softmax;
use undertone_models::burn::tensor::{Device, Tensor, TensorData};
use undertone_models::{BandStatistics, Head, largest};

use crate::error::LabError;
use crate::recipe::HeadConfig;

/// One summary to fit to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Example<'a> {
    pub(crate) summary: &'a FeatureMatrix,
    /// The output that it is to raise.
    pub(crate) output: usize,
    /// What it counts.
    pub(crate) weight: f32,
    /// Who spoke.
    pub(crate) speaker: &'a str,
    /// Whether it is a clip as recorded, which the penalty is chosen by, or a perturbed copy.
    pub(crate) is_original: bool,
}

/// A fitted head.
#[derive(Debug)]
pub(crate) struct Fitted {
    pub(crate) head: Head,
    /// The penalty that was chosen, as scikit-learn's `C`.
    pub(crate) c: f64,
}

/// Most steps of the optimiser for one fit.
const ITERATIONS: usize = 200;

#[derive(Module, Debug)]
struct Linear {
    /// `[width, outputs]`
    weight: Param<Tensor<2>>,
    /// `[outputs]`, not penalised.
    bias: Param<Tensor<1>>,
}

/// Fits a head, after choosing the penalty by folds of speakers among the examples.
///
/// Speakers are dealt to the folds in the order of `speaker_order`. The penalty with the highest
/// unweighted average recall on originals of unheard speakers wins, the stronger one of equals.
///
/// # Errors
/// If there are fewer speakers than two folds need.
pub(crate) fn fit(
    examples: &[Example<'_>],
    outputs: usize,
    config: &HeadConfig,
    speaker_order: &[&str],
    device: &Device,
    observe: &mut dyn FnMut(f64, f64),
) -> Result<Fitted, LabError> {
    let folds = config.folds.min(speaker_order.len());
    let mut penalties = config.c.clone();
    penalties.sort_by(f64::total_cmp);
    let c = match &penalties[..] {
        [only] => *only,
        _ if folds < 2 => {
            return Err(LabError::TooFewClips(
                "the head's penalty is chosen by folds of speakers, and the training side has one \
                 speaker only: give a single value of head.c"
                    .to_owned(),
            ));
        }
        several => {
            let problems: Vec<(Problem, Vec<Example<'_>>)> = (0..folds)
                .map(|fold| {
                    let held: Vec<&str> = speaker_order
                        .iter()
                        .copied()
                        .skip(fold)
                        .step_by(folds)
                        .collect();
                    let (out, kept): (Vec<_>, Vec<_>) =
                        examples.iter().partition(|it| held.contains(&it.speaker));
                    let out = out.into_iter().filter(|it| it.is_original).collect();
                    (Problem::new(&kept, outputs, device), out)
                })
                .collect();
            let mut best = (f64::NEG_INFINITY, several[0]);
            for &c in several {
                let mut judged = Vec::new();
                for (problem, held_out) in &problems {
                    let head = problem.solve(c);
                    judged.extend(predict(&head, held_out, device));
                }
                let uar = average_recall(&judged, outputs);
                observe(c, uar);
                if uar > best.0 {
                    best = (uar, c);
                }
            }
            best.1
        }
    };
    let head = Problem::new(examples, outputs, device).solve(c);
    Ok(Fitted { head, c })
}

/// A regression to solve for several penalties.
struct Problem {
    statistics: BandStatistics,
    /// `[examples, width]`, standardised.
    summaries: Tensor<2>,
    /// `[examples, outputs]`: one-hot rows times the examples' weights, which sum to 1.
    targets: Tensor<2>,
    /// Sum of the weights before that, which scikit-learn's `C` multiplies.
    mass: f64,
    outputs: usize,
    device: Device,
}

impl Problem {
    fn new(examples: &[Example<'_>], outputs: usize, device: &Device) -> Self {
        let width = examples.first().map_or(0, |it| it.summary.values.len());
        let originals = examples.iter().filter(|it| it.is_original);
        let statistics = BandStatistics::of(width, originals.map(|it| it.summary));
        let mass: f64 = examples.iter().map(|it| f64::from(it.weight)).sum();
        let mut summaries = Vec::with_capacity(examples.len() * width);
        let mut targets = vec![0.0; examples.len() * outputs];
        for (example, row) in examples
            .iter()
            .zip(targets.chunks_exact_mut(outputs.max(1)))
        {
            let mut summary = example.summary.clone();
            statistics.standardise(&mut summary);
            summaries.extend(summary.values);
            row[example.output] = (f64::from(example.weight) / mass) as f32;
        }
        let device = device.clone().autodiff();
        let count = examples.len();
        Self {
            statistics,
            summaries: Tensor::from_data(TensorData::new(summaries, [count, width]), &device),
            targets: Tensor::from_data(TensorData::new(targets, [count, outputs]), &device),
            mass,
            outputs,
            device,
        }
    }

    /// The head that minimises `C · Σ weight · cross-entropy + ‖W‖² / 2`.
    fn solve(&self, c: f64) -> Head {
        let width = self.statistics.mean.len();
        let start = Linear {
            weight: Param::from_tensor(Tensor::zeros([width, self.outputs], &self.device)),
            bias: Param::from_tensor(Tensor::zeros([self.outputs], &self.device)),
        };
        let penalty = 0.5 / (c * self.mass);
        let mut optimiser = LBFGSConfig::new()
            .with_max_iter(ITERATIONS)
            .with_line_search_fn(LineSearchFn::StrongWolfe)
            .init();
        let (solved, _) = optimiser.step(1.0, start, |linear: Linear| {
            let weight = linear.weight.val();
            let scores =
                self.summaries.clone().matmul(weight.clone()) + linear.bias.val().unsqueeze();
            let entropy = (log_softmax(scores, 1) * self.targets.clone()).sum().neg();
            let loss = entropy + weight.square().sum() * penalty;
            let value = f64::from(loss.clone().into_scalar::<f32>());
            (value, GradientsParams::from_grads(loss.backward(), &linear))
        });
        self.unstandardised(&solved.valid())
    }

    /// The same regression for summaries as they come: the standardisation becomes a part of the
    /// weights.
    fn unstandardised(&self, linear: &Linear) -> Head {
        let mut weight: Vec<f32> = linear.weight.val().into_data().iter::<f32>().collect();
        let mut bias: Vec<f64> = linear.bias.val().into_data().iter::<f64>().collect();
        let rows = weight.chunks_exact_mut(self.outputs.max(1));
        for ((row, mean), std) in rows.zip(&self.statistics.mean).zip(&self.statistics.std) {
            for (value, bias) in row.iter_mut().zip(&mut bias) {
                *value /= std;
                *bias -= f64::from(*value) * f64::from(*mean);
            }
        }
        let bias = bias.into_iter().map(|value| value as f32).collect();
        Head::linear(weight, bias, &self.device.clone().without_autodiff())
    }
}

/// Each example's true and predicted output.
fn predict(head: &Head, examples: &[Example<'_>], device: &Device) -> Vec<(usize, usize)> {
    let Some(first) = examples.first() else {
        return Vec::new();
    };
    let width = first.summary.values.len();
    let values: Vec<f32> = examples
        .iter()
        .flat_map(|it| it.summary.values.clone())
        .collect();
    let summaries = Tensor::from_data(TensorData::new(values, [examples.len(), width]), device);
    let scores: Vec<f32> = head.forward(summaries).into_data().iter::<f32>().collect();
    scores
        .chunks(scores.len() / examples.len())
        .zip(examples)
        .map(|(row, example)| (example.output, largest(row)))
        .collect()
}

/// Mean recall over the outputs that occur.
fn average_recall(judged: &[(usize, usize)], outputs: usize) -> f64 {
    let recalls: Vec<f64> = (0..outputs)
        .filter_map(|output| {
            let of_output = judged.iter().filter(|(truth, _)| *truth == output);
            let count = of_output.clone().count();
            let right = of_output.filter(|(truth, found)| truth == found).count();
            (count > 0).then(|| right as f64 / count as f64)
        })
        .collect();
    recalls.iter().sum::<f64>() / recalls.len().max(1) as f64
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use undertone_models::burn::tensor::activation::softmax;

    use super::*;

    const REFERENCE_ROWS: [[f32; 4]; 12] = [
        [2.041, -0.111, -1.791, -0.703],
        [0.247, 5.269, -2.31, 1.004],
        [0.535, 13.046, -0.487, 1.342],
        [-0.281, 3.664, -2.528, -0.172],
        [1.182, 5.223, -0.821, 1.101],
        [1.424, 9.492, -0.327, 0.884],
        [-0.183, 6.081, -1.032, 0.191],
        [0.456, 7.705, -1.743, 0.825],
        [2.283, 7.561, -0.554, 4.41],
        [-2.828, 7.043, -2.48, -4.006],
        [0.976, 7.101, -1.522, -1.529],
        [1.426, 6.295, 0.103, 4.642],
    ];
    const REFERENCE_LABELS: [usize; 12] = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2];
    const REFERENCE_PROBABILITIES: [[f32; 3]; 12] = [
        [0.628966, 0.340038, 0.030996],
        [0.426848, 0.500715, 0.072437],
        [0.03193, 0.205263, 0.762807],
        [0.62864, 0.349129, 0.022231],
        [0.277342, 0.401015, 0.321643],
        [0.068212, 0.26239, 0.669398],
        [0.435037, 0.376722, 0.188241],
        [0.264718, 0.533789, 0.201493],
        [0.031442, 0.200981, 0.767576],
        [0.816799, 0.177296, 0.005905],
        [0.346417, 0.516703, 0.13688],
        [0.043647, 0.135962, 0.820392],
    ];

    fn matrix(values: &[f32]) -> FeatureMatrix {
        FeatureMatrix {
            bands: values.len(),
            frames: 1,
            values: values.to_vec(),
        }
    }

    /// Reference: scikit-learn 1.9 on the same standardised rows,
    /// `LogisticRegression(C=0.5, tol=1e-10, max_iter=10000)`; `tests/head_reference.py`.
    #[test]
    fn equals_scikit_learn() {
        let rows = REFERENCE_ROWS.map(|row| matrix(&row));
        let examples: Vec<Example<'_>> = rows
            .iter()
            .zip(REFERENCE_LABELS)
            .map(|(summary, output)| Example {
                summary,
                output,
                weight: 1.0,
                speaker: "a",
                is_original: true,
            })
            .collect();
        let device = Device::flex();
        let head = Problem::new(&examples, 3, &device).solve(0.5);
        for (row, expected) in rows.iter().zip(REFERENCE_PROBABILITIES) {
            let summary = Tensor::<1>::from_floats(&row.values[..], &device).unsqueeze();
            let scores = head.forward(summary);
            let found: Vec<f32> = softmax(scores, 1).into_data().iter::<f32>().collect();
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-4, "{found} {expected}");
            }
        }
    }
}
