//! One clip's prediction.

use serde::{Deserialize, Serialize};

use crate::{MetricsError, argmax};

/// How far probabilities may add up to something else than 1: ample for 16-bit softmax, far too
/// little for logits.
const SUM_TOLERANCE: f64 = 1e-2;

/// What a model said about one clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClipPrediction {
    /// The clip's path.
    pub utterance: String,
    /// Who spoke.
    pub speaker: String,
    /// The speaker's gender, where the corpus tells it.
    pub gender: Option<String>,
    /// The true class: an index into the labels.
    pub truth: usize,
    /// One probability per class, adding up to 1.
    pub probabilities: Vec<f32>,
}

impl ClipPrediction {
    /// The likeliest class, the first of equals.
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
        // Softmax in f32 may exceed one by a rounding. NaN is in no range.
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
