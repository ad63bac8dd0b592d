//! The errors of a recording in segments.

use thiserror::Error;
use undertone_audio::{DecodeError, DecodeErrorKind};

use crate::engine::ClassifyError;

/// The reason why a recording cannot be judged in segments.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SegmentsError {
    /// It cannot be decoded.
    #[error(transparent)]
    Decode(DecodeError),
    /// A segment cannot be judged.
    #[error("the segment from {start:.2} s to {end:.2} s: {source}")]
    Classify {
        /// Its start in seconds.
        start: f64,
        /// Its end in seconds.
        end: f64,
        /// The reason.
        source: ClassifyError,
    },
    /// A given segment is not inside the recording, or ends before it starts.
    #[error("the segment from {start} s to {end} s is not inside the recording of {seconds:.2} s")]
    Outside {
        /// Its start in seconds.
        start: f64,
        /// Its end in seconds.
        end: f64,
        /// The length of the recording in seconds.
        seconds: f64,
    },
    /// The file became shorter between the two passes.
    #[error("the recording changed while it was read")]
    Changed,
    /// The caller stopped it.
    #[error("stopped")]
    Stopped,
}

impl From<DecodeError> for SegmentsError {
    fn from(error: DecodeError) -> Self {
        match error.kind() {
            DecodeErrorKind::Stopped => Self::Stopped,
            _ => Self::Decode(error),
        }
    }
}
