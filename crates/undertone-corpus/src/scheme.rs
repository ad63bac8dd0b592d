//! Label schemes: the mapping from emotions to the classes of a model.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Emotion;

/// A mapping from the eight emotions to class labels.
///
/// ```
/// use undertone_corpus::{Emotion, LabelScheme};
///
/// let scheme = LabelScheme::Sentiment3;
/// assert_eq!(scheme.labels(), ["negative", "neutral", "positive"]);
/// assert_eq!(scheme.labels()[scheme.label_of(Emotion::Calm)], "neutral");
/// ```
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum LabelScheme {
    /// RAVDESS's own eight emotions, in its order.
    Emotion8,
    /// `negative` (sad, angry, fearful, disgust), `neutral` (neutral, calm) and `positive`
    /// (happy, surprised).
    #[default]
    Sentiment3,
}

impl LabelScheme {
    /// Every scheme.
    pub const ALL: [LabelScheme; 2] = [LabelScheme::Emotion8, LabelScheme::Sentiment3];

    /// Return the name: `emotion8` or `sentiment3`.
    pub fn name(self) -> &'static str {
        match self {
            LabelScheme::Emotion8 => "emotion8",
            LabelScheme::Sentiment3 => "sentiment3",
        }
    }

    /// Return the class labels. A class is an index into them.
    pub fn labels(self) -> &'static [&'static str] {
        match self {
            LabelScheme::Emotion8 => &Emotion::NAMES,
            LabelScheme::Sentiment3 => &["negative", "neutral", "positive"],
        }
    }

    /// Return the class of an emotion, below `self.labels().len()`.
    pub fn label_of(self, emotion: Emotion) -> usize {
        match self {
            LabelScheme::Emotion8 => emotion.index(),
            LabelScheme::Sentiment3 => match emotion {
                Emotion::Sad | Emotion::Angry | Emotion::Fearful | Emotion::Disgust => 0,
                Emotion::Neutral | Emotion::Calm => 1,
                Emotion::Happy | Emotion::Surprised => 2,
            },
        }
    }

    /// Return the emotions of a class, in RAVDESS's order.
    pub fn emotions_of(self, label: usize) -> impl Iterator<Item = Emotion> {
        Emotion::ALL
            .into_iter()
            .filter(move |&emotion| self.label_of(emotion) == label)
    }
}

impl fmt::Display for LabelScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that names no [`LabelScheme`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown label scheme \"{0}\"; known are emotion8 and sentiment3")]
pub struct UnknownScheme(pub String);

impl FromStr for LabelScheme {
    type Err = UnknownScheme;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        LabelScheme::ALL
            .into_iter()
            .find(|scheme| scheme.name() == word)
            .ok_or_else(|| UnknownScheme(word.to_owned()))
    }
}
