//! Columns that were named for a folder that has no table with them.

use crate::layouts::has_metadata;
use crate::listing::Listing;
use crate::{ColumnNames, ColumnRole, CorpusFormat, CorpusNote, TableLayout};

/// Return a note about the roles that were given a column although no table of the folder has
/// columns that can be chosen for them.
pub(crate) fn unused_columns(
    listing: &Listing,
    format: CorpusFormat,
    columns: &ColumnNames,
) -> Option<CorpusNote> {
    let is_used = |role: &ColumnRole| match format {
        CorpusFormat::Audformat | CorpusFormat::Manifest => true,
        CorpusFormat::AudioFolder => has_metadata(listing),
        CorpusFormat::Book(book) => match book.layout() {
            Some(TableLayout::MspPodcast) => true,
            Some(TableLayout::Meld) => {
                matches!(role, ColumnRole::Emotion | ColumnRole::Speaker)
            }
            Some(TableLayout::Ravdess | TableLayout::Iemocap) | None => false,
        },
    };
    let unused = columns.roles().filter(|role| !is_used(role));
    let roles: Vec<ColumnRole> = unused.cloned().collect();
    (!roles.is_empty()).then(|| CorpusNote::UnusedColumns {
        path: listing.root.clone(),
        roles,
    })
}
