//! The page around the sections.

use undertone_figures::page::Page;
use undertone_figures::words::{clips, length, plural};

use crate::error::ExploreError;
use crate::exploration::Exploration;
use crate::sections;

pub(crate) fn page(exploration: &Exploration<'_>) -> Result<Page, ExploreError> {
    let speakers = exploration
        .flow
        .stages
        .first()
        .map_or(0, |stage| stage.speakers.len());
    let folder = || {
        let path = exploration.root().canonicalize().ok()?;
        Some(path.file_name()?.to_string_lossy().into_owned())
    };
    let name = exploration.options.name.clone().or_else(folder);
    let name = name.unwrap_or_else(|| "the corpus".into());
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
