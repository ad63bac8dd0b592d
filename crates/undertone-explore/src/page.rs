//! The page around the sections.

use undertone_figures::page::Page;

use crate::ExploreError;
use crate::exploration::Exploration;
use crate::sections;
use crate::words::{clips, length, plural};

pub(crate) fn page(exploration: &Exploration<'_>) -> Result<Page, ExploreError> {
    let speakers = exploration
        .flow
        .stages
        .first()
        .map_or(0, |stage| stage.speakers.len());
    let name = exploration.root().canonicalize().ok();
    let name = name
        .as_deref()
        .and_then(|path| path.file_name())
        .map_or_else(|| "the corpus".into(), |name| name.to_string_lossy());
    Ok(Page {
        title: format!("What is in {name}"),
        subtitle: format!(
            "{} of {}, {} as recorded. Made by undertone explore.",
            clips(exploration.clips.len()),
            plural(speakers, "speaker", "speakers"),
            length(exploration.recorded_seconds())
        ),
        sections: sections::all(exploration)?,
    })
}
