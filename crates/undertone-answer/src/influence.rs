//! What a part of a recording does to the answer.

use serde::Serialize;

use crate::rounding::three_digits;

/// What a part of a recording does to the answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Influence {
    /// The start of the part in the recording, in seconds.
    pub start: f64,
    /// Its end in seconds.
    pub end: f64,
    /// How the log-odds of the label change when silence replaces the part. Below 0: the part
    /// speaks for the label. Above 0: it speaks against it.
    pub change: f64,
}

impl Influence {
    /// Return this influence, rounded to three digits after the point.
    pub fn new(start: f64, end: f64, change: f64) -> Self {
        let [start, end, change] = [start, end, change].map(three_digits);
        Self { start, end, change }
    }
}
