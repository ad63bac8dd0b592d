//! What can go wrong in decoding.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A recording could not be decoded: the reason, and the file if there is one.
#[derive(Debug)]
pub struct DecodeError {
    path: Option<PathBuf>,
    kind: DecodeErrorKind,
}

impl DecodeError {
    /// Return the reason.
    pub fn kind(&self) -> &DecodeErrorKind {
        &self.kind
    }

    /// Return the file, if the recording was decoded from a path.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Name the file that the bytes came from.
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

/// How to convert a file that cannot be decoded.
const CONVERT: &str = "ffmpeg -i INPUT -ac 1 OUTPUT.wav";

/// The reason why a recording cannot be decoded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// There is no such file.
    #[error("no such file")]
    NotFound,
    /// Reading failed.
    #[error("cannot be read: {0}")]
    Io(#[source] io::Error),
    /// The content is not audio, as far as its first bytes say.
    #[error(
        "not an audio file of a known format (WAV, FLAC, MP3, Ogg, Opus, AAC, M4A, WebM, AIFF, CAF, AU)"
    )]
    NotAudio,
    /// The file has no bytes.
    #[error("the file is empty")]
    Empty,
    /// The file is the text that Git LFS puts in place of a large file.
    #[error("a pointer of Git LFS instead of the recording: run `git lfs pull`")]
    LfsPointer,
    /// The file is audio of a kind that has no decoder here.
    #[error("{name} cannot be decoded. Convert it: {CONVERT}")]
    UnsupportedFormat {
        /// The kind of file.
        name: &'static str,
    },
    /// The container is supported, but its codec is not.
    #[error("{detail} in {format} cannot be decoded. Convert it: {CONVERT}")]
    UnsupportedCodec {
        /// The container.
        format: &'static str,
        /// The codec.
        detail: String,
    },
    /// The content breaks a rule of its format, or ends in the middle.
    #[error("corrupt or truncated {format}: {detail}")]
    Corrupt {
        /// The container.
        format: &'static str,
        /// The rule.
        detail: String,
    },
    /// The header announces more than the file holds.
    #[error("truncated {format}: its header promises {promised} {unit}, the file holds {found}")]
    HeaderPromisesMore {
        /// The container.
        format: &'static str,
        /// The amount that the header announces.
        promised: u64,
        /// The amount that the file holds.
        found: u64,
        /// The unit of both: `"bytes"` or `"frames"`.
        unit: &'static str,
    },
    /// The file is valid but empty.
    #[error("holds no samples")]
    NoSamples,
    /// A floating-point sample is infinite or NaN.
    #[error("sample {index} is not a finite number")]
    NonFinite {
        /// The index of the first such frame.
        index: usize,
    },
    /// The recording is longer than
    /// [`DecodeOptions::max_seconds`](crate::DecodeOptions::max_seconds).
    #[error("longer than the limit of {max_seconds} s")]
    TooLong {
        /// The limit in seconds.
        max_seconds: f64,
    },
    /// A part that is not inside its recording.
    #[error("the part from {start} s to {end} s is not inside the recording of {seconds:.2} s")]
    Part {
        /// The start of the part in seconds.
        start: f64,
        /// The end of the part in seconds.
        end: f64,
        /// The length of the recording in seconds.
        seconds: f64,
    },
    /// A channel was asked for that the recording does not have.
    #[error("there is no channel {channel}: the recording has {channels}, counted from 0")]
    NoChannel {
        /// The number of the channel, counted from 0.
        channel: usize,
        /// The channels that there are.
        channels: usize,
    },
    /// The receiver of the samples wants no more.
    #[error("stopped")]
    Stopped,
    /// The sample rate is outside 4 to 192 kHz.
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
