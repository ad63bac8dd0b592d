//! The prediction of one clip.

use serde::{Deserialize, Serialize};

use crate::{MetricsError, argmax};

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
