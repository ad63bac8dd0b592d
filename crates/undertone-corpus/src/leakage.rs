//! What a fold's sides share although they should not.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use crate::{Fold, RavdessName, Utterance};

/// What stands on both sides of a fold. Two entries are copies of one clip if they are the same
/// utterance, the same path or the same RAVDESS name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leakage {
    /// How many entries of the test set have a copy in the training or validation set. Not
    /// zero means: the score is too good.
    pub test_copies: usize,
    /// How many entries of the validation set have a copy in the training set.
    pub validation_copies: usize,
    /// The speakers of the test set who are also heard in the training or validation set.
    pub shared_speakers: Vec<String>,
}

impl Leakage {
    /// Whether no clip and no speaker is shared.
    pub fn is_none(&self) -> bool {
        self.test_copies == 0 && self.validation_copies == 0 && self.shared_speakers.is_empty()
    }
}

impl Fold {
    /// Counts what this fold's sides share.
    ///
    /// # Panics
    /// Where the fold was not made from `utterances` and an index is out of range.
    pub fn leakage(&self, utterances: &[Utterance]) -> Leakage {
        let train: HashSet<Recording> = recordings(utterances, &self.train).collect();
        let validation: HashSet<Recording> = recordings(utterances, &self.validation).collect();
        let training_speakers: HashSet<&str> = speakers(utterances, &self.train)
            .chain(speakers(utterances, &self.validation))
            .collect();
        let shared_speakers: BTreeSet<&str> = speakers(utterances, &self.test)
            .filter(|speaker| training_speakers.contains(speaker))
            .collect();
        Leakage {
            test_copies: recordings(utterances, &self.test)
                .filter(|clip| train.contains(clip) || validation.contains(clip))
                .count(),
            validation_copies: recordings(utterances, &self.validation)
                .filter(|clip| train.contains(clip))
                .count(),
            shared_speakers: shared_speakers.into_iter().map(str::to_owned).collect(),
        }
    }
}

/// What makes two utterances the same clip.
#[derive(PartialEq, Eq, Hash)]
enum Recording<'a> {
    Ravdess(RavdessName),
    Path(&'a Path),
}

fn recordings<'a>(
    utterances: &'a [Utterance],
    indices: &'a [usize],
) -> impl Iterator<Item = Recording<'a>> {
    indices
        .iter()
        .map(|&index| match utterances[index].ravdess {
            Some(name) => Recording::Ravdess(name),
            None => Recording::Path(&utterances[index].path),
        })
}

fn speakers<'a>(
    utterances: &'a [Utterance],
    indices: &'a [usize],
) -> impl Iterator<Item = &'a str> {
    indices
        .iter()
        .map(|&index| utterances[index].speaker.as_str())
}
