//! Speech emotion corpora: which clips there are, who speaks, what they are labeled, and how
//! they are balanced and split for honest judging. There is no audio in this crate.
//!
//! A [`Corpus`] is opened from a folder of RAVDESS clips or from a manifest CSV. Its
//! [`Utterance`]s carry an [`Emotion`]; a [`LabelScheme`] turns emotions into the classes of a
//! model. [`split`] splits the utterances by a [`Protocol`] into [`Fold`]s of three sides and
//! [`balance`]s the training set only.
//!
//! ```
//! use undertone_corpus::{
//!     BalanceStep, LabelScheme, Protocol, ProtocolConfig, RavdessName, Utterance, split,
//! };
//!
//! let utterances: Vec<Utterance> = RavdessName::all_speech()
//!     .map(|name| Utterance::from_ravdess(format!("{name}.wav"), name))
//!     .collect();
//! let protocol = ProtocolConfig::new(Protocol::Emobox);
//! let splits = split(&utterances, LabelScheme::Emotion8, &protocol, &[], 7)?;
//! assert_eq!(splits.folds.len(), 6);
//! assert_eq!(splits.folds[0].test.len(), 4 * 60);
//! assert!(splits.folds[0].leakage(&utterances).is_none());
//! # Ok::<(), undertone_corpus::SplitError>(())
//! ```

#![warn(clippy::unwrap_used, clippy::expect_used)]

mod balance;
mod color;
mod corpus;
mod emotion;
mod error;
mod gender;
mod leakage;
mod manifest;
mod problem;
mod protocol;
mod random;
mod ravdess;
mod scheme;
mod split;
mod utterance;

pub use balance::{BalanceError, BalanceStep, balance};
pub use color::{OTHER_COLORS, color_of};
pub use corpus::Corpus;
pub use emotion::{Emotion, UnknownEmotion};
pub use error::CorpusError;
pub use gender::{Gender, UnknownGender};
pub use leakage::Leakage;
pub use manifest::ManifestError;
pub use problem::Problem;
pub use protocol::{Protocol, ProtocolConfig, UnknownProtocol};
pub use ravdess::{
    Channel, Intensity, Modality, RavdessField, RavdessName, RavdessNameError, Statement,
};
pub use scheme::{LabelScheme, UnknownScheme};
pub use split::{EMOBOX_RAVDESS_FOLDS, Fold, SplitError, Splits, split};
pub use utterance::{Subset, UnknownSubset, Utterance};
