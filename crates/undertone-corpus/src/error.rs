//! Why a corpus can't be opened or written.

use std::io;
use std::path::PathBuf;

use crate::{ManifestError, Problem};

/// A corpus that can't be used at all. Smaller troubles are [`Problem`]s.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// There is nothing at the path.
    #[error("{}: no such folder or manifest; check the path of the corpus", path.display())]
    NotFound {
        /// The path that was given.
        path: PathBuf,
    },
    /// The path is neither a folder nor a `.csv` file.
    #[error(
        "{}: not a corpus; give a folder of RAVDESS clips or a manifest (.csv)",
        path.display()
    )]
    NotACorpus {
        /// The path that was given.
        path: PathBuf,
    },
    /// The folder or the manifest can't be read.
    #[error("{}: can't be read: {reason}", path.display())]
    Unreadable {
        /// The folder or the manifest.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// No clip of the corpus can be used.
    #[error("{}: no usable clip{}", path.display(), no_clips_hint(problems))]
    NoClips {
        /// The folder or the manifest.
        path: PathBuf,
        /// Everything that was skipped.
        problems: Vec<Problem>,
    },
    /// A manifest that can't be understood.
    #[error("{}: {reason}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong, and in which line.
        reason: ManifestError,
    },
    /// A manifest that can't be written.
    #[error("{}: the manifest can't be written: {reason}", path.display())]
    Write {
        /// The manifest.
        path: PathBuf,
        /// What the system said.
        reason: io::Error,
    },
    /// A clip whose path is not Unicode and so can't stand in a manifest.
    #[error("{}: the path is not valid Unicode; rename the clip to list it", path.display())]
    NotUnicode {
        /// The clip.
        path: PathBuf,
    },
}

fn no_clips_hint(problems: &[Problem]) -> String {
    match problems {
        [] => "; RAVDESS clips are .wav or .flac files named like \
               Actor_01/03-01-01-01-01-01-01.wav, any other corpus needs a manifest (.csv)"
            .to_owned(),
        [only] => format!(" ({only})"),
        [first, rest @ ..] => format!(" ({first}; and {} more)", rest.len()),
    }
}
