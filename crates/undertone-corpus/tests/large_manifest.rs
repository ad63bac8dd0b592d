//! A manifest as large as those of the largest corpora.

use std::fmt::Write;
use std::fs;

use undertone_corpus::{Corpus, CorpusError, ManifestError};

const FILES: usize = 300;
const ROWS: usize = 100_000;

#[test]
fn a_hundred_thousand_segments_of_a_few_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "file,start,end,emotion,speaker,gender,arousal,split\n".to_owned();
    for file in 0..FILES {
        fs::write(folder.path().join(format!("{file}.wav")), b"").unwrap();
    }
    for row in 0..ROWS {
        let (file, part) = (row % FILES, row / FILES);
        let gender = ["female", "male"][file % 2];
        let emotion = ["happy", "sad", "boredom"][row % 3];
        let (minute, second) = (part / 60, part % 60);
        writeln!(
            text,
            "{file}.wav,0 days 00:{minute:02}:{second:02}.500000,0 days 00:06:00,{emotion},\
             s{file},{gender},{part}.25,train",
        )
        .unwrap();
    }
    let csv = folder.path().join("manifest.csv");
    fs::write(&csv, text).unwrap();
    let corpus = Corpus::open(&csv).unwrap();
    assert_eq!((corpus.utterances.len(), corpus.skipped.len()), (ROWS, 0));
    let last = &corpus.utterances[ROWS - 1];
    let part = (ROWS - 1) / FILES;
    assert_eq!(last.values["arousal"], part as f64 + 0.25);
    let segment = last.segment.unwrap();
    assert_eq!(
        (segment.start(), segment.end()),
        (part as f64 + 0.5, Some(360.0))
    );
}

#[test]
fn a_column_of_a_hundred_thousand_labels_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "path,label\n".to_owned();
    for row in 0..ROWS {
        writeln!(text, "a.wav,sentence number {row}").unwrap();
    }
    let csv = folder.path().join("manifest.csv");
    fs::write(&csv, text).unwrap();
    let error = Corpus::open(&csv).unwrap_err();
    assert!(
        error.to_string().contains("if it is not the emotion"),
        "{error}"
    );
    let CorpusError::Manifest { reason, .. } = error else {
        panic!("{error}")
    };
    assert!(matches!(reason, ManifestError::TooManyLabels { .. }));
}
