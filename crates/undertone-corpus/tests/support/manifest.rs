//! Manifests beside three clips.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use undertone_corpus::{
    ColumnName, ColumnNames, Corpus, CorpusError, CorpusNote, CorpusOptions, ManifestError,
    NoteSubject,
};

/// A folder with the clips `a.wav`, `b.wav` and `sub/c d.wav`, and a manifest.
pub(crate) fn manifest(text: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    for clip in ["a.wav", "b.wav", "sub/c d.wav"] {
        fs::write(folder.path().join(clip), b"").unwrap();
    }
    let csv = folder.path().join("corpus.csv");
    fs::write(&csv, text).unwrap();
    (folder, csv)
}

/// The columns that `--column` names.
pub(crate) fn columns(names: &[&str]) -> ColumnNames {
    let names: Vec<ColumnName> = names.iter().map(|name| name.parse().unwrap()).collect();
    ColumnNames::new(names).unwrap()
}

/// Open a manifest with these columns.
pub(crate) fn open_columns(csv: &Path, columns: ColumnNames) -> Result<Corpus, CorpusError> {
    let options = CorpusOptions {
        columns,
        ..CorpusOptions::default()
    };
    Corpus::open_with(&csv.into(), &options)
}

/// The subjects of the notes about a manifest.
pub(crate) fn notes(corpus: &Corpus) -> Vec<&NoteSubject> {
    fn subject(note: &CorpusNote) -> Option<&NoteSubject> {
        match note {
            CorpusNote::Manifest(note) => Some(&note.about),
            _ => None,
        }
    }
    corpus.notes.iter().filter_map(subject).collect()
}

pub(crate) fn opened(text: impl AsRef<[u8]>) -> (TempDir, Corpus) {
    opened_with(text, &[])
}

pub(crate) fn opened_with(text: impl AsRef<[u8]>, names: &[&str]) -> (TempDir, Corpus) {
    let (folder, csv) = manifest(text);
    let corpus = open_columns(&csv, columns(names)).unwrap();
    (folder, corpus)
}

#[track_caller]
pub(crate) fn refused(text: impl AsRef<[u8]>) -> ManifestError {
    refused_with(text, &[])
}

#[track_caller]
pub(crate) fn refused_with(text: impl AsRef<[u8]>, names: &[&str]) -> ManifestError {
    let (_folder, csv) = manifest(text);
    match open_columns(&csv, columns(names)) {
        Err(CorpusError::Manifest { path, reason }) => {
            assert_eq!(path, csv);
            reason
        }
        other => panic!("{other:?}"),
    }
}
