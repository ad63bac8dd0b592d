//! Manifests that are made of the rows of other tables.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::table::TableError;
use crate::manifest::{self, Manifest};
use crate::{ColumnNames, ManifestNote, NoteSubject, Skipped};

/// A row of a table.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) table: Rc<Path>,
    /// The line, from 1.
    pub(super) line: u64,
}

/// A manifest in the making. What is said about its rows names the tables and lines that they were
/// made of.
pub(super) struct MadeManifest {
    /// The file that stands for all tables in errors.
    path: PathBuf,
    writer: csv::Writer<Vec<u8>>,
    next_line: u64,
    /// Where the row in each line comes from.
    places: HashMap<u64, Place>,
}

impl MadeManifest {
    /// Begin a manifest with these columns.
    pub(super) fn new<'a>(
        path: &Path,
        columns: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, TableError> {
        let mut made = Self {
            path: path.to_owned(),
            writer: csv::Writer::from_writer(Vec::new()),
            next_line: 1,
            places: HashMap::new(),
        };
        made.write(columns)?;
        Ok(made)
    }

    /// Add a row with a field for each column.
    pub(super) fn push<'a>(
        &mut self,
        fields: impl IntoIterator<Item = &'a str>,
        place: Place,
    ) -> Result<(), TableError> {
        self.places.insert(self.next_line, place);
        self.write(fields)
    }

    fn write<'a>(&mut self, fields: impl IntoIterator<Item = &'a str>) -> Result<(), TableError> {
        let fields: Vec<&str> = fields.into_iter().collect();
        // A field in quotes can have several lines.
        let breaks = fields.iter().flat_map(|field| field.matches('\n')).count();
        self.next_line += 1 + breaks as u64;
        self.writer
            .write_record(fields)
            .map_err(|reason| TableError::Csv {
                path: self.path.clone(),
                reason,
            })
    }

    /// Read the rows. Their paths are relative to `root`.
    pub(super) fn read(self, root: &Path, columns: &ColumnNames) -> Result<Manifest, TableError> {
        let Self {
            path,
            writer,
            places,
            ..
        } = self;
        let csv = writer.into_inner().map_err(|error| TableError::Layout {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        let places = Places { path, places };
        let Manifest {
            utterances,
            skipped,
            notes,
        } = manifest::read(&csv, &places.path, root, columns)?;
        Ok(Manifest {
            utterances,
            skipped: skipped
                .into_iter()
                .map(|skipped| places.of_skipped(skipped))
                .collect(),
            notes: notes.into_iter().map(|note| places.of_note(note)).collect(),
        })
    }
}

struct Places {
    path: PathBuf,
    places: HashMap<u64, Place>,
}

impl Places {
    fn of(&self, line: u64) -> (PathBuf, u64) {
        match self.places.get(&line) {
            Some(place) => (place.table.to_path_buf(), place.line),
            None => (self.path.clone(), line),
        }
    }

    fn of_skipped(&self, skipped: Skipped) -> Skipped {
        match skipped {
            Skipped::Row { line, reason, .. } => {
                let (manifest, line) = self.of(line);
                Skipped::Row {
                    manifest,
                    line,
                    reason,
                }
            }
            Skipped::MissingFile { line, path, .. } => {
                let (manifest, line) = self.of(line);
                Skipped::MissingFile {
                    manifest,
                    line,
                    path,
                }
            }
            Skipped::DuplicateRow {
                line,
                first_line,
                path,
                ..
            } => {
                let (manifest, line) = self.of(line);
                match self.of(first_line) {
                    (first, first_line) if first == manifest => Skipped::DuplicateRow {
                        manifest,
                        line,
                        first_line,
                        path,
                    },
                    (first, first_line) => {
                        other_table(manifest, line, (&first, first_line), &path, "")
                    }
                }
            }
            Skipped::ContradictingRow {
                line,
                first_line,
                path,
                ..
            } => {
                let (manifest, line) = self.of(line);
                match self.of(first_line) {
                    (first, first_line) if first == manifest => Skipped::ContradictingRow {
                        manifest,
                        line,
                        first_line,
                        path,
                    },
                    (first, first_line) => {
                        let but = " with other values";
                        other_table(manifest, line, (&first, first_line), &path, but)
                    }
                }
            }
            other => other,
        }
    }

    fn of_note(&self, note: ManifestNote) -> ManifestNote {
        match note.about {
            NoteSubject::UnknownGender { word, line, rows } => {
                let (manifest, line) = self.of(line);
                let about = NoteSubject::UnknownGender { word, line, rows };
                ManifestNote { manifest, about }
            }
            NoteSubject::SpeakerGender {
                rows,
                line,
                speaker,
                gender,
                other,
                first_line,
                ..
            } => {
                let (manifest, line) = self.of(line);
                let (first, first_line) = self.of(first_line);
                let about = NoteSubject::SpeakerGender {
                    rows,
                    line,
                    speaker,
                    gender,
                    other,
                    first_line,
                    first_table: (first != manifest).then_some(first),
                };
                ManifestNote { manifest, about }
            }
            about => ManifestNote {
                manifest: note.manifest,
                about,
            },
        }
    }
}

/// Return that a row of one table is about the same recording as a row of another.
fn other_table(
    table: PathBuf,
    line: u64,
    (first, first_line): (&Path, u64),
    path: &Path,
    but: &str,
) -> Skipped {
    let (first, path) = (first.display(), path.display());
    Skipped::TableRow {
        table,
        line,
        reason: format!("{first}, line {first_line} already has {path}{but}"),
    }
}
