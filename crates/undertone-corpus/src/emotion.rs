//! The emotions that label a clip.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An emotion of RAVDESS's code book, in its order (codes 01 to 08).
///
/// Other corpora are mapped to these eight: [`FromStr`] accepts common synonyms.
///
/// ```
/// use undertone_corpus::Emotion;
///
/// assert_eq!("Happiness".parse(), Ok(Emotion::Happy));
/// assert_eq!(Emotion::Happy.to_string(), "happy");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Emotion {
    /// Code 01. RAVDESS has it in normal intensity only.
    Neutral,
    /// Code 02.
    Calm,
    /// Code 03.
    Happy,
    /// Code 04.
    Sad,
    /// Code 05.
    Angry,
    /// Code 06.
    Fearful,
    /// Code 07.
    Disgust,
    /// Code 08.
    Surprised,
}

impl Emotion {
    /// Every emotion, in RAVDESS's order.
    pub const ALL: [Emotion; 8] = [
        Emotion::Neutral,
        Emotion::Calm,
        Emotion::Happy,
        Emotion::Sad,
        Emotion::Angry,
        Emotion::Fearful,
        Emotion::Disgust,
        Emotion::Surprised,
    ];

    /// The names of [`Emotion::ALL`], in the same order.
    pub const NAMES: [&'static str; 8] = [
        "neutral",
        "calm",
        "happy",
        "sad",
        "angry",
        "fearful",
        "disgust",
        "surprised",
    ];

    /// Return the name in lower case, as in recipes and manifests.
    pub fn name(self) -> &'static str {
        Self::NAMES[self.index()]
    }

    /// Return the index in [`Emotion::ALL`], from 0.
    pub fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Emotion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that names none of the eight emotions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown emotion \"{0}\"; known are {known}", known = Emotion::NAMES.join(", "))]
pub struct UnknownEmotion(pub String);

impl FromStr for Emotion {
    type Err = UnknownEmotion;

    /// Parse a name or a common synonym ("anger", "fear", "joy", …) in any case.
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word.trim().to_lowercase().as_str() {
            "neutral" | "neutrality" => Ok(Emotion::Neutral),
            "calm" | "calmness" => Ok(Emotion::Calm),
            "happy" | "happiness" | "joy" | "joyful" => Ok(Emotion::Happy),
            "sad" | "sadness" => Ok(Emotion::Sad),
            "angry" | "anger" => Ok(Emotion::Angry),
            "fearful" | "fear" | "afraid" => Ok(Emotion::Fearful),
            "disgust" | "disgusted" => Ok(Emotion::Disgust),
            "surprised" | "surprise" => Ok(Emotion::Surprised),
            _ => Err(UnknownEmotion(word.trim().to_owned())),
        }
    }
}
