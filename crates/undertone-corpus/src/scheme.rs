//! Label schemes: the mapping from emotions to the classes of a model.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use internment::Intern;
use serde::{Deserialize, Serialize};

use crate::{Emotion, Utterance};

/// A mapping from emotions to class labels. An emotion without a class is left out.
///
/// In a recipe it is a name, or a table with classes of its own:
///
/// ```
/// # #[derive(serde::Deserialize)]
/// # struct Recipe { label_scheme: undertone_corpus::LabelScheme }
/// use undertone_corpus::{Emotion, LabelScheme};
///
/// let scheme = LabelScheme::Sentiment3;
/// assert_eq!(scheme.labels(), ["negative", "neutral", "positive"]);
/// assert_eq!(scheme.label_of(Emotion::Calm), Some(1));
///
/// let recipe: Recipe = toml::from_str(r#"
/// [label_scheme]
/// name = "stress"
/// classes = { relaxed = ["neutral", "calm", "bored"], tense = ["angry", "fearful"] }
/// "#)?;
/// let scheme = recipe.label_scheme;
/// assert_eq!(scheme.labels(), ["relaxed", "tense"]);
/// assert_eq!(scheme.label_of("boredom".parse()?), Some(0));
/// assert_eq!(scheme.label_of(Emotion::Happy), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "SchemeText", into = "SchemeText")]
pub enum LabelScheme {
    /// RAVDESS's own eight emotions, in its order.
    Emotion8,
    /// The eight emotions with calm as neutral: what most corpora share.
    Emotion7,
    /// `angry`, `happy`, `neutral` (neutral, calm) and `sad`: the classes that nearly all corpora
    /// have, and the usual measure across corpora.
    Emotion4,
    /// `negative` (sad, angry, fearful, disgust), `neutral` (neutral, calm) and `positive`
    /// (happy, surprised).
    #[default]
    Sentiment3,
    /// One class for each emotion that the corpus has. [`LabelScheme::resolved`] replaces it once
    /// the corpus is known. Before that, it has no labels.
    Corpus,
    /// Classes that a recipe defines.
    Own(Arc<OwnScheme>),
}

/// The name and the classes of a scheme that is not built in. It has two classes or more, and no
/// emotion is in two of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnScheme {
    name: String,
    labels: Vec<&'static str>,
    emotions: Vec<Vec<Emotion>>,
}

const EMOTION7: [&str; 7] = [
    "neutral",
    "happy",
    "sad",
    "angry",
    "fearful",
    "disgust",
    "surprised",
];

impl LabelScheme {
    /// The schemes with classes that are built in.
    pub const ALL: [LabelScheme; 4] = [
        LabelScheme::Emotion8,
        LabelScheme::Emotion7,
        LabelScheme::Emotion4,
        LabelScheme::Sentiment3,
    ];

    /// Make a scheme from classes and their emotions. An emotion that one class names twice, such
    /// as `sad` and `sadness`, counts once. The name may be `corpus`, as that of a scheme which
    /// [`LabelScheme::resolved`] made, but no name of [`LabelScheme::ALL`].
    ///
    /// # Errors
    /// If the name is that of a built-in scheme, there are fewer than two classes, a class has no
    /// emotion or one that stands for no label, or two classes share one.
    pub fn own<'a>(
        name: &str,
        classes: impl IntoIterator<Item = (&'a str, Vec<Emotion>)>,
    ) -> Result<Self, SchemeError> {
        let mut built_in = Self::ALL.into_iter();
        if let Some(scheme) = built_in.find(|known| known.name().eq_ignore_ascii_case(name.trim()))
        {
            return Err(SchemeError::BuiltIn { scheme });
        }
        let (mut labels, mut emotions): (Vec<&'static str>, Vec<Vec<Emotion>>) = Default::default();
        let mut class_of: BTreeMap<Emotion, &'static str> = BTreeMap::new();
        for (label, members) in classes {
            let label: &'static str = Intern::<str>::from(label).as_ref();
            if labels.contains(&label) {
                return Err(SchemeError::RepeatedClass { label });
            }
            if members.is_empty() {
                return Err(SchemeError::EmptyClass { label });
            }
            let mut own = Vec::new();
            for emotion in members {
                if emotion.is_unlabeled() {
                    return Err(SchemeError::Unlabeled { label });
                }
                if own.contains(&emotion) {
                    continue;
                }
                if let Some(other) = class_of.insert(emotion, label) {
                    return Err(SchemeError::TwoClasses {
                        emotion,
                        classes: [other, label],
                    });
                }
                own.push(emotion);
            }
            labels.push(label);
            emotions.push(own);
        }
        if labels.len() < 2 {
            return Err(SchemeError::TooFew {
                classes: labels.len(),
            });
        }
        Ok(LabelScheme::Own(Arc::new(OwnScheme {
            name: name.to_owned(),
            labels,
            emotions,
        })))
    }

    /// Return the scheme with its classes known: [`LabelScheme::Corpus`] becomes one class for each
    /// emotion of `utterances`, every other scheme stays as it is.
    ///
    /// # Errors
    /// If the utterances have fewer than two different labels.
    pub fn resolved(&self, utterances: &[Utterance]) -> Result<Self, SchemeError> {
        if *self != LabelScheme::Corpus {
            return Ok(self.clone());
        }
        let emotions: BTreeSet<Emotion> = utterances
            .iter()
            .map(|utterance| utterance.emotion)
            .filter(|emotion| !emotion.is_unlabeled())
            .collect();
        Self::own(
            self.name(),
            emotions
                .into_iter()
                .map(|emotion| (emotion.name(), vec![emotion])),
        )
    }

    /// Return the name, for instance `emotion8` or `sentiment3`.
    pub fn name(&self) -> &str {
        match self {
            LabelScheme::Emotion8 => "emotion8",
            LabelScheme::Emotion7 => "emotion7",
            LabelScheme::Emotion4 => "emotion4",
            LabelScheme::Sentiment3 => "sentiment3",
            LabelScheme::Corpus => "corpus",
            LabelScheme::Own(own) => &own.name,
        }
    }

    /// Return the class labels. A class is an index into them.
    pub fn labels(&self) -> &[&'static str] {
        match self {
            LabelScheme::Emotion8 => &Emotion::NAMES,
            LabelScheme::Emotion7 => &EMOTION7,
            LabelScheme::Emotion4 => &["angry", "happy", "neutral", "sad"],
            LabelScheme::Sentiment3 => &["negative", "neutral", "positive"],
            LabelScheme::Corpus => &[],
            LabelScheme::Own(own) => &own.labels,
        }
    }

    /// Return the class of an emotion, below `self.labels().len()`, or `None` if it has none.
    pub fn label_of(&self, emotion: Emotion) -> Option<usize> {
        let position = |name: &str| self.labels().iter().position(|label| *label == name);
        match self {
            LabelScheme::Emotion8 => position(emotion.name()),
            LabelScheme::Emotion7 | LabelScheme::Emotion4 if emotion == Emotion::Calm => {
                position("neutral")
            }
            LabelScheme::Emotion7 | LabelScheme::Emotion4 => position(emotion.name()),
            LabelScheme::Sentiment3 => match emotion {
                Emotion::Sad | Emotion::Angry | Emotion::Fearful | Emotion::Disgust => Some(0),
                Emotion::Neutral | Emotion::Calm => Some(1),
                Emotion::Happy | Emotion::Surprised => Some(2),
                Emotion::Other(_) => None,
            },
            LabelScheme::Corpus => None,
            LabelScheme::Own(own) => own
                .emotions
                .iter()
                .position(|members| members.contains(&emotion)),
        }
    }

    /// Return all emotions that have a class: RAVDESS's in its order, then the others by name.
    pub fn emotions(&self) -> Vec<Emotion> {
        match self {
            LabelScheme::Own(own) => {
                let mut emotions: Vec<Emotion> = own.emotions.iter().flatten().copied().collect();
                emotions.sort_unstable();
                emotions
            }
            _ => Emotion::ALL
                .into_iter()
                .filter(|&emotion| self.label_of(emotion).is_some())
                .collect(),
        }
    }

    /// Return the emotions of a class, in the order of [`LabelScheme::emotions`].
    pub fn emotions_of(&self, label: usize) -> Vec<Emotion> {
        let mut emotions = self.emotions();
        emotions.retain(|&emotion| self.label_of(emotion) == Some(label));
        emotions
    }

    /// Return the class in `coarser` of each class of this scheme, or `None` if the emotions of one
    /// class have different classes there, or none.
    ///
    /// The classes of `emotion8` and `emotion4` can be summed to those of `sentiment3`, for
    /// instance.
    pub fn classes_in(&self, coarser: &LabelScheme) -> Option<Vec<usize>> {
        (0..self.labels().len())
            .map(|class| {
                let mut classes = self
                    .emotions_of(class)
                    .into_iter()
                    .map(|emotion| coarser.label_of(emotion));
                let first = classes.next()??;
                classes.all(|other| other == Some(first)).then_some(first)
            })
            .collect()
    }
}

impl fmt::Display for LabelScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The reason why a text or a table is no [`LabelScheme`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemeError {
    /// A word that names no scheme.
    #[error(
        "unknown label scheme \"{0}\"; known are emotion8, emotion7, emotion4, sentiment3 and \
         corpus (the labels of the corpus)"
    )]
    Unknown(String),
    /// A table of classes has the name of a built-in scheme.
    #[error(
        "{scheme} is a built-in label scheme; give the scheme with classes of its own another name"
    )]
    BuiltIn {
        /// The built-in scheme.
        scheme: LabelScheme,
    },
    /// A class has a word that stands for no label.
    #[error("the class \"{label}\" names clips without a label, which have no class")]
    Unlabeled {
        /// The class.
        label: &'static str,
    },
    /// There are fewer than two classes.
    #[error("a label scheme needs at least two classes, and there are {classes}")]
    TooFew {
        /// The number of classes.
        classes: usize,
    },
    /// A class has no emotion.
    #[error("the class \"{label}\" has no emotion")]
    EmptyClass {
        /// The class.
        label: &'static str,
    },
    /// Two classes have one name.
    #[error("there are two classes \"{label}\"")]
    RepeatedClass {
        /// The class.
        label: &'static str,
    },
    /// The list of labels is not the list of classes.
    #[error("`labels` must name each class of `classes` once")]
    Labels,
    /// Two classes share an emotion.
    #[error(
        "the emotion \"{emotion}\" is in two classes, \"{}\" and \"{}\"", classes[0], classes[1]
    )]
    TwoClasses {
        /// The emotion.
        emotion: Emotion,
        /// The classes.
        classes: [&'static str; 2],
    },
}

impl FromStr for LabelScheme {
    type Err = SchemeError;

    /// Parse the name of a built-in scheme, or `corpus`.
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let mut named = LabelScheme::ALL.into_iter().chain([LabelScheme::Corpus]);
        named
            .find(|scheme| scheme.name() == word)
            .ok_or_else(|| SchemeError::Unknown(word.to_owned()))
    }
}

/// A scheme as a recipe and a model's `config.json` state it.
#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected the name of a label scheme or a table of classes"
)]
enum SchemeText {
    Name(String),
    Table(SchemeTable),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemeTable {
    #[serde(default = "default_name")]
    name: String,
    /// The classes in the order of the model's outputs. Default: by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    classes: BTreeMap<String, Vec<Emotion>>,
}

fn default_name() -> String {
    "own".to_owned()
}

impl TryFrom<SchemeText> for LabelScheme {
    type Error = SchemeError;

    fn try_from(text: SchemeText) -> Result<Self, Self::Error> {
        match text {
            SchemeText::Name(name) => name.parse(),
            SchemeText::Table(SchemeTable {
                name,
                labels,
                mut classes,
            }) => {
                let order = match labels.is_empty() {
                    true => classes.keys().cloned().collect(),
                    false => labels,
                };
                let ordered: Option<Vec<_>> = order
                    .iter()
                    .map(|label| Some((label.as_str(), classes.remove(label)?)))
                    .collect();
                match ordered {
                    Some(ordered) if classes.is_empty() => Self::own(&name, ordered),
                    _ => Err(SchemeError::Labels),
                }
            }
        }
    }
}

impl From<LabelScheme> for SchemeText {
    fn from(scheme: LabelScheme) -> Self {
        match scheme {
            LabelScheme::Own(own) => {
                let labels = || own.labels.iter().map(|label| (*label).to_owned());
                SchemeText::Table(SchemeTable {
                    name: own.name.clone(),
                    labels: labels().collect(),
                    classes: labels().zip(own.emotions.iter().cloned()).collect(),
                })
            }
            built_in => SchemeText::Name(built_in.name().to_owned()),
        }
    }
}
