//! The steps of balancing, as a recipe states them.

use serde::{Deserialize, Serialize};

use crate::Emotion;

/// One step of balancing. In a recipe:
///
/// ```
/// # #[derive(serde::Deserialize)]
/// # struct Recipe { balance: Vec<undertone_corpus::BalanceStep> }
/// # let recipe: Recipe = toml::from_str(r#"
/// [[balance]]
/// step = "oversample"
/// emotion = "neutral"
/// to = "calm"
///
/// [[balance]]
/// step = "undersample"
/// # "#)?;
/// # assert_eq!(recipe.balance.len(), 2);
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StepTable", into = "StepTable")]
pub enum BalanceStep {
    /// Repeat clips of one emotion until it has as many as another.
    ///
    /// Every clip stays. Copies are taken in rounds from the shuffled clips, so the numbers of
    /// copies differ by at most one. An emotion that already has enough clips stays as it is.
    Oversample {
        /// The emotion whose clips are repeated.
        emotion: Emotion,
        /// The emotion whose number of clips is the target.
        to: Emotion,
    },
    /// Drop random clips until every label of the scheme that occurs has as many as the smallest
    /// one, in equal shares of the label's emotions.
    ///
    /// If an emotion has fewer clips than its share, it keeps them all, and the label's other
    /// emotions fill the rest. Copies of a clip are dropped before its last one.
    Undersample,
    /// Keep at most this many clips of a corpus, or of every corpus, in equal shares of its
    /// emotions.
    Cap {
        /// The corpus; `None` for every corpus.
        corpus: Option<String>,
        /// The most clips, at least 1.
        clips: usize,
    },
    /// Weigh the clips of a corpus: 2 repeats each clip once, 0.5 keeps half of them.
    ///
    /// Of a weight between two whole numbers, the fraction is the share of the clips, chosen at
    /// random, that occur once more.
    Weigh {
        /// The corpus.
        corpus: String,
        /// The weight, above 0 and at most 100.
        weight: f64,
    },
}

/// A step as a table of a recipe.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepTable {
    step: StepName,
    #[serde(skip_serializing_if = "Option::is_none")]
    emotion: Option<Emotion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Emotion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corpus: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clips: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<f64>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StepName {
    Oversample,
    #[default]
    Undersample,
    Cap,
    Weigh,
}

impl TryFrom<StepTable> for BalanceStep {
    type Error = &'static str;

    fn try_from(table: StepTable) -> Result<Self, Self::Error> {
        let StepTable {
            step,
            emotion,
            to,
            corpus,
            clips,
            weight,
        } = table;
        match (step, emotion, to, corpus, clips, weight) {
            (StepName::Oversample, Some(emotion), Some(to), None, None, None) => {
                Ok(BalanceStep::Oversample { emotion, to })
            }
            (StepName::Oversample, ..) => {
                Err("the balancing step \"oversample\" needs `emotion` and `to`, and nothing else")
            }
            (StepName::Undersample, None, None, None, None, None) => Ok(BalanceStep::Undersample),
            (StepName::Undersample, ..) => {
                Err("the balancing step \"undersample\" takes no options")
            }
            (StepName::Cap, None, None, corpus, Some(clips @ 1..), None) => {
                Ok(BalanceStep::Cap { corpus, clips })
            }
            (StepName::Cap, ..) => Err(
                "the balancing step \"cap\" needs `clips`, 1 or more, and takes a `corpus` (without \
                 it: every corpus)",
            ),
            (StepName::Weigh, None, None, Some(corpus), None, Some(weight))
                if weight > 0.0 && weight <= MOST_WEIGHT =>
            {
                Ok(BalanceStep::Weigh { corpus, weight })
            }
            (StepName::Weigh, ..) => Err(
                "the balancing step \"weigh\" needs a `corpus` and its `weight`, above 0 and at \
                 most 100",
            ),
        }
    }
}

/// The largest weight of a corpus.
const MOST_WEIGHT: f64 = 100.0;

impl From<BalanceStep> for StepTable {
    fn from(step: BalanceStep) -> Self {
        match step {
            BalanceStep::Oversample { emotion, to } => Self {
                step: StepName::Oversample,
                emotion: Some(emotion),
                to: Some(to),
                ..Self::default()
            },
            BalanceStep::Undersample => Self::default(),
            BalanceStep::Cap { corpus, clips } => Self {
                step: StepName::Cap,
                corpus,
                clips: Some(clips),
                ..Self::default()
            },
            BalanceStep::Weigh { corpus, weight } => Self {
                step: StepName::Weigh,
                corpus: Some(corpus),
                weight: Some(weight),
                ..Self::default()
            },
        }
    }
}
