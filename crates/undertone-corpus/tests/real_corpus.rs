//! The real corpus, where it is at hand: `UNDERTONE_RAVDESS`, or `../shared/ravdess` beside the
//! workspace.

#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::path::{Path, PathBuf};

use undertone_corpus::{Corpus, Gender, Intensity, LabelScheme, RavdessName};

fn corpus_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("UNDERTONE_RAVDESS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ravdess"),
        PathBuf::from,
    );
    if !folder.is_dir() {
        eprintln!(
            "skipped: no RAVDESS at {}; set UNDERTONE_RAVDESS",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

#[test]
fn ravdess_is_complete() {
    let Some(folder) = corpus_folder() else {
        return;
    };
    let corpus = Corpus::open(&folder).unwrap();
    assert_eq!(corpus.utterances.len(), 1440);
    assert_eq!((corpus.skipped.len(), corpus.missing.len()), (0, 0));
    let names: Vec<RavdessName> = corpus
        .utterances
        .iter()
        .filter_map(|utterance| utterance.ravdess)
        .collect();
    assert!(names.into_iter().eq(RavdessName::all_speech()));
    assert_eq!(
        corpus.emotion_counts().into_values().collect::<Vec<_>>(),
        [96, 192, 192, 192, 192, 192, 192, 192]
    );
    assert_eq!(
        corpus.label_counts(&LabelScheme::Sentiment3),
        [("negative", 768), ("neutral", 288), ("positive", 384)]
    );
    assert_eq!(corpus.gender_counts()[&Some(Gender::Female)], 720);
    assert_eq!(corpus.intensity_counts()[&Some(Intensity::Strong)], 672);
    assert!(corpus.speaker_counts().values().all(|&count| count == 60));
}

#[test]
fn ravdess_survives_the_manifest() {
    let Some(folder) = corpus_folder() else {
        return;
    };
    let corpus = Corpus::open(&folder).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let csv = elsewhere.path().join("ravdess.csv");
    corpus.write_manifest(&csv).unwrap();
    let read = Corpus::open(&csv).unwrap();
    assert!(read.skipped.is_empty());
    let names = |corpus: &Corpus| -> Vec<_> {
        corpus
            .utterances
            .iter()
            .map(|utterance| utterance.ravdess)
            .collect()
    };
    assert_eq!(names(&read), names(&corpus));
}
