//! Balancing: the notebook's counts on the whole corpus, sense on any part of it.

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use support::{clip, emotions, labels, ravdess};
use undertone_corpus::{BalanceError, BalanceStep, Emotion, LabelScheme, Utterance, balance};

const NEUTRAL_TO_CALM: BalanceStep = BalanceStep::Oversample {
    emotion: Emotion::Neutral,
    to: Emotion::Calm,
};
const NOTEBOOK: [BalanceStep; 2] = [NEUTRAL_TO_CALM, BalanceStep::Undersample];

fn all(utterances: &[Utterance]) -> Vec<usize> {
    (0..utterances.len()).collect()
}

#[test]
fn the_counts_equal_the_notebook_s() {
    let corpus = ravdess();
    let scheme = LabelScheme::Sentiment3;
    let oversampled = balance(&corpus, &all(&corpus), &scheme, &NOTEBOOK[..1], 42).unwrap();
    assert_eq!(oversampled.len(), 1536);
    assert_eq!(labels(&corpus, &oversampled, &scheme), [768, 384, 384]);
    assert_eq!(emotions(&corpus, &oversampled)[&Emotion::Neutral], 192);

    let balanced = balance(&corpus, &all(&corpus), &scheme, &NOTEBOOK, 42).unwrap();
    assert_eq!(balanced.len(), 1152);
    assert_eq!(labels(&corpus, &balanced, &scheme), [384, 384, 384]);
    for (emotion, count) in emotions(&corpus, &balanced) {
        assert_eq!(
            count,
            if scheme.label_of(emotion) == Some(0) {
                96
            } else {
                192
            },
            "{emotion}"
        );
    }
}

#[test]
fn every_neutral_clip_is_copied_once() {
    let corpus = ravdess();
    let list = balance(
        &corpus,
        &all(&corpus),
        &LabelScheme::Sentiment3,
        &[NEUTRAL_TO_CALM],
        1,
    )
    .unwrap();
    assert_eq!(list[..1440], all(&corpus));
    let mut copies = list[1440..].to_vec();
    copies.sort_unstable();
    copies.dedup();
    assert_eq!(copies.len(), 96);
}

#[test]
fn emotion8_is_cut_to_its_smallest_emotion() {
    let corpus = ravdess();
    let list = balance(
        &corpus,
        &all(&corpus),
        &LabelScheme::Emotion8,
        &[BalanceStep::Undersample],
        3,
    )
    .unwrap();
    assert_eq!(labels(&corpus, &list, &LabelScheme::Emotion8), [96; 8]);
}

#[test]
fn the_seed_decides() {
    let corpus = ravdess();
    let with = |seed| {
        balance(
            &corpus,
            &all(&corpus),
            &LabelScheme::Sentiment3,
            &NOTEBOOK,
            seed,
        )
        .unwrap()
    };
    assert_eq!(with(5), with(5));
    assert_ne!(with(5), with(6));
}

#[test]
fn copies_are_dropped_before_clips() {
    // Neutral 3 → 6 by copies; under-sampling to 4 then keeps all three clips and one copy.
    let counts = [
        (Emotion::Neutral, 3),
        (Emotion::Calm, 6),
        (Emotion::Happy, 8),
        (Emotion::Sad, 50),
    ];
    let corpus: Vec<Utterance> = counts
        .into_iter()
        .flat_map(|(emotion, count)| std::iter::repeat_n(emotion, count))
        .enumerate()
        .map(|(number, emotion)| clip(number, emotion, "x", None))
        .collect();
    let list = balance(
        &corpus,
        &all(&corpus),
        &LabelScheme::Sentiment3,
        &NOTEBOOK,
        9,
    )
    .unwrap();
    let mut neutral: Vec<usize> = list
        .iter()
        .copied()
        .filter(|&index| corpus[index].emotion == Emotion::Neutral)
        .collect();
    assert_eq!(neutral.len(), 4);
    neutral.sort_unstable();
    neutral.dedup();
    assert_eq!(neutral.len(), 3);
}

#[test]
fn an_absent_emotion_cannot_be_oversampled() {
    let corpus = [
        clip(0, Emotion::Calm, "x", None),
        clip(1, Emotion::Sad, "x", None),
    ];
    let error = balance(&corpus, &[0, 1], &LabelScheme::Sentiment3, &NOTEBOOK, 0).unwrap_err();
    assert!(matches!(
        error,
        BalanceError::Absent {
            absent: Emotion::Neutral,
            ..
        }
    ));
    assert!(
        error.to_string().contains("there is no neutral clip"),
        "{error}"
    );
}

#[test]
fn absent_labels_do_not_reduce_the_others() {
    let corpus = [
        clip(0, Emotion::Happy, "x", None),
        clip(1, Emotion::Sad, "x", None),
        clip(2, Emotion::Sad, "x", None),
    ];
    let list = balance(
        &corpus,
        &[0, 1, 2],
        &LabelScheme::Sentiment3,
        &[BalanceStep::Undersample],
        0,
    )
    .unwrap();
    assert_eq!(labels(&corpus, &list, &LabelScheme::Sentiment3), [1, 0, 1]);
}

#[test]
fn an_emotion_with_enough_clips_stays_as_it_is() {
    let corpus = ravdess();
    let step = BalanceStep::Oversample {
        emotion: Emotion::Calm,
        to: Emotion::Neutral,
    };
    let list = balance(&corpus, &all(&corpus), &LabelScheme::Sentiment3, &[step], 0).unwrap();
    assert_eq!(list, all(&corpus));
}

fn any_scheme() -> impl Strategy<Value = LabelScheme> {
    prop_oneof![Just(LabelScheme::Emotion8), Just(LabelScheme::Sentiment3)]
}

proptest! {
    #[test]
    fn undersampling_equalizes_labels_and_keeps_as_many_clips_as_possible(
        which in prop::collection::vec(0..8usize, 1..120),
        scheme in any_scheme(),
        seed: u64,
    ) {
        let corpus: Vec<Utterance> = which
            .iter()
            .enumerate()
            .map(|(number, &emotion)| clip(number, Emotion::ALL[emotion], "x", None))
            .collect();
        let indices = all(&corpus);
        let list = balance(&corpus, &indices, &scheme, &[BalanceStep::Undersample], seed).unwrap();
        let before = labels(&corpus, &indices, &scheme);
        let after = labels(&corpus, &list, &scheme);
        let smallest = before.iter().copied().filter(|&count| count > 0).min().unwrap();
        for (before, after) in before.into_iter().zip(after) {
            prop_assert_eq!(after, if before > 0 { smallest } else { 0 });
        }
        prop_assert!(list.is_sorted_by(|a, b| a < b), "a clip twice or out of order");

        // Within a label, an emotion has fewer than another (by more than the remainder) only
        // where it gave all its clips.
        let (had, has) = (emotions(&corpus, &indices), emotions(&corpus, &list));
        let kept = |emotion: Emotion| has.get(&emotion).copied().unwrap_or(0);
        for (&one, &clips) in &had {
            for &other in had.keys().filter(|&&other| scheme.label_of(other) == scheme.label_of(one)) {
                prop_assert!(kept(one) + 1 >= kept(other) || kept(one) == clips);
            }
        }
    }

    #[test]
    fn oversampling_reaches_the_target_with_even_copies(
        few in 1..40usize,
        many in 1..90usize,
        seed: u64,
    ) {
        let corpus: Vec<Utterance> = (0..few + many)
            .map(|number| {
                let emotion = if number < few { Emotion::Neutral } else { Emotion::Calm };
                clip(number, emotion, "x", None)
            })
            .collect();
        let list =
            balance(&corpus, &all(&corpus), &LabelScheme::Emotion8, &[NEUTRAL_TO_CALM], seed)
                .unwrap();
        prop_assert_eq!(list.len(), few.max(many) + many);
        let mut copies: BTreeMap<usize, usize> = BTreeMap::new();
        for index in list.into_iter().filter(|&index| index < few) {
            *copies.entry(index).or_insert(0) += 1;
        }
        prop_assert_eq!(copies.len(), few);
        let (least, most) = (copies.values().min().unwrap(), copies.values().max().unwrap());
        prop_assert!(most - least <= 1);
    }
}

/// Thirty clips of EmoDB and ten of SAVEE, of two emotions each.
fn two_corpora() -> Vec<Utterance> {
    (0..40)
        .map(|number| Utterance {
            corpus: if number < 30 { "EmoDB" } else { "SAVEE" }.to_owned(),
            ..clip(
                number,
                [Emotion::Happy, Emotion::Sad][number % 2],
                "a",
                None,
            )
        })
        .collect()
}

fn counts_by_corpus(steps: &[BalanceStep]) -> Result<(usize, usize), BalanceError> {
    let corpus = two_corpora();
    let list = balance(&corpus, &all(&corpus), &LabelScheme::Sentiment3, steps, 1)?;
    let emodb = list.iter().filter(|index| **index < 30).count();
    Ok((emodb, list.len() - emodb))
}

#[test]
fn a_corpus_is_capped_in_equal_shares_of_its_emotions() {
    let cap = |corpus: Option<&str>, clips| BalanceStep::Cap {
        corpus: corpus.map(str::to_owned),
        clips,
    };
    assert_eq!(counts_by_corpus(&[cap(None, 12)]), Ok((12, 10)));
    assert_eq!(counts_by_corpus(&[cap(Some("SAVEE"), 4)]), Ok((30, 4)));
    let corpus = two_corpora();
    let scheme = LabelScheme::Sentiment3;
    let list = balance(&corpus, &all(&corpus), &scheme, &[cap(None, 8)], 1).unwrap();
    assert_eq!(
        emotions(&corpus, &list).into_values().collect::<Vec<_>>(),
        [8, 8]
    );
}

#[test]
fn a_weight_repeats_or_drops_clips_of_a_corpus() {
    let weigh = |weight| BalanceStep::Weigh {
        corpus: "SAVEE".to_owned(),
        weight,
    };
    assert_eq!(counts_by_corpus(&[weigh(2.5)]), Ok((30, 25)));
    assert_eq!(counts_by_corpus(&[weigh(0.3)]), Ok((30, 3)));
    assert_eq!(counts_by_corpus(&[weigh(3.0), weigh(0.5)]), Ok((30, 15)));
    let unknown = BalanceStep::Weigh {
        corpus: "IEMOCAP".to_owned(),
        weight: 2.0,
    };
    let message = counts_by_corpus(&[unknown]).unwrap_err().to_string();
    assert!(
        message.contains("IEMOCAP") && message.contains("EmoDB, SAVEE"),
        "{message}"
    );
}
