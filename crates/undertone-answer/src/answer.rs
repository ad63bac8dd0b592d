//! The answer for a recording.

use serde::Serialize;
use undertone_audio::Warning;

use crate::by_name::ByName;
use crate::influence::Influence;
use crate::model_identity::ModelIdentity;
use crate::rounding::three_digits;
use crate::segment::Segment;
use crate::summary::Summary;

/// The answer for a recording. Without speech, it has no label and no probability.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The name of the recording. `None` where it has none, as for a live connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The most probable class.
    pub label: Option<String>,
    /// The probability of the label.
    pub confidence: Option<f32>,
    /// The probability of each class.
    pub probabilities: Option<ByName>,
    /// The sums of the probabilities that are negative, neutral and positive; inside, `None`
    /// without speech. Absent if the model's classes have no such sums.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sums: Option<Option<ByName>>,
    /// Whether the most probable sum, or the most probable class if there are no sums, reaches the
    /// probability from which the model may be called sure.
    pub sure: bool,
    /// Whether the recording holds speech.
    pub speech: bool,
    /// What makes the answer unreliable.
    pub warnings: Vec<Warning>,
    /// The length of the recording.
    pub seconds: f64,
    /// The sample rate of the recording in Hz.
    pub sample_rate: u32,
    /// The number of its channels.
    pub channels: usize,
    /// How much of the voice the answer is adapted to, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adapted: Option<Adapted>,
    /// How the recording was cut into the segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segmentation: Option<Segmentation>,
    /// The parts of the recording, in order of their starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments: Option<Vec<Segment>>,
    /// The shares of the recording's time. Absent for windows, which overlap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// What each half second does to the label, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub influences: Option<Vec<Influence>>,
    /// Which model answered.
    pub model: ModelIdentity,
}

/// How much of a voice an answer is adapted to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Adapted {
    /// The recordings of the voice that were heard before.
    pub recordings: u64,
    /// Their seconds of speech.
    pub seconds: f64,
}

impl Adapted {
    /// Return this much of a voice, with the seconds rounded to milliseconds.
    pub fn new(recordings: u64, seconds: f64) -> Self {
        Self {
            recordings,
            seconds: three_digits(seconds),
        }
    }
}

/// How a recording is cut into segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Segmentation {
    /// Windows of the model's length that overlap by half.
    Windows,
    /// What somebody says without a pause.
    Utterances,
    /// Parts of one length.
    Fixed,
    /// What a file names.
    File,
}

impl Answer {
    /// Add the segments, in order of their starts, and sum them up unless they overlap.
    pub fn add_segments(&mut self, segmentation: Segmentation, segments: Vec<Segment>) {
        let mut until = 0.0;
        let overlap = segments.iter().any(|segment| {
            let overlaps = segment.start < until;
            until = segment.end.max(until);
            overlaps
        });
        self.summary = match segmentation {
            Segmentation::Windows => None,
            _ if overlap => None,
            _ => Some(Summary::of(&segments)),
        };
        self.segmentation = Some(segmentation);
        self.segments = Some(segments);
    }
}
