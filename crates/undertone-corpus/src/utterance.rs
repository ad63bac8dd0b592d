//! One labeled recording.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Emotion, Gender, RavdessName};

/// One clip of a corpus: where it is, what is felt in it and who speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Utterance {
    /// The recording, ready to be opened: the corpus's root and the clip's place under it.
    pub path: PathBuf,
    /// What the speaker expresses.
    pub emotion: Emotion,
    /// Who speaks; RAVDESS's actors are `01` to `24`.
    pub speaker: String,
    /// The speaker's gender, where the corpus tells it.
    pub gender: Option<Gender>,
    /// The side that a manifest's `split` column assigns.
    pub split: Option<Subset>,
    /// The clip's RAVDESS name, where it has one that agrees with the fields above.
    pub ravdess: Option<RavdessName>,
}

impl Utterance {
    /// The utterance that a RAVDESS name describes, recorded in the file `path`.
    pub fn from_ravdess(path: impl Into<PathBuf>, name: RavdessName) -> Self {
        Self {
            path: path.into(),
            emotion: name.emotion(),
            speaker: name.speaker(),
            gender: Some(name.gender()),
            split: None,
            ravdess: Some(name),
        }
    }
}

/// A set of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subset {
    /// What the weights are fitted to.
    Train,
    /// What early stopping, learning-rate plateaus and the choice of a checkpoint look at.
    Validation,
    /// What is judged once, at the end.
    Test,
}

impl Subset {
    /// The side's name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Subset::Train => "train",
            Subset::Validation => "validation",
            Subset::Test => "test",
        }
    }
}

impl fmt::Display for Subset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that names no [`Subset`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown split \"{0}\"; write train, validation or test")]
pub struct UnknownSubset(pub String);

impl FromStr for Subset {
    type Err = UnknownSubset;

    /// Reads a side's name or a usual short form (`val`, `valid`, `dev`), whatever the case.
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word.trim().to_lowercase().as_str() {
            "train" | "training" => Ok(Subset::Train),
            "validation" | "val" | "valid" | "dev" => Ok(Subset::Validation),
            "test" | "testing" => Ok(Subset::Test),
            _ => Err(UnknownSubset(word.trim().to_owned())),
        }
    }
}
