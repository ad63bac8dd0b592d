//! Errors of balancing.

use crate::Emotion;

/// The reason why clips cannot be balanced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BalanceError {
    /// An emotion to oversample, or to oversample to, has no clip.
    #[error(
        "cannot oversample {emotion} to {to}: there is no {absent} clip; \
         drop the step from the recipe"
    )]
    Absent {
        /// The emotion whose clips should be repeated.
        emotion: Emotion,
        /// The emotion whose number of clips was the target.
        to: Emotion,
        /// The one of the two that has no clip.
        absent: Emotion,
    },
    /// A step names a corpus that is not there.
    #[error("balance: there is no corpus \"{corpus}\"; there are {}", known.join(", "))]
    UnknownCorpus {
        /// The corpus.
        corpus: String,
        /// The corpora that are there.
        known: Vec<String>,
    },
}
