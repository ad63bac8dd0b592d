//! The folds to train, and what their sides share.

use std::path::Path;

use serde::Serialize;
use undertone_corpus::{Fold, Protocol, Takes, Utterance, split};

use super::{Experiment, FoldChoice};
use crate::error::LabError;
use crate::features::ClipFeatures;
use undertone_metrics::LeakageSummary;

/// Paths of the clips on each side, relative to the corpus.
#[derive(Serialize)]
pub(super) struct DivisionFile<'a> {
    protocol: Protocol,
    seed: u64,
    train: Vec<&'a Path>,
    validation: Vec<&'a Path>,
    test: Vec<&'a Path>,
}

/// A fold to train: its name in the run folder, its seed, its sides.
pub(super) struct Job {
    pub(super) name: String,
    pub(super) seed: u64,
    pub(super) fold: Fold,
}

impl Experiment<'_> {
    pub(super) fn jobs(
        &self,
        utterances: &[Utterance],
        choice: &FoldChoice,
    ) -> Result<Vec<Job>, LabError> {
        let recipe = self.recipe;
        let folds = |seed: u64| {
            split(
                utterances,
                recipe.label_scheme,
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

    pub(super) fn split_file<'u>(
        &self,
        utterances: &'u [Utterance],
        job: &Job,
    ) -> DivisionFile<'u> {
        let paths = |indices: &[usize]| -> Vec<&'u Path> {
            indices
                .iter()
                .map(|index| {
                    let path: &'u Path = &utterances[*index].path;
                    path.strip_prefix(&self.corpus.root).unwrap_or(path)
                })
                .collect()
        };
        DivisionFile {
            protocol: self.recipe.protocol.name,
            seed: job.seed,
            train: paths(&job.fold.train),
            validation: paths(&job.fold.validation),
            test: paths(&job.fold.test),
        }
    }
}

/// Count the takes and speakers that the sets of a fold share.
pub(super) fn leakage(
    fold: &Fold,
    utterances: &[Utterance],
    features: &[ClipFeatures],
) -> LeakageSummary {
    let takes = Takes::by_name_and_sound(utterances, |index| Some(features[index].sound));
    let shared = fold.leakage_of_takes(utterances, &takes);
    LeakageSummary {
        test_clips_with_copy_in_training: Some(shared.test_copies),
        validation_clips_with_copy_in_training: shared.validation_copies,
        speakers_on_both_sides: shared.shared_speakers.len(),
        test_clips: fold.test.len(),
    }
}
