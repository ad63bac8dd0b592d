//! Whether a file has a name of a corpus.

use std::path::Path;

use crate::listing::Listing;
use crate::{CodeBook, RavdessName, TableLayout};

/// Return whether the labels of a corpus are in the names of its files.
pub(crate) fn has_names(book: &CodeBook) -> bool {
    matches!(book.layout(), None | Some(TableLayout::Ravdess))
}

/// Return whether a recording of the folder is named as the corpus names its files. A corpus whose
/// labels are in tables has no such names.
pub(crate) fn is_named(listing: &Listing, path: &Path, book: &CodeBook) -> bool {
    match book.layout() {
        None => book.matches_name(&listing.name_of(path)),
        Some(TableLayout::Ravdess) => {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            name.parse::<RavdessName>().is_ok()
        }
        Some(_) => false,
    }
}
