//! The results of one experiment, with everything that a number needs beside it.

use serde::{Deserialize, Serialize};

use crate::confusion::mean;
use crate::{Evaluation, MetricsError, Scores};

/// What the test set shares with the training set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LeakageSummary {
    /// Clips on the test set that stand, in this or another copy, on the training set too;
    /// `None` where it is not known what was trained on.
    pub test_clips_with_copy_in_training: Option<usize>,
    /// Clips on the validation set that stand on the training set too: what was chosen by them
    /// was chosen too well.
    #[serde(default)]
    pub validation_clips_with_copy_in_training: usize,
    /// Speakers with clips on both sides.
    pub speakers_on_both_sides: usize,
    /// All clips on the test set.
    pub test_clips: usize,
}

/// One split of the clips, one trained model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoldReport {
    /// The fold's name, unique in its report.
    pub name: String,
    /// How the model judges what it was trained on.
    pub train: Option<Evaluation>,
    /// How it judges what training was stopped by.
    pub validation: Option<Evaluation>,
    /// How it judges what it has never met.
    pub test: Evaluation,
    /// The epoch whose weights were kept, as the trainer counts them.
    pub best_epoch: Option<usize>,
    /// What is on both sides.
    pub leakage: LeakageSummary,
    /// Who speaks on the test set.
    pub test_speakers: Vec<String>,
}

/// The results of one experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// How clips were divided: the protocol's name first, then its options, as in
    /// `holdout (70/30 over clips, stratified, seed 42)`.
    pub protocol: String,
    /// The recipe's name.
    pub recipe: String,
    /// The label scheme's name.
    pub label_scheme: String,
    /// At least one.
    pub folds: Vec<FoldReport>,
    /// All folds' test predictions judged together.
    pub pooled: Evaluation,
    /// The folds' mean scores on their test sets, each fold counting the same.
    pub mean: Scores,
    /// The standard deviation of the folds' scores (divided by folds − 1); none for one fold.
    pub std: Option<Scores>,
}

impl Report {
    /// Puts folds together. `pooled` judges the test predictions of all of them as one list.
    pub fn new(
        protocol: impl Into<String>,
        recipe: impl Into<String>,
        label_scheme: impl Into<String>,
        folds: Vec<FoldReport>,
        pooled: Evaluation,
    ) -> Result<Self, MetricsError> {
        if folds.is_empty() {
            return Err(MetricsError::NoFolds);
        }
        for fold in &folds {
            let sides = [
                Some(&fold.test),
                fold.train.as_ref(),
                fold.validation.as_ref(),
            ];
            let same = |side: &Evaluation| side.confusion.labels() == pooled.confusion.labels();
            if !sides.into_iter().flatten().all(same) {
                return Err(MetricsError::LabelsDiffer {
                    fold: fold.name.clone(),
                });
            }
        }
        let clips = folds.iter().map(|fold| fold.test.n).sum();
        if clips != pooled.n {
            return Err(MetricsError::PooledSize {
                pooled: pooled.n,
                folds: clips,
            });
        }
        let scores: Vec<Scores> = folds.iter().map(|fold| fold.test.scores()).collect();
        let over = |statistic: fn(&[f64]) -> f64| {
            let of = |score: fn(&Scores) -> f64| {
                statistic(&scores.iter().map(score).collect::<Vec<_>>())
            };
            Scores {
                wa: of(|s| s.wa),
                uar: of(|s| s.uar),
                macro_f1: of(|s| s.macro_f1),
            }
        };
        Ok(Self {
            protocol: protocol.into(),
            recipe: recipe.into(),
            label_scheme: label_scheme.into(),
            mean: over(mean),
            std: (folds.len() > 1).then(|| over(deviation)),
            folds,
            pooled,
        })
    }

    /// The protocol's name: [`Report::protocol`] up to the first space or punctuation.
    pub fn protocol_name(&self) -> &str {
        let end = |c: char| !c.is_alphanumeric() && c != '-' && c != '_';
        self.protocol.split(end).next().unwrap_or_default()
    }

    /// What all folds share between their sides: clips added up, and the most speakers that any
    /// one fold has on both.
    pub fn leakage(&self) -> LeakageSummary {
        let add = |total: LeakageSummary, fold: &FoldReport| LeakageSummary {
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
        };
        let nothing = LeakageSummary {
            test_clips_with_copy_in_training: Some(0),
            ..LeakageSummary::default()
        };
        self.folds.iter().fold(nothing, add)
    }

    /// The report as JSON with indentation, all scores as fractions.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

/// Sample standard deviation of at least two values.
fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len() as f64 - 1.0)).sqrt()
}

#[cfg(test)]
pub(super) mod tests {
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

    /// RAVDESS in shape: 60 clips a speaker, 4 neutral ones and 8 of each other emotion.
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

    /// As [`Evaluation::new`], with fewer replicates for speed.
    fn judge(predictions: &[ClipPrediction]) -> Evaluation {
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
                train: Some(judge(&predictions(rest, 4.0))),
                validation: None,
                test: judge(&predictions(speakers.clone(), 2.0)),
                best_epoch: Some(17 + index),
                leakage: LeakageSummary {
                    test_clips_with_copy_in_training: Some(0),
                    test_clips: 240,
                    ..LeakageSummary::default()
                },
                test_speakers: speakers
                    .iter()
                    .map(|speaker| format!("{speaker:02}"))
                    .collect(),
            }
        };
        let folds = held_out.iter().enumerate().map(fold).collect();
        let pooled = judge(&predictions(1..=24, 2.0));
        let protocol = "emobox (6 official RAVDESS folds, held-out actors)";
        Report::new(protocol, "2-enhanced", "emotion8", folds, pooled).unwrap()
    }

    pub(crate) fn holdout() -> Report {
        let all = predictions(1..=24, 2.0);
        let (test, train): (Vec<_>, Vec<_>) = all
            .into_iter()
            .enumerate()
            .partition(|(index, _)| index * 7 % 10 < 3);
        let judge = |side: Vec<(usize, ClipPrediction)>| {
            judge(
                &side
                    .into_iter()
                    .map(|(_, prediction)| prediction)
                    .collect::<Vec<_>>(),
            )
        };
        let test = judge(test);
        let leakage = LeakageSummary {
            test_clips_with_copy_in_training: Some(131),
            validation_clips_with_copy_in_training: 0,
            speakers_on_both_sides: 24,
            test_clips: test.n,
        };
        let fold = FoldReport {
            name: "holdout".into(),
            train: Some(judge(train)),
            validation: None,
            test: test.clone(),
            best_epoch: Some(31),
            leakage,
            test_speakers: (1..=24).map(|speaker| format!("{speaker:02}")).collect(),
        };
        let protocol = "holdout (70/30 over clips, stratified by label, seed 42)";
        Report::new(protocol, "1-cnn-lstm", "emotion8", vec![fold], test).unwrap()
    }

    #[test]
    fn folds_have_mean_and_sample_deviation() {
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
    fn a_report_survives_its_file() {
        let report = emobox();
        let read: Report = serde_json::from_str(&report.to_json().unwrap()).unwrap();
        assert_eq!(read.to_text(), report.to_text());
        assert_eq!(read.pooled.confusion, report.pooled.confusion);
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
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
    fn protocols_have_short_names() {
        assert_eq!(emobox().protocol_name(), "emobox");
        let report = Report {
            protocol: "k-fold: 5".into(),
            ..emobox()
        };
        assert_eq!(report.protocol_name(), "k-fold");
    }
}
