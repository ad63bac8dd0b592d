//! The folds of an experiment, and what their sets share.

use serde::Serialize;
use undertone_corpus::{Fold, Protocol, Takes, Utterance, split};
use undertone_metrics::LeakageSummary;

use super::setup::Experiment;
use crate::error::LabError;
use crate::prepare::Clip;
use crate::recipe::describe_protocol;

/// The folds of the protocol that are trained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoldChoice {
    /// One fold, counted from 1.
    One(usize),
    /// All folds, once for each seed.
    All {
        /// Seeds of split, balancing, weights and training.
        seeds: Vec<u64>,
    },
}

/// The names of the clips of each set, below the corpus's folder: `division.json`.
#[derive(Serialize)]
pub(super) struct SplitFile {
    protocol: Protocol,
    seed: u64,
    train: Vec<String>,
    validation: Vec<String>,
    test: Vec<String>,
}

/// A fold to train: its name in the run folder, its seed and its sets.
pub(super) struct Job {
    pub(super) name: String,
    pub(super) seed: u64,
    pub(super) fold: Fold,
}

impl Experiment<'_> {
    /// Return the protocol with the chosen folds, as reports print it.
    pub(super) fn describe(&self, choice: &FoldChoice) -> String {
        let recipe = self.recipe;
        match choice {
            FoldChoice::One(number) => {
                let several = matches!(
                    recipe.protocol.name,
                    Protocol::Speakers | Protocol::Emobox | Protocol::Corpora | Protocol::Matrix
                );
                let fold = several.then_some(*number);
                describe_protocol(&recipe.protocol, fold, &[recipe.seed])
            }
            FoldChoice::All { seeds } => describe_protocol(&recipe.protocol, None, seeds),
        }
    }

    /// Return the chosen folds.
    pub(super) fn jobs(
        &self,
        utterances: &[Utterance],
        choice: &FoldChoice,
    ) -> Result<Vec<Job>, LabError> {
        let recipe = self.recipe;
        let folds = |seed: u64| {
            split(
                utterances,
                &recipe.label_scheme,
                &recipe.protocol,
                &recipe.balance,
                seed,
            )
        };
        match choice {
            FoldChoice::One(number) => {
                let mut folds = folds(recipe.seed)?.folds;
                if *number == 0 || *number > folds.len() {
                    return Err(LabError::NoSuchFold {
                        number: *number,
                        folds: folds.len(),
                    });
                }
                let fold = folds.swap_remove(number - 1);
                Ok(vec![Job {
                    name: fold.name.clone(),
                    seed: recipe.seed,
                    fold,
                }])
            }
            FoldChoice::All { seeds } => {
                let mut jobs = Vec::new();
                for &seed in seeds {
                    for fold in folds(seed)?.folds {
                        let name = if seeds[..] == [recipe.seed] {
                            fold.name.clone()
                        } else {
                            format!("{}-seed-{seed}", fold.name)
                        };
                        jobs.push(Job { name, seed, fold });
                    }
                }
                Ok(jobs)
            }
        }
    }

    /// Return what `division.json` tells about a fold.
    pub(super) fn split_file(&self, utterances: &[Utterance], job: &Job) -> SplitFile {
        let names = |indices: &[usize]| -> Vec<String> {
            let utterances = indices.iter().map(|index| &utterances[*index]);
            utterances
                .map(|utterance| utterance.name_below(&self.corpus.root))
                .collect()
        };
        SplitFile {
            protocol: self.recipe.protocol.name,
            seed: job.seed,
            train: names(&job.fold.train),
            validation: names(&job.fold.validation),
            test: names(&job.fold.test),
        }
    }
}

/// Count the takes and speakers that the sets of a fold share.
pub(super) fn leakage(fold: &Fold, utterances: &[Utterance], features: &[Clip]) -> LeakageSummary {
    let shared = fold.leakage_of_takes(utterances, &takes(utterances, features));
    LeakageSummary {
        test_clips_with_copy_in_training: Some(shared.test_copies),
        validation_clips_with_copy_in_training: shared.validation_copies,
        speakers_on_both_sides: shared.shared_speakers.len(),
        test_clips: fold.test.len(),
        test_clips_without_speaker: without_speaker(&fold.test, utterances),
    }
}

/// Count the clips whose speaker is not known.
pub(super) fn without_speaker(clips: &[usize], utterances: &[Utterance]) -> usize {
    let unknown = |index: &&usize| utterances[**index].speaker.is_none();
    clips.iter().filter(unknown).count()
}

/// Return the takes of clips whose recordings were read.
pub(super) fn takes(utterances: &[Utterance], features: &[Clip]) -> Takes {
    Takes::by_name_and_sound(utterances, |index| Some(features[index].sound))
}
