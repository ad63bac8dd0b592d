//! Why a corpus can't be split.

use std::path::PathBuf;

use crate::{BalanceError, Protocol, Subset};

/// Why a corpus can't be split by a protocol.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SplitError {
    /// There is nothing to split.
    #[error("there is no clip to split")]
    NoClips,
    /// The test set's share is out of range.
    #[error("test_fraction = {value} is out of range; it must lie between 0 and 1")]
    TestFraction {
        /// The share.
        value: f64,
    },
    /// The validation set's share is out of range.
    #[error(
        "validation_fraction = {value} is out of range; it must be 0 or more and below {below}"
    )]
    ValidationFraction {
        /// The share.
        value: f64,
        /// What it must stay below.
        below: f64,
    },
    /// The number of folds doesn't fit the corpus.
    #[error(
        "folds = {folds} is out of range; for the corpus's {speakers} speaker(s) it must lie \
         between 2 and {speakers}"
    )]
    Folds {
        /// The number of folds.
        folds: usize,
        /// The number of speakers.
        speakers: usize,
    },
    /// A side has no clip.
    #[error(
        "{fold}: the {subset} set has no clip; the corpus is too small for this protocol or the \
         fractions leave nothing for it"
    )]
    EmptySubset {
        /// The fold.
        fold: String,
        /// The set.
        subset: Subset,
    },
    /// A fold's training set has a single speaker, so that none can be set aside.
    #[error(
        "{fold}: only one speaker is left to train on, so none can be set aside for validation; \
         use fewer folds or a corpus with more speakers, or set validation_fraction = 0"
    )]
    OneSpeaker {
        /// The fold.
        fold: String,
    },
    /// A clip is not RAVDESS's, so EmoBox's folds don't say where it belongs.
    #[error(
        "the protocol emobox splits RAVDESS by its actors, and {} is not known as a RAVDESS \
         clip: its name and labels must say the same; use the protocol speakers for another corpus",
        path.display()
    )]
    NotRavdess {
        /// The first such clip.
        path: PathBuf,
    },
    /// Some of RAVDESS's 24 actors have no clip.
    #[error(
        "the protocol emobox needs all 24 actors of RAVDESS, and there is no clip of {}; complete \
         the corpus or use the protocol speakers",
        list(actors)
    )]
    MissingActors {
        /// The actors' numbers.
        actors: Vec<u8>,
    },
    /// Clips without a side.
    #[error(
        "the protocol manifest needs a side for every clip, and {clips} clip(s) have none; fill \
         the manifest's column split with train, validation or test"
    )]
    NoSplit {
        /// How many clips have no side.
        clips: usize,
    },
    /// `balance_before_split` with a protocol that has no use for it.
    #[error(
        "balance_before_split only goes with the protocol holdout, not with {protocol}; it puts \
         copies of a clip on both sides"
    )]
    BalanceBeforeSplit {
        /// The protocol.
        protocol: Protocol,
    },
    /// A training set can't be balanced.
    #[error("{fold}: {reason}")]
    Balance {
        /// The fold.
        fold: String,
        /// What is missing.
        reason: BalanceError,
    },
}

fn list(actors: &[u8]) -> String {
    let numbers: Vec<String> = actors.iter().map(|actor| format!("{actor:02}")).collect();
    format!("actor(s) {}", numbers.join(", "))
}
