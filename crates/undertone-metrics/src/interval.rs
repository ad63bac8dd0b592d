//! Confidence intervals.

use serde::{Deserialize, Serialize};

use crate::quantile;

/// A 95 % interval of a score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The 2.5th percentile of the replicates.
    pub low: f64,
    /// The 97.5th percentile of the replicates.
    pub high: f64,
}

impl Interval {
    /// Return the percentile interval of bootstrap replicates in ascending order.
    pub(crate) fn of_replicates(ascending: &[f64]) -> Self {
        Self {
            low: quantile(ascending, 0.025),
            high: quantile(ascending, 0.975),
        }
    }
}

/// A score of all clips with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The score.
    pub value: f64,
    /// Its interval. The `bootstrap` beside the score tells how it was drawn.
    pub interval: Interval,
}
