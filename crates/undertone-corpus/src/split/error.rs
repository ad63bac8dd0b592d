//! Errors of splitting a corpus.

use std::path::PathBuf;

use crate::{BalanceError, Protocol, Subset};

/// The reason why a corpus cannot be split by a protocol.
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
        /// The upper limit.
        below: f64,
    },
    /// The number of folds does not fit the corpus.
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
    /// A set has no clip.
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
    /// The training set of a fold has only one speaker, so none can be reserved for validation.
    #[error(
        "{fold}: only one speaker is left to train on, so none can be reserved for validation; \
         use fewer folds or a corpus with more speakers, or set validation_fraction = 0"
    )]
    OneSpeaker {
        /// The fold.
        fold: String,
    },
    /// The speakers of some clips are not known, and the protocol or the validation set needs them.
    #[error(
        "{clips} clip(s) have no speaker; name the speakers, or use a protocol that needs none: \
         holdout, or corpora with validation_fraction = 0"
    )]
    NoSpeaker {
        /// The number of clips without a speaker.
        clips: usize,
    },
    /// There is only one corpus.
    #[error(
        "the protocols corpora and matrix compare corpora, and all clips are of one corpus, \
         {name}; give several corpora"
    )]
    OneCorpus {
        /// The corpus's name.
        name: String,
    },
    /// A clip is not from RAVDESS, so EmoBox's folds do not include it.
    #[error(
        "the protocol emobox splits RAVDESS by its actors, and {} is not known as a RAVDESS \
         clip: its name and labels must agree; use the protocol speakers for another corpus",
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
    /// Some clips are not assigned to a set.
    #[error(
        "the protocol manifest needs a set for every clip, and {clips} clip(s) have none; fill \
         the manifest's column split with train, validation or test"
    )]
    NoSplit {
        /// The number of clips without a set.
        clips: usize,
    },
    /// `balance_before_split` with another protocol than `holdout`.
    #[error(
        "balance_before_split works only with the protocol holdout, not with {protocol}; it puts \
         copies of a clip into both the training and the test set"
    )]
    BalanceBeforeSplit {
        /// The protocol.
        protocol: Protocol,
    },
    /// A training set cannot be balanced.
    #[error("{fold}: {reason}")]
    Balance {
        /// The fold.
        fold: String,
        /// The reason.
        reason: BalanceError,
    },
}

fn list(actors: &[u8]) -> String {
    let numbers: Vec<String> = actors.iter().map(|actor| format!("{actor:02}")).collect();
    format!("actor(s) {}", numbers.join(", "))
}
