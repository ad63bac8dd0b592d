//! What keeps an exploration from being made or saved.

use std::io;
use std::path::PathBuf;

use thiserror::Error;
use undertone_audio::{EncodeError, FeatureError, PitchError, ResampleError};
use undertone_figures::FigureError;
use undertone_files::FolderError;

/// What keeps an exploration from being made or saved. What concerns single clips is in the
/// exploration itself.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ExploreError {
    /// Not one clip can be decoded.
    #[error("none of the {clips} clips can be read ({first})")]
    NothingReadable {
        /// Clips of the corpus.
        clips: usize,
        /// What is wrong with the first of them.
        first: String,
    },
    /// A clip to show that is not in the corpus, or can't be read.
    #[error("{}: can't be shown, it is no readable clip of this corpus", path.display())]
    NotInCorpus {
        /// What was asked for.
        path: PathBuf,
    },
    /// Stopped on request; nothing was written.
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
    /// A summary that can't be put into JSON.
    #[error("the summary can't be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A figure that can't be drawn or written.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// A clip that can't be brought to another rate.
    #[error(transparent)]
    Resample(#[from] ResampleError),
    /// Spectra that can't be computed.
    #[error(transparent)]
    Feature(#[from] FeatureError),
    /// Pitch that can't be computed.
    #[error(transparent)]
    Pitch(#[from] PitchError),
    /// A clip that can't be encoded for the page.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}
