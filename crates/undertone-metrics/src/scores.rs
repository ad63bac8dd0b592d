//! The scores that follow from counts of true and predicted classes.

use serde::{Deserialize, Serialize};

/// WA, UAR and macro F1, fractions in 0..=1.
///
/// A class may be missing from a set of clips, for instance if a speaker has no *calm* ones, or if
/// a model is evaluated on a corpus without that class. One rule holds for all scores, for their
/// intervals and for speakers and genders: **a class without a clip counts in no mean, and a
/// prediction of it is a mistake.** UAR and macro F1 average over the classes that occur in the
/// truth, as scikit-learn's `balanced_accuracy_score` does and as
/// `f1_score(average="macro", labels=unique(y_true))` does. WA, the cross-entropy and the
/// calibration error take every clip and need no rule.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Accuracy: correct clips over all clips.
    pub wa: f64,
    /// Mean recall over the classes in the truth.
    pub uar: f64,
    /// Mean F1 over the classes in the truth.
    pub macro_f1: f64,
}

impl Scores {
    /// Compute the scores of a square of counts, `[true][predicted]`. All are 0 without clips.
    pub(crate) fn from_counts(counts: &[Vec<usize>]) -> Self {
        let (mut correct, mut clips) = (0, 0);
        let mut recalls = Vec::with_capacity(counts.len());
        let mut f1s = Vec::with_capacity(counts.len());
        for (class, row) in counts.iter().enumerate() {
            let hits = row[class];
            let support: usize = row.iter().sum();
            let predicted: usize = counts.iter().map(|row| row[class]).sum();
            correct += hits;
            clips += support;
            if support > 0 {
                recalls.push(ratio(hits, support));
                f1s.push(ratio(2 * hits, support + predicted));
            }
        }
        Self {
            wa: ratio(correct, clips),
            uar: mean(&recalls),
            macro_f1: mean(&f1s),
        }
    }
}

/// The scores of one class, fractions in 0..=1. A ratio with denominator 0 is 0, as with
/// scikit-learn's `zero_division=0`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    /// The class's name.
    pub label: String,
    /// The fraction of the clips predicted as this class that are of this class.
    pub precision: f64,
    /// The fraction of the clips of this class that are predicted as this class.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Number of clips of this class.
    pub support: usize,
    /// Number of clips predicted as this class.
    pub predicted: usize,
}

impl ClassScores {
    /// Compute the scores of a class from its true positives, its clips and its predictions.
    pub(crate) fn new(label: &str, hits: usize, support: usize, predicted: usize) -> Self {
        Self {
            label: label.to_owned(),
            precision: ratio(hits, predicted),
            recall: ratio(hits, support),
            f1: ratio(2 * hits, support + predicted),
            support,
            predicted,
        }
    }

    /// Return whether the class is in the truth or among the predictions.
    pub fn occurs(&self) -> bool {
        self.support + self.predicted > 0
    }
}

/// The scores of one speaker's or one gender's clips.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupScores {
    /// The speaker or the gender.
    pub name: String,
    /// Number of clips.
    pub n: usize,
    /// Accuracy, 0..=1.
    pub wa: f64,
    /// Mean recall over the classes that occur in this group's truth, 0..=1.
    pub uar: f64,
}

/// Return `part / whole`, and 0 if `whole` is 0.
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Return the mean, and 0 for no values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        0.0
    } else {
        sum(values) / values.len() as f64
    }
}

/// Add up values in NumPy's order: eight partial sums, then the rest. A mean on a rounding edge is
/// then printed as scikit-learn prints it. NumPy splits lists beyond 128 values in halves; no label
/// scheme is that long.
pub(crate) fn sum(values: &[f64]) -> f64 {
    let (blocks, rest) = values.as_chunks::<8>();
    let Some((first, others)) = blocks.split_first() else {
        return rest.iter().sum();
    };
    let mut lanes = *first;
    for block in others {
        for (lane, value) in lanes.iter_mut().zip(block) {
            *lane += value;
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    let start = ((a + b) + (c + d)) + ((e + f) + (g + h));
    rest.iter().fold(start, |total, value| total + value)
}
