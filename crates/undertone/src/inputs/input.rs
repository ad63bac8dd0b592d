//! One recording to read.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use undertone_audio::{DecodeOptions, Recording, Source, decode_path, decode_reader};

use crate::output;

/// One recording to read.
#[derive(Debug, Clone)]
pub(crate) enum Input {
    /// Stdin.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A folder, an entry of one, or a list that yields no recording, and the reason.
    Nothing(PathBuf, String),
}

impl Input {
    /// Return its name for messages.
    pub(crate) fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Stdin => "-".into(),
            Self::File(path) | Self::Nothing(path, _) => path.to_string_lossy(),
        }
    }

    /// Return what tells the recording from others: its real path, or `-` for stdin. `None` if
    /// there is no such file.
    pub(crate) fn identity(&self) -> Option<PathBuf> {
        match self {
            Self::Stdin => Some("-".into()),
            Self::File(path) => path.canonicalize().ok(),
            Self::Nothing(..) => None,
        }
    }

    /// Open the recording, or return what is wrong with it.
    pub(crate) fn open(&self, options: &DecodeOptions) -> Result<Source, String> {
        let opened = match self {
            Self::Stdin => Source::read(io::stdin().lock(), options),
            Self::File(path) => Source::open(path, options),
            Self::Nothing(_, reason) => return Err(reason.clone()),
        };
        opened.map_err(|error| error.kind().to_string())
    }

    /// Decode the recording, or return what is wrong with it.
    pub(crate) fn decode(&self, options: &DecodeOptions) -> Result<Recording, String> {
        let decoded = match self {
            Self::Stdin => decode_reader(io::stdin().lock(), options),
            Self::File(path) => decode_path(path, options),
            Self::Nothing(_, reason) => return Err(reason.clone()),
        };
        // Without the path, because the caller prints it in front of the reason.
        let recording = decoded.map_err(|error| error.kind().to_string())?;
        for warning in &recording.warnings {
            output::warning(&format!("{}: {warning}", self.name()));
        }
        Ok(recording)
    }
}
