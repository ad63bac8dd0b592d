//! Real corpora, where they are at hand: the folder `UNDERTONE_CORPORA` has one folder for each.

#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::path::PathBuf;

use undertone_corpus::{Corpus, CorpusError, CorpusInfo, Gender};

fn folder(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("UNDERTONE_CORPORA").map(|root| PathBuf::from(root).join(name));
    let folder = folder.filter(|folder| folder.is_dir());
    if folder.is_none() {
        eprintln!("skipped: no corpus {name}; set UNDERTONE_CORPORA to the folder of the corpora");
    }
    folder
}

fn open(name: &str) -> Option<Corpus> {
    let corpus = Corpus::open(&folder(name)?).unwrap();
    assert_eq!(corpus.skipped, [], "{name}");
    assert_eq!(corpus.notes, [], "{name}");
    Some(corpus)
}

/// Check a corpus: its code book, and that its counts are the official ones.
fn check(name: &str, id: &str, clips: usize, speakers: usize, emotions: &[(&str, usize)]) {
    let Some(corpus) = open(name) else { return };
    let info = &corpus.sources[0];
    assert_eq!(info.format.id(), id);
    let counts: Vec<(&str, usize)> = info
        .found
        .emotions
        .iter()
        .map(|(emotion, &clips)| (emotion.name(), clips))
        .collect();
    assert_eq!(counts, emotions);
    assert_eq!((info.found.clips, info.found.speakers), (clips, speakers));
    let differences: Vec<&str> = differences(info);
    assert!(
        differences.is_empty() || differences == ["speakers"],
        "{differences:?}"
    );
    assert!(
        corpus
            .utterances
            .iter()
            .all(|clip| clip.corpus == info.name)
    );
}

fn differences(info: &CorpusInfo) -> Vec<&'static str> {
    let differences = info.differences().into_iter();
    differences.map(|difference| difference.what).collect()
}

#[test]
fn crema_d_is_complete() {
    let others = 1271;
    let emotions = [
        ("neutral", 1087),
        ("happy", others),
        ("sad", others),
        ("angry", others),
        ("fearful", others),
        ("disgust", others),
    ];
    check("crema-d", "crema-d", 7442, 91, &emotions);
    let Some(corpus) = open("crema-d") else {
        return;
    };
    let genders = corpus.gender_counts();
    assert_eq!(genders.values().sum::<usize>(), 7442);
    assert_eq!(genders.get(&None), None);
}

#[test]
fn tess_is_complete() {
    let emotions = [
        "neutral",
        "happy",
        "sad",
        "angry",
        "fearful",
        "disgust",
        "surprised",
    ];
    check(
        "tess",
        "tess",
        2800,
        2,
        &emotions.map(|emotion| (emotion, 400)),
    );
}

#[test]
fn nemo_is_complete() {
    let emotions = [
        ("neutral", 809),
        ("happy", 749),
        ("sad", 769),
        ("angry", 749),
        ("fearful", 736),
        ("surprised", 669),
    ];
    check("nemo", "nemo", 4481, 9, &emotions);
    let Some(corpus) = open("nemo") else { return };
    assert_eq!(
        corpus.gender_counts()[&Some(Gender::Female)],
        539 + 540 + 540 + 450
    );
}

#[test]
fn ased_is_complete() {
    let emotions = [
        ("neutral", 522),
        ("happy", 486),
        ("sad", 470),
        ("angry", 486),
        ("fearful", 510),
    ];
    check("ased", "ased", 2474, 65, &emotions);
}

#[test]
fn emovo_is_complete() {
    let emotions = [
        "neutral",
        "happy",
        "sad",
        "angry",
        "fearful",
        "disgust",
        "surprised",
    ];
    check(
        "emovo",
        "emovo",
        588,
        6,
        &emotions.map(|emotion| (emotion, 84)),
    );
}

#[test]
fn emodb_is_complete() {
    let emotions = [
        ("neutral", 79),
        ("happy", 71),
        ("sad", 62),
        ("angry", 127),
        ("fearful", 69),
        ("disgust", 46),
        ("bored", 81),
    ];
    check("emodb", "emodb", 535, 10, &emotions);
}

#[test]
fn urdu_has_29_of_its_38_speakers() {
    let emotions = ["neutral", "happy", "sad", "angry"];
    check(
        "urdu",
        "urdu",
        400,
        29,
        &emotions.map(|emotion| (emotion, 100)),
    );
    let Some(corpus) = open("urdu") else { return };
    assert_eq!(differences(&corpus.sources[0]), ["speakers"]);
}

#[test]
fn turev_is_complete() {
    let emotions = [("calm", 408), ("happy", 357), ("sad", 483), ("angry", 487)];
    check("turev", "turev", 1735, 6, &emotions);
}

#[test]
fn baved_has_60_of_its_61_speakers() {
    let emotions = [
        ("high-arousal", 678),
        ("low-arousal", 585),
        ("medium-arousal", 672),
    ];
    check("baved", "baved", 1935, 60, &emotions);
}

#[test]
fn sounds_that_are_not_speech_are_not_recognized() {
    let Some(folder) = folder("nonverbal") else {
        return;
    };
    let error = Corpus::open(&folder).unwrap_err();
    assert!(
        matches!(
            error,
            CorpusError::NotRecognized {
                recordings: 727,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn all_corpora_together_have_their_speakers_apart() {
    let names = [
        "crema-d", "tess", "nemo", "ased", "emovo", "emodb", "urdu", "turev",
    ];
    let corpora: Option<Vec<Corpus>> = names.into_iter().map(open).collect();
    let Some(corpora) = corpora else { return };
    let joined = Corpus::join(corpora).unwrap();
    assert_eq!(
        joined.utterances.len(),
        7442 + 2800 + 4481 + 2474 + 588 + 535 + 400 + 1735
    );
    let speakers = 91 + 2 + 9 + 65 + 6 + 10 + 29 + 6;
    assert_eq!(joined.speaker_counts().len(), speakers);
    assert_eq!(joined.sources.len(), 8);
}
