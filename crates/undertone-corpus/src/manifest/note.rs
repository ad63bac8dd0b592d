//! What the reader of a manifest should know although no row was skipped for it.

use std::path::PathBuf;

use super::role::ColumnRole;
use crate::Gender;

/// Something that was decided while a manifest was read, and that may be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {about}", manifest.display())]
pub struct ManifestNote {
    /// The manifest.
    pub manifest: PathBuf,
    /// What was decided.
    pub about: NoteSubject,
}

/// The subject of a [`ManifestNote`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteSubject {
    /// The file is neither UTF-8 nor UTF-16.
    #[error(
        "read as Windows-1252 (Latin-1), because it is not UTF-8; if names look wrong, save it as \
         UTF-8"
    )]
    Windows1252,
    /// A column with the name of a number holds words.
    #[error(
        "the column \"{column}\" holds no numbers and is not used; name a column of numbers as in \
         --column {role}=NAME"
    )]
    NoNumbers {
        /// The column's name.
        column: String,
        /// The role that it would have.
        role: ColumnRole,
    },
    /// Words in the column of genders that are none.
    #[error(
        "the gender is left open in {rows} {}, first in line {line}: {word:?} is none that is \
         known (female, male, f, m)", if *rows == 1 { "row" } else { "rows" }
    )]
    UnknownGender {
        /// The first such word.
        word: String,
        /// Its line.
        line: u64,
        /// The number of rows.
        rows: usize,
    },
    /// Rows give one speaker different genders.
    #[error(
        "{rows} {} another gender than an earlier row of the same speaker; the first is line \
         {line}, where {speaker:?} is {gender}, and in line {first_line}{} {other}",
        if *rows == 1 { "row gives" } else { "rows give" },
        first_table.as_ref().map(|table| format!(" of {}", table.display())).unwrap_or_default()
    )]
    SpeakerGender {
        /// The number of rows.
        rows: usize,
        /// The first such row's line.
        line: u64,
        /// Its speaker.
        speaker: String,
        /// The gender in this row.
        gender: Gender,
        /// The gender in the earlier row.
        other: Gender,
        /// The earlier row's line.
        first_line: u64,
        /// The earlier row's table, if it is another one.
        first_table: Option<PathBuf>,
    },
    /// One name of a speaker is in several corpora.
    #[error(
        "{speakers} {} in several corpora and {} as one, for instance {speaker:?} in {:?} and \
         {:?}; if they are different people, give them different names",
        if *speakers == 1 { "speaker is" } else { "speakers are" },
        if *speakers == 1 { "counts" } else { "count each" },
        corpora[0], corpora[1]
    )]
    SharedSpeaker {
        /// The number of such names.
        speakers: usize,
        /// The first of them.
        speaker: String,
        /// Two corpora with it.
        corpora: [String; 2],
    },
}
