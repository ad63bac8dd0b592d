//! Corpora whose file names state the labels.

use std::collections::BTreeMap;
use std::path::Path;

use super::clips::Clips;
use crate::listing::Listing;
use crate::{CodeBook, NamedClip, Skipped, Utterance};

/// Read the clips whose names are in the code book. Sort them by name, whatever the folders are
/// called above the part that the book describes. Of two files with one name, keep the one whose
/// path comes first.
pub(crate) fn read_named(listing: &Listing, book: &CodeBook) -> Clips {
    let mut clips = Clips::default();
    let mut by_key: BTreeMap<String, (&Path, NamedClip)> = BTreeMap::new();
    for path in &listing.recordings {
        let name = listing.name_of(path);
        let Some(clip) = book.read_name(&name) else {
            let other = CodeBook::all()
                .iter()
                .find(|other| other.read_name(&name).is_some());
            clips.skipped.push(Skipped::NotInCodeBook {
                path: path.clone(),
                corpus: book.name.clone(),
                other: other.map(|book| book.name.clone()),
            });
            continue;
        };
        match by_key.get(&clip.key) {
            Some((kept, _)) => clips.skipped.push(Skipped::Duplicate {
                path: path.clone(),
                kept: (*kept).to_owned(),
            }),
            None => {
                by_key.insert(clip.key.clone(), (path, clip));
            }
        }
    }
    clips.utterances = by_key
        .into_values()
        .map(|(path, clip)| Utterance {
            values: clip.values,
            speaker: clip.speaker,
            gender: clip.gender,
            split: clip.split,
            corpus: book.name.clone(),
            ..Utterance::new(path, clip.emotion)
        })
        .collect();
    clips
}
