//! What the reader of a corpus should know although no clip was skipped for it.

use std::path::PathBuf;

use crate::{Emotion, ManifestNote};

/// Something about a corpus that was decided, or that may be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CorpusNote {
    /// A note about a manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestNote),
    /// Many recordings have no name of the corpus.
    #[error(
        "{}: only {clips} of {recordings} recordings have a name of {corpus}; the others are skipped",
        path.display()
    )]
    FewNames {
        /// The folder.
        path: PathBuf,
        /// The corpus's name.
        corpus: String,
        /// The number of recordings with a name.
        clips: usize,
        /// The number of all recordings.
        recordings: usize,
    },
    /// A label that is mapped or ignored does not occur.
    #[error("no clip has the label \"{label}\", which is mapped or ignored; check its spelling")]
    UnusedLabel {
        /// The label.
        label: Emotion,
    },
    /// Rows of a table are about recordings, or segments of them, that an earlier table has.
    #[error(
        "{}: {} that an earlier table has, and {} not used{}",
        table.display(),
        if *rows == 1 { "1 row is about a recording".to_owned() }
        else { format!("{rows} rows are about recordings") },
        if *rows == 1 { "is" } else { "are" },
        contradicting.first().map(|path| format!(
            "; {} something else than the earlier table, first about {}",
            if contradicting.len() == 1 { "1 says".to_owned() }
            else { format!("{} say", contradicting.len()) },
            path.display()
        )).unwrap_or_default()
    )]
    RepeatedRows {
        /// The later table.
        table: PathBuf,
        /// The number of such rows.
        rows: usize,
        /// The recordings about which the tables say different things.
        contradicting: Vec<PathBuf>,
    },
    /// Two folders hold the same corpus.
    #[error(
        "{} and {} both hold {corpus}; {clips} clips that are in both are used once, from the first",
        paths[0].display(), paths[1].display()
    )]
    SameCorpus {
        /// The corpus's name.
        corpus: String,
        /// The folders.
        paths: [PathBuf; 2],
        /// The number of clips that both have.
        clips: usize,
    },
}
