//! Corpora whose labels are not in the names of their files, or not only there.

use serde::Deserialize;

/// The part `[tables]` of a code book.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tables {
    pub(crate) layout: TableLayout,
    /// Where the layout is described.
    pub(crate) described_by: String,
}

/// A layout that has code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TableLayout {
    /// Names of seven codes, read by the module `ravdess`.
    Ravdess,
    /// `Session*/dialog/EmoEvaluation/*.txt`.
    Iemocap,
    /// `train_sent_emo.csv`, `dev_sent_emo.csv`, `test_sent_emo.csv`.
    Meld,
    /// `labels_consensus.csv`.
    MspPodcast,
}
