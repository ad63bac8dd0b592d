//! CSV files that belong to a corpus.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::ManifestError;

/// The reason why a table of a corpus cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {reason}", path.display())]
    Unreadable {
        /// The table.
        path: PathBuf,
        /// The error of the operating system.
        reason: io::Error,
    },
    /// The file is no CSV.
    #[error("{}: not a CSV file: {reason}", path.display())]
    Csv {
        /// The table.
        path: PathBuf,
        /// The error and its line.
        reason: csv::Error,
    },
    /// The file is a manifest that cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The file is not what the layout says.
    #[error("{}: {reason}", path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// Read a file.
pub(super) fn read_bytes(path: &Path) -> Result<Vec<u8>, TableError> {
    fs::read(path).map_err(|reason| TableError::Unreadable {
        path: path.to_owned(),
        reason,
    })
}

/// A table: its columns, and its rows with their lines, from 1.
pub(super) struct Table {
    pub(super) path: PathBuf,
    columns: Vec<String>,
    rows: Vec<(u64, csv::StringRecord)>,
}

impl Table {
    /// Read a CSV file. Bytes that are not UTF-8 are replaced: they occur in transcripts.
    ///
    /// # Errors
    /// If the file cannot be read or is no CSV.
    pub(super) fn read(path: &Path) -> Result<Self, TableError> {
        let bytes = read_bytes(path)?;
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let rows = |reader: &mut csv::Reader<&[u8]>| {
            let header = reader.headers()?.clone();
            let rows: Result<Vec<_>, csv::Error> = reader
                .records()
                .map(|row| {
                    let row = row?;
                    Ok((
                        row.position().map_or(0, |position| line(text, position)),
                        row,
                    ))
                })
                .collect();
            Ok((header, rows?))
        };
        let (header, rows) = rows(&mut reader).map_err(|reason| TableError::Csv {
            path: path.to_owned(),
            reason,
        })?;
        Ok(Self {
            path: path.to_owned(),
            columns: header.iter().map(str::to_owned).collect(),
            rows,
        })
    }

    /// Return the names of the columns.
    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Return the position of a column.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn column(&self, name: &str) -> Result<usize, TableError> {
        let position = self.columns.iter().position(|column| column == name);
        position.ok_or_else(|| TableError::Layout {
            path: self.path.clone(),
            reason: format!(
                "there is no column \"{name}\" (found: {})",
                self.columns.join(", ")
            ),
        })
    }

    /// Return each row with its line. A field that a row lacks is empty.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, fields)| Row {
            line: *line,
            fields,
        })
    }
}

/// Return the line of a record. The reader places it before blank lines.
fn line(text: &str, position: &csv::Position) -> u64 {
    let before = usize::try_from(position.byte()).unwrap_or_default();
    let rest = text.as_bytes().get(before..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

/// A row of a table.
pub(super) struct Row<'a> {
    pub(super) line: u64,
    fields: &'a csv::StringRecord,
}

impl<'a> Row<'a> {
    /// Return a field, which is empty if the row is too short.
    pub(super) fn field(&self, position: usize) -> &'a str {
        self.fields.get(position).unwrap_or_default()
    }
}
