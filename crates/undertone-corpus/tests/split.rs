//! Dividing: three sides, whole speakers, and what leaks when the notebook's order is asked for.

mod support;

use std::collections::BTreeSet;

use proptest::prelude::*;
use support::{clip, labels, ravdess};
use undertone_corpus::{
    BalanceStep, EMOBOX_RAVDESS_FOLDS, Emotion, Fold, Gender, LabelScheme, Protocol,
    ProtocolConfig, RavdessName, SplitError, Splits, Subset, Utterance, split,
};

const NOTEBOOK: [BalanceStep; 2] = [
    BalanceStep::Oversample {
        emotion: Emotion::Neutral,
        to: Emotion::Calm,
    },
    BalanceStep::Undersample,
];

fn plain(utterances: &[Utterance], protocol: Protocol, seed: u64) -> Splits {
    split(
        utterances,
        &LabelScheme::Sentiment3,
        &ProtocolConfig::new(protocol),
        &[],
        seed,
    )
    .unwrap()
}

fn refused(utterances: &[Utterance], config: ProtocolConfig) -> SplitError {
    split(utterances, &LabelScheme::Sentiment3, &config, &[], 0).unwrap_err()
}

fn speakers(utterances: &[Utterance], side: &[usize]) -> BTreeSet<String> {
    side.iter()
        .map(|&index| utterances[index].speaker_name().to_owned())
        .collect()
}

fn women(utterances: &[Utterance], side: &[usize]) -> usize {
    let side = side.iter().map(|&index| &utterances[index]);
    let women = side.filter(|utterance| utterance.gender == Some(Gender::Female));
    women
        .map(Utterance::speaker_name)
        .collect::<BTreeSet<_>>()
        .len()
}

/// Every utterance is in exactly one side.
fn assert_partition(fold: &Fold, utterances: usize) {
    let mut all = [&fold.train[..], &fold.validation, &fold.test].concat();
    all.sort_unstable();
    assert_eq!(all, (0..utterances).collect::<Vec<_>>(), "{}", fold.name);
}

#[test]
fn holdout_is_stratified_70_30_with_validation_out_of_the_70() {
    let corpus = ravdess();
    let splits = plain(&corpus, Protocol::Holdout, 42);
    let [fold] = &splits.folds[..] else { panic!() };
    assert_eq!(fold.name, "holdout");
    assert_eq!(
        (fold.train.len(), fold.validation.len(), fold.test.len()),
        (864, 144, 432)
    );
    // 768 negative, 288 neutral, 384 positive: 30 % of each.
    assert_eq!(
        labels(&corpus, &fold.test, &LabelScheme::Sentiment3),
        [231, 86, 115]
    );
    assert_partition(fold, 1440);
    let leakage = fold.leakage(&corpus);
    assert_eq!((leakage.test_copies, leakage.validation_copies), (0, 0));
    assert_eq!(leakage.shared_speakers.len(), 24);
}

#[test]
fn the_seed_decides() {
    let corpus = ravdess();
    for protocol in [Protocol::Holdout, Protocol::Speakers, Protocol::Emobox] {
        assert_eq!(plain(&corpus, protocol, 1), plain(&corpus, protocol, 1));
        assert_ne!(plain(&corpus, protocol, 1), plain(&corpus, protocol, 2));
    }
}

#[test]
fn the_folds_of_a_seed_never_change() {
    let corpus = ravdess();
    let holdout = plain(&corpus, Protocol::Holdout, 42);
    assert_eq!(holdout.folds[0].test[..6], HOLDOUT_42);
    let folds = plain(&corpus, Protocol::Speakers, 42).folds;
    let first: Vec<String> = speakers(&corpus, &folds[0].test).into_iter().collect();
    assert_eq!(first, SPEAKERS_42);
}

const HOLDOUT_42: [usize; 6] = [0, 5, 7, 13, 14, 16];
const SPEAKERS_42: [&str; 5] = ["05", "06", "08", "15", "22"];

#[test]
fn balancing_before_the_split_leaks_copies() {
    let corpus = ravdess();
    let config = ProtocolConfig {
        balance_before_split: true,
        ..ProtocolConfig::new(Protocol::Holdout)
    };
    let splits = split(&corpus, &LabelScheme::Sentiment3, &config, &NOTEBOOK, 42).unwrap();
    let [fold] = &splits.folds[..] else { panic!() };
    assert!(splits.balanced_before_split);
    assert_eq!(
        fold.train.len() + fold.validation.len() + fold.test.len(),
        1152
    );
    assert_eq!(fold.test.len(), 346);
    let leakage = fold.leakage(&corpus);
    assert!(leakage.test_copies > 20, "{leakage:?}");

    // The leakage is what a count by hand gives.
    let other: BTreeSet<usize> = fold.train.iter().chain(&fold.validation).copied().collect();
    let by_hand = fold
        .test
        .iter()
        .filter(|index| other.contains(index))
        .count();
    assert_eq!(leakage.test_copies, by_hand);
}

#[test]
fn balancing_after_the_split_leaks_nothing_and_changes_only_training() {
    let corpus = ravdess();
    for protocol in [Protocol::Holdout, Protocol::Speakers, Protocol::Emobox] {
        let config = ProtocolConfig::new(protocol);
        let scheme = LabelScheme::Sentiment3;
        let balanced = split(&corpus, &scheme, &config, &NOTEBOOK, 4).unwrap();
        let plain = split(&corpus, &scheme, &config, &[], 4).unwrap();
        for (balanced, plain) in balanced.folds.iter().zip(&plain.folds) {
            assert_eq!(balanced.test, plain.test);
            assert_eq!(balanced.validation, plain.validation);
            assert!(
                balanced
                    .train
                    .iter()
                    .all(|index| plain.train.contains(index))
            );
            let [negative, neutral, positive] = labels(&corpus, &balanced.train, &scheme)[..]
            else {
                panic!()
            };
            assert!(negative == neutral && neutral == positive && positive > 0);
            assert_eq!(balanced.leakage(&corpus).test_copies, 0);
            assert_eq!(balanced.leakage(&corpus).validation_copies, 0);
        }
    }
}

#[test]
fn speakers_makes_folds_alike_in_size_and_gender() {
    let corpus = ravdess();
    let splits = plain(&corpus, Protocol::Speakers, 3);
    assert_eq!(splits.folds.len(), 5);
    let mut tested = BTreeSet::new();
    for fold in &splits.folds {
        assert_partition(fold, 1440);
        let size = speakers(&corpus, &fold.test).len();
        assert!((4..=5).contains(&size), "{size} speakers");
        assert!((2..=3).contains(&women(&corpus, &fold.test)));
        assert_eq!(speakers(&corpus, &fold.validation).len(), 2);
        assert_eq!(women(&corpus, &fold.validation), 1);
        assert!(fold.leakage(&corpus).is_none());
        tested.extend(fold.test.iter().copied());
    }
    assert_eq!(tested.len(), 1440);
}

#[test]
fn emobox_holds_out_its_official_actors() {
    let corpus = ravdess();
    let splits = plain(&corpus, Protocol::Emobox, 0);
    assert_eq!(splits.folds.len(), 6);
    let mut all: Vec<u8> = EMOBOX_RAVDESS_FOLDS.into_iter().flatten().collect();
    all.sort_unstable();
    assert_eq!(all, (1..=24).collect::<Vec<u8>>());
    for (fold, actors) in splits.folds.iter().zip(EMOBOX_RAVDESS_FOLDS) {
        let expected = actors.iter().map(|actor| format!("{actor:02}")).collect();
        assert_eq!(speakers(&corpus, &fold.test), expected);
        assert_eq!(fold.test.len(), 240);
        assert_eq!(speakers(&corpus, &fold.validation).len(), 2);
        assert_eq!(women(&corpus, &fold.validation), 1);
        assert_partition(fold, 1440);
        assert!(fold.leakage(&corpus).is_none());
    }
    assert_eq!(splits.folds[5].name, "fold-6");
}

#[test]
fn emobox_refuses_other_corpora_and_missing_actors() {
    let config = || ProtocolConfig::new(Protocol::Emobox);
    // EMO-DB's speakers are called 03, 08, …: numbers alone do not make them RAVDESS's actors.
    let other = [
        clip(0, Emotion::Sad, "03", None),
        clip(1, Emotion::Sad, "08", None),
    ];
    assert!(matches!(
        refused(&other, config()),
        SplitError::NotRavdess { .. }
    ));
    let mut partial = ravdess();
    partial.retain(|utterance| !["07", "20"].contains(&utterance.speaker_name()));
    let error = refused(&partial, config());
    assert_eq!(
        error,
        SplitError::MissingActors {
            actors: vec![7, 20]
        }
    );
    assert!(error.to_string().contains("actor(s) 07, 20"), "{error}");
}

#[test]
fn the_sets_of_a_manifest_are_used() {
    let mut corpus = ravdess();
    for utterance in &mut corpus {
        utterance.split = Some(match utterance.speaker_name() {
            "01" | "02" => Subset::Test,
            "03" => Subset::Validation,
            _ => Subset::Train,
        });
    }
    let splits = plain(&corpus, Protocol::Manifest, 0);
    let [fold] = &splits.folds[..] else { panic!() };
    assert_eq!(
        (fold.train.len(), fold.validation.len(), fold.test.len()),
        (1260, 60, 120)
    );
    assert_partition(fold, 1440);

    for utterance in &mut corpus {
        utterance.split = utterance
            .split
            .map(|side| side.max(Subset::Train))
            .map(|side| {
                if side == Subset::Validation {
                    Subset::Train
                } else {
                    side
                }
            });
    }
    let carved = plain(&corpus, Protocol::Manifest, 0);
    assert_eq!(speakers(&corpus, &carved.folds[0].validation).len(), 3);
    assert!(carved.folds[0].leakage(&corpus).is_none());
    assert_partition(&carved.folds[0], 1440);

    corpus[5].split = None;
    let error = refused(&corpus, ProtocolConfig::new(Protocol::Manifest));
    assert_eq!(error, SplitError::NoSplit { clips: 1 });
    for utterance in &mut corpus {
        utterance.split = Some(Subset::Train);
    }
    let error = refused(&corpus, ProtocolConfig::new(Protocol::Manifest));
    assert_eq!(
        error,
        SplitError::EmptySubset {
            fold: "manifest".to_owned(),
            subset: Subset::Test
        }
    );
}

#[test]
fn options_out_of_range_are_refused() {
    let corpus = ravdess();
    let holdout = || ProtocolConfig::new(Protocol::Holdout);
    for value in [0.0, 1.0, -0.1, f64::NAN] {
        let config = ProtocolConfig {
            test_fraction: value,
            ..holdout()
        };
        assert!(
            matches!(refused(&corpus, config), SplitError::TestFraction { .. }),
            "{value}"
        );
    }
    for value in [0.7, -0.1, f64::NAN] {
        let config = ProtocolConfig {
            validation_fraction: Some(value),
            ..holdout()
        };
        assert!(matches!(
            refused(&corpus, config),
            SplitError::ValidationFraction { .. }
        ));
    }
    let speakers = || ProtocolConfig::new(Protocol::Speakers);
    for folds in [0, 1, 25] {
        let config = ProtocolConfig {
            folds,
            ..speakers()
        };
        assert_eq!(
            refused(&corpus, config),
            SplitError::Folds {
                folds,
                speakers: 24
            }
        );
    }
    let config = ProtocolConfig {
        balance_before_split: true,
        ..speakers()
    };
    assert!(matches!(
        refused(&corpus, config),
        SplitError::BalanceBeforeSplit { .. }
    ));
    assert_eq!(refused(&[], holdout()), SplitError::NoClips);
}

#[test]
fn too_few_speakers_or_clips_are_refused() {
    let two = [
        clip(0, Emotion::Sad, "a", None),
        clip(1, Emotion::Sad, "b", None),
    ];
    let config = ProtocolConfig {
        folds: 2,
        ..ProtocolConfig::new(Protocol::Speakers)
    };
    assert_eq!(
        refused(&two, config.clone()),
        SplitError::OneSpeaker {
            fold: "fold-1".into()
        }
    );
    let without = ProtocolConfig {
        validation_fraction: Some(0.0),
        ..config
    };
    let splits = split(&two, &LabelScheme::Sentiment3, &without, &[], 0).unwrap();
    assert!(splits.folds.iter().all(|fold| fold.validation.is_empty()));

    let one = [clip(0, Emotion::Sad, "a", None)];
    let error = refused(&one, ProtocolConfig::new(Protocol::Holdout));
    assert!(
        matches!(
            error,
            SplitError::EmptySubset {
                subset: Subset::Test,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_training_set_that_cannot_be_balanced_names_its_fold() {
    let mut corpus = ravdess();
    corpus.retain(|utterance| utterance.emotion != Emotion::Neutral);
    let config = ProtocolConfig::new(Protocol::Speakers);
    let error = split(&corpus, &LabelScheme::Sentiment3, &config, &NOTEBOOK, 0).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("fold-1: cannot oversample neutral"),
        "{error}"
    );
}

/// A corpus with speakers of any gender and number of clips.
fn any_corpus() -> impl Strategy<Value = Vec<Utterance>> {
    let speaker = (0..3usize, prop::collection::vec(0..8usize, 1..12));
    prop::collection::vec(speaker, 4..14).prop_map(|speakers| {
        let mut corpus = Vec::new();
        for (number, (gender, emotions)) in speakers.into_iter().enumerate() {
            let gender = [None, Some(Gender::Female), Some(Gender::Male)][gender];
            for emotion in emotions {
                let speaker = format!("s{number}");
                corpus.push(clip(corpus.len(), Emotion::ALL[emotion], &speaker, gender));
            }
        }
        corpus
    })
}

proptest! {
    #[test]
    fn no_speaker_is_in_two_sets(corpus in any_corpus(), folds in 2..5usize, seed: u64) {
        let config = ProtocolConfig { folds, ..ProtocolConfig::new(Protocol::Speakers) };
        let splits = match split(&corpus, &LabelScheme::Emotion8, &config, &[], seed) {
            // One speaker with as many clips as all others together fills one of two folds.
            Err(SplitError::OneSpeaker { .. }) if folds == 2 => return Ok(()),
            result => result.unwrap(),
        };
        let mut tested = Vec::new();
        for fold in &splits.folds {
            assert_partition(fold, corpus.len());
            let sides =
                [&fold.train, &fold.validation, &fold.test].map(|side| speakers(&corpus, side));
            let together: BTreeSet<&String> = sides.iter().flatten().collect();
            prop_assert_eq!(together.len(), sides.iter().map(BTreeSet::len).sum::<usize>());
            prop_assert!(sides.iter().all(|side| !side.is_empty()));
            prop_assert!(fold.leakage(&corpus).is_none());
            tested.extend_from_slice(&fold.test);
        }
        tested.sort_unstable();
        prop_assert_eq!(tested, (0..corpus.len()).collect::<Vec<_>>());
    }

    #[test]
    fn holdout_puts_every_clip_into_one_set(
        corpus in any_corpus(),
        test_fraction in 0.2..0.5f64,
        seed: u64,
    ) {
        let config = ProtocolConfig {
            test_fraction,
            validation_fraction: Some(0.2),
            ..ProtocolConfig::new(Protocol::Holdout)
        };
        let scheme = LabelScheme::Sentiment3;
        match split(&corpus, &scheme, &config, &[], seed) {
            Ok(splits) => {
                let fold = &splits.folds[0];
                assert_partition(fold, corpus.len());
                let there = labels(&corpus, &(0..corpus.len()).collect::<Vec<_>>(), &scheme);
                let trained = labels(&corpus, &fold.train, &scheme);
                for (there, trained) in there.into_iter().zip(trained) {
                    prop_assert_eq!(there > 0, trained > 0, "a label nobody trains on");
                }
            }
            Err(SplitError::EmptySubset { .. }) => prop_assert!(corpus.len() < 12),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn balancing_never_changes_the_test_set(corpus in any_corpus(), seed: u64) {
        let config = ProtocolConfig { folds: 3, ..ProtocolConfig::new(Protocol::Speakers) };
        let scheme = LabelScheme::Sentiment3;
        let plain = split(&corpus, &scheme, &config, &[], seed).unwrap();
        let balanced =
            split(&corpus, &scheme, &config, &[BalanceStep::Undersample], seed).unwrap();
        for (plain, balanced) in plain.folds.iter().zip(&balanced.folds) {
            prop_assert_eq!(&plain.test, &balanced.test);
            prop_assert_eq!(&plain.validation, &balanced.validation);
            let totals = labels(&corpus, &balanced.train, &scheme);
            let present: BTreeSet<usize> = totals.into_iter().filter(|&total| total > 0).collect();
            prop_assert_eq!(present.len(), 1);
        }
    }
}

#[test]
fn full_trains_on_all_but_the_validation_speakers() {
    let corpus = ravdess();
    let splits = plain(&corpus, Protocol::Full, 3);
    let [fold] = &splits.folds[..] else { panic!() };
    assert_partition(fold, corpus.len());
    assert!(fold.test.is_empty());
    let validation = speakers(&corpus, &fold.validation);
    assert!(!validation.is_empty());
    assert!(validation.is_disjoint(&speakers(&corpus, &fold.train)));
}

#[test]
fn the_audio_of_a_video_leaks_its_take() {
    let mut corpus = ravdess();
    for name in RavdessName::all_speech() {
        let video = format!("01{}", &name.to_string()[2..]);
        let name: RavdessName = video.parse().unwrap();
        corpus.push(Utterance::from_ravdess(format!("{name}.wav"), name));
    }
    let [fold] = &plain(&corpus, Protocol::Holdout, 42).folds[..] else {
        panic!()
    };
    let seen: BTreeSet<usize> = fold.train.iter().chain(&fold.validation).copied().collect();
    // Each clip's video is 1440 places behind it.
    let twin = |index: usize| (index + 1440) % 2880;
    let by_hand = fold
        .test
        .iter()
        .filter(|&&index| seen.contains(&twin(index)));
    let leakage = fold.leakage(&corpus);
    assert_eq!(leakage.test_copies, by_hand.count());
    assert!(leakage.test_copies > 400, "{leakage:?}");
}

#[test]
fn folds_of_corpora_with_similar_names_have_names_of_their_own() {
    let names = ["EmoDB", "emodb", "my corpus", "my-corpus-2", "my_corpus"];
    let corpus: Vec<Utterance> = (0..names.len() * 24)
        .map(|number| Utterance {
            corpus: names[number / 24].to_owned(),
            ..clip(
                number,
                Emotion::ALL[number % 8],
                &format!("{} {}", number / 24, number % 6),
                None,
            )
        })
        .collect();
    for (protocol, prefix) in [(Protocol::Corpora, "without"), (Protocol::Matrix, "on")] {
        let splits = plain(&corpus, protocol, 1);
        let folds: Vec<&str> = splits.folds.iter().map(|fold| fold.name.as_str()).collect();
        let expected = [
            "EmoDB",
            "emodb-2",
            "my-corpus",
            "my-corpus-2",
            "my-corpus-3",
        ];
        assert_eq!(folds, expected.map(|name| format!("{prefix}-{name}")));
    }
}

#[test]
fn test_clips_without_a_speaker_are_counted() {
    let mut corpus = ravdess();
    let [fold] = &plain(&corpus, Protocol::Holdout, 42).folds[..] else {
        panic!()
    };
    assert_eq!(fold.leakage(&corpus).test_clips_without_speaker, 0);
    for clip in &mut corpus {
        clip.speaker = None;
    }
    let leakage = fold.leakage(&corpus);
    assert_eq!(leakage.shared_speakers, [""; 0]);
    assert_eq!(leakage.test_clips_without_speaker, fold.test.len());
}
