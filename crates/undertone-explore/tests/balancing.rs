//! The steps of the study that RAVDESS's results are compared with.

mod support;

use std::path::Path;

use support::*;
use undertone_corpus::{BalanceStep, Corpus, Emotion, LabelScheme, RavdessName, Utterance};
use undertone_explore::{ExploreOptions, Flow, explore};

/// All of RAVDESS's names, every one with the same short sound behind it.
fn all_of_ravdess(folder: &Path) -> Corpus {
    let sound = folder.join("sound.wav");
    write_wav(&sound, &voice(200.0, 0.05, 0.3, 8000), 8000, 1);
    let utterances = RavdessName::all_speech().map(|name| Utterance::from_ravdess(&sound, name));
    Corpus::new(folder, utterances.collect())
}

fn flow_of(options: &ExploreOptions) -> Flow {
    let folder = tempfile::tempdir().unwrap();
    let corpus = all_of_ravdess(folder.path());
    explore(&corpus, options, UNWATCHED).unwrap().flow
}

#[test]
fn the_usual_steps_give_1440_then_1536_then_1152_clips() {
    let flow = flow_of(&ExploreOptions::default());
    assert!(flow.left_out.is_empty());
    let stages: Vec<(&str, usize)> = flow
        .stages
        .iter()
        .map(|stage| (stage.name.as_str(), stage.clips))
        .collect();
    assert_eq!(
        stages,
        [
            ("as recorded", 1440),
            ("after oversampling", 1536),
            ("after mapping to labels", 1536),
            ("after under-sampling", 1152)
        ]
    );
    let [recorded, oversampled, mapped, last] = &flow.stages[..] else {
        panic!("four stages")
    };
    assert_eq!(recorded.emotions[0], ("neutral", 96));
    assert_eq!(oversampled.emotions[0], ("neutral", 192));
    assert_eq!(
        mapped.labels,
        [("negative", 768), ("neutral", 384), ("positive", 384)]
    );
    assert!(mapped.mapped && !oversampled.mapped);
    assert_eq!(
        last.labels,
        [("negative", 384), ("neutral", 384), ("positive", 384)]
    );
    let of = |emotion: &str| {
        last.emotions
            .iter()
            .find(|(name, _)| *name == emotion)
            .unwrap()
            .1
    };
    assert_eq!(
        [of("sad"), of("angry"), of("neutral"), of("happy")],
        [96, 96, 192, 192]
    );
    for stage in &flow.stages {
        for groups in [&stage.genders, &stage.intensities, &stage.speakers] {
            let sum: usize = groups.iter().map(|(_, count)| count).sum();
            assert_eq!(sum, stage.clips, "{}", stage.name);
        }
    }
    assert_eq!(recorded.speakers.len(), 24);
}

#[test]
fn a_step_for_a_missing_emotion_is_left_out_and_the_next_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let mut corpus = all_of_ravdess(folder.path());
    corpus
        .utterances
        .retain(|utterance| utterance.emotion != Emotion::Calm);
    let flow = explore(&corpus, &ExploreOptions::default(), UNWATCHED)
        .unwrap()
        .flow;
    assert_eq!(flow.left_out.len(), 1);
    assert!(flow.left_out[0].contains("no calm clip"), "{flow:?}");
    let last = flow.stages.last().unwrap();
    assert_eq!(last.name, "after under-sampling");
    assert_eq!(
        last.labels,
        [("negative", 96), ("neutral", 96), ("positive", 96)]
    );
}

#[test]
fn other_steps_can_be_taken() {
    let none = ExploreOptions {
        balance: Vec::new(),
        scheme: LabelScheme::Emotion8,
        ..ExploreOptions::default()
    };
    let flow = flow_of(&none);
    assert_eq!(flow.stages.len(), 2);
    assert_eq!(flow.stages[1].clips, 1440);
    let cut = ExploreOptions {
        balance: vec![BalanceStep::Undersample],
        ..none
    };
    assert_eq!(flow_of(&cut).stages.last().unwrap().clips, 8 * 96);
}
