//! The answer of a model that predicts numbers instead of classes.

use serde::Serialize;
use undertone_audio::Warning;

use crate::answer::Segmentation;
use crate::by_name::ByName;
use crate::model_identity::ModelIdentity;

/// The answer for a recording. A silent recording has no numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NumbersAnswer {
    /// The name of the recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The value of each dimension in the unit of the corpus that the model was trained on.
    pub values: Option<ByName>,
    /// What makes the answer unreliable.
    pub warnings: Vec<Warning>,
    /// The length of the recording.
    pub seconds: f64,
    /// The sample rate of the recording in Hz.
    pub sample_rate: u32,
    /// The number of its channels.
    pub channels: usize,
    /// How the recording was cut into the segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segmentation: Option<Segmentation>,
    /// The parts of the recording, in order of their starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segments: Option<Vec<NumbersSegment>>,
    /// Which model answered.
    pub model: ModelIdentity,
}

/// The numbers for a part of a recording.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NumbersSegment {
    /// Its start in seconds.
    pub start: f64,
    /// Its end in seconds.
    pub end: f64,
    /// The value of each dimension.
    pub values: ByName,
}
