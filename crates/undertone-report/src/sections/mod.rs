//! The sections about one run, one a file.

mod adaptation;
mod calibration;
mod confusion;
mod corpora;
mod deviations;
mod dimension_groups;
mod dimension_scores;
mod groups;
mod mistakes;
mod origin;
mod scatter;
mod scores;
mod sides;
mod state;
mod subject;
mod training;

use undertone_figures::page::Section;
use undertone_metrics::DimensionPrediction;

use crate::error::ReportError;

pub(crate) use subject::Subject;

/// Return all sections about a run.
pub(crate) fn sections(subject: &Subject<'_>) -> Result<Vec<Section>, ReportError> {
    let mut sections = vec![scores::section(subject)?];
    sections.extend(corpora::section(subject)?);
    sections.extend(adaptation::section(subject)?);
    sections.extend(training::section(subject)?);
    sections.extend(confusion::section(subject)?);
    sections.extend(calibration::section(subject)?);
    sections.extend(groups::section(subject)?);
    sections.extend(mistakes::section(subject));
    sections.extend(origin::sections(subject)?);
    Ok(sections)
}

/// Return all sections about a run of dimensions.
pub(crate) fn dimension_sections(
    subject: &Subject<'_, DimensionPrediction>,
) -> Result<Vec<Section>, ReportError> {
    let mut sections = vec![dimension_scores::section(subject)?];
    sections.extend(training::section(subject)?);
    sections.extend(scatter::section(subject)?);
    sections.extend(dimension_groups::section(subject)?);
    sections.extend(deviations::section(subject));
    sections.extend(origin::sections(subject)?);
    Ok(sections)
}
