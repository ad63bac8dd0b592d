//! The clips of a corpus that an experiment leaves out.

use std::collections::BTreeMap;

use undertone_corpus::{LabelScheme, Utterance};
use undertone_metrics::{Report, SetEvaluation};

use super::setup::has_class;

/// The clips that were left out.
pub(super) struct Exclusions {
    /// The number of clips of each label that has no class.
    left_out: BTreeMap<String, usize>,
    /// The number of clips that cannot be read.
    unreadable: usize,
}

impl Exclusions {
    /// Count the clips of a corpus that have no class in one of `schemes`, and the others that are
    /// not among the `readable` ones.
    pub(super) fn of(corpus: &[Utterance], schemes: &[&LabelScheme], readable: usize) -> Self {
        let mut left_out = BTreeMap::new();
        for utterance in corpus {
            if !has_class(utterance, schemes) {
                let label = utterance.emotion.name().to_owned();
                *left_out.entry(label).or_default() += 1;
            }
        }
        let without_class: usize = left_out.values().sum();
        Self {
            left_out,
            unreadable: (corpus.len() - without_class).saturating_sub(readable),
        }
    }

    /// State the clips in a report.
    pub(super) fn state<E: SetEvaluation>(self, report: &mut Report<E>) {
        report.left_out = self.left_out;
        report.unreadable = self.unreadable;
    }
}
