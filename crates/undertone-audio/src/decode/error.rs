//! What can go wrong between bytes and samples.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A recording that couldn't be decoded: what went wrong, and in which file where there is one.
#[derive(Debug)]
pub struct DecodeError {
    path: Option<PathBuf>,
    kind: DecodeErrorKind,
}

impl DecodeError {
    /// What went wrong.
    pub fn kind(&self) -> &DecodeErrorKind {
        &self.kind
    }

    /// The file, when decoding began from a path.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The same error, naming the file that the bytes came from.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.path = Some(path.into());
        self
    }
}

impl From<DecodeErrorKind> for DecodeError {
    fn from(kind: DecodeErrorKind) -> Self {
        Self { path: None, kind }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        self.kind.fmt(f)
    }
}

impl std::error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.kind)
    }
}

/// The ways in which decoding fails.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// There is no such file.
    #[error("no such file")]
    NotFound,
    /// Reading failed.
    #[error("cannot be read: {0}")]
    Io(#[source] io::Error),
    /// The content is none of WAV, FLAC, MP3, Ogg, AAC and M4A.
    #[error("not an audio file of a known format (WAV, FLAC, MP3, Ogg Vorbis, AAC, M4A)")]
    NotAudio,
    /// The container is known, what is in it isn't.
    #[error("unsupported codec in {format}: {detail}")]
    UnsupportedCodec {
        /// The container.
        format: &'static str,
        /// What it holds instead.
        detail: String,
    },
    /// The content breaks the rules of its format, or ends in the middle.
    #[error("corrupt or truncated {format}: {detail}")]
    Corrupt {
        /// The container.
        format: &'static str,
        /// The rule that is broken.
        detail: String,
    },
    /// The header announces more audio than the file holds.
    #[error("truncated {format}: its header promises {promised} {unit}, the file holds {found}")]
    HeaderPromisesMore {
        /// The container.
        format: &'static str,
        /// Announced by the header.
        promised: u64,
        /// There are.
        found: u64,
        /// What is counted: `"bytes"` or `"frames"`.
        unit: &'static str,
    },
    /// The file is sound but empty.
    #[error("holds no samples")]
    NoSamples,
    /// A floating-point sample is infinite or not a number.
    #[error("sample {index} is not a finite number")]
    NonFinite {
        /// Index of the first such frame.
        index: usize,
    },
    /// Longer than [`DecodeOptions::max_seconds`](crate::DecodeOptions::max_seconds).
    #[error("longer than the limit of {max_seconds} s")]
    TooLong {
        /// The limit in seconds.
        max_seconds: f64,
    },
    /// A sample rate outside 4 to 192 kHz.
    #[error("sample rate of {rate} Hz is outside 4000 to 192000 Hz")]
    SampleRateOutOfRange {
        /// The rate in Hz.
        rate: u32,
    },
}

impl DecodeErrorKind {
    pub(super) fn corrupt(format: &'static str, detail: impl Into<String>) -> Self {
        Self::Corrupt {
            format,
            detail: detail.into(),
        }
    }

    pub(super) fn unsupported(format: &'static str, detail: impl Into<String>) -> Self {
        Self::UnsupportedCodec {
            format,
            detail: detail.into(),
        }
    }
}
