//! Named values, and a note about those that cannot be drawn.

use crate::figure::Frame;

/// Values under one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// The category or series.
    pub name: String,
    /// The values, in any order.
    pub values: Vec<f64>,
}

impl Samples {
    /// Return the finite values, ascending.
    pub(super) fn sorted(&self) -> Vec<f64> {
        let mut values: Vec<f64> = self
            .values
            .iter()
            .copied()
            .filter(|value| value.is_finite())
            .collect();
        values.sort_by(f64::total_cmp);
        values
    }
}

/// Return how many of the values are not finite.
pub(super) fn left_out(samples: &[Samples]) -> usize {
    let values = samples.iter().flat_map(|samples| &samples.values);
    values.filter(|value| !value.is_finite()).count()
}

/// Return the frame with a note on values that could not be drawn.
pub(super) fn with_left_out(frame: &Frame, count: usize) -> Frame {
    if count == 0 {
        return frame.clone();
    }
    let note = format!("{} Left out: {count} without a finite value.", frame.note);
    frame.clone().noted(note.trim())
}
