//! A linear detector of speech on the embeddings that the heads read.

use burn::tensor::{Device, Tensor};

use super::conjugate_gradient::solve;
use super::group::{Group, others};

/// Added to the diagonal of the moments of standardized embeddings.
const RIDGE: f32 = 20.0;
/// The share of clips, and of their copies, that may be taken for other sounds in the worst group.
const REJECTED: [f64; 2] = [0.004, 0.01];

/// The moments of the embeddings of one kind of sound that is not speech.
pub(super) struct Kind {
    weight: f64,
    mean: Tensor<2>,
    second_moment: Tensor<2>,
}

impl Kind {
    /// Take standardized embeddings, `[sounds, width]`, and how much the kind counts.
    pub(super) fn new(sounds: &Tensor<2>, weight: f64) -> Self {
        let count = sounds.dims()[0].max(1) as f32;
        Self {
            weight,
            mean: sounds.clone().mean_dim(0),
            second_moment: sounds.clone().transpose().matmul(sounds.clone()) / count,
        }
    }
}

/// A detector: a standardized embedding is speech if `x·weight + bias` is at least 0.
pub(super) struct Detector {
    /// `[width, 1]`.
    pub(super) weight: Tensor<2>,
    pub(super) bias: f64,
}

impl Detector {
    /// Fit a detector to two groups or more by least squares to 1 for speech and -1 for other
    /// sounds. Each group counts the same, and each kind by its weight. The threshold is the lowest
    /// over the groups of what a detector that did not hear the group says of nearly all of its
    /// clips.
    pub(super) fn fit(groups: &[Group], kinds: &[Kind], device: &Device) -> Self {
        let all: Vec<&Group> = groups.iter().collect();
        let weight = regression(&all, kinds, device);
        let threshold = (0..groups.len())
            .map(|held| {
                accepting(
                    &groups[held],
                    &regression(&others(groups, held), kinds, device),
                )
            })
            .fold(f64::INFINITY, f64::min);
        Self {
            bias: -threshold,
            weight,
        }
    }
}

/// Return the threshold that accepts nearly all of a group. The constant of the regression is left
/// out everywhere, as the threshold takes its place.
fn accepting(group: &Group, weight: &Tensor<2>) -> f64 {
    [&group.clips, &group.copies]
        .into_iter()
        .zip(REJECTED)
        .map(|(rows, rejected)| {
            let scores = rows.clone().matmul(weight.clone()).into_data();
            let mut scores: Vec<f64> = scores.iter::<f64>().collect();
            scores.sort_by(f64::total_cmp);
            undertone_metrics::quantile(&scores, rejected)
        })
        .fold(f64::INFINITY, f64::min)
}

/// Return the weights, `[width, 1]`, of the least-squares regression with a constant.
fn regression(groups: &[&Group], kinds: &[Kind], device: &Device) -> Tensor<2> {
    let width = groups[0].mean.dims()[1];
    let mut moment = Tensor::<2>::zeros([width, width], device);
    let mut speech = Tensor::<2>::zeros([1, width], device);
    let mut other = Tensor::<2>::zeros([1, width], device);
    for group in groups {
        moment = moment + group.second_moment.clone() / groups.len() as f32;
        speech = speech + group.mean.clone() / groups.len() as f32;
    }
    let total: f64 = kinds.iter().map(|kind| kind.weight).sum();
    for kind in kinds {
        let share = kind.weight / total;
        moment = moment + kind.second_moment.clone() * share;
        other = other + kind.mean.clone() * share;
    }
    // The constant, which has the weight of both sides and is not shrunk, is solved for first.
    let sum = speech.clone() + other.clone();
    let difference = speech - other;
    let moment = moment - sum.clone().transpose().matmul(sum) / 2.0
        + Tensor::<2>::eye(width, device) * RIDGE;
    solve(&moment, difference.transpose())
}
