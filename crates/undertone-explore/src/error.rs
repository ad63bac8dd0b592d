//! The errors of an exploration.

use std::io;
use std::path::PathBuf;

use thiserror::Error;
use undertone_audio::{EncodeError, FeatureError, PitchError, ResampleError};
use undertone_figures::FigureError;
use undertone_files::FolderError;

/// Why an exploration cannot be made or saved. Problems of single clips are part of the exploration
/// instead.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExploreError {
    /// No clip can be decoded.
    #[error("none of the {clips} clips can be read ({first})")]
    NothingReadable {
        /// Number of clips in the corpus.
        clips: usize,
        /// The error of the first clip.
        first: String,
    },
    /// A clip to show is not in the corpus or cannot be read.
    #[error("{}: cannot be shown: it is not a readable clip of this corpus", path.display())]
    NotInCorpus {
        /// The path of the clip.
        path: PathBuf,
    },
    /// The watcher stopped the exploration. Nothing was written.
    #[error("interrupted")]
    Interrupted,
    /// The folder to write to may not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A file cannot be written; the text names it.
    #[error(transparent)]
    Write(#[from] io::Error),
    /// The table of clips cannot be written; the text names the file.
    #[error(transparent)]
    Table(#[from] csv::Error),
    /// The summary cannot be written as JSON.
    #[error("the summary cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A figure cannot be drawn or written.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// A clip cannot be resampled.
    #[error(transparent)]
    Resample(#[from] ResampleError),
    /// Spectra cannot be computed.
    #[error(transparent)]
    Feature(#[from] FeatureError),
    /// Pitch cannot be computed.
    #[error(transparent)]
    Pitch(#[from] PitchError),
    /// A clip cannot be encoded for the page.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}
