//! The constants of adaptation, from the scores of groups that the heads did not hear.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, SymmetricEigen};
use rand::seq::SliceRandom;
use undertone_models::AdaptationConfig;

use super::heads::AdditiveModel;
use super::mean_of::mean_of;
use super::sure::HeldOutScores;
use crate::head::temperature::{Scored, temperature};
use crate::train::rng_at;

/// The scores of a group that the heads did not hear.
pub(super) struct HeldOutGroup {
    /// Scores of the head for adaptation, `[clips][outputs]`, less their mean over the outputs.
    pub(super) adapted: Vec<Vec<f64>>,
    /// The mean of both heads' scores, likewise.
    pub(super) own: Vec<Vec<f64>>,
    /// The true output of each clip.
    pub(super) outputs: Vec<usize>,
    /// The speaker of each clip.
    pub(super) speakers: Vec<String>,
}

/// The recordings that a voice has when the second temperature is fitted.
const HEARD: usize = 10;

/// The constants of the rule. They were chosen on corpora left out, for the most gain among those
/// with which no corpus loses more than two points. All corpora that judge them were in view
/// (`docs/adaptation.md`).
const THRESHOLD: f64 = 2.1;
const SLOPE: f64 = 12.0;
const PRIOR: f64 = 3.0;
const WANING: f64 = 2.0;

/// Estimate the constants of adaptation. `gate` takes the place of the usual threshold. `None` if
/// a class is in no group, or the scores do not differ within a speaker.
pub(super) fn constants(
    groups: &[HeldOutGroup],
    outputs: usize,
    gate: Option<f64>,
    seed: u64,
) -> Option<AdaptationConfig> {
    let class_means = class_means(groups, outputs)?;
    let means: Vec<&Vec<f64>> = class_means.iter().collect();
    let mut config = AdaptationConfig {
        spread_weights: spread_weights(groups, &class_means)?,
        middle: mean_of(&means),
        threshold: gate.unwrap_or(THRESHOLD),
        slope: SLOPE,
        prior: PRIOR,
        waning: WANING,
        temperature: [1.0, 1.0],
    };
    let alone: Vec<&[Vec<f64>]> = groups.iter().map(|group| &group.own[..]).collect();
    let heard: Vec<Vec<Vec<f64>>> = groups
        .iter()
        .map(|group| group.after_hearing(&config, HEARD, seed))
        .collect();
    let heard: Vec<&[Vec<f64>]> = heard.iter().map(|group| &group[..]).collect();
    let [alone, heard] = [alone, heard].map(|scores| group_temperature(groups, &scores));
    let n = HEARD as f64;
    let half_way = AdaptationConfig::HALF_WAY;
    config.temperature = [alone, alone + (heard - alone) * (n + half_way) / n];
    // An extrapolation must not turn scores round.
    config.temperature[1] = config.temperature[1].max(0.5 * heard.min(alone));
    Some(config)
}

impl HeldOutGroup {
    /// Return the clips' final scores: each recording alone, and after hearing its voice.
    pub(super) fn scored(&self, config: &AdaptationConfig, seed: u64) -> [HeldOutScores<'_>; 2] {
        [0, HEARD].map(|heard| HeldOutScores {
            scores: self.after_hearing(config, heard, seed),
            outputs: &self.outputs,
        })
    }

    /// Return each clip's scores after hearing `count` other clips of its speaker, or all others if
    /// there are fewer.
    fn after_hearing(&self, config: &AdaptationConfig, count: usize, seed: u64) -> Vec<Vec<f64>> {
        let mut clips_of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, speaker) in self.speakers.iter().enumerate() {
            clips_of.entry(speaker).or_default().push(index);
        }
        (0..self.outputs.len())
            .map(|index| {
                let mut others = clips_of[&*self.speakers[index]].clone();
                others.retain(|other| *other != index);
                let mut rng = rng_at(seed, index, 2);
                let (chosen, _) = others.partial_shuffle(&mut rng, count);
                let mut voice = config.new_voice("");
                for other in chosen {
                    let scores = [self.adapted[*other].clone()];
                    if let Some(evidence) = config.evidence(scores.into_iter(), 0.0) {
                        config.hear(&mut voice, &evidence);
                    }
                }
                config.adapted(&self.own[index], &self.adapted[index], &voice)
            })
            .collect()
    }
}

fn class_means(groups: &[HeldOutGroup], outputs: usize) -> Option<Vec<Vec<f64>>> {
    let means: Vec<Vec<Option<Vec<f64>>>> = groups
        .iter()
        .map(|group| {
            (0..outputs)
                .map(|output| {
                    let own = group.adapted.iter().zip(&group.outputs);
                    let rows: Vec<&Vec<f64>> = own
                        .filter(|(_, of)| **of == output)
                        .map(|(row, _)| row)
                        .collect();
                    (!rows.is_empty()).then(|| mean_of(&rows))
                })
                .collect()
        })
        .collect();
    let means: Vec<&[Option<Vec<f64>>]> = means.iter().map(Vec::as_slice).collect();
    let weights = vec![1.0; groups.len()];
    AdditiveModel::fit(&means, &weights)
        .means
        .into_iter()
        .collect()
}

/// Return `G = P B P / tr(P B)` with the inverse `P`, in the space of zero sums, of the covariance
/// within a speaker and a class, and the covariance `B` of the class means.
fn spread_weights(groups: &[HeldOutGroup], class_means: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let outputs = class_means.len();
    let precision = zero_sum_inverse(within(groups, outputs)?)?;
    let means: Vec<&Vec<f64>> = class_means.iter().collect();
    let middle = mean_of(&means);
    let mut between = DMatrix::<f64>::zeros(outputs, outputs);
    for row in class_means {
        between += outer(row, &middle) / outputs as f64;
    }
    let scale = (&precision * &between).trace();
    if scale.is_nan() || scale <= 0.0 {
        return None;
    }
    let weights = &precision * between * &precision / scale;
    let row = |at: usize| weights.row(at).iter().copied().collect();
    Some((0..outputs).map(row).collect())
}

/// Return the mean over the classes of the covariance within a speaker and a class. `None` if no
/// speaker has several clips of a class.
fn within(groups: &[HeldOutGroup], outputs: usize) -> Option<DMatrix<f64>> {
    let mut cells: BTreeMap<(usize, &str), Vec<&Vec<f64>>> = BTreeMap::new();
    for group in groups {
        let clips = group
            .adapted
            .iter()
            .zip(&group.outputs)
            .zip(&group.speakers);
        for ((row, output), speaker) in clips {
            cells.entry((*output, speaker)).or_default().push(row);
        }
    }
    let mut covariance = DMatrix::<f64>::zeros(outputs, outputs);
    let mut classes = 0.0;
    for output in 0..outputs {
        let mut scatter = DMatrix::<f64>::zeros(outputs, outputs);
        let mut freedom = 0.0;
        for (_, rows) in cells.iter().filter(|((of, _), _)| *of == output) {
            let middle = mean_of(rows);
            freedom += rows.len() as f64 - 1.0;
            for row in rows {
                scatter += outer(row, &middle);
            }
        }
        if freedom > 0.0 {
            covariance += scatter / freedom;
            classes += 1.0;
        }
    }
    (classes > 0.0).then(|| covariance / classes)
}

/// Return `(a - b)(a - b)ᵀ`.
fn outer(row: &[f64], middle: &[f64]) -> DMatrix<f64> {
    let difference = row.iter().zip(middle).map(|(one, other)| one - other);
    let difference = DMatrix::from_iterator(row.len(), 1, difference);
    &difference * difference.transpose()
}

/// Return the inverse of a covariance of scores whose sum is zero, in the space of such scores.
fn zero_sum_inverse(covariance: DMatrix<f64>) -> Option<DMatrix<f64>> {
    let eigen = SymmetricEigen::new(covariance);
    let largest = eigen.eigenvalues.max();
    if largest.is_nan() || largest <= 0.0 {
        return None;
    }
    let inverse = eigen.eigenvalues.map(|value| match value > 1e-9 * largest {
        true => 1.0 / value,
        false => 0.0,
    });
    let vectors = &eigen.eigenvectors;
    Some(vectors * DMatrix::from_diagonal(&inverse) * vectors.transpose())
}

/// Return the temperature of scores, `[groups][clips][outputs]`. Each group counts the same.
fn group_temperature(groups: &[HeldOutGroup], scores: &[&[Vec<f64>]]) -> f64 {
    let clips = groups.iter().zip(scores).flat_map(|(group, scores)| {
        let weight = 1.0 / group.outputs.len().max(1) as f64;
        group
            .outputs
            .iter()
            .zip(*scores)
            .map(move |(output, scores)| Scored {
                output: *output,
                scores,
                weight,
            })
    });
    temperature(clips)
}
