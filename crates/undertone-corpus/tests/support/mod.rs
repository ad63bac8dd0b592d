//! Corpora for tests: RAVDESS as its names tell it, or one made up.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod manifest;

use std::collections::BTreeMap;

use undertone_corpus::{Emotion, Gender, LabelScheme, RavdessName, Utterance};

/// RAVDESS's 1440 clips, by their names alone.
pub(crate) fn ravdess() -> Vec<Utterance> {
    RavdessName::all_speech()
        .map(|name| Utterance::from_ravdess(format!("{name}.wav"), name))
        .collect()
}

/// A clip of some other corpus.
pub(crate) fn clip(
    number: usize,
    emotion: Emotion,
    speaker: &str,
    gender: Option<Gender>,
) -> Utterance {
    Utterance {
        speaker: Some(speaker.to_owned()),
        gender,
        ..Utterance::new(format!("{number}.wav"), emotion)
    }
}

/// How many clips of each emotion `indices` point at.
pub(crate) fn emotions(utterances: &[Utterance], indices: &[usize]) -> BTreeMap<Emotion, usize> {
    let mut counts = BTreeMap::new();
    for &index in indices {
        *counts.entry(utterances[index].emotion).or_insert(0) += 1;
    }
    counts
}

/// How many clips of each label `indices` point at.
pub(crate) fn labels(
    utterances: &[Utterance],
    indices: &[usize],
    scheme: &LabelScheme,
) -> Vec<usize> {
    let mut counts = vec![0; scheme.labels().len()];
    for &index in indices {
        counts[scheme.label_of(utterances[index].emotion).unwrap()] += 1;
    }
    counts
}
