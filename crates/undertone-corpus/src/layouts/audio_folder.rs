//! Hugging Face's `audiofolder`: a table with file names, or a folder for each label.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};

use super::clips::{Clips, Stated};
use super::json_lines::manifest_of_json_lines;
use super::table::{TableError, read_bytes};
use crate::listing::Listing;
use crate::{ColumnNames, CorpusNote, Emotion, Segment, Skipped, Subset, Utterance, manifest};

const METADATA: [&str; 2] = ["metadata.csv", "metadata.jsonl"];

/// Return whether the root, or a folder in it, has a table of the layout: a `metadata.csv` or
/// `metadata.jsonl` with `file_name`.
pub(crate) fn has_metadata(listing: &Listing) -> bool {
    metadata(listing).next().is_some()
}

fn metadata(listing: &Listing) -> impl Iterator<Item = &Path> {
    let others = listing.others.iter().map(PathBuf::as_path);
    others.filter(|path| {
        let name = path.file_name().unwrap_or_default();
        METADATA.iter().any(|known| name == *known)
            && listing.folders_of(path).len() <= 1
            && read_bytes(path).is_ok_and(|bytes| {
                let first = bytes.split(|&byte| byte == b'\n').next();
                String::from_utf8_lossy(first.unwrap_or_default()).contains("file_name")
            })
    })
}

/// Return the table of the layout if it is in a format that is not read, and no other table is.
pub(crate) fn unread_metadata(listing: &Listing) -> Option<&Path> {
    let table = listing.other_named(&["metadata.parquet"])?;
    (!has_metadata(listing)).then_some(table)
}

/// Return whether every recording lies in a folder that is called like one of RAVDESS's emotions,
/// or a synonym of it.
pub(crate) fn has_label_folders(listing: &Listing) -> bool {
    let is_known = |path: &PathBuf| {
        let emotion = label(listing, path).and_then(|label| label.parse().ok());
        emotion.is_some_and(|emotion: Emotion| Emotion::ALL.contains(&emotion))
    };
    !listing.recordings.is_empty() && listing.recordings.iter().all(is_known)
}

/// Read a folder with tables, or with a folder for each label. A folder called `train`, `test`,
/// `validation` or the like between the root and a clip says its set.
pub(crate) fn read_audio_folder(
    listing: &Listing,
    columns: &ColumnNames,
) -> Result<Clips, TableError> {
    if let Some(path) = unread_metadata(listing) {
        return Err(TableError::Layout {
            path: path.to_owned(),
            reason: "Parquet is not read; save the table as metadata.csv beside it".to_owned(),
        });
    }
    let mut clips = match has_metadata(listing) {
        true => read_metadata(listing, columns)?,
        false => read_label_folders(listing),
    };
    for utterance in &mut clips.utterances {
        if utterance.split.is_none() {
            let folders = listing.folders_of(&utterance.path);
            utterance.split = folders.iter().find_map(|folder| subset(folder));
        }
        if utterance.corpus == Utterance::NO_CORPUS {
            listing.root_name().clone_into(&mut utterance.corpus);
        }
    }
    clips.stated = Stated {
        name: Some(listing.root_name().to_owned()),
        ..Stated::default()
    };
    Ok(clips)
}

/// Read all tables. Of rows about one recording, or one segment of it, keep the first.
fn read_metadata(listing: &Listing, columns: &ColumnNames) -> Result<Clips, TableError> {
    let mut clips = Clips::default();
    let mut first_rows: HashMap<(PathBuf, Option<Segment>), usize> = HashMap::new();
    for table in metadata(listing) {
        let root = table.parent().unwrap_or(&listing.root);
        let bytes = read_bytes(table)?;
        let read = match table.extension() {
            Some(extension) if extension == "jsonl" => {
                manifest_of_json_lines(table, &bytes)?.read(root, columns)?
            }
            _ => manifest::read(&bytes, table, root, columns)?,
        };
        let mut repeated: Vec<PathBuf> = Vec::new();
        let mut contradicting: Vec<PathBuf> = Vec::new();
        for utterance in read.utterances {
            let path = utterance.path.clone();
            let real_path = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
            match first_rows.entry((real_path, utterance.segment)) {
                Entry::Vacant(first) => {
                    first.insert(clips.utterances.len());
                    clips.utterances.push(utterance);
                }
                Entry::Occupied(first) => {
                    if contradict(&clips.utterances[*first.get()], &utterance) {
                        contradicting.push(path.clone());
                    }
                    repeated.push(path);
                }
            }
        }
        clips.skipped.extend(read.skipped);
        let notes = read.notes.into_iter().map(CorpusNote::Manifest);
        clips.notes.extend(notes);
        if !repeated.is_empty() {
            clips.notes.push(CorpusNote::RepeatedRows {
                table: table.to_owned(),
                rows: repeated.len(),
                contradicting,
            });
        }
    }
    Ok(clips)
}

/// Return whether two rows about one recording state different things. What only one of them states
/// is no contradiction.
fn contradict(a: &Utterance, b: &Utterance) -> bool {
    fn differ<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
        matches!((a, b), (Some(a), Some(b)) if a != b)
    }
    let label = |clip: &Utterance| Some(clip.emotion).filter(|emotion| !emotion.is_unlabeled());
    differ(label(a), label(b))
        || differ(a.speaker.as_ref(), b.speaker.as_ref())
        || differ(a.gender, b.gender)
        || differ(a.split, b.split)
        || a.values
            .iter()
            .any(|(name, value)| differ(Some(value), b.values.get(name)))
}

fn read_label_folders(listing: &Listing) -> Clips {
    let mut clips = Clips::default();
    for path in &listing.recordings {
        match label(listing, path).map(|label| label.parse::<Emotion>()) {
            Some(Ok(emotion)) if !emotion.is_unlabeled() => {
                clips.utterances.push(Utterance::new(path, emotion));
            }
            _ => clips
                .skipped
                .push(Skipped::NoLabelFolder { path: path.clone() }),
        }
    }
    clips
}

/// Return the label of a recording: the name of its folder, unless that is a set.
fn label(listing: &Listing, path: &Path) -> Option<String> {
    let folder = listing.folders_of(path).pop()?;
    subset(&folder).is_none().then_some(folder)
}

/// Return the set that a folder is called after.
fn subset(folder: &str) -> Option<Subset> {
    folder.parse().ok()
}
