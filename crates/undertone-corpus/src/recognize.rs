//! Which corpus a folder holds.

use std::path::PathBuf;

use crate::layouts::{
    has_label_folders, has_metadata, is_audformat, is_iemocap, is_meld, is_msp_podcast,
    unread_metadata,
};
use crate::listing::Listing;
use crate::naming::{has_names, is_named};
use crate::{CodeBook, CorpusError, CorpusFormat, TableLayout};

/// The most recordings to look at before a code book is ruled out. They are spread over the folder.
const SAMPLE: usize = 2000;

/// A second corpus in a folder is an error from this share of the recordings on, as a divisor.
const SECOND_CORPUS: usize = 10;

/// Recognize the corpus in a folder: by its tables, else by the names of its files, else by
/// folders that are called like emotions.
///
/// # Errors
/// If nothing is recognized, or two corpora are.
pub(crate) fn recognize(listing: &Listing) -> Result<CorpusFormat, CorpusError> {
    if is_audformat(&listing.root) {
        return Ok(CorpusFormat::Audformat);
    }
    if has_metadata(listing) {
        return Ok(CorpusFormat::AudioFolder);
    }
    let by_tables = CodeBook::all().iter().find(|book| match book.layout() {
        Some(TableLayout::Iemocap) => is_iemocap(listing),
        Some(TableLayout::Meld) => is_meld(listing),
        Some(TableLayout::MspPodcast) => is_msp_podcast(listing),
        Some(TableLayout::Ravdess) | None => false,
    });
    if let Some(book) = by_tables {
        return Ok(CorpusFormat::Book(book));
    }
    if let Some(book) = by_names(listing)? {
        return Ok(CorpusFormat::Book(book));
    }
    if has_label_folders(listing) || unread_metadata(listing).is_some() {
        return Ok(CorpusFormat::AudioFolder);
    }
    Err(match listing.recordings.first() {
        None => CorpusError::NoClips {
            path: listing.root.clone(),
            skipped: listing.skipped.clone(),
        },
        Some(example) => CorpusError::NotRecognized {
            path: listing.root.clone(),
            recordings: listing.recordings.len(),
            example: example.clone(),
        },
    })
}

/// Return the code book that most recordings have a name of, if any has one.
fn by_names(listing: &Listing) -> Result<Option<&'static CodeBook>, CorpusError> {
    let recordings = &listing.recordings;
    let every = recordings.len().div_ceil(SAMPLE).max(1);
    let sampled: Vec<&PathBuf> = recordings.iter().step_by(every).collect();
    let mut candidates: Vec<Candidate> = CodeBook::all()
        .iter()
        .filter(|book| has_names(book))
        .filter(|book| sampled.iter().any(|path| is_named(listing, path, book)))
        .map(|book| Candidate {
            book,
            named: recordings
                .iter()
                .map(|path| is_named(listing, path, book))
                .collect(),
        })
        .collect();
    // The sort is stable, so that equal counts keep the order of the code books.
    candidates.sort_by_key(|candidate| usize::MAX - candidate.clips());
    let Some((first, others)) = candidates.split_first() else {
        return Ok(None);
    };
    for other in others {
        let books = [&first.book.id, &other.book.id].map(String::clone);
        if other.named == first.named {
            return Err(CorpusError::Ambiguous {
                path: listing.root.clone(),
                clips: first.clips(),
                books,
            });
        }
        let only_other = other.clips_without(first);
        if only_other * SECOND_CORPUS >= recordings.len() {
            return Err(CorpusError::TwoCorpora {
                path: listing.root.clone(),
                books,
                clips: [first.clips(), only_other],
            });
        }
    }
    Ok(Some(first.book))
}

struct Candidate {
    book: &'static CodeBook,
    /// For each recording, whether it has a name of the corpus.
    named: Vec<bool>,
}

impl Candidate {
    fn clips(&self) -> usize {
        self.named.iter().filter(|&&named| named).count()
    }

    /// Count the recordings that have a name of this corpus and none of the other one.
    fn clips_without(&self, other: &Self) -> usize {
        let pairs = self.named.iter().zip(&other.named);
        pairs.filter(|&(&here, &there)| here && !there).count()
    }
}
