//! The parts of a run's page, one a file.

mod calibration;
mod confusion;
mod groups;
mod mistakes;
mod origin;
mod scores;
mod training;

use undertone_figures::Frame;
use undertone_figures::page::Section;
use undertone_lab::RunRecord;

use crate::error::ReportError;
use crate::voices::Voices;

/// A run and how to speak of it.
pub(crate) struct Subject<'a> {
    pub(crate) record: &'a RunRecord,
    /// Behind the titles of figures, where a page has several runs.
    pub(crate) suffix: String,
    pub(crate) voices: Voices,
}

impl Subject<'_> {
    fn frame(&self, title: &str) -> Frame {
        Frame::new(format!("{title}{}", self.suffix))
    }
}

/// All there is to say about a run.
pub(crate) fn sections(subject: &Subject<'_>) -> Result<Vec<Section>, ReportError> {
    let mut sections = vec![scores::section(subject)?];
    sections.extend(training::section(subject)?);
    sections.extend(confusion::section(subject)?);
    sections.extend(calibration::section(subject)?);
    sections.extend(groups::section(subject)?);
    sections.extend(mistakes::section(subject));
    sections.extend(origin::sections(subject)?);
    Ok(sections)
}
