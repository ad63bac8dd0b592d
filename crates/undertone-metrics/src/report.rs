//! The results of one experiment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::adaptation_curve::AdaptationPoint;
use crate::scores::mean;
use crate::{Evaluation, MetricsError, SetEvaluation};

/// What the sets of a fold share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LeakageSummary {
    /// Test clips with a copy in the training set; `None` if the training clips are not known.
    pub test_clips_with_copy_in_training: Option<usize>,
    /// Validation clips with a copy in the training set. A choice made by them may be overfitted.
    #[serde(default)]
    pub validation_clips_with_copy_in_training: usize,
    /// Speakers with clips in both the training and the test set.
    pub speakers_on_both_sides: usize,
    /// Number of clips in the test set.
    pub test_clips: usize,
    /// Number of clips in the test set whose speaker is not known.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub test_clips_without_speaker: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The results of one fold: one split of the clips and one trained model. The scores are those of
/// classes, or with [`RegressionEvaluation`](crate::RegressionEvaluation) those of dimensions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct FoldReport<E: SetEvaluation = Evaluation> {
    /// The fold's name, unique in its report.
    pub name: String,
    /// Scores on the clips that the model was trained on.
    pub train: Option<E>,
    /// Scores on the clips that the epoch was chosen by.
    pub validation: Option<E>,
    /// Scores on held-out clips.
    pub test: E,
    /// The epoch whose weights were kept, counted from 1; `None` without epochs.
    pub best_epoch: Option<usize>,
    /// What the sets share.
    pub leakage: LeakageSummary,
    /// The speakers of the test set.
    pub test_speakers: Vec<String>,
    /// The scores against the amount of a voice that was heard, of a model that adapts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adaptation: Vec<AdaptationPoint>,
}

/// The results of one experiment. The scores are those of classes, or with
/// [`RegressionEvaluation`](crate::RegressionEvaluation) those of dimensions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Report<E: SetEvaluation = Evaluation> {
    /// How clips were split: the protocol's name, then its options, as in
    /// `holdout (70/30 over clips, stratified, seed 42)`.
    pub protocol: String,
    /// The recipe's name.
    pub recipe: String,
    /// The label scheme's name; `dimensions` if numbers are predicted.
    pub label_scheme: String,
    /// The names of the corpora of the test clips, sorted. Empty in reports of earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corpora: Vec<String>,
    /// The number of clips of each label that has no class. They were left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub left_out: BTreeMap<String, usize>,
    /// The number of clips that cannot be read. They were left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unreadable: usize,
    /// Whether an existing model was evaluated, and not models that were trained for the folds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub existing_model: bool,
    /// The folds, at least one.
    pub folds: Vec<FoldReport<E>>,
    /// Scores of all folds' test predictions together.
    pub pooled: E,
    /// Mean of the folds' scores on their test sets. Each fold has the same weight.
    pub mean: E::Scores,
    /// Standard deviation of the folds' scores (divided by folds − 1); `None` for one fold.
    pub std: Option<E::Scores>,
}

impl<E: SetEvaluation> Report<E> {
    /// Make a report of folds. `pooled` is the evaluation of all their test predictions as one
    /// list.
    ///
    /// # Errors
    /// If there are no folds, labels differ, or `pooled` has not as many clips as the test sets.
    pub fn new(
        protocol: impl Into<String>,
        recipe: impl Into<String>,
        label_scheme: impl Into<String>,
        folds: Vec<FoldReport<E>>,
        pooled: E,
    ) -> Result<Self, MetricsError> {
        if folds.is_empty() {
            return Err(MetricsError::NoFolds);
        }
        for fold in &folds {
            let subsets = [
                Some(&fold.test),
                fold.train.as_ref(),
                fold.validation.as_ref(),
            ];
            let same = |subset: &E| subset.targets() == pooled.targets();
            if !subsets.into_iter().flatten().all(same) {
                return Err(MetricsError::LabelsDiffer {
                    fold: fold.name.clone(),
                });
            }
        }
        let clips = folds.iter().map(|fold| fold.test.clips()).sum();
        if clips != pooled.clips() {
            return Err(MetricsError::PooledSize {
                pooled: pooled.clips(),
                folds: clips,
            });
        }
        let scores: Vec<E::Scores> = folds.iter().map(|fold| fold.test.averaged()).collect();
        Ok(Self {
            protocol: protocol.into(),
            recipe: recipe.into(),
            label_scheme: label_scheme.into(),
            corpora: Vec::new(),
            left_out: BTreeMap::new(),
            unreadable: 0,
            existing_model: false,
            mean: E::over(&scores, mean),
            std: (folds.len() > 1).then(|| E::over(&scores, deviation)),
            folds,
            pooled,
        })
    }

    /// Return the protocol's name: [`Report::protocol`] up to the first space or punctuation.
    pub fn protocol_name(&self) -> &str {
        let end = |c: char| !c.is_alphanumeric() && c != '-' && c != '_';
        self.protocol.split(end).next().unwrap_or_default()
    }

    /// Return what the sets share over all folds: the sum of the clips, and the largest number of
    /// shared speakers of a fold.
    pub fn leakage(&self) -> LeakageSummary {
        let add = |total: LeakageSummary, fold: &FoldReport<E>| LeakageSummary {
            test_clips_with_copy_in_training: total
                .test_clips_with_copy_in_training
                .zip(fold.leakage.test_clips_with_copy_in_training)
                .map(|(total, fold)| total + fold),
            validation_clips_with_copy_in_training: total.validation_clips_with_copy_in_training
                + fold.leakage.validation_clips_with_copy_in_training,
            speakers_on_both_sides: total
                .speakers_on_both_sides
                .max(fold.leakage.speakers_on_both_sides),
            test_clips: total.test_clips + fold.leakage.test_clips,
            test_clips_without_speaker: total.test_clips_without_speaker
                + fold.leakage.test_clips_without_speaker,
        };
        let nothing = LeakageSummary {
            test_clips_with_copy_in_training: Some(0),
            ..LeakageSummary::default()
        };
        self.folds.iter().fold(nothing, add)
    }

    /// Return the report as indented JSON with all scores as fractions.
    ///
    /// # Errors
    /// None in practice: every field has a JSON form.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

/// Return the sample standard deviation of at least two values.
fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len() as f64 - 1.0)).sqrt()
}

#[cfg(test)]
pub(crate) mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::{Bootstrap, ClipPrediction};

    pub(crate) fn labels() -> Vec<String> {
        [
            "neutral",
            "calm",
            "happy",
            "sad",
            "angry",
            "fearful",
            "disgust",
            "surprised",
        ]
        .map(String::from)
        .to_vec()
    }

    /// Predictions in RAVDESS's shape: 60 clips a speaker, 4 neutral and 8 of each other emotion.
    pub(crate) fn predictions(
        speakers: impl IntoIterator<Item = usize>,
        pull: f32,
    ) -> Vec<ClipPrediction> {
        let mut predictions = Vec::new();
        for speaker in speakers {
            let mut rng = ChaCha8Rng::seed_from_u64(speaker as u64);
            let pull = pull + rng.random_range(-0.5..0.5);
            for clip in 0..60 {
                let truth = if clip < 4 { 0 } else { 1 + clip % 7 };
                let mut weights: Vec<f32> = (0..8)
                    .map(|_| rng.random_range(-1.5..1.5_f32).exp())
                    .collect();
                weights[truth] *= pull.exp();
                let sum: f32 = weights.iter().sum();
                predictions.push(ClipPrediction {
                    corpus: String::new(),
                    utterance: format!("Actor_{speaker:02}/{clip:02}.wav"),
                    speaker: format!("{speaker:02}"),
                    gender: Some(if speaker % 2 == 0 { "female" } else { "male" }.into()),
                    truth,
                    probabilities: weights.iter().map(|weight| weight / sum).collect(),
                });
            }
        }
        predictions
    }

    /// Evaluate with fewer replicates than [`Evaluation::new`] to save time.
    fn evaluate(predictions: &[ClipPrediction]) -> Evaluation {
        let bootstrap = Bootstrap {
            replicates: 50,
            ..Bootstrap::for_speakers(24)
        };
        Evaluation::with_bootstrap(&labels(), predictions, bootstrap).unwrap()
    }

    pub(crate) fn emobox() -> Report {
        let held_out = [
            vec![1, 11, 20, 21],
            vec![4, 10, 12, 14],
            vec![8, 9, 19, 23],
            vec![3, 5, 7, 24],
            vec![2, 15, 16, 18],
            vec![6, 13, 17, 22],
        ];
        let fold = |(index, speakers): (usize, &Vec<usize>)| {
            let rest = (1..=24).filter(|speaker| !speakers.contains(speaker));
            FoldReport {
                name: format!("{}", index + 1),
                train: Some(evaluate(&predictions(rest, 4.0))),
                validation: None,
                test: evaluate(&predictions(speakers.clone(), 2.0)),
                best_epoch: Some(17 + index),
                leakage: LeakageSummary {
                    test_clips_with_copy_in_training: Some(0),
                    test_clips: 240,
                    ..LeakageSummary::default()
                },
                adaptation: Vec::new(),
                test_speakers: speakers
                    .iter()
                    .map(|speaker| format!("{speaker:02}"))
                    .collect(),
            }
        };
        let folds = held_out.iter().enumerate().map(fold).collect();
        let pooled = evaluate(&predictions(1..=24, 2.0));
        let protocol = "emobox (6 official RAVDESS folds, held-out actors)";
        Report::new(protocol, "2-enhanced", "emotion8", folds, pooled).unwrap()
    }

    pub(crate) fn holdout() -> Report {
        let all = predictions(1..=24, 2.0);
        let (test, train): (Vec<_>, Vec<_>) = all
            .into_iter()
            .enumerate()
            .partition(|(index, _)| index * 7 % 10 < 3);
        let evaluate = |subset: Vec<(usize, ClipPrediction)>| {
            let predictions = subset.into_iter().map(|(_, prediction)| prediction);
            evaluate(&predictions.collect::<Vec<_>>())
        };
        let test = evaluate(test);
        let leakage = LeakageSummary {
            test_clips_with_copy_in_training: Some(131),
            validation_clips_with_copy_in_training: 0,
            speakers_on_both_sides: 24,
            test_clips: test.n,
            ..LeakageSummary::default()
        };
        let fold = FoldReport {
            name: "holdout".into(),
            train: Some(evaluate(train)),
            validation: None,
            test: test.clone(),
            best_epoch: Some(31),
            leakage,
            adaptation: Vec::new(),
            test_speakers: (1..=24).map(|speaker| format!("{speaker:02}")).collect(),
        };
        let protocol = "holdout (70/30 over clips, stratified by label, seed 42)";
        Report::new(protocol, "1-cnn-lstm", "emotion8", vec![fold], test).unwrap()
    }

    #[test]
    fn mean_and_deviation_are_those_of_the_folds() {
        let report = emobox();
        let uars: Vec<f64> = report
            .folds
            .iter()
            .map(|fold| fold.test.uar.value)
            .collect();
        let mean = uars.iter().sum::<f64>() / 6.0;
        let variance = uars
            .iter()
            .map(|uar| (uar - mean) * (uar - mean))
            .sum::<f64>()
            / 5.0;
        assert!((report.mean.uar - mean).abs() < 1e-12);
        assert!((report.std.unwrap().uar - variance.sqrt()).abs() < 1e-12);
        assert!(variance > 0.0);
        assert_eq!(holdout().std, None);
    }

    #[test]
    fn a_report_is_the_same_after_json() {
        let report = emobox();
        let read: Report = serde_json::from_str(&report.to_json().unwrap()).unwrap();
        assert_eq!(read.to_text(), report.to_text());
        assert_eq!(read.pooled.confusion, report.pooled.confusion);
    }

    #[test]
    fn folds_that_do_not_fit_are_an_error() {
        let report = emobox();
        let new = |folds, pooled| Report::new("speakers", "r", "s", folds, pooled);
        assert_eq!(
            new(vec![], report.pooled.clone()),
            Err(MetricsError::NoFolds)
        );
        let five = report.folds[..5].to_vec();
        let refused = new(five, report.pooled.clone());
        assert_eq!(
            refused,
            Err(MetricsError::PooledSize {
                pooled: 1440,
                folds: 1200
            })
        );
        let mut other = labels();
        other.reverse();
        let pooled = Evaluation::new(&other, &predictions(1..=24, 2.0)).unwrap();
        assert!(matches!(
            new(report.folds, pooled),
            Err(MetricsError::LabelsDiffer { .. })
        ));
    }

    #[test]
    fn the_protocol_name_ends_at_a_space_or_punctuation() {
        assert_eq!(emobox().protocol_name(), "emobox");
        let report = Report {
            protocol: "k-fold: 5".into(),
            ..emobox()
        };
        assert_eq!(report.protocol_name(), "k-fold");
    }
}
