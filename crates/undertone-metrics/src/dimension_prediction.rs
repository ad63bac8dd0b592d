//! The predicted numbers of one clip.

use serde::{Deserialize, Serialize};

use crate::MetricsError;

/// A model's prediction of the dimensions of one clip, such as arousal, with the true values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionPrediction {
    /// The clip's path.
    pub utterance: String,
    /// The corpus's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub corpus: String,
    /// The speaker's name, or that of the clip if its speaker is not known.
    pub speaker: String,
    /// The speaker's gender, if the corpus tells it.
    pub gender: Option<String>,
    /// The true value of each dimension, in the corpus's unit.
    pub truth: Vec<f64>,
    /// The predicted value of each dimension, in the same unit.
    pub predicted: Vec<f64>,
}

impl DimensionPrediction {
    pub(crate) fn check(&self, dimensions: usize) -> Result<(), MetricsError> {
        for values in [&self.truth, &self.predicted] {
            if values.len() != dimensions {
                return Err(MetricsError::RaggedDimensions {
                    utterance: self.utterance.clone(),
                    found: values.len(),
                    expected: dimensions,
                });
            }
            if let Some(&value) = values.iter().find(|value| !value.is_finite()) {
                return Err(MetricsError::NotFinite {
                    utterance: self.utterance.clone(),
                    value,
                });
            }
        }
        Ok(())
    }
}
