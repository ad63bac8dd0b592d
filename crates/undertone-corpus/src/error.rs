//! Errors of opening and writing a corpus.

use std::io;
use std::path::PathBuf;

use crate::{ManifestError, Skipped, VocalChannels};

/// The reason why a corpus cannot be used at all. A part that cannot be used is [`Skipped`].
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The path does not exist.
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
    /// The folder or the manifest cannot be read.
    #[error("{}: cannot be read: {reason}", path.display())]
    Unreadable {
        /// The folder or the manifest.
        path: PathBuf,
        /// The error of the operating system.
        reason: io::Error,
    },
    /// No clip of the corpus can be used.
    #[error("{}: no usable clip{}", path.display(), no_clips_hint(skipped))]
    NoClips {
        /// The folder or the manifest.
        path: PathBuf,
        /// All recordings and rows that were skipped.
        skipped: Vec<Skipped>,
    },
    /// All clips of the corpus are of another vocal channel.
    #[error(
        "{}: no clip of the vocal channel \"{channels}\": there are {left_out} of the other one; \
         choose another vocal channel",
        path.display()
    )]
    OtherChannel {
        /// The folder or the manifest.
        path: PathBuf,
        /// The vocal channel that was asked for.
        channels: VocalChannels,
        /// The number of clips of the other one.
        left_out: usize,
    },
    /// A manifest that cannot be parsed.
    #[error("{}: {reason}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// The error and its line.
        reason: ManifestError,
    },
    /// A manifest that cannot be written.
    #[error("{}: the manifest cannot be written: {reason}", path.display())]
    Write {
        /// The manifest.
        path: PathBuf,
        /// The error of the operating system.
        reason: io::Error,
    },
    /// A clip whose path is not Unicode, which a manifest cannot contain.
    #[error("{}: the path is not valid Unicode; rename the clip to list it", path.display())]
    NotUnicode {
        /// The clip.
        path: PathBuf,
    },
}

fn no_clips_hint(skipped: &[Skipped]) -> String {
    match skipped {
        [] => "; RAVDESS clips are .wav or .flac files named like \
               Actor_01/03-01-01-01-01-01-01.wav, any other corpus needs a manifest (.csv)"
            .to_owned(),
        [only] => format!(" ({only})"),
        [first, rest @ ..] => format!(" ({first}; and {} more)", rest.len()),
    }
}
