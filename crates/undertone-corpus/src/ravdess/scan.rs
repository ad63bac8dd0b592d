//! Finding RAVDESS's clips in a folder.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use super::code_book::Modality;
use super::name::RavdessName;
use crate::layouts::Clips;
use crate::listing::Listing;
use crate::{Skipped, Utterance};

/// Read the clips with RAVDESS names. They are sorted by name, whatever the names of the folders
/// and the order of the file system. If two clips have the same name, keep the one whose path comes
/// first.
pub(crate) fn scan(listing: &Listing) -> Clips {
    let mut skipped = Vec::new();
    let mut clips: BTreeMap<RavdessName, PathBuf> = BTreeMap::new();
    for path in &listing.recordings {
        let path = path.clone();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        match name.parse::<RavdessName>() {
            Err(reason) => skipped.push(Skipped::Name { path, reason }),
            Ok(name) if is_silent(&path, name) => skipped.push(Skipped::Silent { path }),
            Ok(name) => match clips.get(&name) {
                Some(kept) => skipped.push(Skipped::Duplicate {
                    path,
                    kept: kept.clone(),
                }),
                None => {
                    clips.insert(name, path);
                }
            },
        }
    }
    let takes: HashSet<RavdessName> = clips.keys().map(RavdessName::take).collect();
    let missing = RavdessName::all_speech()
        .filter(|name| !takes.contains(name))
        .collect();
    let utterances = clips
        .into_iter()
        .map(|(name, path)| Utterance::from_ravdess(path, name))
        .collect();
    Clips {
        utterances,
        skipped,
        missing,
        ..Clips::default()
    }
}

/// Return whether a recording is one of RAVDESS's videos that were published without sound.
fn is_silent(path: &Path, name: RavdessName) -> bool {
    name.modality() == Modality::VideoOnly
        && path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("mp4"))
}
