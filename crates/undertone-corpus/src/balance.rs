//! Balancing: the steps of a recipe that make the classes equally frequent.

use std::collections::{BTreeMap, HashMap};

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::random_stream::{Purpose, stream};
use crate::{Emotion, LabelScheme, Utterance};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// A step as a table of a recipe.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepTable {
    step: StepName,
    #[serde(skip_serializing_if = "Option::is_none")]
    emotion: Option<Emotion>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Emotion>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StepName {
    Oversample,
    Undersample,
}

impl TryFrom<StepTable> for BalanceStep {
    type Error = &'static str;

    fn try_from(table: StepTable) -> Result<Self, Self::Error> {
        match (table.step, table.emotion, table.to) {
            (StepName::Oversample, Some(emotion), Some(to)) => {
                Ok(BalanceStep::Oversample { emotion, to })
            }
            (StepName::Oversample, _, _) => {
                Err("the balancing step \"oversample\" needs `emotion` and `to`")
            }
            (StepName::Undersample, None, None) => Ok(BalanceStep::Undersample),
            (StepName::Undersample, _, _) => {
                Err("the balancing step \"undersample\" takes neither `emotion` nor `to`")
            }
        }
    }
}

impl From<BalanceStep> for StepTable {
    fn from(step: BalanceStep) -> Self {
        match step {
            BalanceStep::Oversample { emotion, to } => Self {
                step: StepName::Oversample,
                emotion: Some(emotion),
                to: Some(to),
            },
            BalanceStep::Undersample => Self {
                step: StepName::Undersample,
                emotion: None,
                to: None,
            },
        }
    }
}

/// The reason why clips cannot be balanced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BalanceError {
    /// An emotion to oversample, or to oversample to, has no clip.
    #[error(
        "cannot oversample {emotion} to {to}: there is no {absent} clip; \
         drop the step from the recipe"
    )]
    Absent {
        /// The emotion whose clips should be repeated.
        emotion: Emotion,
        /// The emotion whose number of clips was the target.
        to: Emotion,
        /// The one of the two that has no clip.
        absent: Emotion,
    },
}

/// Apply balancing steps, one after another, to the clips with these indices.
///
/// Return indices into `utterances`: the remaining clips in the order of `indices`, then the
/// copies. The same seed gives the same result on every platform.
///
/// # Errors
/// If a step names an emotion that has no clip.
///
/// # Panics
/// If an index is not below `utterances.len()`.
pub fn balance(
    utterances: &[Utterance],
    indices: &[usize],
    scheme: &LabelScheme,
    steps: &[BalanceStep],
    seed: u64,
) -> Result<Vec<usize>, BalanceError> {
    let mut rng = stream(seed, Purpose::Balance);
    let mut list = indices.to_vec();
    for &step in steps {
        match step {
            BalanceStep::Oversample { emotion, to } => {
                oversample(utterances, &mut list, emotion, to, &mut rng)?;
            }
            BalanceStep::Undersample => list = undersample(utterances, &list, scheme, &mut rng),
        }
    }
    Ok(list)
}

fn oversample(
    utterances: &[Utterance],
    list: &mut Vec<usize>,
    emotion: Emotion,
    to: Emotion,
    rng: &mut ChaCha8Rng,
) -> Result<(), BalanceError> {
    let of = |wanted: Emotion| {
        let clips = list
            .iter()
            .copied()
            .filter(|&index| utterances[index].emotion == wanted);
        let clips: Vec<usize> = clips.collect();
        if clips.is_empty() {
            Err(BalanceError::Absent {
                emotion,
                to,
                absent: wanted,
            })
        } else {
            Ok(clips)
        }
    };
    let mut clips = of(emotion)?;
    let mut lacking = of(to)?.len().saturating_sub(clips.len());
    while lacking > 0 {
        clips.shuffle(rng);
        let dealt = lacking.min(clips.len());
        list.extend_from_slice(&clips[..dealt]);
        lacking -= dealt;
    }
    Ok(())
}

fn undersample(
    utterances: &[Utterance],
    list: &[usize],
    scheme: &LabelScheme,
    rng: &mut ChaCha8Rng,
) -> Vec<usize> {
    let mut positions: BTreeMap<Emotion, Vec<usize>> = BTreeMap::new();
    for (position, &index) in list.iter().enumerate() {
        let emotion = utterances[index].emotion;
        positions.entry(emotion).or_default().push(position);
    }
    let positions_of = |emotion: &Emotion| positions.get(emotion).map_or(&[][..], Vec::as_slice);
    let labels: Vec<Vec<Emotion>> = (0..scheme.labels().len())
        .map(|label| scheme.emotions_of(label))
        .collect();
    let counts_of = |emotions: &[Emotion]| -> Vec<usize> {
        emotions
            .iter()
            .map(|emotion| positions_of(emotion).len())
            .collect()
    };
    let totals = labels
        .iter()
        .map(|emotions| counts_of(emotions).iter().sum::<usize>());
    let target = totals.filter(|&total| total > 0).min().unwrap_or(0);

    let mut kept = Vec::new();
    for emotions in &labels {
        let counts = counts_of(emotions);
        for (emotion, share) in emotions.iter().zip(equal_shares(&counts, target)) {
            kept.extend(draw(list, positions_of(emotion), share, rng));
        }
    }
    kept.sort_unstable();
    kept.into_iter().map(|position| list[position]).collect()
}

/// Split `total` into one share per count. The shares are as equal as possible, and none exceeds
/// its count.
fn equal_shares(counts: &[usize], total: usize) -> Vec<usize> {
    let mut ascending: Vec<usize> = (0..counts.len()).collect();
    ascending.sort_by_key(|&position| counts[position]);
    let mut shares = vec![0; counts.len()];
    let mut left = total;
    for (done, &position) in ascending.iter().enumerate() {
        let share = counts[position].min(left / (counts.len() - done));
        shares[position] = share;
        left -= share;
    }
    shares
}

/// Draw `wanted` of the positions at random. Take different clips before copies of one.
fn draw(list: &[usize], positions: &[usize], wanted: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut shuffled = positions.to_vec();
    shuffled.shuffle(rng);
    let mut seen: HashMap<usize, usize> = HashMap::new();
    let mut with_copy_number: Vec<(usize, usize)> = shuffled
        .into_iter()
        .map(|position| {
            let copies = seen.entry(list[position]).or_insert(0);
            *copies += 1;
            (*copies, position)
        })
        .collect();
    with_copy_number.sort_by_key(|&(copy_number, _)| copy_number);
    with_copy_number
        .into_iter()
        .take(wanted)
        .map(|(_, position)| position)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::equal_shares;

    #[test]
    fn shares_are_equal_if_every_count_is_large_enough() {
        assert_eq!(equal_shares(&[192, 192, 192, 192], 384), [96, 96, 96, 96]);
    }

    #[test]
    fn larger_counts_fill_the_share_of_a_small_one() {
        assert_eq!(equal_shares(&[10, 100, 100, 0], 90), [10, 40, 40, 0]);
    }

    #[test]
    fn a_remainder_is_distributed() {
        let shares = equal_shares(&[50, 50, 50], 100);
        assert_eq!(shares.iter().sum::<usize>(), 100);
        assert!(shares.iter().all(|share| (33..=34).contains(share)));
    }
}
