//! The confusion matrix.

use serde::{Deserialize, Serialize};

use crate::{ClassScores, MetricsError, Scores};

/// Counts of clips by true and predicted class.
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
    /// Count pairs of class indices. Index 0 is the first of `labels`.
    ///
    /// # Errors
    /// If labels are missing or repeated, the lists differ in length, or a class does not exist.
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

    /// Return the classes' names, in the order of rows and columns.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Return the numbers of clips, `[true class][predicted class]`.
    pub fn counts(&self) -> &[Vec<usize>] {
        &self.counts
    }

    /// Return the number of all clips.
    pub fn total(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// Return WA, UAR and macro F1. All are 0 without clips.
    pub fn scores(&self) -> Scores {
        Scores::from_counts(&self.counts)
    }

    /// Return the scores of every class in the order of the labels, also of classes that do not
    /// occur.
    pub fn per_class(&self) -> Vec<ClassScores> {
        let line = |(class, label): (usize, &String)| {
            let hits = self.counts[class][class];
            let support = self.counts[class].iter().sum();
            let predicted = self.counts.iter().map(|row| row[class]).sum();
            ClassScores::new(label, hits, support, predicted)
        };
        self.labels.iter().enumerate().map(line).collect()
    }
}

/// Return an error unless there is at least one label and no two are equal.
pub(crate) fn check_labels(labels: &[String]) -> Result<(), MetricsError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Vec<String> {
        ["negative", "neutral", "positive"]
            .map(String::from)
            .to_vec()
    }

    #[test]
    fn an_absent_class_counts_in_no_mean() {
        // neutral never occurs; positive is predicted once, wrongly.
        let matrix = ConfusionMatrix::new(&labels(), &[0, 0, 0, 0], &[0, 0, 0, 2]).unwrap();
        let scores = matrix.scores();
        assert_eq!(scores.uar, 0.75);
        assert_eq!(scores.macro_f1, 6.0 / 7.0);
    }

    #[test]
    fn unknown_classes_unequal_lists_and_bad_labels_are_errors() {
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
    fn a_matrix_that_is_not_square_is_an_error() {
        let read = |text| serde_json::from_str::<ConfusionMatrix>(text);
        assert!(read(r#"{"labels":["a","b"],"counts":[[1,0],[0,1]]}"#).is_ok());
        assert!(read(r#"{"labels":["a","b"],"counts":[[1,0],[0]]}"#).is_err());
        assert!(read(r#"{"labels":["a","b"],"counts":[[1,0]]}"#).is_err());
    }

    #[test]
    fn scores_of_no_clips_are_zero() {
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
