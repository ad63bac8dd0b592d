//! Errors of opening and writing a corpus.

use std::io;
use std::path::{Path, PathBuf};

use crate::layouts::TableError;
use crate::{CorpusFormat, Emotion, ManifestError, Skipped, VocalChannels};

/// The reason why a corpus cannot be used at all. A part that cannot be used is [`Skipped`].
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The path does not exist.
    #[error(
        "{}: no such folder or manifest; check the path of the corpus{}",
        path.display(), format_hint(path)
    )]
    NotFound {
        /// The path that was given.
        path: PathBuf,
    },
    /// The path is neither a folder nor a table.
    #[error(
        "{}: not a corpus; give a folder of recordings or a manifest (.csv or .tsv, any other file \
         as manifest:FILE)",
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
    /// The corpus names no speaker.
    #[error("{}: this corpus names no speaker", path.display())]
    NoSpeakers {
        /// The folder.
        path: PathBuf,
    },
    /// A folder was said to be a manifest.
    #[error("{}: a folder is no manifest; leave `manifest:` out", path.display())]
    NotAManifest {
        /// The folder.
        path: PathBuf,
    },
    /// The recordings of a folder have names of no known corpus.
    #[error(
        "{}: {recordings} {} of no known corpus (the first is {}); name the corpus, as in \
         crema-d:DIR, or write a manifest (.csv), or put the clips of each label into a folder of \
         its name and give audiofolder:DIR",
        path.display(),
        if *recordings == 1 { "recording" } else { "recordings" },
        example.display()
    )]
    NotRecognized {
        /// The folder.
        path: PathBuf,
        /// The number of recordings.
        recordings: usize,
        /// The first recording.
        example: PathBuf,
    },
    /// The names of a folder's recordings are names of two corpora at once.
    #[error(
        "{path}: its {clips} clips can be of two corpora; name one: {0}:{path} or {1}:{path}",
        books[0], books[1], path = path.display()
    )]
    Ambiguous {
        /// The folder.
        path: PathBuf,
        /// The number of clips.
        clips: usize,
        /// The ids of the code books.
        books: [String; 2],
    },
    /// A folder holds clips of two corpora.
    #[error(
        "{path}: holds two corpora, with {0} clips of {2} and {1} of {3}; give their folders one by \
         one, or name one: {2}:{path}",
        clips[0], clips[1], books[0], books[1], path = path.display()
    )]
    TwoCorpora {
        /// The folder.
        path: PathBuf,
        /// The ids of the code books.
        books: [String; 2],
        /// The numbers of clips.
        clips: [usize; 2],
    },
    /// A folder is another corpus than the one that was named.
    #[error("{path}: not {named} but {found}; give {found}:{path}", path = path.display())]
    OtherCorpus {
        /// The folder.
        path: PathBuf,
        /// The id that was given.
        named: String,
        /// The id that was recognized.
        found: &'static str,
    },
    /// A folder has no clip of the corpus that was named.
    #[error(
        "{}: none of {recordings} recordings is a clip of {corpus}; its names are described in \
         {described_by}",
        path.display()
    )]
    NoNames {
        /// The folder.
        path: PathBuf,
        /// The corpus that was named.
        corpus: String,
        /// The number of recordings.
        recordings: usize,
        /// Where the names are described.
        described_by: String,
    },
    /// A table of the corpus cannot be used.
    #[error(transparent)]
    Table(#[from] TableError),
    /// All clips have labels that are ignored.
    #[error(
        "{}: every clip has a label that is ignored ({}); ignore fewer labels",
        path.display(), names_of(labels)
    )]
    AllIgnored {
        /// The folder or the manifest.
        path: PathBuf,
        /// The labels.
        labels: Vec<Emotion>,
    },
    /// There is no corpus to join.
    #[error("no corpus was given")]
    NoCorpus,
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

impl CorpusError {
    /// Return the error for a folder or a manifest that cannot be opened.
    pub(crate) fn of_opening(path: &Path, reason: io::Error) -> Self {
        let path = path.to_owned();
        match reason.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            _ => Self::Unreadable { path, reason },
        }
    }
}

fn names_of(labels: &[Emotion]) -> String {
    let names: Vec<&str> = labels.iter().map(|label| label.name()).collect();
    names.join(", ")
}

/// Return the known formats if a path looks like `FORMAT:PATH` with another word.
fn format_hint(path: &Path) -> String {
    let text = path.to_string_lossy();
    match text
        .split_once(':')
        .map(|(id, _)| id.parse::<CorpusFormat>())
    {
        Some(Err(unknown)) => {
            format!("; or did you name a format? {unknown}, audiofolder, audformat, manifest")
        }
        _ => String::new(),
    }
}

fn no_clips_hint(skipped: &[Skipped]) -> String {
    match skipped {
        [] => "; there is no recording in it".to_owned(),
        [only] => format!(" ({only})"),
        [first, rest @ ..] => format!(" ({first}; and {} more)", rest.len()),
    }
}
