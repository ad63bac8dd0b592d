//! Takes and speakers that the sets of a fold share although they should not.

use std::collections::{BTreeSet, HashSet};

use crate::{Fold, Takes, Utterance};

/// The takes and speakers that more than one set of a fold holds. [`Takes`] says which clips record
/// the same take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leakage {
    /// The number of clips in the test set whose take is in the training or validation set too. If
    /// it is not zero, the score is too good.
    pub test_copies: usize,
    /// The number of clips in the validation set whose take is in the training set too.
    pub validation_copies: usize,
    /// The speakers of the test set who are in the training or validation set too.
    pub shared_speakers: Vec<String>,
    /// The number of clips in the test set whose speaker is not known. If it is not zero, the test
    /// set can hold speakers of the other sets although `shared_speakers` is empty.
    pub test_clips_without_speaker: usize,
}

impl Leakage {
    /// Return whether no take and no known speaker is shared.
    pub fn is_none(&self) -> bool {
        self.test_copies == 0 && self.validation_copies == 0 && self.shared_speakers.is_empty()
    }
}

impl Fold {
    /// Count what the sets of this fold share, judging takes by names and paths only.
    ///
    /// # Panics
    /// If the fold was not made from `utterances` and an index is out of range.
    pub fn leakage(&self, utterances: &[Utterance]) -> Leakage {
        self.leakage_of_takes(utterances, &Takes::by_name(utterances))
    }

    /// Count what the sets of this fold share. `takes` are those of `utterances`.
    ///
    /// # Panics
    /// If the fold was not made from `utterances` and an index is out of range.
    pub fn leakage_of_takes(&self, utterances: &[Utterance], takes: &Takes) -> Leakage {
        let takes_of = |indices: &[usize]| -> HashSet<usize> {
            indices.iter().map(|&index| takes.first_of(index)).collect()
        };
        let copies = |indices: &[usize], seen: &HashSet<usize>| {
            let is_copy = |index: &&usize| seen.contains(&takes.first_of(**index));
            indices.iter().filter(is_copy).count()
        };
        let speakers = |indices: &[usize]| -> BTreeSet<&str> {
            indices
                .iter()
                .filter_map(|&index| utterances[index].speaker.as_deref())
                .collect()
        };
        let trained = takes_of(&self.train);
        let mut seen = takes_of(&self.validation);
        seen.extend(&trained);
        let mut heard = speakers(&self.train);
        heard.extend(speakers(&self.validation));
        Leakage {
            test_copies: copies(&self.test, &seen),
            validation_copies: copies(&self.validation, &trained),
            shared_speakers: speakers(&self.test)
                .intersection(&heard)
                .map(|&speaker| speaker.to_owned())
                .collect(),
            test_clips_without_speaker: self
                .test
                .iter()
                .filter(|&&index| utterances[index].speaker.is_none())
                .count(),
        }
    }
}
