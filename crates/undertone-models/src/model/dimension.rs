//! Numbers that a model predicts, such as arousal.

use serde::{Deserialize, Serialize};

/// A number that a model predicts. The network computes it standardized, as `(value - mean) /
/// scale`.
///
/// ```
/// use undertone_models::Dimension;
///
/// let arousal = Dimension {
///     name: "arousal".to_owned(),
///     mean: 3.0,
///     scale: 0.5,
///     range: Some([1.0, 5.0]),
/// };
/// assert_eq!(arousal.value(1.0), 3.5);
/// assert_eq!(arousal.value(100.0), 5.0);
/// assert_eq!(arousal.standardized(2.0), -2.0);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// The name of the corpus's column, for instance `arousal`.
    pub name: String,
    /// The mean over the training set, in the corpus's unit.
    pub mean: f64,
    /// The standard deviation over the training set, above 0.
    pub scale: f64,
    /// The lowest and the highest value of the corpus's scale, if the recipe states them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
}

impl Dimension {
    /// Return the value of an output of the network in the corpus's unit, inside the range.
    pub fn value(&self, output: f32) -> f32 {
        let value = self.mean + self.scale * f64::from(output);
        let [low, high] = self.range.unwrap_or([f64::NEG_INFINITY, f64::INFINITY]);
        // `clamp` would panic on a range that is not one, and lose NaN.
        (if value < low {
            low
        } else if value > high {
            high
        } else {
            value
        }) as f32
    }

    /// Return what the network should compute for a value.
    pub fn standardized(&self, value: f64) -> f32 {
        ((value - self.mean) / self.scale) as f32
    }

    /// Return whether the numbers can be used.
    pub(super) fn is_valid(&self) -> bool {
        let ordered = self
            .range
            .is_none_or(|[low, high]| low.is_finite() && high.is_finite() && low < high);
        self.mean.is_finite() && self.scale.is_finite() && self.scale > 0.0 && ordered
    }
}
