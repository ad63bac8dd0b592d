//! Two models compared on the same clips.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::confusion::check_labels;
use crate::{Bootstrap, ClipPrediction, Interval, MetricsError, ResampleUnit, Score, Scores};

/// A comparison of two models' predictions of the same clips.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairedComparison {
    /// Number of clips.
    pub clips: usize,
    /// Number of speakers.
    pub speakers: usize,
    /// Clips that both predict correctly.
    pub both_right: usize,
    /// Clips that only the first predicts correctly.
    pub only_first_right: usize,
    /// Clips that only the second predicts correctly.
    pub only_second_right: usize,
    /// Clips that neither predicts correctly.
    pub both_wrong: usize,
    /// p-value of [`mcnemar`]'s test that both are correct equally often.
    pub mcnemar_p: f64,
    /// Scores of the first model on these clips.
    pub first: Scores,
    /// Scores of the second model on these clips.
    pub second: Scores,
    /// UAR of the first less that of the second, −1 to 1, with the 95 % interval of a paired
    /// bootstrap: each replicate scores both models on the same draw.
    pub uar_difference: Score,
    /// Two-sided p-value of the difference in UAR: twice the share of replicates on the other side
    /// of 0 (Efron & Tibshirani 1993, section 15.4).
    pub uar_difference_p: f64,
    /// How the interval was drawn.
    pub bootstrap: Bootstrap,
}

/// The true class and both predictions of one clip.
type Answers = (usize, [usize; 2]);

impl PairedComparison {
    /// Compare two models. A pair holds both predictions of one clip. The bootstrap draws whole
    /// speakers if there are two or more, and single clips otherwise.
    ///
    /// # Errors
    /// If there are no clips, a clip's two predictions have different true classes, or a class does
    /// not exist.
    pub fn new(
        labels: &[String],
        pairs: &[(&ClipPrediction, &ClipPrediction)],
    ) -> Result<Self, MetricsError> {
        check_labels(labels)?;
        if pairs.is_empty() {
            return Err(MetricsError::NoClips);
        }
        let classes = labels.len();
        let mut by_speaker = BTreeMap::<&str, Vec<Answers>>::new();
        let mut table = [[0; 2]; 2];
        for (one, other) in pairs {
            if one.truth != other.truth {
                return Err(MetricsError::TruthsDiffer {
                    utterance: one.utterance.clone(),
                });
            }
            let answers = (one.truth, [one.predicted(), other.predicted()]);
            let class = one.truth.max(one.predicted()).max(other.predicted());
            if class >= classes {
                return Err(MetricsError::ClassOutOfRange { class, classes });
            }
            by_speaker.entry(&one.speaker).or_default().push(answers);
            let [first, second] = answers
                .1
                .map(|predicted| usize::from(predicted == one.truth));
            table[first][second] += 1;
        }
        // Enough replicates for a p-value that stays small after a correction for many comparisons.
        let bootstrap = Bootstrap {
            replicates: 10_000,
            ..Bootstrap::for_speakers(by_speaker.len())
        };
        let speakers: Vec<Vec<Answers>> = by_speaker.into_values().collect();
        let [first, second] = scores(classes, speakers.iter().flatten());
        let difference = |[first, second]: [Scores; 2]| first.uar - second.uar;
        let mut drawn = match bootstrap.unit {
            ResampleUnit::Speakers => bootstrap.replicate(&speakers, |units| {
                difference(scores(classes, units.flatten()))
            }),
            ResampleUnit::Clips => bootstrap.replicate(&speakers.concat(), |units| {
                difference(scores(classes, units))
            }),
        };
        drawn.sort_by(f64::total_cmp);
        let [
            [both_wrong, only_second_right],
            [only_first_right, both_right],
        ] = table;
        Ok(Self {
            clips: pairs.len(),
            speakers: speakers.len(),
            both_right,
            only_first_right,
            only_second_right,
            both_wrong,
            mcnemar_p: mcnemar(only_first_right, only_second_right),
            uar_difference: Score {
                value: difference([first, second]),
                interval: Interval::of_replicates(&drawn),
            },
            uar_difference_p: beyond_zero(&drawn),
            first,
            second,
            bootstrap,
        })
    }
}

/// Return twice the share of ascending values on the rarer side of 0. Zeros count on both sides.
fn beyond_zero(drawn: &[f64]) -> f64 {
    let below = drawn.partition_point(|value| *value <= 0.0);
    let above = drawn.len() - drawn.partition_point(|value| *value < 0.0);
    (2.0 * (below.min(above) + 1) as f64 / (drawn.len() + 1) as f64).min(1.0)
}

/// Return both models' scores on a draw of clips.
fn scores<'a>(classes: usize, clips: impl Iterator<Item = &'a Answers>) -> [Scores; 2] {
    let mut counts = [
        vec![vec![0; classes]; classes],
        vec![vec![0; classes]; classes],
    ];
    for (truth, predicted) in clips {
        for (counts, predicted) in counts.iter_mut().zip(predicted) {
            counts[*truth][*predicted] += 1;
        }
    }
    counts.map(|counts| Scores::from_counts(&counts))
}

/// Return the two-sided p-value of McNemar's exact test (Q. McNemar, *Psychometrika* 12, 1947; the
/// binomial form). The arguments count the clips that only one of two models predicts correctly.
/// The p-value is 1 if there are none.
pub fn mcnemar(only_first: usize, only_second: usize) -> f64 {
    let fewer = only_first.min(only_second);
    let all = (only_first + only_second) as f64;
    // ln C(all, k) − all·ln 2, from k = 0 upwards.
    let mut term = -all * std::f64::consts::LN_2;
    let mut tail = term.exp();
    for k in 1..=fewer {
        term += ((all - k as f64 + 1.0) / k as f64).ln();
        tail += term.exp();
    }
    (2.0 * tail).min(1.0)
}

/// Return the p-values of several tests after Holm's correction for multiple comparisons (S. Holm,
/// *Scandinavian Journal of Statistics* 6, 1979), in the same order.
pub fn holm(probabilities: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]));
    let mut adjusted = vec![1.0; probabilities.len()];
    let mut least: f64 = 0.0;
    for (rank, index) in order.into_iter().enumerate() {
        let raised = (probabilities.len() - rank) as f64 * probabilities[index];
        least = least.max(raised.min(1.0));
        adjusted[index] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Vec<String> {
        ["no", "yes"].map(String::from).to_vec()
    }

    fn prediction(clip: usize, truth: usize, said: usize) -> ClipPrediction {
        let mut probabilities = vec![0.25; 2];
        probabilities[said] = 0.75;
        ClipPrediction {
            corpus: String::new(),
            utterance: format!("{clip}.wav"),
            speaker: format!("{}", clip % 6),
            gender: None,
            truth,
            probabilities,
        }
    }

    /// Sixty clips: the first model is correct on the first `first` of them, the second model on
    /// the last `second`.
    fn compare(first: usize, second: usize) -> PairedComparison {
        let clips: Vec<(ClipPrediction, ClipPrediction)> = (0..60)
            .map(|clip| {
                let truth = clip % 2;
                let said = |right: bool| if right { truth } else { 1 - truth };
                (
                    prediction(clip, truth, said(clip < first)),
                    prediction(clip, truth, said(clip >= 60 - second)),
                )
            })
            .collect();
        let pairs: Vec<_> = clips.iter().map(|(one, other)| (one, other)).collect();
        PairedComparison::new(&labels(), &pairs).unwrap()
    }

    #[test]
    fn mcnemar_equals_scipys_binomial_test() {
        // scipy.stats.binomtest(b, b + c).pvalue, SciPy 1.16
        for (first, second, p) in [
            (1, 0, 1.0),
            (3, 9, 0.14599609375),
            (10, 10, 1.0),
            (43, 197, 9.707922646065224e-25),
            (700, 600, 0.0060157938610449395),
            (0, 40, 1.8189894035458565e-12),
        ] {
            let ours = mcnemar(first, second);
            assert!((ours / p - 1.0).abs() < 1e-9, "{first} {second}: {ours}");
            assert_eq!(ours, mcnemar(second, first));
        }
        assert_eq!(mcnemar(0, 0), 1.0);
    }

    #[test]
    fn holm_raises_p_values_and_keeps_their_order() {
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (ours, theirs) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((ours - theirs).abs() < 1e-12, "{adjusted:?}");
        }
        assert_eq!(holm(&[0.7]), [0.7]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn a_better_model_has_a_significant_difference() {
        let comparison = compare(50, 20);
        assert_eq!(comparison.both_right, 10);
        assert_eq!(comparison.only_first_right, 40);
        assert_eq!(comparison.only_second_right, 10);
        assert_eq!(comparison.both_wrong, 0);
        assert!((comparison.uar_difference.value - 0.5).abs() < 1e-12);
        assert!(comparison.uar_difference.interval.low > 0.2);
        assert!(comparison.mcnemar_p < 1e-4);
        assert!(comparison.uar_difference_p < 0.001);
        assert_eq!(comparison.bootstrap.unit, ResampleUnit::Speakers);
    }

    #[test]
    fn equally_good_models_have_no_significant_difference() {
        let comparison = compare(30, 30);
        assert_eq!(comparison.mcnemar_p, 1.0);
        assert!(comparison.uar_difference_p > 0.5);
        let Interval { low, high } = comparison.uar_difference.interval;
        assert!(
            low < 0.0 && high > 0.0 || low == 0.0 && high == 0.0,
            "{low} {high}"
        );
    }

    #[test]
    fn a_clip_with_two_true_classes_is_an_error() {
        let (one, other) = (prediction(1, 0, 0), prediction(1, 1, 0));
        assert!(matches!(
            PairedComparison::new(&labels(), &[(&one, &other)]),
            Err(MetricsError::TruthsDiffer { .. })
        ));
        assert_eq!(
            PairedComparison::new(&labels(), &[]),
            Err(MetricsError::NoClips)
        );
    }
}
