//! Recordings and rows that a corpus skips.

use std::path::{Path, PathBuf};

use crate::{RavdessNameError, RowError};

/// A recording, folder or row that was skipped while the rest of the corpus is usable. The caller
/// decides whether this is an error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Skipped {
    /// A recording without a RAVDESS name.
    #[error("{}: skipped, {reason}", path.display())]
    Name {
        /// The recording.
        path: PathBuf,
        /// The error in its name.
        reason: RavdessNameError,
    },
    /// A recording whose name the code book of its corpus does not know.
    #[error(
        "{}: skipped, not a name of {corpus}{}", path.display(),
        other.as_ref().map(|other| format!(" but of {other}")).unwrap_or_default()
    )]
    NotInCodeBook {
        /// The recording.
        path: PathBuf,
        /// The corpus's name.
        corpus: String,
        /// Another corpus that has such names.
        other: Option<String>,
    },
    /// A recording that no row of the corpus's tables names.
    #[error("{}: skipped, no row of the corpus's tables names it", path.display())]
    NoRow {
        /// The recording.
        path: PathBuf,
    },
    /// A recording that lies in no folder that can be a label.
    #[error("{}: skipped, it lies in no folder that is called like its label", path.display())]
    NoLabelFolder {
        /// The recording.
        path: PathBuf,
    },
    /// A video of RAVDESS without sound.
    #[error("{}: skipped, a video without sound", path.display())]
    Silent {
        /// The video.
        path: PathBuf,
    },
    /// A row of a table that belongs to a corpus and that cannot be used.
    #[error("{}, line {line}: skipped, {reason}", table.display())]
    TableRow {
        /// The table.
        table: PathBuf,
        /// The row's line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A second recording with the same name.
    #[error("{}: skipped, the same clip as {}", path.display(), kept.display())]
    Duplicate {
        /// The recording that was skipped.
        path: PathBuf,
        /// The recording that is kept.
        kept: PathBuf,
    },
    /// A folder that cannot be listed, or a recording that cannot be accessed.
    #[error("{}: skipped, cannot be read: {reason}", path.display())]
    Unreadable {
        /// The folder or recording.
        path: PathBuf,
        /// The error of the operating system.
        reason: String,
    },
    /// Something named like a recording that is not a file.
    #[error("{}: skipped, not a regular file", path.display())]
    NotAFile {
        /// Its path.
        path: PathBuf,
    },
    /// A row of a manifest whose recording does not exist.
    #[error("{}, line {line}: skipped, there is no file {}", manifest.display(), path.display())]
    MissingFile {
        /// The manifest.
        manifest: PathBuf,
        /// The row's line, from 1.
        line: u64,
        /// The path of the recording.
        path: PathBuf,
    },
    /// A row of a manifest that cannot be used.
    #[error("{}, line {line}: skipped, {reason}", manifest.display())]
    Row {
        /// The manifest.
        manifest: PathBuf,
        /// The row's line, from 1.
        line: u64,
        /// What is wrong with it.
        reason: RowError,
    },
    /// A row of a manifest that gives a recording, or a segment of one, other labels than an
    /// earlier row. The earlier row is kept.
    #[error(
        "{}, line {line}: skipped, line {first_line} has {} with other values",
        manifest.display(),
        path.display()
    )]
    ContradictingRow {
        /// The manifest.
        manifest: PathBuf,
        /// The contradicting row's line, from 1.
        line: u64,
        /// The line of the row that is kept.
        first_line: u64,
        /// The recording.
        path: PathBuf,
    },
    /// A row of a manifest that repeats an earlier one.
    #[error(
        "{}, line {line}: skipped, line {first_line} already has {}",
        manifest.display(),
        path.display()
    )]
    DuplicateRow {
        /// The manifest.
        manifest: PathBuf,
        /// The repeating row's line, from 1.
        line: u64,
        /// The line of the row that is kept.
        first_line: u64,
        /// The recording.
        path: PathBuf,
    },
}

impl Skipped {
    /// Return whether a clip of the corpus is lost: one that is missing or cannot be used, but not
    /// a second copy of one, nor a file that is no clip of the corpus.
    pub fn is_lost(&self) -> bool {
        match self {
            Skipped::Name { .. }
            | Skipped::NotInCodeBook { .. }
            | Skipped::NoRow { .. }
            | Skipped::NoLabelFolder { .. }
            | Skipped::Silent { .. }
            | Skipped::Duplicate { .. }
            | Skipped::DuplicateRow { .. } => false,
            Skipped::Unreadable { .. }
            | Skipped::NotAFile { .. }
            | Skipped::MissingFile { .. }
            | Skipped::Row { .. }
            | Skipped::TableRow { .. }
            | Skipped::ContradictingRow { .. } => true,
        }
    }

    /// Return the path of the recording or folder, or of the manifest whose row cannot be used.
    pub fn path(&self) -> &Path {
        match self {
            Skipped::Name { path, .. }
            | Skipped::NotInCodeBook { path, .. }
            | Skipped::NoRow { path }
            | Skipped::NoLabelFolder { path }
            | Skipped::Silent { path }
            | Skipped::TableRow { table: path, .. }
            | Skipped::Duplicate { path, .. }
            | Skipped::Unreadable { path, .. }
            | Skipped::NotAFile { path }
            | Skipped::Row { manifest: path, .. }
            | Skipped::ContradictingRow { path, .. }
            | Skipped::MissingFile { path, .. }
            | Skipped::DuplicateRow { path, .. } => path,
        }
    }
}
