//! Counts of what was said against what was heard, and the scores that follow from them.

use serde::{Deserialize, Serialize};

use crate::MetricsError;

/// The three scores that stand together. Fractions in 0..=1.
///
/// A class may be missing from a set of clips (a speaker who has no *calm* ones, say). **UAR**
/// then averages over the classes that occur in the truth, as scikit-learn's
/// `balanced_accuracy_score` does. **Macro F1** averages over those that occur in the truth *or*
/// among the predictions, as `f1_score(average="macro")` and the *macro avg* line of
/// `classification_report` do when they aren't given a list of classes: a class that was only
/// ever predicted wrongly counts there, with F1 = 0. A class that occurs on neither side counts
/// in no score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Accuracy: correct clips over all clips.
    pub wa: f64,
    /// Mean recall over the classes in the truth.
    pub uar: f64,
    /// Mean F1 over the classes in the truth or among the predictions.
    pub macro_f1: f64,
}

impl Scores {
    /// From counts, `[true][predicted]`, a square. All zero when there are no clips.
    pub(super) fn from_counts(counts: &[Vec<usize>]) -> Self {
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
            }
            if support + predicted > 0 {
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

/// One class's line in a table of results. A ratio with nothing below the line is 0
/// (scikit-learn's `zero_division=0`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    /// The class's name.
    pub label: String,
    /// Of the clips predicted to be of this class, the fraction that are.
    pub precision: f64,
    /// Of the clips of this class, the fraction predicted as such.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Clips of this class.
    pub support: usize,
    /// Clips predicted to be of this class.
    pub predicted: usize,
}

impl ClassScores {
    /// Whether the class is in the truth or among the predictions.
    pub fn occurs(&self) -> bool {
        self.support + self.predicted > 0
    }
}

/// How often each class was taken for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct ConfusionMatrix {
    labels: Vec<String>,
    counts: Vec<Vec<usize>>,
}

/// A matrix as read from a file, before its shape is checked.
#[derive(Deserialize)]
struct Unchecked {
    labels: Vec<String>,
    counts: Vec<Vec<usize>>,
}

impl TryFrom<Unchecked> for ConfusionMatrix {
    type Error = MetricsError;

    fn try_from(Unchecked { labels, counts }: Unchecked) -> Result<Self, MetricsError> {
        check_labels(&labels)?;
        let classes = labels.len();
        if counts.len() != classes || counts.iter().any(|row| row.len() != classes) {
            return Err(MetricsError::MalformedMatrix { labels: classes });
        }
        Ok(Self { labels, counts })
    }
}

impl ConfusionMatrix {
    /// Counts pairs of class indices, which count from 0 in the order of `labels`.
    pub fn new(
        labels: &[String],
        truth: &[usize],
        predicted: &[usize],
    ) -> Result<Self, MetricsError> {
        check_labels(labels)?;
        if truth.len() != predicted.len() {
            return Err(MetricsError::LengthMismatch {
                what: "predictions",
                found: predicted.len(),
                expected: truth.len(),
            });
        }
        let classes = labels.len();
        let mut counts = vec![vec![0; classes]; classes];
        for (&truth, &predicted) in truth.iter().zip(predicted) {
            let class = truth.max(predicted);
            if class >= classes {
                return Err(MetricsError::ClassOutOfRange { class, classes });
            }
            counts[truth][predicted] += 1;
        }
        Ok(Self {
            labels: labels.to_vec(),
            counts,
        })
    }

    /// The classes' names, in the order of rows and columns.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Clips, `[true class][predicted class]`.
    pub fn counts(&self) -> &[Vec<usize>] {
        &self.counts
    }

    /// All clips counted.
    pub fn total(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// WA, UAR and macro F1; all 0 when no clip was counted.
    pub fn scores(&self) -> Scores {
        Scores::from_counts(&self.counts)
    }

    /// A line for every class of the scheme, in its order, occurring or not.
    pub fn per_class(&self) -> Vec<ClassScores> {
        let line = |(class, label): (usize, &String)| {
            let hits = self.counts[class][class];
            let support = self.counts[class].iter().sum();
            let predicted = self.counts.iter().map(|row| row[class]).sum();
            ClassScores {
                label: label.clone(),
                precision: ratio(hits, predicted),
                recall: ratio(hits, support),
                f1: ratio(2 * hits, support + predicted),
                support,
                predicted,
            }
        };
        self.labels.iter().enumerate().map(line).collect()
    }
}

/// At least one label, no two alike.
pub(super) fn check_labels(labels: &[String]) -> Result<(), MetricsError> {
    let twice = labels
        .iter()
        .enumerate()
        .any(|(i, label)| labels[..i].contains(label));
    if labels.is_empty() || twice {
        return Err(MetricsError::BadLabels {
            labels: labels.to_vec(),
        });
    }
    Ok(())
}

/// `part / whole`, and 0 when `whole` is.
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// The mean, 0 of nothing.
pub(super) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        0.0
    } else {
        sum(values) / values.len() as f64
    }
}

/// Adds up in NumPy's order (eight partial sums, then the rest), so that a mean that falls on a
/// rounding edge is printed as scikit-learn prints it. NumPy halves lists beyond 128 values;
/// no label scheme is that long.
pub(super) fn sum(values: &[f64]) -> f64 {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Vec<String> {
        ["negative", "neutral", "positive"]
            .map(String::from)
            .to_vec()
    }

    #[test]
    fn absent_classes_count_where_documented() {
        // neutral is never there; positive only ever predicted, wrongly.
        let matrix = ConfusionMatrix::new(&labels(), &[0, 0, 0, 0], &[0, 0, 0, 2]).unwrap();
        let scores = matrix.scores();
        assert_eq!(scores.uar, 0.75);
        assert_eq!(scores.macro_f1, (6.0 / 7.0 + 0.0) / 2.0);
    }

    #[test]
    fn bad_input_is_an_error() {
        let of = |truth: &[usize], predicted: &[usize]| {
            ConfusionMatrix::new(&labels(), truth, predicted).unwrap_err()
        };
        assert_eq!(
            of(&[0, 3], &[0, 0]),
            MetricsError::ClassOutOfRange {
                class: 3,
                classes: 3
            }
        );
        assert_eq!(
            of(&[0], &[7]),
            MetricsError::ClassOutOfRange {
                class: 7,
                classes: 3
            }
        );
        assert!(matches!(
            of(&[0, 1], &[0]),
            MetricsError::LengthMismatch { .. }
        ));
        let twice = ["a".to_string(), "a".to_string()];
        assert!(ConfusionMatrix::new(&twice, &[], &[]).is_err());
        assert!(ConfusionMatrix::new(&[], &[], &[]).is_err());
    }

    #[test]
    fn a_misshapen_matrix_is_not_read() {
        let read = |text| serde_json::from_str::<ConfusionMatrix>(text);
        assert!(read(r#"{"labels":["a","b"],"counts":[[1,0],[0,1]]}"#).is_ok());
        assert!(read(r#"{"labels":["a","b"],"counts":[[1,0],[0]]}"#).is_err());
        assert!(read(r#"{"labels":["a","b"],"counts":[[1,0]]}"#).is_err());
    }

    #[test]
    fn no_clips_score_nothing() {
        let matrix = ConfusionMatrix::new(&labels(), &[], &[]).unwrap();
        assert_eq!(
            matrix.scores(),
            Scores {
                wa: 0.0,
                uar: 0.0,
                macro_f1: 0.0
            }
        );
    }
}
