//! From the outcomes of clips to scores.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use undertone_models::largest;

use super::calibration::{cross_entropy, expected_calibration_error};
use super::confusion::check_labels;
use super::{Bootstrap, ClassScores, ConfusionMatrix, Interval, JudgingError};

/// How far probabilities may add up to something else than 1: ample for 16-bit softmax, far too
/// little for logits.
const SUM_TOLERANCE: f64 = 1e-2;

/// What a model said about one clip.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The clip's path.
    pub utterance: String,
    /// Who spoke.
    pub speaker: String,
    /// The speaker's gender, where the corpus tells it.
    pub gender: Option<String>,
    /// The true class: an index into the labels.
    pub truth: usize,
    /// One probability per class, adding up to 1.
    pub probabilities: Vec<f32>,
}

impl Outcome {
    /// The likeliest class, the first of equals.
    pub fn predicted(&self) -> usize {
        largest(&self.probabilities)
    }

    fn check(&self, classes: usize) -> Result<(), JudgingError> {
        let utterance = || self.utterance.clone();
        if self.probabilities.len() != classes {
            return Err(JudgingError::RaggedProbabilities {
                utterance: utterance(),
                found: self.probabilities.len(),
                expected: classes,
            });
        }
        // Softmax in f32 may exceed one by a rounding. NaN is in no range.
        let allowed = 0.0..=1.0 + 1e-5;
        if let Some(&value) = self.probabilities.iter().find(|p| !allowed.contains(*p)) {
            return Err(JudgingError::NotAProbability {
                utterance: utterance(),
                value,
            });
        }
        let sum: f64 = self.probabilities.iter().copied().map(f64::from).sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(JudgingError::NotADistribution {
                utterance: utterance(),
                sum,
            });
        }
        Ok(())
    }
}

/// A score with its 95 % interval, fractions in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The score of all clips.
    pub value: f64,
    /// Its interval; see [`Evaluation::bootstrap`] for how it was drawn.
    pub interval: Interval,
}

/// The scores of a part of the clips: one speaker's, one gender's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupScores {
    /// The speaker or the gender.
    pub name: String,
    /// How many clips.
    pub n: usize,
    /// Accuracy, 0..=1.
    pub wa: f64,
    /// Mean recall over the classes that occur in this part's truth, 0..=1.
    pub uar: f64,
}

/// What a model is worth on a set of clips.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// How many clips.
    pub n: usize,
    /// Accuracy.
    pub wa: Score,
    /// Mean recall over the classes that occur in the truth.
    pub uar: Score,
    /// Mean F1 over the classes that occur in the truth or among the predictions.
    pub macro_f1: Score,
    /// How the intervals were drawn.
    pub bootstrap: Bootstrap,
    /// Mean cross-entropy, nats: see [`cross_entropy`](super::cross_entropy).
    pub cross_entropy: f64,
    /// Expected calibration error, 0..=1: see
    /// [`expected_calibration_error`](super::expected_calibration_error).
    pub calibration_error: f64,
    /// One line per class of the label scheme, in its order.
    pub per_class: Vec<ClassScores>,
    /// What was taken for what.
    pub confusion: ConfusionMatrix,
    /// By gender, sorted by name. Clips without one form the group `unknown`; empty when no clip
    /// has one.
    pub by_gender: Vec<GroupScores>,
    /// By speaker, sorted by name: numbers by value, then words.
    pub by_speaker: Vec<GroupScores>,
}

impl Evaluation {
    /// Judges outcomes whose classes are named by `labels`, with [`Bootstrap::for_speakers`]'s
    /// intervals.
    pub fn new(labels: &[String], outcomes: &[Outcome]) -> Result<Self, JudgingError> {
        let speakers = groups(outcomes, |outcome| &outcome.speaker).len();
        Self::with_bootstrap(labels, outcomes, Bootstrap::for_speakers(speakers))
    }

    /// Judges outcomes with intervals drawn as told.
    pub fn with_bootstrap(
        labels: &[String],
        outcomes: &[Outcome],
        bootstrap: Bootstrap,
    ) -> Result<Self, JudgingError> {
        check_labels(labels)?;
        if outcomes.is_empty() {
            return Err(JudgingError::NoClips);
        }
        outcomes
            .iter()
            .try_for_each(|outcome| outcome.check(labels.len()))?;
        let truth: Vec<usize> = outcomes.iter().map(|outcome| outcome.truth).collect();
        let predicted: Vec<usize> = outcomes.iter().map(Outcome::predicted).collect();
        let speakers: Vec<&str> = outcomes.iter().map(|o| o.speaker.as_str()).collect();
        let confusion = ConfusionMatrix::new(labels, &truth, &predicted)?;
        let scores = confusion.scores();
        let intervals = bootstrap.intervals(labels.len(), &truth, &predicted, &speakers)?;
        let rows = || {
            outcomes
                .iter()
                .map(|o| (o.probabilities.as_slice(), o.truth))
        };
        let by_gender = if outcomes.iter().any(|outcome| outcome.gender.is_some()) {
            grouped(labels, outcomes, |o| {
                o.gender.as_deref().unwrap_or("unknown")
            })?
        } else {
            Vec::new()
        };
        Ok(Self {
            n: outcomes.len(),
            wa: Score {
                value: scores.wa,
                interval: intervals.wa,
            },
            uar: Score {
                value: scores.uar,
                interval: intervals.uar,
            },
            macro_f1: Score {
                value: scores.macro_f1,
                interval: intervals.macro_f1,
            },
            bootstrap,
            cross_entropy: cross_entropy(rows()),
            calibration_error: expected_calibration_error(rows()),
            per_class: confusion.per_class(),
            confusion,
            by_gender,
            by_speaker: grouped(labels, outcomes, |outcome| &outcome.speaker)?,
        })
    }

    /// The three scores without their intervals.
    pub fn scores(&self) -> super::Scores {
        super::Scores {
            wa: self.wa.value,
            uar: self.uar.value,
            macro_f1: self.macro_f1.value,
        }
    }
}

/// Outcomes by a name each of them has; numbers sort by value and before words.
fn groups<'a>(
    outcomes: &'a [Outcome],
    name: impl Fn(&'a Outcome) -> &'a str,
) -> BTreeMap<(u64, &'a str), Vec<&'a Outcome>> {
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for outcome in outcomes {
        let name = name(outcome);
        let key = (name.parse().unwrap_or(u64::MAX), name);
        groups.entry(key).or_default().push(outcome);
    }
    groups
}

fn grouped<'a>(
    labels: &[String],
    outcomes: &'a [Outcome],
    name: impl Fn(&'a Outcome) -> &'a str,
) -> Result<Vec<GroupScores>, JudgingError> {
    let score = |((_, name), group): ((u64, &str), Vec<&Outcome>)| {
        let truth: Vec<usize> = group.iter().map(|outcome| outcome.truth).collect();
        let predicted: Vec<usize> = group.iter().map(|outcome| outcome.predicted()).collect();
        let scores = ConfusionMatrix::new(labels, &truth, &predicted)?.scores();
        Ok(GroupScores {
            name: name.into(),
            n: group.len(),
            wa: scores.wa,
            uar: scores.uar,
        })
    };
    groups(outcomes, name).into_iter().map(score).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Vec<String> {
        ["negative", "neutral", "positive"]
            .map(String::from)
            .to_vec()
    }

    fn outcome(speaker: &str, gender: Option<&str>, truth: usize, p: &[f32]) -> Outcome {
        Outcome {
            utterance: format!("{speaker}.wav"),
            speaker: speaker.into(),
            gender: gender.map(String::from),
            truth,
            probabilities: p.to_vec(),
        }
    }

    #[test]
    fn groups_are_judged_on_their_own() {
        let outcomes = [
            outcome("10", Some("female"), 0, &[0.8, 0.1, 0.1]),
            outcome("10", Some("female"), 0, &[0.8, 0.1, 0.1]),
            outcome("10", Some("female"), 1, &[0.8, 0.1, 0.1]),
            outcome("9", None, 2, &[0.0, 0.0, 1.0]),
        ];
        let evaluation = Evaluation::new(&labels(), &outcomes).unwrap();
        let line = |name: &str, n, wa, uar| GroupScores {
            name: name.into(),
            n,
            wa,
            uar,
        };
        let ten = line("10", 3, 2.0 / 3.0, 0.5);
        assert_eq!(evaluation.by_speaker, [line("9", 1, 1.0, 1.0), ten]);
        let women = line("female", 3, 2.0 / 3.0, 0.5);
        assert_eq!(evaluation.by_gender, [women, line("unknown", 1, 1.0, 1.0)]);
        assert_eq!(
            evaluation.bootstrap.unit,
            super::super::ResampleUnit::Speakers
        );
    }

    #[test]
    fn one_speaker_is_resampled_by_clip() {
        let outcomes = [
            outcome("1", None, 0, &[0.8, 0.1, 0.1]),
            outcome("1", None, 0, &[0.1, 0.8, 0.1]),
        ];
        let evaluation = Evaluation::new(&labels(), &outcomes).unwrap();
        assert_eq!(evaluation.bootstrap.unit, super::super::ResampleUnit::Clips);
        assert_eq!(
            evaluation.wa.interval,
            Interval {
                low: 0.0,
                high: 1.0
            }
        );
        assert!(evaluation.by_gender.is_empty());
    }

    #[test]
    fn what_is_no_probability_is_an_error() {
        let of = |truth, p: &[f32]| {
            Evaluation::new(&labels(), &[outcome("1", None, truth, p)]).unwrap_err()
        };
        assert!(matches!(
            of(0, &[0.5, 0.5]),
            JudgingError::RaggedProbabilities { found: 2, .. }
        ));
        assert!(matches!(
            of(0, &[f32::NAN, 0.5, 0.5]),
            JudgingError::NotAProbability { .. }
        ));
        assert!(matches!(
            of(0, &[f32::INFINITY, 0.0, 0.0]),
            JudgingError::NotAProbability { .. }
        ));
        assert!(matches!(
            of(0, &[-0.5, 1.0, 0.5]),
            JudgingError::NotAProbability { .. }
        ));
        assert!(matches!(
            of(0, &[0.9, 0.9, 0.9]),
            JudgingError::NotADistribution { .. }
        ));
        assert!(matches!(
            of(3, &[0.2, 0.4, 0.4]),
            JudgingError::ClassOutOfRange { .. }
        ));
        assert_eq!(Evaluation::new(&labels(), &[]), Err(JudgingError::NoClips));
    }
}
