//! What is wrong with a part of a corpus while the rest can be used.

use std::path::{Path, PathBuf};

use crate::RavdessNameError;

/// Something in a corpus that was skipped. The library reports it; whether it matters is the
/// caller's to decide (`--strict`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A recording whose name is no RAVDESS name.
    #[error("{}: skipped, {reason}", path.display())]
    Name {
        /// The recording.
        path: PathBuf,
        /// What is wrong with its name.
        reason: RavdessNameError,
    },
    /// A recording that is there twice under one RAVDESS name.
    #[error("{}: skipped, the same clip as {}", path.display(), kept.display())]
    Duplicate {
        /// The recording that was left out.
        path: PathBuf,
        /// The one that stays.
        kept: PathBuf,
    },
    /// A folder that can't be listed, or a recording that can't be looked at.
    #[error("{}: skipped, can't be read: {reason}", path.display())]
    Unreadable {
        /// The folder or recording.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Something that is named like a recording and is no file.
    #[error("{}: skipped, not a regular file", path.display())]
    NotAFile {
        /// What it is called.
        path: PathBuf,
    },
    /// A manifest's row whose recording can't be found.
    #[error("{}, line {line}: skipped, there is no file {}", manifest.display(), path.display())]
    MissingFile {
        /// The manifest.
        manifest: PathBuf,
        /// The row's line, from 1.
        line: u64,
        /// Where the recording should be.
        path: PathBuf,
    },
    /// A manifest's row that repeats an earlier one.
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
        /// The line of the row that stays.
        first_line: u64,
        /// The recording.
        path: PathBuf,
    },
}

impl Problem {
    /// The recording or folder that was skipped.
    pub fn path(&self) -> &Path {
        match self {
            Problem::Name { path, .. }
            | Problem::Duplicate { path, .. }
            | Problem::Unreadable { path, .. }
            | Problem::NotAFile { path }
            | Problem::MissingFile { path, .. }
            | Problem::DuplicateRow { path, .. } => path,
        }
    }
}
