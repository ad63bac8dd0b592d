//! What the reader of a corpus should know although no clip was skipped for it.

use std::fmt;
use std::path::PathBuf;

use crate::{ColumnRole, Emotion, ManifestNote};

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
    /// Columns were named, and no table of the folder has such columns.
    #[error(
        "{}: --column is not used for the {}, as no table of this corpus has columns to choose \
         from for it",
        path.display(),
        roles.iter().map(ColumnRole::name).collect::<Vec<_>>().join(" and the ")
    )]
    UnusedColumns {
        /// The folder.
        path: PathBuf,
        /// The roles that the columns were named for.
        roles: Vec<ColumnRole>,
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
    /// Tables of an audformat database that are not stored as CSV.
    #[error(
        "{}: these tables are not stored as CSV and were not read: {} (save the database with \
         storage_format=\"csv\")",
        path.display(), tables.join(", ")
    )]
    UnreadTables {
        /// The header of the database.
        path: PathBuf,
        /// The names of the tables.
        tables: Vec<String>,
    },
    /// Columns or tables say different things about one recording, or about one segment of it.
    #[error(
        "{count} {} {column} that another column or table contradicts, and the first one is used; \
         for instance, {file} has {} and {}",
        if *count == 1 { "recording or segment has a" } else { "recordings or segments have a" },
        fields[0], fields[1]
    )]
    ContradictingTables {
        /// What is stated, for instance `emotion`.
        column: String,
        /// The number of fields that are not used.
        count: usize,
        /// The first such recording.
        file: String,
        /// What is used and what is not.
        fields: Box<[TableField; 2]>,
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

/// A field of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableField {
    /// The table.
    pub table: PathBuf,
    /// The line, from 1.
    pub line: u64,
    /// The name of the column.
    pub column: String,
    /// The text.
    pub text: String,
}

impl fmt::Display for TableField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table,
            line,
            column,
            text,
        } = self;
        write!(f, "{text:?} ({}, line {line}, {column})", table.display())
    }
}
