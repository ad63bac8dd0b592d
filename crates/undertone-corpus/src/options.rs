//! What to take from a corpus.

use crate::{ColumnNames, LabelMap, VocalChannels};

/// How to open a corpus.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CorpusOptions {
    /// RAVDESS's speech, its songs, or both.
    pub channels: VocalChannels,
    /// Which labels stand for others, and which to leave out.
    pub labels: LabelMap,
    /// The columns of a manifest, of a `metadata.csv`, of audformat's tables or of those of
    /// MSP-Podcast and MELD that have other names than the known ones. A note says where they are
    /// not used.
    pub columns: ColumnNames,
}
