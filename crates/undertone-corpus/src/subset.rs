//! The three sets of a split.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One of the three sets of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subset {
    /// The clips that the weights are fitted to.
    Train,
    /// The clips that early stopping, learning-rate plateaus and the choice of a checkpoint use.
    Validation,
    /// The clips to evaluate on once, at the end.
    Test,
}

impl Subset {
    /// Return the name in lower case.
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

    /// Parse a name, a usual short form (`val`, `dev`, `eval`) or a set of MSP-Podcast
    /// (`Development`, `Test1`) in any case.
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word.trim().to_lowercase().as_str() {
            "train" | "training" | "trn" => Ok(Subset::Train),
            "validation" | "validate" | "val" | "valid" | "dev" | "devel" | "development" => {
                Ok(Subset::Validation)
            }
            "test" | "testing" | "test1" | "test2" | "test3" | "eval" | "evaluation" => {
                Ok(Subset::Test)
            }
            _ => Err(UnknownSubset(word.trim().to_owned())),
        }
    }
}
