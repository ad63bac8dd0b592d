//! What to take from a corpus.

use crate::{ColumnNames, LabelMap, VocalChannels};

/// How to open a corpus.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CorpusOptions {
    /// RAVDESS's speech, its songs, or both.
    pub channels: VocalChannels,
    /// Which labels stand for others, and which to leave out.
    pub labels: LabelMap,
    /// The columns of a manifest, of a `metadata.csv` or of audformat's tables that have other
    /// names than the known ones.
    pub columns: ColumnNames,
}
