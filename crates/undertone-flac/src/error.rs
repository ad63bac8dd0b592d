//! The errors of a stream.

use thiserror::Error;

use crate::bits::OutOfBits;

/// The reason why a FLAC stream cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FlacError {
    /// The data does not begin with the `fLaC` signature.
    #[error("no fLaC signature")]
    NotFlac,
    /// The data ends inside a metadata block or a frame.
    #[error("the file ends in the middle")]
    Truncated,
    /// The data breaks the named rule of the format, or a checksum does not match.
    #[error("{0}")]
    Invalid(&'static str),
    /// The frames hold fewer samples than STREAMINFO announces.
    #[error("STREAMINFO announces {announced} samples per channel, the frames hold {found}")]
    MissingSamples {
        /// Samples per channel that STREAMINFO announces.
        announced: u64,
        /// Samples per channel that the frames hold.
        found: u64,
    },
}

impl From<OutOfBits> for FlacError {
    fn from(_: OutOfBits) -> Self {
        Self::Truncated
    }
}
