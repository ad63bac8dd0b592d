//! MSP-Podcast: a table of consensus labels, and one folder of recordings.

use std::collections::HashSet;
use std::path::Path;

use super::clips::Clips;
use super::table::{TableError, read_bytes};
use crate::listing::Listing;
use crate::{CodeBook, ColumnNames, CorpusNote, Skipped, manifest};

/// The table's name, and the one that early releases have.
const TABLES: [&str; 2] = ["labels_consensus.csv", "labels_concensus.csv"];

/// Return whether the folder has the table of MSP-Podcast.
pub(crate) fn is_msp_podcast(listing: &Listing) -> bool {
    listing.other_named(&TABLES).is_some()
}

/// Read MSP-Podcast. Its table is a manifest for the folder of the recordings, `Audios`.
pub(crate) fn read_msp_podcast(
    listing: &Listing,
    book: &CodeBook,
    columns: &ColumnNames,
) -> Result<Clips, TableError> {
    let Some(table) = listing.other_named(&TABLES) else {
        return Ok(Clips::default());
    };
    let mut folders = listing.recordings.iter().filter_map(|path| path.parent());
    let is_audios = |folder: &&Path| {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        name.to_lowercase().starts_with("audio")
    };
    let root = folders.clone().find(is_audios).or_else(|| folders.next());
    let root = root.unwrap_or(&listing.root);
    let bytes = read_bytes(table)?;
    let mut read = manifest::read(&bytes, table, root, columns)?;
    for utterance in &mut read.utterances {
        utterance.corpus.clone_from(&book.name);
    }
    let named: HashSet<&Path> = read
        .utterances
        .iter()
        .map(|clip| clip.path.as_path())
        .collect();
    let unnamed = listing
        .recordings
        .iter()
        .filter(|path| !named.contains(path.as_path()));
    let unnamed: Vec<Skipped> = unnamed
        .map(|path| Skipped::NoRow { path: path.clone() })
        .collect();
    read.skipped.extend(unnamed);
    Ok(Clips {
        utterances: read.utterances,
        skipped: read.skipped,
        notes: read.notes.into_iter().map(CorpusNote::Manifest).collect(),
        ..Clips::default()
    })
}
