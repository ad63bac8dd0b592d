//! The run that the sections are about.

use undertone_corpus::LABEL_COLORS;
use undertone_figures::Frame;
use undertone_lab::{RunRecord, Target};
use undertone_metrics::ClipPrediction;

use crate::voices::Voices;

/// A run and what its sections need.
pub(crate) struct Subject<'a, P: Target = ClipPrediction> {
    pub(crate) record: &'a RunRecord<P>,
    /// Put behind the titles of figures on a page of several runs.
    pub(crate) suffix: String,
    pub(crate) voices: Voices,
}

impl<P: Target> Subject<'_, P> {
    /// Return a frame with the colors of emotions and labels.
    pub(super) fn frame(&self, title: &str) -> Frame {
        Frame::new(format!("{title}{}", self.suffix)).colored(&LABEL_COLORS)
    }
}
