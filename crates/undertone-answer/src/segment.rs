//! A part of a recording.

use serde::Serialize;

use crate::by_name::ByName;

/// What is known of a part of a recording before it is answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part<'a> {
    /// Its start in seconds.
    pub start: f64,
    /// Its end in seconds.
    pub end: f64,
    /// The probability of each of the model's own classes; `None` without speech.
    pub probabilities: Option<&'a [f32]>,
    /// The channel that it is of, counted from 0.
    pub channel: Option<usize>,
    /// Who speaks.
    pub speaker: Option<String>,
    /// What is said.
    pub text: Option<String>,
}

/// The answer for a part of a recording. Without speech, it has no label and no probability.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    /// Its start in seconds.
    pub start: f64,
    /// Its end in seconds.
    pub end: f64,
    /// The most probable class.
    pub label: Option<String>,
    /// The probability of the label.
    pub confidence: Option<f32>,
    /// The probability of each class.
    pub probabilities: Option<ByName>,
    /// The sums of the probabilities that are negative, neutral and positive, if the model's
    /// classes have such sums.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sums: Option<ByName>,
    /// Whether it holds speech.
    pub speech: bool,
    /// The channel that it is of, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<usize>,
    /// Who speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speaker: Option<String>,
    /// What is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Segment {
    /// Return the most probable sum if there are sums, or else the label. `None` without speech.
    pub(crate) fn coarsest(&self) -> Option<&str> {
        match &self.sums {
            Some(sums) => sums.largest().map(|(name, _)| name),
            None => self.label.as_deref(),
        }
    }
}
