//! What is written as a manifest is read back the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use undertone_corpus::{Corpus, Emotion, Gender, Segment, Subset, Utterance};

/// Files whose names are hard to write in a CSV.
const FILES: [&str; 8] = [
    "a.wav",
    " blank.wav ",
    "with, comma.wav",
    "a \"quote\".wav",
    "semi;colon\tand tab.wav",
    "line\nbreak.wav",
    "back\\slash.wav",
    "häßlich 🎤.wav",
];

/// A text of some of these characters.
fn of(characters: &'static str, most: usize) -> impl Strategy<Value = String> {
    let characters: Vec<char> = characters.chars().collect();
    vec(prop::sample::select(characters), 0..=most).prop_map(String::from_iter)
}

/// Text that a field can hold. Blanks at its ends would be trimmed, and words such as `NA` say that
/// nothing is stated.
fn text() -> impl Strategy<Value = String> {
    of("aZ9äé,;\"'/\\ \t\n:=.-", 12).prop_map(|text| format!("x{}", text.trim_end()))
}

fn emotion() -> impl Strategy<Value = Emotion> {
    prop_oneof![
        of("abzäé,;\"' -", 10).prop_map(|word| format!("y{word}").parse().unwrap()),
        prop::sample::select(&Emotion::ALL[..]),
        Just(Emotion::unlabeled()),
    ]
}

fn finite() -> impl Strategy<Value = f64> {
    prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO
}

fn values() -> impl Strategy<Value = BTreeMap<String, f64>> {
    let known = prop::sample::select(&["arousal", "valence", "dominance", "intensity"][..]);
    let name = prop_oneof![text(), known.prop_map(str::to_owned)];
    btree_map(name, finite(), 0..4)
}

fn segment() -> impl Strategy<Value = Option<Segment>> {
    let part = (0.0..1e6, option::of(1e-3..1e4)).prop_map(|(start, length)| {
        Segment::new(start + 1e-3, length.map(|length| start + 1.0 + length))
    });
    option::of(part.prop_map(Result::unwrap))
}

fn utterance() -> impl Strategy<Value = Utterance> {
    let gender = prop::sample::select(&[Gender::Female, Gender::Male][..]);
    let split = prop::sample::select(&[Subset::Train, Subset::Validation, Subset::Test][..]);
    (
        prop::sample::select(&FILES[..]),
        emotion(),
        (segment(), values()),
        option::of(text()),
        (option::of(gender), option::of(split), option::of(text())),
    )
        .prop_map(
            |(path, emotion, (segment, values), speaker, (gender, split, corpus))| {
                let utterance = Utterance::new(path, emotion);
                Utterance {
                    corpus: corpus.unwrap_or(utterance.corpus.clone()),
                    segment,
                    values,
                    speaker,
                    gender,
                    split,
                    ..utterance
                }
            },
        )
}

/// Words of a manifest and what stands between them, in any order.
fn pieces(words: &[&'static str]) -> impl Strategy<Value = String> {
    let between = [",", ",", ";", "\t", "\"", "\r", "\n"];
    let pieces = [words, &between[..]].concat();
    vec(prop::sample::select(pieces), 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn utterances_survive_the_round_trip(utterances in vec(utterance(), 1..12)) {
        let folder = tempfile::tempdir().unwrap();
        for file in FILES {
            fs::write(folder.path().join(file), b"").unwrap();
        }
        let mut seen = Vec::new();
        let utterances: Vec<Utterance> = utterances
            .into_iter()
            .filter(|clip| {
                let place = (clip.path.clone(), clip.segment);
                let new = !seen.contains(&place);
                seen.push(place);
                new && !(clip.emotion.is_unlabeled() && clip.values.is_empty())
            })
            .map(|clip| Utterance { path: folder.path().join(&clip.path), ..clip })
            .collect();
        prop_assume!(!utterances.is_empty());
        let corpus = Corpus::new(folder.path().to_owned(), utterances);
        let csv: PathBuf = folder.path().join("manifest.csv");
        corpus.write_manifest(&csv).unwrap();
        let read = Corpus::open(&csv).unwrap();
        prop_assert_eq!(&read.skipped, &[]);
        prop_assert_eq!(&read.utterances, &corpus.utterances);
    }

    /// Any bytes at all are read or refused, without a panic.
    #[test]
    fn any_text_is_read_or_refused(
        header in pieces(&["path", "file", "emotion", "label", "start", "end", "arousal"]),
        rows in pieces(&["a.wav", "sad", "0", "1", ":", ".", "-", " days ", "NaT", " "]),
        noise in vec(any::<u8>(), 0..8),
    ) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.wav"), b"").unwrap();
        let csv = folder.path().join("manifest.csv");
        let bytes = [header.as_bytes(), b"\n", rows.as_bytes(), &noise[..]].concat();
        fs::write(&csv, bytes).unwrap();
        let _ = Corpus::open(&csv);
    }
}
