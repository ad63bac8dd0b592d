//! Scores against the amount of a voice that was heard.

use serde::{Deserialize, Serialize};

/// The scores of a model that heard some unlabeled recordings of each clip's speaker before. Each is
/// over the clips of one test set that have a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AdaptationPoint {
    /// The most recordings that were heard of a speaker; `None` for all other recordings.
    pub heard: Option<u32>,
    /// Whether the recordings that were heard are of one emotion only, drawn at random: the hard
    /// case.
    pub one_emotion: bool,
    /// The number of clips.
    pub clips: usize,
    /// Unweighted average recall over the model's classes, 0 to 1.
    pub uar: f64,
    /// Unweighted average recall over negative, neutral and positive, which are equally probable
    /// before ([`coarser`](crate::coarser)), 0 to 1.
    pub sentiment3: Option<f64>,
    /// Unweighted average recall over angry, happy, neutral and sad, each clip's answer being the
    /// most probable of these, 0 to 1.
    pub emotion4: Option<f64>,
    /// Expected calibration error of the sums of negative, neutral and positive emotions, 0 to 1.
    pub calibration_error: Option<f64>,
    /// The clips whose largest such sum makes the model very sure, and how many of them are right.
    pub very_sure: Option<[usize; 2]>,
}
