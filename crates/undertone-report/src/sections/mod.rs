//! The sections about one run, one a file.

mod calibration;
mod confusion;
mod corpora;
mod groups;
mod mistakes;
mod origin;
mod scores;
mod subject;
mod training;

use undertone_figures::page::Section;

use crate::error::ReportError;

pub(crate) use subject::Subject;

/// Return all sections about a run.
pub(crate) fn sections(subject: &Subject<'_>) -> Result<Vec<Section>, ReportError> {
    let mut sections = vec![scores::section(subject)?];
    sections.extend(corpora::section(subject)?);
    sections.extend(training::section(subject)?);
    sections.extend(confusion::section(subject)?);
    sections.extend(calibration::section(subject)?);
    sections.extend(groups::section(subject)?);
    sections.extend(mistakes::section(subject));
    sections.extend(origin::sections(subject)?);
    Ok(sections)
}
