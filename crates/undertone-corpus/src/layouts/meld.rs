//! MELD: a table for each set, and a folder of clips for each set.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::clips::Clips;
use super::table::{Row, Table, TableError};
use crate::listing::Listing;
use crate::{CodeBook, ColumnNames, ColumnRole, Skipped, Subset, Utterance};

/// The tables, and the set that each is about.
const TABLES: [(&str, Subset); 3] = [
    ("train_sent_emo.csv", Subset::Train),
    ("dev_sent_emo.csv", Subset::Validation),
    ("test_sent_emo.csv", Subset::Test),
];

/// Return whether the folder has one of MELD's tables.
pub(crate) fn is_meld(listing: &Listing) -> bool {
    listing
        .other_named(&TABLES.map(|(table, _)| table))
        .is_some()
}

/// Read MELD. A clip is `dia3_utt4.mp4`, or any other recording of that name, below a folder whose
/// name says the set: `train_splits`, `dev_splits_complete`, `output_repeated_splits_test`.
///
/// The columns `StartTime` and `EndTime` are places in the episode, not in the clip, and are not
/// read. Of `chosen`, the columns for the emotion and the speaker are.
pub(crate) fn read_meld(
    listing: &Listing,
    book: &CodeBook,
    chosen: &ColumnNames,
) -> Result<Clips, TableError> {
    let mut clips = Clips::default();
    let mut recordings = recordings(listing);
    for (file, subset) in TABLES {
        let Some(path) = listing.other_named(&[file]) else {
            continue;
        };
        let table = Table::read(path)?;
        let columns = Columns::of(&table, chosen)?;
        for row in table.rows() {
            let name = columns.clip(&row);
            match (
                recordings.remove(&(subset, name.clone())),
                columns.emotion(&row),
            ) {
                (_, Err(reason)) => clips.skipped.push(Skipped::TableRow {
                    table: table.path.clone(),
                    line: row.line,
                    reason,
                }),
                (None, Ok(_)) => clips.skipped.push(Skipped::MissingFile {
                    manifest: table.path.clone(),
                    line: row.line,
                    path: Path::new(subset.name()).join(name).with_extension("mp4"),
                }),
                (Some(path), Ok(emotion)) => clips.utterances.push(Utterance {
                    speaker: columns.speaker(&row),
                    split: Some(subset),
                    corpus: book.name.clone(),
                    ..Utterance::new(path, emotion)
                }),
            }
        }
    }
    let mut unnamed: Vec<&Path> = recordings.into_values().collect();
    unnamed.sort_unstable();
    clips
        .skipped
        .extend(unnamed.into_iter().map(|path| Skipped::NoRow {
            path: path.to_owned(),
        }));
    Ok(clips)
}

struct Columns {
    dialogue: usize,
    utterance: usize,
    emotion: usize,
    speaker: Option<usize>,
}

impl Columns {
    fn of(table: &Table, chosen: &ColumnNames) -> Result<Self, TableError> {
        let emotion = chosen.of(&ColumnRole::Emotion).unwrap_or(Some("Emotion"));
        let emotion = emotion.ok_or_else(|| TableError::Layout {
            path: table.path.clone(),
            reason: "no column is the emotion, and MELD has no numbers instead".to_owned(),
        })?;
        let speaker = chosen.of(&ColumnRole::Speaker).unwrap_or(Some("Speaker"));
        Ok(Self {
            dialogue: table.column("Dialogue_ID")?,
            utterance: table.column("Utterance_ID")?,
            emotion: table.column(emotion)?,
            speaker: speaker.map(|name| table.column(name)).transpose()?,
        })
    }

    fn clip(&self, row: &Row<'_>) -> String {
        let (dialogue, utterance) = (row.field(self.dialogue), row.field(self.utterance));
        format!("dia{dialogue}_utt{utterance}")
    }

    fn emotion(&self, row: &Row<'_>) -> Result<crate::Emotion, String> {
        let emotion: crate::Emotion = row
            .field(self.emotion)
            .parse()
            .map_err(|error: crate::InvalidEmotion| error.to_string())?;
        match emotion.is_unlabeled() {
            true => Err("the emotion is empty".to_owned()),
            false => Ok(emotion),
        }
    }

    fn speaker(&self, row: &Row<'_>) -> Option<String> {
        let speaker = row.field(self.speaker?);
        (!speaker.is_empty()).then(|| speaker.to_owned())
    }
}

/// Return the recordings by set and name.
fn recordings(listing: &Listing) -> HashMap<(Subset, String), &Path> {
    let mut recordings = BTreeMap::new();
    for path in &listing.recordings {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if !name.starts_with("dia") {
            continue;
        }
        let folders = listing.folders_of(path);
        if let Some(subset) = folders.iter().rev().find_map(|folder| subset_of(folder)) {
            recordings
                .entry((subset, name.into_owned()))
                .or_insert(path.as_path());
        }
    }
    recordings.into_iter().collect()
}

/// Return the set that the name of a folder says.
fn subset_of(folder: &str) -> Option<Subset> {
    let folder = folder.to_lowercase();
    [
        ("train", Subset::Train),
        ("dev", Subset::Validation),
        ("val", Subset::Validation),
        ("test", Subset::Test),
    ]
    .into_iter()
    .find(|(word, _)| folder.contains(word))
    .map(|(_, subset)| subset)
}
