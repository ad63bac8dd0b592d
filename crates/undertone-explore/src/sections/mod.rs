//! The sections of the page, one per file: figures, and sentences computed from the same numbers.

mod clips;
mod counts;
mod duration;
mod figures;
mod level;
mod methods;
mod numbers;
mod overview;
mod pitch;
mod problems;
mod projection;
mod rate;
mod sentences;
mod spectra;

use undertone_figures::page::Section;

use crate::error::ExploreError;
use crate::exploration::Exploration;

/// Return all sections, in order.
pub(crate) fn all(exploration: &Exploration<'_>) -> Result<Vec<Section>, ExploreError> {
    let mut sections = vec![
        overview::section(exploration),
        counts::section(exploration)?,
    ];
    sections.extend(numbers::section(exploration)?);
    sections.extend([
        duration::section(exploration)?,
        level::section(exploration)?,
        pitch::section(exploration)?,
        rate::section(exploration)?,
        clips::section(exploration)?,
        spectra::section(exploration)?,
        projection::section(exploration)?,
        problems::section(exploration),
        methods::section(exploration),
    ]);
    Ok(sections)
}
