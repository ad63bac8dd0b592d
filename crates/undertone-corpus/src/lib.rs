#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod balance;
mod clip_key;
mod code_book;
mod color;
mod corpus;
mod emotion;
mod error;
mod format;
mod gender;
mod info;
mod join;
mod joined_notes;
mod labels;
mod layouts;
mod leakage;
mod left_out;
mod listing;
mod manifest;
mod naming;
mod note;
mod options;
mod protocol;
mod random_stream;
mod ravdess;
mod recognize;
mod scheme;
mod segment;
mod skipped;
mod source;
mod speakers;
mod split;
mod subset;
mod takes;
mod unused_columns;
mod utterance;

pub use balance::{BalanceError, BalanceStep, balance};
pub use code_book::{CodeBook, OfficialCounts, SpeechKind, Terms, UnknownCodeBook};
pub(crate) use code_book::{NamedClip, TableLayout};
pub use color::{LABEL_COLORS, OTHER_COLORS, color_of};
pub use corpus::Corpus;
pub use emotion::{Emotion, InvalidEmotion, OtherEmotion};
pub use error::CorpusError;
pub use format::CorpusFormat;
pub use gender::{Gender, UnknownGender};
pub use info::{CorpusInfo, CountDifference, FoundCounts};
pub use labels::{LabelMap, LabelMapError, LabelMapping};
pub use layouts::TableError;
pub use leakage::Leakage;
pub use left_out::LeftOut;
pub use listing::RECORDING_EXTENSIONS;
pub use manifest::{
    ColumnName, ColumnNameError, ColumnNames, ColumnRole, ManifestError, ManifestNote, NoteSubject,
    RowError,
};
pub use note::{CorpusNote, TableField};
pub use options::CorpusOptions;
pub use protocol::{Protocol, ProtocolConfig, UnknownProtocol};
pub use ravdess::{
    Intensity, Modality, RavdessField, RavdessName, RavdessNameError, Statement,
    UnknownVocalChannels, VocalChannel, VocalChannels,
};
pub use scheme::{LabelScheme, OwnScheme, SchemeError};
pub use segment::{InvalidSegment, Segment};
pub use skipped::Skipped;
pub use source::CorpusSource;
pub use speakers::Speakers;
pub use split::{EMOBOX_RAVDESS_FOLDS, Fold, SplitError, Splits, split};
pub use subset::{Subset, UnknownSubset};
pub use takes::Takes;
pub use utterance::Utterance;
