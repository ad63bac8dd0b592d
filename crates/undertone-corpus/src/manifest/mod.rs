//! Manifests: any corpus as a CSV with a header and a row per utterance.
//!
//! Columns are found by the names that published corpora use, or are named with [`ColumnNames`].
//! The path is relative to the manifest's folder. A row with a start or an end is a part of its
//! file. A row that cannot be used is skipped with its line and the reason, and refuses nothing but
//! itself. Of two rows about one recording (or one segment of it), the first is kept.
//!
//! A row whose file has a RAVDESS name that agrees with its labels is a RAVDESS clip, so that
//! protocols and the search for copies treat it as if its folder had been scanned.

mod columns;
mod encoding;
mod error;
mod files;
mod note;
mod number;
mod read;
mod records;
mod role;
mod row;
mod rows;
mod separator;
mod speakers;
mod write;

pub(crate) use columns::{is_target_column, is_used_column, known_column};
pub use error::ManifestError;
pub use note::{ManifestNote, NoteSubject};
pub(crate) use read::{Manifest, read};
pub use role::{ColumnName, ColumnNameError, ColumnNames, ColumnRole};
pub use row::RowError;
pub(crate) use speakers::speakers;
pub(crate) use write::write;
