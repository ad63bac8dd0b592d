//! Balancing the corpora.

use std::collections::{BTreeMap, BTreeSet};

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::emotions::{draw, equal_shares};
use super::error::BalanceError;
use crate::{Emotion, Utterance};

/// Return an error unless a clip belongs to the corpus. A fold may lack it all the same.
pub(super) fn check(utterances: &[Utterance], corpus: &str) -> Result<(), BalanceError> {
    if utterances
        .iter()
        .any(|utterance| utterance.corpus == corpus)
    {
        return Ok(());
    }
    let known: BTreeSet<&str> = utterances
        .iter()
        .map(|utterance| utterance.corpus.as_str())
        .collect();
    Err(BalanceError::UnknownCorpus {
        corpus: corpus.to_owned(),
        known: known.into_iter().map(str::to_owned).collect(),
    })
}

/// Keep at most `most` clips of a corpus, or of every corpus, in equal shares of its emotions.
pub(super) fn cap(
    utterances: &[Utterance],
    list: &[usize],
    corpus: Option<&str>,
    most: usize,
    rng: &mut ChaCha8Rng,
) -> Vec<usize> {
    let mut positions: BTreeMap<&str, BTreeMap<Emotion, Vec<usize>>> = BTreeMap::new();
    for (position, &index) in list.iter().enumerate() {
        let utterance = &utterances[index];
        let corpus = positions.entry(utterance.corpus.as_str()).or_default();
        corpus.entry(utterance.emotion).or_default().push(position);
    }
    let mut kept = Vec::new();
    for (name, emotions) in positions {
        if corpus.is_some_and(|corpus| corpus != name) {
            kept.extend(emotions.into_values().flatten());
            continue;
        }
        let counts: Vec<usize> = emotions.values().map(Vec::len).collect();
        for (clips, share) in emotions.values().zip(equal_shares(&counts, most)) {
            kept.extend(draw(list, clips, share, rng));
        }
    }
    kept.sort_unstable();
    kept.into_iter().map(|position| list[position]).collect()
}

/// Repeat or drop clips of a corpus so that each counts `weight` times on average.
pub(super) fn weigh(
    utterances: &[Utterance],
    list: &mut Vec<usize>,
    corpus: &str,
    weight: f64,
    rng: &mut ChaCha8Rng,
) {
    let of_corpus = |index: &usize| utterances[*index].corpus == corpus;
    let mut clips: Vec<usize> = list.iter().copied().filter(of_corpus).collect();
    let whole = weight.floor() as usize;
    clips.shuffle(rng);
    let once_more = (clips.len() as f64 * weight.fract()).round() as usize;
    if whole == 0 {
        let mut dropped: BTreeMap<usize, usize> = BTreeMap::new();
        for &clip in &clips[once_more..] {
            *dropped.entry(clip).or_default() += 1;
        }
        list.retain(|clip| match dropped.get_mut(clip) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        });
        return;
    }
    for _ in 1..whole {
        list.extend_from_slice(&clips);
    }
    list.extend_from_slice(&clips[..once_more]);
}
