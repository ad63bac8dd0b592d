//! Protocols: how a recipe splits clips for evaluation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A way to split clips into a training and a test set. Every score belongs to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// One split over clips, stratified by label. The same speakers are in all sets, so the score
    /// says nothing about unseen speakers.
    Holdout,
    /// k folds over speakers: no speaker is in both the training and the test set of a fold.
    Speakers,
    /// EmoBox's six official folds of RAVDESS, by actor, for comparison with its published table.
    Emobox,
    /// The sets that a manifest's `split` column assigns.
    Manifest,
    /// Leave one corpus out: one fold for each corpus, which is the test set. No corpus is in both
    /// the training and the test set of a fold.
    Corpora,
    /// Train on each corpus alone and test on all: one fold for each corpus. Its test set has the
    /// clips of all other corpora, and those of a quarter of the corpus's own speakers, who are not
    /// trained on.
    Matrix,
    /// No test set: train on all speakers except those reserved for validation. For the final
    /// model, after another protocol has measured how good it is.
    Full,
    /// Every clip is in the test set, to evaluate a model on a corpus that it was not trained on.
    All,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Protocol; 8] = [
        Protocol::Holdout,
        Protocol::Speakers,
        Protocol::Emobox,
        Protocol::Manifest,
        Protocol::Corpora,
        Protocol::Matrix,
        Protocol::Full,
        Protocol::All,
    ];

    /// Return the name, as in recipes and commands.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Holdout => "holdout",
            Protocol::Speakers => "speakers",
            Protocol::Emobox => "emobox",
            Protocol::Manifest => "manifest",
            Protocol::Corpora => "corpora",
            Protocol::Matrix => "matrix",
            Protocol::Full => "full",
            Protocol::All => "all",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that names no [`Protocol`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown protocol \"{0}\"; known are holdout, speakers, emobox, manifest, corpora, matrix, full and all"
)]
pub struct UnknownProtocol(pub String);

impl FromStr for Protocol {
    type Err = UnknownProtocol;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Protocol::ALL
            .into_iter()
            .find(|protocol| protocol.name() == word)
            .ok_or_else(|| UnknownProtocol(word.to_owned()))
    }
}

/// A protocol with its options, as the table of a recipe. Options that the protocol does not use
/// are ignored.
///
/// ```
/// use undertone_corpus::{Protocol, ProtocolConfig};
///
/// let config: ProtocolConfig = toml::from_str("name = 'speakers'\nfolds = 8")?;
/// assert_eq!(config, ProtocolConfig { folds: 8, ..ProtocolConfig::new(Protocol::Speakers) });
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolConfig {
    /// The protocol.
    pub name: Protocol,
    /// `holdout`: the test set's share of all clips, above 0 and below 1. Default 0.3.
    #[serde(default = "default_test_fraction")]
    pub test_fraction: f64,
    /// The validation set's share, from 0 (no validation set) to below 1. `holdout`: of all clips,
    /// by default [`ProtocolConfig::HOLDOUT_VALIDATION`]. The other protocols: of the training
    /// set's speakers, at least one of them, by default [`ProtocolConfig::SPEAKERS_VALIDATION`].
    /// `manifest` uses it only if no row says `validation`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_fraction: Option<f64>,
    /// `speakers`: how many folds, at least 2. Default 5.
    #[serde(default = "default_folds")]
    pub folds: usize,
    /// `holdout`: balance all clips before splitting them. This puts copies of one clip into both
    /// the training and the test set, so scores are too good
    /// ([`Fold::leakage`](crate::Fold::leakage) counts the copies). It reproduces results that were
    /// made this way. Default false.
    #[serde(default)]
    pub balance_before_split: bool,
}

fn default_test_fraction() -> f64 {
    0.3
}

fn default_folds() -> usize {
    5
}

impl ProtocolConfig {
    /// The default validation set of `holdout`, as a share of all clips.
    pub const HOLDOUT_VALIDATION: f64 = 0.1;
    /// The default validation set of the other protocols, as a share of the training set's
    /// speakers.
    pub const SPEAKERS_VALIDATION: f64 = 0.12;

    /// Return a protocol with the default options.
    pub fn new(name: Protocol) -> Self {
        Self {
            name,
            test_fraction: default_test_fraction(),
            validation_fraction: None,
            folds: default_folds(),
            balance_before_split: false,
        }
    }

    /// Return the validation set's share: the one that is set, or the protocol's default.
    pub fn validation_share(&self) -> f64 {
        self.validation_fraction.unwrap_or(match self.name {
            Protocol::Holdout => Self::HOLDOUT_VALIDATION,
            _ => Self::SPEAKERS_VALIDATION,
        })
    }
}

impl From<Protocol> for ProtocolConfig {
    fn from(name: Protocol) -> Self {
        Self::new(name)
    }
}
