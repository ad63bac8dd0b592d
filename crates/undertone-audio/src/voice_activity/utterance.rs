//! A part of a recording in which somebody speaks.

/// A part of a recording in which somebody speaks, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Utterance {
    /// Its start.
    pub start: f64,
    /// Its end.
    pub end: f64,
}

impl Utterance {
    /// Return its length in seconds.
    pub fn seconds(&self) -> f64 {
        self.end - self.start
    }
}
