#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod balance;
mod color;
mod corpus;
mod emotion;
mod error;
mod gender;
mod labels;
mod leakage;
mod manifest;
mod protocol;
mod random_stream;
mod ravdess;
mod scheme;
mod segment;
mod skipped;
mod split;
mod subset;
mod takes;
mod utterance;

pub use balance::{BalanceError, BalanceStep, balance};
pub use color::{LABEL_COLORS, OTHER_COLORS, color_of};
pub use corpus::Corpus;
pub use emotion::{Emotion, InvalidEmotion, OtherEmotion};
pub use error::CorpusError;
pub use gender::{Gender, UnknownGender};
pub use labels::{LabelMap, LabelMapError, LabelMapping};
pub use leakage::Leakage;
pub use manifest::{
    ColumnName, ColumnNameError, ColumnNames, ColumnRole, ManifestError, ManifestNote, NoteSubject,
    RowError,
};
pub use protocol::{Protocol, ProtocolConfig, UnknownProtocol};
pub use ravdess::{
    Intensity, Modality, RavdessField, RavdessName, RavdessNameError, Statement,
    UnknownVocalChannels, VocalChannel, VocalChannels,
};
pub use scheme::{LabelScheme, OwnScheme, SchemeError};
pub use segment::{InvalidSegment, Segment};
pub use skipped::Skipped;
pub use split::{EMOBOX_RAVDESS_FOLDS, Fold, SplitError, Splits, split};
pub use subset::{Subset, UnknownSubset};
pub use takes::Takes;
pub use utterance::Utterance;
