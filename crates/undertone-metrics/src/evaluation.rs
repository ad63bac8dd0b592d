//! The evaluation of a set of predictions.

use serde::{Deserialize, Serialize};

use crate::calibration::{cross_entropy, expected_calibration_error};
use crate::confusion::check_labels;
use crate::task::{corpora, genders, speakers};
use crate::{
    Bootstrap, ClassScores, ClipPrediction, ConfusionMatrix, GroupScores, MetricsError, Prediction,
    Score, Scores, SetEvaluation,
};

/// The scores of a model on a set of clips. All scores are fractions in 0..=1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Number of clips.
    pub n: usize,
    /// Accuracy.
    pub wa: Score,
    /// Mean recall over the classes that occur in the truth.
    pub uar: Score,
    /// Mean F1 over the classes that occur in the truth.
    pub macro_f1: Score,
    /// How the intervals were drawn.
    pub bootstrap: Bootstrap,
    /// Mean cross-entropy in nats; see [`cross_entropy`](crate::cross_entropy).
    pub cross_entropy: f64,
    /// Expected calibration error; see
    /// [`expected_calibration_error`](crate::expected_calibration_error).
    pub calibration_error: f64,
    /// The scores of each class, in the order of the labels.
    pub per_class: Vec<ClassScores>,
    /// The confusion matrix.
    pub confusion: ConfusionMatrix,
    /// The scores of each corpus, sorted by name. Empty if all clips are of one corpus.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_corpus: Vec<GroupScores>,
    /// The scores of each gender, sorted by name. Clips without a gender form the group `unknown`.
    /// Empty if no clip has a gender.
    pub by_gender: Vec<GroupScores>,
    /// The scores of each speaker, sorted by name: first numbers by value, then words.
    pub by_speaker: Vec<GroupScores>,
}

impl Evaluation {
    /// Evaluate predictions. `labels` names the classes, and [`Bootstrap::for_speakers`] draws the
    /// intervals.
    ///
    /// # Errors
    /// If there are no predictions, labels are missing or repeated, a class does not exist, or the
    /// probabilities of a clip are not a distribution over the classes.
    pub fn new(labels: &[String], predictions: &[ClipPrediction]) -> Result<Self, MetricsError> {
        let speakers = speakers(predictions).len();
        Self::with_bootstrap(labels, predictions, Bootstrap::for_speakers(speakers))
    }

    /// Evaluate predictions with intervals from `bootstrap`.
    ///
    /// # Errors
    /// As [`Evaluation::new`], and if `bootstrap` has no replicates or cannot draw speakers.
    pub fn with_bootstrap(
        labels: &[String],
        predictions: &[ClipPrediction],
        bootstrap: Bootstrap,
    ) -> Result<Self, MetricsError> {
        check_labels(labels)?;
        if predictions.is_empty() {
            return Err(MetricsError::NoClips);
        }
        predictions
            .iter()
            .try_for_each(|prediction| prediction.check(labels.len()))?;
        let truth: Vec<usize> = predictions
            .iter()
            .map(|prediction| prediction.truth)
            .collect();
        let predicted: Vec<usize> = predictions.iter().map(ClipPrediction::predicted).collect();
        let units: Vec<&str> = predictions.iter().map(|o| o.speaker.as_str()).collect();
        let confusion = ConfusionMatrix::new(labels, &truth, &predicted)?;
        let scores = confusion.scores();
        let intervals = bootstrap.intervals(labels.len(), &truth, &predicted, &units)?;
        let rows = || {
            predictions
                .iter()
                .map(|o| (o.probabilities.as_slice(), o.truth))
        };
        Ok(Self {
            n: predictions.len(),
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
            by_corpus: group_scores(labels, corpora(predictions))?,
            by_gender: group_scores(labels, genders(predictions))?,
            by_speaker: group_scores(labels, speakers(predictions))?,
        })
    }

    /// Return WA, UAR and macro F1 without their intervals.
    pub fn scores(&self) -> Scores {
        Scores {
            wa: self.wa.value,
            uar: self.uar.value,
            macro_f1: self.macro_f1.value,
        }
    }
}

/// Score each group of predictions.
fn group_scores(
    labels: &[String],
    groups: Vec<(&str, Vec<&ClipPrediction>)>,
) -> Result<Vec<GroupScores>, MetricsError> {
    let score = |(name, group): (&str, Vec<&ClipPrediction>)| {
        let truth: Vec<usize> = group.iter().map(|prediction| prediction.truth).collect();
        let predicted: Vec<usize> = group
            .iter()
            .map(|prediction| prediction.predicted())
            .collect();
        let scores = ConfusionMatrix::new(labels, &truth, &predicted)?.scores();
        Ok(GroupScores {
            name: name.into(),
            n: group.len(),
            wa: scores.wa,
            uar: scores.uar,
        })
    };
    groups.into_iter().map(score).collect()
}

impl Prediction for ClipPrediction {
    type Evaluation = Evaluation;

    fn utterance(&self) -> &str {
        &self.utterance
    }

    fn corpus(&self) -> &str {
        &self.corpus
    }

    fn speaker(&self) -> &str {
        &self.speaker
    }

    fn gender(&self) -> Option<&str> {
        self.gender.as_deref()
    }

    fn has_truth_of(&self, other: &Self) -> bool {
        self.truth == other.truth
    }

    fn evaluate(targets: &[String], predictions: &[Self]) -> Result<Evaluation, MetricsError> {
        Evaluation::new(targets, predictions)
    }
}

impl SetEvaluation for Evaluation {
    type Scores = Scores;

    fn targets(&self) -> Vec<&str> {
        let labels = self.confusion.labels().iter();
        labels.map(String::as_str).collect()
    }

    fn clips(&self) -> usize {
        self.n
    }

    fn speakers(&self) -> usize {
        self.by_speaker.len()
    }

    fn bootstrap(&self) -> Bootstrap {
        self.bootstrap
    }

    fn averaged(&self) -> Scores {
        self.scores()
    }

    fn over(sets: &[Scores], statistic: fn(&[f64]) -> f64) -> Scores {
        let of =
            |score: fn(&Scores) -> f64| statistic(&sets.iter().map(score).collect::<Vec<f64>>());
        Scores {
            wa: of(|it| it.wa),
            uar: of(|it| it.uar),
            macro_f1: of(|it| it.macro_f1),
        }
    }

    fn unmeasured(&self) -> Vec<&str> {
        let absent = self.per_class.iter().filter(|class| class.support == 0);
        absent.map(|class| class.label.as_str()).collect()
    }

    fn about_unmeasured(targets: &[&str]) -> String {
        format!(
            "Classes without a test clip: {}. They count in no mean, and a prediction of one is a \
             mistake.",
            targets.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Interval;

    fn labels() -> Vec<String> {
        ["negative", "neutral", "positive"]
            .map(String::from)
            .to_vec()
    }

    fn prediction(speaker: &str, gender: Option<&str>, truth: usize, p: &[f32]) -> ClipPrediction {
        ClipPrediction {
            corpus: String::new(),
            utterance: format!("{speaker}.wav"),
            speaker: speaker.into(),
            gender: gender.map(String::from),
            truth,
            probabilities: p.to_vec(),
        }
    }

    #[test]
    fn each_speaker_and_gender_has_its_own_scores() {
        let predictions = [
            prediction("10", Some("female"), 0, &[0.8, 0.1, 0.1]),
            prediction("10", Some("female"), 0, &[0.8, 0.1, 0.1]),
            prediction("10", Some("female"), 1, &[0.8, 0.1, 0.1]),
            prediction("9", None, 2, &[0.0, 0.0, 1.0]),
        ];
        let evaluation = Evaluation::new(&labels(), &predictions).unwrap();
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
        assert_eq!(evaluation.bootstrap.unit, crate::ResampleUnit::Speakers);
    }

    #[test]
    fn each_corpus_has_its_own_scores_if_there_are_several() {
        let of = |corpus: &str, truth| ClipPrediction {
            corpus: corpus.into(),
            ..prediction("1", None, truth, &[0.8, 0.1, 0.1])
        };
        let one = Evaluation::new(&labels(), &[of("EmoDB", 0), of("EmoDB", 1)]).unwrap();
        assert!(one.by_corpus.is_empty());
        let two = Evaluation::new(&labels(), &[of("EmoDB", 0), of("CREMA-D", 1)]).unwrap();
        let names: Vec<(&str, f64)> = two
            .by_corpus
            .iter()
            .map(|group| (group.name.as_str(), group.wa))
            .collect();
        assert_eq!(names, [("CREMA-D", 0.0), ("EmoDB", 1.0)]);
    }

    #[test]
    fn clips_are_resampled_if_there_is_one_speaker() {
        let predictions = [
            prediction("1", None, 0, &[0.8, 0.1, 0.1]),
            prediction("1", None, 0, &[0.1, 0.8, 0.1]),
        ];
        let evaluation = Evaluation::new(&labels(), &predictions).unwrap();
        assert_eq!(evaluation.bootstrap.unit, crate::ResampleUnit::Clips);
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
    fn bad_probabilities_and_unknown_classes_are_errors() {
        let of = |truth, p: &[f32]| {
            Evaluation::new(&labels(), &[prediction("1", None, truth, p)]).unwrap_err()
        };
        assert!(matches!(
            of(0, &[0.5, 0.5]),
            MetricsError::RaggedProbabilities { found: 2, .. }
        ));
        assert!(matches!(
            of(0, &[f32::NAN, 0.5, 0.5]),
            MetricsError::NotAProbability { .. }
        ));
        assert!(matches!(
            of(0, &[f32::INFINITY, 0.0, 0.0]),
            MetricsError::NotAProbability { .. }
        ));
        assert!(matches!(
            of(0, &[-0.5, 1.0, 0.5]),
            MetricsError::NotAProbability { .. }
        ));
        assert!(matches!(
            of(0, &[0.9, 0.9, 0.9]),
            MetricsError::NotADistribution { .. }
        ));
        assert!(matches!(
            of(3, &[0.2, 0.4, 0.4]),
            MetricsError::ClassOutOfRange { .. }
        ));
        assert_eq!(Evaluation::new(&labels(), &[]), Err(MetricsError::NoClips));
    }
}
