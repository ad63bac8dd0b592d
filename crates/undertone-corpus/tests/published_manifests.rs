//! The manifests in `fixtures/manifests`: labels and columns as TESS, EmoDB, CREMA-D, IEMOCAP,
//! MSP-Podcast, Hugging Face, nkululeko and audformat have them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use undertone_corpus::{Corpus, Gender, Segment, Subset};

/// Read a fixture, beside empty clips.
fn read(name: &str) -> Corpus {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/manifests");
    let text = fs::read_to_string(fixture.join(name)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("clips")).unwrap();
    for row in text.lines().skip(1) {
        let clip = row.split(',').next().unwrap();
        fs::write(folder.path().join(clip), b"").unwrap();
    }
    let csv = folder.path().join(name);
    fs::write(&csv, text).unwrap();
    let corpus = Corpus::open(&csv).unwrap();
    assert_eq!((corpus.skipped.len(), corpus.notes.len()), (0, 0), "{name}");
    let speakers: Vec<Option<&str>> = corpus.speaker_counts().into_keys().collect();
    assert_eq!(speakers.len(), 6, "{name}");
    let half = corpus.utterances.len() / 2;
    for gender in [Gender::Female, Gender::Male] {
        assert_eq!(corpus.gender_counts()[&Some(gender)], half, "{name}");
    }
    corpus
}

fn labels(corpus: &Corpus) -> BTreeMap<&'static str, usize> {
    let counts = corpus.emotion_counts().into_iter();
    counts
        .map(|(emotion, count)| (emotion.name(), count))
        .collect()
}

#[test]
fn the_labels_of_published_corpora_are_understood() {
    let acted = ["angry", "disgust", "fearful", "happy", "neutral", "sad"];
    let eight = [&acted[..], &["calm", "surprised"]].concat();
    for (name, six, others) in [
        ("hf.csv", &eight[..], &[][..]),
        ("nkululeko.csv", &eight, &[]),
        (
            "cremad.csv",
            &["angry", "disgust", "fearful", "happy", "sad"],
            &[("neutral", 18)],
        ),
        (
            "emodb.csv",
            &["angry", "bored", "disgust", "fearful", "neutral", "sad"],
            &[("happy", 12)],
        ),
        (
            "tess.csv",
            &["angry", "disgust", "fearful", "happy", "sad", "surprised"],
            &[("neutral", 12)],
        ),
        (
            "iemocap.csv",
            &[
                "angry",
                "excited",
                "frustrated",
                "happy",
                "sad",
                "undecided",
            ],
            &[("neutral", 12)],
        ),
        (
            "msp.csv",
            &[
                "angry",
                "contempt",
                "disgust",
                "fearful",
                "happy",
                "neutral",
                "sad",
                "surprised",
            ],
            &[],
        ),
    ] {
        let mut expected: BTreeMap<&str, usize> = six.iter().map(|&label| (label, 6)).collect();
        expected.extend(others.iter().copied());
        assert_eq!(labels(&read(name)), expected, "{name}");
    }
}

#[test]
fn msp_podcast_has_numbers_and_sets() {
    let corpus = read("msp.csv");
    let clip = &corpus.utterances[0];
    let values: Vec<(&str, f64)> = clip
        .values
        .iter()
        .map(|(name, &value)| (name.as_str(), value))
        .collect();
    assert_eq!(
        values,
        [("arousal", 3.1), ("dominance", 4.0), ("valence", 2.4)]
    );
    assert_eq!(clip.speaker_name(), "1");
    for split in [Subset::Train, Subset::Test] {
        let clips = corpus.utterances.iter();
        assert_eq!(clips.filter(|clip| clip.split == Some(split)).count(), 24);
    }
}

#[test]
fn segments_are_utterances() {
    let parts =
        [(0.0, 1.5), (1.5, 3.0)].map(|(start, end)| Segment::new(start, Some(end)).unwrap());
    for (name, emotions) in [
        (
            "segments-audformat.csv",
            [("angry", 12), ("happy", 12), ("neutral", 12)],
        ),
        (
            "segments-differ.csv",
            [("angry", 6), ("happy", 6), ("neutral", 24)],
        ),
    ] {
        let corpus = read(name);
        assert_eq!(corpus.utterances.len(), 36, "{name}");
        assert_eq!(labels(&corpus), BTreeMap::from(emotions), "{name}");
        for pair in corpus.utterances.chunks(2) {
            assert_eq!(pair[0].path, pair[1].path, "{name}");
            assert_eq!(
                [pair[0].segment, pair[1].segment],
                parts.map(Some),
                "{name}"
            );
        }
    }
}
