//! A speaker's gender, as a corpus states it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The gender that a corpus gives for a speaker. RAVDESS: odd actors male, even ones female.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// A female voice.
    Female,
    /// A male voice.
    Male,
}

impl Gender {
    /// Return the name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Gender::Female => "female",
            Gender::Male => "male",
        }
    }
}

impl fmt::Display for Gender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that names no [`Gender`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown gender \"{0}\"; write female, male, f or m, or leave it empty")]
pub struct UnknownGender(pub String);

impl FromStr for Gender {
    type Err = UnknownGender;

    /// Parse `female`, `f`, `male` or `m` in any case.
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word.trim().to_lowercase().as_str() {
            "female" | "f" => Ok(Gender::Female),
            "male" | "m" => Ok(Gender::Male),
            _ => Err(UnknownGender(word.trim().to_owned())),
        }
    }
}
