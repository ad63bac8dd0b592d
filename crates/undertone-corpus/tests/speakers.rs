//! The speakers of tables without labels, and of corpora.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use undertone_corpus::{ColumnNames, CorpusError, CorpusSource, ManifestError, Speakers};

fn folder(files: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"").unwrap();
    }
    folder
}

fn open(path: &Path, columns: &[&str]) -> Result<Speakers, CorpusError> {
    let columns = columns.iter().map(|column| column.parse().unwrap());
    Speakers::open(
        &CorpusSource::from(path),
        &ColumnNames::new(columns).unwrap(),
    )
}

#[test]
fn a_table_of_paths_and_speakers_is_enough() {
    let folder = folder(&["in/a.wav", "in/b.wav", "in/c.wav", "d.wav"]);
    let table = folder.path().join("table.csv");
    let rows =
        "file;who\nin/a.wav;anna\nin\\b.wav; bob \nin/c.wav;\nd.wav;anna\nd.wav;bob\nx.wav;eve\n";
    fs::write(&table, rows).unwrap();
    let speakers = open(&table, &["speaker=who"]).unwrap();
    let of = |name: &str| speakers.of(&folder.path().join(name)).map(str::to_owned);
    assert_eq!(of("in/a.wav").as_deref(), Some("anna"));
    assert_eq!(of("in/../in/b.wav").as_deref(), Some("bob"));
    assert_eq!(of("in/c.wav"), None, "no speaker");
    assert_eq!(of("d.wav"), None, "two speakers");
    assert_eq!(of("x.wav"), None, "no such file");
}

#[test]
fn a_published_corpus_names_its_speakers() {
    let folder = folder(&[
        "AudioWAV/1001_DFA_ANG_XX.wav",
        "AudioWAV/1002_DFA_SAD_XX.wav",
    ]);
    let speakers = open(folder.path(), &[]).unwrap();
    let clip = folder.path().join("AudioWAV/1002_DFA_SAD_XX.wav");
    assert_eq!(speakers.of(&clip), Some("1002"));
}

#[test]
fn a_table_without_speakers_is_refused() {
    let folder = folder(&["a.wav"]);
    let table = folder.path().join("table.csv");
    fs::write(&table, "path,emotion\na.wav,happy\n").unwrap();
    let error = open(&table, &[]).unwrap_err();
    assert!(
        matches!(
            error,
            CorpusError::Manifest {
                reason: ManifestError::MissingColumn { .. },
                ..
            }
        ),
        "{error}"
    );
    let nowhere = open(&folder.path().join("nowhere.csv"), &[]).unwrap_err();
    assert!(matches!(nowhere, CorpusError::NotFound { .. }), "{nowhere}");
}
