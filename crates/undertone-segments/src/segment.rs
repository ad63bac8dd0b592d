//! Parts of a recording.

/// A part of a recording, and what a file tells about it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Segment {
    /// Where it starts, in seconds from the start of the recording; 0 or more.
    pub start: f64,
    /// Where it ends, in seconds; behind the start.
    pub end: f64,
    /// What is said in it.
    pub text: Option<String>,
    /// Who speaks. In a TextGrid this is the name of the tier.
    pub speaker: Option<String>,
    /// The channel, counted from 0.
    pub channel: Option<usize>,
}

/// A segment with the answer of a model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LabeledSegment {
    /// The part of the recording.
    pub segment: Segment,
    /// The label; `None` where there is no speech.
    pub label: Option<String>,
    /// The probability of the label, from 0 to 1.
    pub confidence: Option<f32>,
}
