//! The prediction of one clip.

use serde::{Deserialize, Serialize};

use crate::{MetricsError, argmax, coarser};

/// Largest distance of a sum of probabilities from 1: ample for a 16-bit softmax, too little for
/// logits.
const SUM_TOLERANCE: f64 = 1e-2;

/// A model's prediction of one clip, with the true class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipPrediction {
    /// The clip's path.
    pub utterance: String,
    /// The corpus's name; empty in the results of earlier versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub corpus: String,
    /// The speaker's name, or that of the clip if its speaker is not known.
    pub speaker: String,
    /// The speaker's gender, if the corpus tells it.
    pub gender: Option<String>,
    /// The true class: an index into the labels.
    pub truth: usize,
    /// One probability per class, adding up to 1.
    pub probabilities: Vec<f32>,
}

impl ClipPrediction {
    /// Return the most probable class, the first of equals.
    pub fn predicted(&self) -> usize {
        argmax(&self.probabilities)
    }

    /// Return the prediction for coarser classes, of which there are `count`. Class `i` belongs to
    /// class `classes[i]` there: see [`coarser`].
    ///
    /// # Errors
    /// If `classes` does not name one class below `count` for each class of the prediction.
    pub fn summed(&self, classes: &[usize], count: usize) -> Result<Self, MetricsError> {
        let out_of_range =
            |class: usize, classes: usize| MetricsError::ClassOutOfRange { class, classes };
        if self.probabilities.len() != classes.len() {
            return Err(MetricsError::RaggedProbabilities {
                utterance: self.utterance.clone(),
                found: self.probabilities.len(),
                expected: classes.len(),
            });
        }
        let truth = *classes
            .get(self.truth)
            .ok_or_else(|| out_of_range(self.truth, classes.len()))?;
        if let Some(class) = classes.iter().find(|class| **class >= count) {
            return Err(out_of_range(*class, count));
        }
        Ok(Self {
            truth,
            probabilities: coarser(&self.probabilities, classes, count),
            ..self.clone()
        })
    }

    pub(crate) fn check(&self, classes: usize) -> Result<(), MetricsError> {
        let utterance = || self.utterance.clone();
        if self.probabilities.len() != classes {
            return Err(MetricsError::RaggedProbabilities {
                utterance: utterance(),
                found: self.probabilities.len(),
                expected: classes,
            });
        }
        // A softmax in f32 may exceed 1 by a rounding error. NaN is in no range.
        let allowed = 0.0..=1.0 + 1e-5;
        if let Some(&value) = self.probabilities.iter().find(|p| !allowed.contains(*p)) {
            return Err(MetricsError::NotAProbability {
                utterance: utterance(),
                value,
            });
        }
        let sum: f64 = self.probabilities.iter().copied().map(f64::from).sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(MetricsError::NotADistribution {
                utterance: utterance(),
                sum,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fine_classes_are_summed_to_coarse_ones() {
        let fine = ClipPrediction {
            utterance: "a.wav".into(),
            corpus: String::new(),
            speaker: "1".into(),
            gender: None,
            truth: 3,
            probabilities: vec![0.25, 0.25, 0.375, 0.125],
        };
        let coarse = fine.summed(&[1, 1, 0, 2], 3).unwrap();
        // The means are 0.375, 0.25 and 0.125.
        assert_eq!(coarse.probabilities, [0.5, 1.0 / 3.0, 1.0 / 6.0]);
        assert_eq!(
            (coarse.truth, coarse.predicted(), fine.predicted()),
            (2, 0, 2)
        );
        assert_eq!(coarse.utterance, fine.utterance);
        // A coarse class without a fine one has probability 0.
        assert_eq!(
            fine.summed(&[0, 0, 0, 0], 2).unwrap().probabilities,
            [1.0, 0.0]
        );
        assert!(matches!(
            fine.summed(&[0, 1], 2),
            Err(MetricsError::RaggedProbabilities { .. })
        ));
        assert!(matches!(
            fine.summed(&[0, 0, 0, 2], 2),
            Err(MetricsError::ClassOutOfRange { .. })
        ));
    }
}
