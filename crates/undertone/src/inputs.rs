//! Finding the recordings that the command line names.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use undertone_audio::{
    DecodeOptions, EXTENSIONS, Recording, decode_path, decode_reader, is_recording_name,
};
use walkdir::{DirEntry, WalkDir};

use crate::output;

/// One recording to read.
#[derive(Debug)]
pub(crate) enum Input {
    /// Stdin.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A folder, or an entry of one, that yields no recording, and the reason.
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

/// Find the recordings that arguments name: `-` is stdin, a folder stands for all audio files below
/// it in the order of their names, and anything else is a file, whatever its name.
pub(crate) fn find(words: &[PathBuf]) -> Vec<Input> {
    let mut inputs = Vec::with_capacity(words.len());
    for word in words {
        if word.as_os_str() == "-" {
            inputs.push(Input::Stdin);
        } else if word.is_dir() {
            inputs.append(&mut below(word));
        } else {
            inputs.push(Input::File(word.clone()));
        }
    }
    inputs
}

fn below(folder: &Path) -> Vec<Input> {
    let mut inputs = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_audio(&entry) => {
                inputs.push(Input::File(entry.into_path()));
            }
            Ok(_) => {}
            // A link to a folder above, which is being searched already.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                let reason = error
                    .io_error()
                    .map_or_else(|| error.to_string(), io::Error::to_string);
                inputs.push(Input::Nothing(path, reason));
            }
        }
    }
    if inputs.is_empty() {
        let reason = format!("no audio files in this folder ({})", EXTENSIONS.join(", "));
        inputs.push(Input::Nothing(folder.to_owned(), reason));
    }
    inputs
}

fn is_audio(entry: &DirEntry) -> bool {
    is_recording_name(&entry.file_name().to_string_lossy())
}
