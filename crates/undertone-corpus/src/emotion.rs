//! The emotions that label a clip.

use std::fmt;
use std::str::FromStr;

use internment::Intern;
use serde::{Deserialize, Serialize};

/// An emotion: one of the eight of RAVDESS's code book, or any other word.
///
/// Labels are open. [`FromStr`] accepts the names and synonyms of published corpora and takes every
/// other word as an emotion of its own. The eight known ones come first in the order, then the
/// others by name. A value is as cheap to copy as a number.
///
/// ```
/// use undertone_corpus::Emotion;
///
/// assert_eq!("Happiness".parse(), Ok(Emotion::Happy));
/// assert_eq!(Emotion::Happy.to_string(), "happy");
/// let bored: Emotion = "boredom".parse()?;
/// assert_eq!(bored.name(), "bored");
/// # Ok::<(), undertone_corpus::InvalidEmotion>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
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
    /// A label outside RAVDESS's eight, for instance `bored`.
    Other(OtherEmotion),
}

/// The name of an emotion that is not one of RAVDESS's eight. Only [`Emotion::from_str`] and
/// [`Emotion::unlabeled`] make one, so that no two values stand for one emotion.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OtherEmotion(Intern<str>);

impl fmt::Debug for OtherEmotion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0.as_ref(), f)
    }
}

/// Words that corpora use for an emotion, with the name that stands for all of them. Words are in
/// lower case. A label that is not here keeps its own name.
const SYNONYMS: [(&str, &[&str]); 26] = [
    ("neutral", &["neu", "neutrality"]),
    ("calm", &["cal", "calmness"]),
    ("happy", &["hap", "happiness", "joy", "joyful", "joyfully"]),
    ("sad", &["sadness"]),
    ("angry", &["ang", "anger", "mad"]),
    ("fearful", &["fea", "fear", "afraid", "scared"]),
    ("disgust", &["dis", "disgusted"]),
    (
        "surprised",
        &[
            "sur",
            "surprise",
            "ps",
            "pleasant surprise",
            "pleasant_surprise",
            "pleasant_surprised",
            "pleasant surprised",
        ],
    ),
    // EmoBox writes boredem.
    ("bored", &["bor", "boredom", "boredem"]),
    ("excited", &["exc", "excitement"]),
    ("frustrated", &["fru", "frustration"]),
    ("amused", &["amusement"]),
    ("anxious", &["anx", "anxiety"]),
    ("sleepy", &["sleepiness"]),
    ("contempt", &["contemptuous"]),
    ("confused", &["confusion"]),
    ("disappointed", &["disappointment"]),
    ("enthusiastic", &["enthusiasm"]),
    ("guilty", &["guilt"]),
    ("proud", &["pride"]),
    ("relieved", &["relief"]),
    ("sarcastic", &["sarcasm"]),
    ("worried", &["worry"]),
    ("other", &["oth"]),
    (
        "undecided",
        &["xxx", "no agreement", "no_agreement", "no-agreement"],
    ),
    (
        "unlabeled",
        &[
            "",
            "nan",
            "none",
            "null",
            "n/a",
            "na",
            "<na>",
            "unknown",
            "unlabelled",
        ],
    ),
];

/// The most characters of a label. A longer one is a sign of a wrong column.
const MOST_CHARACTERS: usize = 64;

impl Emotion {
    /// RAVDESS's emotions, in its order.
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
        match self {
            Emotion::Neutral => "neutral",
            Emotion::Calm => "calm",
            Emotion::Happy => "happy",
            Emotion::Sad => "sad",
            Emotion::Angry => "angry",
            Emotion::Fearful => "fearful",
            Emotion::Disgust => "disgust",
            Emotion::Surprised => "surprised",
            Emotion::Other(OtherEmotion(name)) => name.as_ref(),
        }
    }

    /// Return the label of a clip that has none: a row that states only numbers, such as arousal.
    pub fn unlabeled() -> Self {
        Emotion::Other(OtherEmotion(Intern::from("unlabeled")))
    }

    /// Return whether this is [`Emotion::unlabeled`].
    pub fn is_unlabeled(self) -> bool {
        self == Self::unlabeled()
    }
}

impl fmt::Display for Emotion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that cannot be a label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{shown}\" is not a label; a label is a word of at most {MOST_CHARACTERS} characters",
    shown = .0.chars().take(MOST_CHARACTERS).collect::<String>().escape_debug()
)]
pub struct InvalidEmotion(pub String);

impl FromStr for Emotion {
    type Err = InvalidEmotion;

    /// Parse a label in any case. An empty text and words such as `nan` give
    /// [`Emotion::unlabeled`].
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let word = word.trim().to_lowercase();
        if word.chars().count() > MOST_CHARACTERS || word.contains(char::is_control) {
            return Err(InvalidEmotion(word));
        }
        let synonym = SYNONYMS
            .iter()
            .find(|(_, words)| words.contains(&word.as_str()));
        let name = synonym.map_or(word.as_str(), |(name, _)| name);
        let known = Emotion::ALL.into_iter().find(|known| known.name() == name);
        Ok(known.unwrap_or_else(|| Emotion::Other(OtherEmotion(Intern::from(name)))))
    }
}

impl TryFrom<String> for Emotion {
    type Error = InvalidEmotion;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        word.parse()
    }
}

impl From<Emotion> for String {
    fn from(emotion: Emotion) -> Self {
        emotion.name().to_owned()
    }
}
