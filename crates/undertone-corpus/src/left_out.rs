//! Clips that are left out because this was asked for.

use std::collections::BTreeMap;

use crate::Emotion;

/// The numbers of clips that a corpus has and that were left out as asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeftOut {
    /// Clips of RAVDESS's other vocal channel.
    pub channel: usize,
    /// Clips of each label that is ignored.
    pub labels: BTreeMap<Emotion, usize>,
}

impl LeftOut {
    /// Add the numbers of another corpus.
    pub(crate) fn add(&mut self, other: LeftOut) {
        self.channel += other.channel;
        for (label, clips) in other.labels {
            *self.labels.entry(label).or_insert(0) += clips;
        }
    }
}
