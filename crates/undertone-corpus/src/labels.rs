//! Renaming and ignoring labels.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Emotion, InvalidEmotion};

/// Which labels of a corpus stand for others, and which to leave out.
///
/// In a recipe it is the table `[labels]`:
///
/// ```
/// # #[derive(serde::Deserialize)]
/// # struct Recipe { labels: undertone_corpus::LabelMap }
/// use undertone_corpus::{Emotion, LabelMap};
///
/// let recipe: Recipe = toml::from_str(r#"
/// [labels]
/// map = { excited = "happy" }
/// ignore = ["other", "undecided"]
/// "#)?;
/// let labels = recipe.labels;
/// assert_eq!(labels.apply("exc".parse()?), Some(Emotion::Happy));
/// assert_eq!(labels.apply("oth".parse()?), None);
/// assert_eq!(labels.apply(Emotion::Sad), Some(Emotion::Sad));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A map has one step: a label that another stands for is neither mapped nor ignored itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "LabelText", into = "LabelText")]
pub struct LabelMap {
    map: BTreeMap<Emotion, Emotion>,
    ignore: BTreeSet<Emotion>,
}

impl LabelMap {
    /// Make a map. Synonyms count as one label: `exc` and `excited` are the same.
    ///
    /// # Errors
    /// If a label is mapped to itself, to two labels, to no label, to a label that is mapped on (a
    /// chain or a cycle), or if a label is ignored and mapped, or ignored and mapped to.
    pub fn new(
        mappings: impl IntoIterator<Item = LabelMapping>,
        ignore: impl IntoIterator<Item = Emotion>,
    ) -> Result<Self, LabelMapError> {
        let mut map = BTreeMap::new();
        for LabelMapping { from, to } in mappings {
            if to.is_unlabeled() {
                return Err(LabelMapError::ToNothing { from });
            }
            if from == to {
                return Err(LabelMapError::ToItself { label: from });
            }
            if let Some(other) = map.insert(from, to).filter(|&other| other != to) {
                return Err(LabelMapError::TwoTargets {
                    from,
                    targets: [other, to],
                });
            }
        }
        let ignore: BTreeSet<Emotion> = ignore.into_iter().collect();
        let labels = Self { map, ignore };
        labels.check()?;
        Ok(labels)
    }

    fn check(&self) -> Result<(), LabelMapError> {
        for (&from, &to) in &self.map {
            if self.ignore.contains(&from) {
                return Err(LabelMapError::MappedAndIgnored { label: from });
            }
            if self.ignore.contains(&to) {
                return Err(LabelMapError::TargetIgnored { from, to });
            }
            if let Some(&next) = self.map.get(&to) {
                return Err(match self.cycle_from(from) {
                    Some(cycle) => LabelMapError::Cycle { cycle },
                    None => LabelMapError::Chain { from, to, next },
                });
            }
        }
        Ok(())
    }

    /// Return the labels of the cycle that the way from `start` leads into, if it does.
    fn cycle_from(&self, start: Emotion) -> Option<Vec<Emotion>> {
        let mut way = vec![start];
        let mut label = start;
        while let Some(&next) = self.map.get(&label) {
            if let Some(first) = way.iter().position(|&passed| passed == next) {
                return Some(way.split_off(first));
            }
            way.push(next);
            label = next;
        }
        None
    }

    /// Return the label that `emotion` stands for, or `None` if it is ignored.
    pub fn apply(&self, emotion: Emotion) -> Option<Emotion> {
        if self.ignore.contains(&emotion) {
            return None;
        }
        Some(self.map.get(&emotion).copied().unwrap_or(emotion))
    }

    /// Return whether the map changes nothing.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty() && self.ignore.is_empty()
    }

    /// Return the labels that are mapped or ignored, RAVDESS's first, then by name. One that no
    /// clip has is likely a typing error.
    pub fn labels(&self) -> impl Iterator<Item = Emotion> {
        let labels: BTreeSet<Emotion> = self.map.keys().chain(&self.ignore).copied().collect();
        labels.into_iter()
    }
}

/// One entry of a [`LabelMap`]. [`FromStr`] reads `excited=happy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabelMapping {
    /// The label of the corpus.
    pub from: Emotion,
    /// The label that it stands for.
    pub to: Emotion,
}

impl FromStr for LabelMapping {
    type Err = LabelMapError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (from, to) = text
            .split_once('=')
            .ok_or_else(|| LabelMapError::NotAMapping(text.to_owned()))?;
        Ok(Self {
            from: from.parse()?,
            to: to.parse()?,
        })
    }
}

/// The reason why labels cannot be mapped as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabelMapError {
    /// A text without an equals sign.
    #[error("\"{0}\" maps no label; write LABEL=LABEL, for instance excited=happy")]
    NotAMapping(String),
    /// A text that cannot be a label.
    #[error(transparent)]
    Label(#[from] InvalidEmotion),
    /// A label that is mapped to nothing.
    #[error("the label \"{from}\" is mapped to no label; to leave its clips out, ignore it")]
    ToNothing {
        /// The mapped label.
        from: Emotion,
    },
    /// A label that is mapped to itself.
    #[error(
        "the label \"{label}\" is mapped to itself; leave this out (synonyms such as anger and \
         angry are one label already)"
    )]
    ToItself {
        /// The label.
        label: Emotion,
    },
    /// A label that is mapped to two others.
    #[error(
        "the label \"{from}\" is mapped to \"{}\" and to \"{}\"; keep one", targets[0], targets[1]
    )]
    TwoTargets {
        /// The mapped label.
        from: Emotion,
        /// What it is mapped to.
        targets: [Emotion; 2],
    },
    /// A label that is mapped to a label that is mapped on.
    #[error(
        "the label \"{from}\" is mapped to \"{to}\", and \"{to}\" to \"{next}\"; map \"{from}\" to \
         \"{next}\" at once"
    )]
    Chain {
        /// The first label.
        from: Emotion,
        /// The label in between.
        to: Emotion,
        /// The label after it.
        next: Emotion,
    },
    /// Labels that are mapped in a circle.
    #[error(
        "the labels {} are mapped in a circle; remove one of them",
        circle(cycle)
    )]
    Cycle {
        /// The labels of the circle, each mapped to the next and the last to the first.
        cycle: Vec<Emotion>,
    },
    /// A label that is mapped and ignored.
    #[error("the label \"{label}\" is both mapped and ignored; choose one")]
    MappedAndIgnored {
        /// The label.
        label: Emotion,
    },
    /// A label that is mapped to one that is ignored.
    #[error(
        "the label \"{from}\" is mapped to \"{to}\", which is ignored; ignore \"{from}\" as well"
    )]
    TargetIgnored {
        /// The mapped label.
        from: Emotion,
        /// The ignored label.
        to: Emotion,
    },
}

fn circle(cycle: &[Emotion]) -> String {
    let names: Vec<String> = cycle
        .iter()
        .chain(cycle.first())
        .map(|label| format!("\"{label}\""))
        .collect();
    names.join(" → ")
}

/// The map as a recipe states it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelText {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    map: BTreeMap<String, Emotion>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ignore: Vec<Emotion>,
}

impl TryFrom<LabelText> for LabelMap {
    type Error = LabelMapError;

    fn try_from(text: LabelText) -> Result<Self, Self::Error> {
        let mappings: Result<Vec<LabelMapping>, InvalidEmotion> = text
            .map
            .into_iter()
            .map(|(from, to)| {
                Ok(LabelMapping {
                    from: from.parse()?,
                    to,
                })
            })
            .collect();
        Self::new(mappings?, text.ignore)
    }
}

impl From<LabelMap> for LabelText {
    fn from(labels: LabelMap) -> Self {
        Self {
            map: labels
                .map
                .into_iter()
                .map(|(from, to)| (from.name().to_owned(), to))
                .collect(),
            ignore: labels.ignore.into_iter().collect(),
        }
    }
}
