//! The result of splitting a corpus.

use crate::Protocol;

/// One split into three sets, which hold indices into the utterances that were split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// The fold's name, which can serve as a folder name: `holdout`, `manifest`, `full`, or
    /// `fold-1`, `fold-2`, …
    pub name: String,
    /// The clips to train on. Balancing can repeat an index here.
    pub train: Vec<usize>,
    /// The clips that training uses to stop early and to choose a checkpoint.
    pub validation: Vec<usize>,
    /// The clips to evaluate on.
    pub test: Vec<usize>,
}

/// A corpus split by a protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Splits {
    /// The protocol. Report it with every score.
    pub protocol: Protocol,
    /// Whether the clips were balanced before they were split, so that copies leak.
    pub balanced_before_split: bool,
    /// The folds, with balanced training sets. Never empty.
    pub folds: Vec<Fold>,
}
