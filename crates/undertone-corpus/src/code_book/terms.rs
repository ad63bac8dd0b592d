//! How the speech of a corpus came about, and what its license allows.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How the speech of a corpus came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpeechKind {
    /// Actors or lay speakers perform an emotion that they are told.
    Acted,
    /// The speakers are brought into a situation, or play a role, so that emotions arise.
    Elicited,
    /// The speech was not made for the corpus.
    Natural,
}

impl SpeechKind {
    /// Return the name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            SpeechKind::Acted => "acted",
            SpeechKind::Elicited => "elicited",
            SpeechKind::Natural => "natural",
        }
    }
}

impl fmt::Display for SpeechKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What the license of a corpus allows, as far as its publishers say. This is no legal advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The license in words.
    pub license: String,
    /// Whether commercial use is allowed.
    pub commercial: bool,
    /// Whether the recordings may be passed on.
    pub redistribution: bool,
    /// Whether models may be trained on it and passed on. If not, use the corpus only to judge.
    #[serde(default = "yes")]
    pub train: bool,
}

fn yes() -> bool {
    true
}
