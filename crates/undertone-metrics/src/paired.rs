//! Whether one model is better than another, judged on the same clips.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::confusion::check_labels;
use crate::{
    Bootstrap, ClipPrediction, Interval, MetricsError, ResampleUnit, Score, Scores, quantile,
};

/// Two models' answers to the same clips.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairedComparison {
    /// Clips that both judged.
    pub clips: usize,
    /// Their speakers.
    pub speakers: usize,
    /// Clips that both have right.
    pub both_right: usize,
    /// Clips that the first alone has right.
    pub only_first_right: usize,
    /// Clips that the second alone has right.
    pub only_second_right: usize,
    /// Clips that both have wrong.
    pub both_wrong: usize,
    /// [`mcnemar`]'s probability of so uneven a split if both were right equally often.
    pub mcnemar_p: f64,
    /// The first's scores on these clips.
    pub first: Scores,
    /// The second's scores on these clips.
    pub second: Scores,
    /// The first's UAR less the second's, −1 to 1, with the 95 % interval of a paired bootstrap:
    /// each replicate judges both on the same draw.
    pub uar_difference: Score,
    /// The probability of a difference in UAR as far from 0, either way, if there were none: twice the
    /// share of replicates on the other side of 0 (Efron & Tibshirani 1993, section 15.4).
    pub uar_difference_p: f64,
    /// How the interval was drawn.
    pub bootstrap: Bootstrap,
}

/// The true class and both predictions of one clip.
type Answers = (usize, [usize; 2]);

impl PairedComparison {
    /// Compares two models' predictions, given clip by clip. Whole speakers are drawn where there
    /// are two or more, single clips otherwise.
    ///
    /// # Errors
    /// Where there are no clips, a clip's true class differs between the two, or a class does
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
        // So many that a probability is still small after correction for many comparisons.
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
                interval: Interval {
                    low: quantile(&drawn, 0.025),
                    high: quantile(&drawn, 0.975),
                },
            },
            uar_difference_p: beyond_zero(&drawn),
            first,
            second,
            bootstrap,
        })
    }
}

/// Twice the share of ascending values on the rarer side of 0, which is counted to both.
fn beyond_zero(drawn: &[f64]) -> f64 {
    let below = drawn.partition_point(|value| *value <= 0.0);
    let above = drawn.len() - drawn.partition_point(|value| *value < 0.0);
    (2.0 * (below.min(above) + 1) as f64 / (drawn.len() + 1) as f64).min(1.0)
}

/// Both models' scores on a draw of clips.
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

/// McNemar's exact test, two-sided: the probability that, of the clips that one model alone has
/// right, so few or fewer fall to one of the two, if each were as likely to have it (Q. McNemar,
/// *Psychometrika* 12, 1947; the binomial form). 1 where they never differ.
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

/// Probabilities of several tests, each raised so that together they are wrong about as often as
/// one alone (S. Holm, *Scandinavian Journal of Statistics* 6, 1979).
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
            utterance: format!("{clip}.wav"),
            speaker: format!("{}", clip % 6),
            gender: None,
            truth,
            probabilities,
        }
    }

    /// Sixty clips; the first is right on `first` of them, the second on the last `second`.
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
    fn mcnemar_is_scipys_binomial_test() {
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
    fn holm_raises_and_keeps_the_order() {
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (ours, theirs) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((ours - theirs).abs() < 1e-12, "{adjusted:?}");
        }
        assert_eq!(holm(&[0.7]), [0.7]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn the_better_one_is_better() {
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
    fn equals_are_equal() {
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
    fn a_clip_with_two_truths_is_an_error() {
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
