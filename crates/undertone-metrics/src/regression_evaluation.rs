//! The evaluation of predicted numbers.

use serde::{Deserialize, Serialize};

use crate::confusion::check_labels;
use crate::regression_scores::Moments;
use crate::scores::mean;
use crate::task::{corpora, genders, groups, speakers};
use crate::{
    Bootstrap, DimensionPrediction, Interval, MetricsError, Prediction, RegressionScores,
    ResampleUnit, Score, SetEvaluation, Spread,
};

/// The scores of a model that predicts numbers, on a set of clips.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegressionEvaluation {
    /// Number of clips.
    pub n: usize,
    /// How the intervals were drawn.
    pub bootstrap: Bootstrap,
    /// The scores of each dimension.
    pub dimensions: Vec<DimensionScores>,
    /// The scores of each corpus, sorted by name. Empty if all clips are of one corpus.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_corpus: Vec<RegressionGroup>,
    /// The scores of each gender, sorted by name. Clips without a gender form the group `unknown`.
    /// Empty if no clip has a gender.
    pub by_gender: Vec<RegressionGroup>,
    /// The scores of each speaker, sorted by name: first numbers by value, then words.
    pub by_speaker: Vec<RegressionGroup>,
}

/// The scores of one dimension. See [`RegressionScores`] for what they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionScores {
    /// The dimension's name, such as `arousal`.
    pub dimension: String,
    /// Concordance correlation coefficient.
    pub ccc: Score,
    /// Pearson's correlation coefficient.
    pub pearson: Score,
    /// Root of the mean squared error.
    pub rmse: Score,
    /// Mean absolute error.
    pub mae: Score,
    /// The spread of the true values.
    pub truth: Spread,
    /// The spread of the predicted values.
    pub predicted: Spread,
}

/// The scores of the clips of one corpus, gender or speaker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegressionGroup {
    /// The corpus, gender or speaker.
    pub name: String,
    /// Number of clips.
    pub n: usize,
    /// The scores of each dimension.
    pub scores: Vec<RegressionScores>,
}

impl RegressionEvaluation {
    /// Evaluate predictions of the named dimensions. [`Bootstrap::for_speakers`] draws the
    /// intervals.
    ///
    /// # Errors
    /// If there are no predictions, names are missing or repeated, or a clip does not have one
    /// finite number for each dimension.
    pub fn new(
        dimensions: &[String],
        predictions: &[DimensionPrediction],
    ) -> Result<Self, MetricsError> {
        let speakers = speakers(predictions).len();
        Self::with_bootstrap(dimensions, predictions, Bootstrap::for_speakers(speakers))
    }

    /// Evaluate predictions with intervals from `bootstrap`.
    ///
    /// # Errors
    /// As [`RegressionEvaluation::new`], and if `bootstrap` has no replicates or cannot draw
    /// speakers.
    pub fn with_bootstrap(
        dimensions: &[String],
        predictions: &[DimensionPrediction],
        bootstrap: Bootstrap,
    ) -> Result<Self, MetricsError> {
        check_labels(dimensions)?;
        if predictions.is_empty() {
            return Err(MetricsError::NoClips);
        }
        predictions
            .iter()
            .try_for_each(|prediction| prediction.check(dimensions.len()))?;
        if bootstrap.replicates == 0 {
            return Err(MetricsError::NoReplicates);
        }
        let by_unit = groups(predictions, |it| &it.speaker);
        let units: Vec<Vec<&DimensionPrediction>> = match bootstrap.unit {
            ResampleUnit::Clips => predictions.iter().map(|clip| vec![clip]).collect(),
            ResampleUnit::Speakers if by_unit.len() < 2 => return Err(MetricsError::OneSpeaker),
            ResampleUnit::Speakers => by_unit.iter().map(|(_, clips)| clips.clone()).collect(),
        };
        let score = |(index, dimension): (usize, &String)| {
            dimension_scores(dimension, index, &units, bootstrap)
        };
        let group = |(name, clips): (&str, Vec<&DimensionPrediction>)| RegressionGroup {
            name: name.to_owned(),
            n: clips.len(),
            scores: (0..dimensions.len())
                .map(|index| {
                    let (truth, predicted) = columns(index, clips.iter().copied());
                    RegressionScores::of(&truth, &predicted)
                })
                .collect(),
        };
        Ok(Self {
            n: predictions.len(),
            bootstrap,
            dimensions: dimensions.iter().enumerate().map(score).collect(),
            by_corpus: corpora(predictions).into_iter().map(group).collect(),
            by_gender: genders(predictions).into_iter().map(group).collect(),
            by_speaker: speakers(predictions).into_iter().map(group).collect(),
        })
    }
}

/// Return the true and the predicted values of one dimension.
fn columns<'a>(
    index: usize,
    clips: impl Iterator<Item = &'a DimensionPrediction>,
) -> (Vec<f64>, Vec<f64>) {
    clips
        .map(|clip| (clip.truth[index], clip.predicted[index]))
        .unzip()
}

/// Score one dimension, with intervals that draw `units` of clips.
fn dimension_scores(
    dimension: &str,
    index: usize,
    units: &[Vec<&DimensionPrediction>],
    bootstrap: Bootstrap,
) -> DimensionScores {
    let (truth, predicted) = columns(index, units.iter().flatten().copied());
    let scores = RegressionScores::of(&truth, &predicted);
    let [truth, predicted] = [&truth, &predicted].map(|values| Spread::of(values));
    let origin = [truth.mean, predicted.mean];
    let moments: Vec<Moments> = units
        .iter()
        .map(|unit| {
            unit.iter()
                .map(|clip| Moments::of(clip.truth[index], clip.predicted[index], origin))
                .sum()
        })
        .collect();
    let replicates = bootstrap.replicate(&moments, |drawn| {
        drawn.copied().sum::<Moments>().scores(origin)
    });
    let score = |of: fn(&RegressionScores) -> f64| {
        let mut values: Vec<f64> = replicates.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        Score {
            value: of(&scores),
            interval: Interval::of_replicates(&values),
        }
    };
    DimensionScores {
        dimension: dimension.to_owned(),
        ccc: score(|it| it.ccc),
        pearson: score(|it| it.pearson),
        rmse: score(|it| it.rmse),
        mae: score(|it| it.mae),
        truth,
        predicted,
    }
}

impl Prediction for DimensionPrediction {
    type Evaluation = RegressionEvaluation;

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

    fn evaluate(
        targets: &[String],
        predictions: &[Self],
    ) -> Result<RegressionEvaluation, MetricsError> {
        RegressionEvaluation::new(targets, predictions)
    }
}

impl SetEvaluation for RegressionEvaluation {
    type Scores = Vec<RegressionScores>;

    fn targets(&self) -> Vec<&str> {
        self.dimensions.iter().map(|it| &*it.dimension).collect()
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

    fn averaged(&self) -> Vec<RegressionScores> {
        let scores = |it: &DimensionScores| RegressionScores {
            ccc: it.ccc.value,
            pearson: it.pearson.value,
            rmse: it.rmse.value,
            mae: it.mae.value,
        };
        self.dimensions.iter().map(scores).collect()
    }

    fn over(sets: &[Vec<RegressionScores>], statistic: fn(&[f64]) -> f64) -> Vec<RegressionScores> {
        let dimensions = sets.first().map_or(0, Vec::len);
        (0..dimensions)
            .map(|index| {
                let of = |score: fn(&RegressionScores) -> f64| {
                    let values = sets.iter().filter_map(|set| set.get(index)).map(score);
                    statistic(&values.collect::<Vec<f64>>())
                };
                RegressionScores {
                    ccc: of(|it| it.ccc),
                    pearson: of(|it| it.pearson),
                    rmse: of(|it| it.rmse),
                    mae: of(|it| it.mae),
                }
            })
            .collect()
    }

    fn unmeasured(&self) -> Vec<&str> {
        let constant = self.dimensions.iter().filter(|it| !it.truth.varies());
        constant.map(|it| &*it.dimension).collect()
    }

    fn about_unmeasured(targets: &[&str]) -> String {
        format!(
            "The truth does not vary in: {}. CCC and Pearson's r are 0 there and say nothing.",
            targets.join(", ")
        )
    }
}

/// Return the mean CCC over dimensions, which selects an epoch or a shrinkage; 0 without any.
pub fn mean_ccc(scores: &[RegressionScores]) -> f64 {
    mean(&scores.iter().map(|it| it.ccc).collect::<Vec<f64>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prediction(speaker: &str, truth: &[f64], predicted: &[f64]) -> DimensionPrediction {
        DimensionPrediction {
            utterance: format!("{speaker}.wav"),
            corpus: String::new(),
            speaker: speaker.into(),
            gender: (speaker == "10").then(|| "female".into()),
            truth: truth.to_vec(),
            predicted: predicted.to_vec(),
        }
    }

    fn names(count: usize) -> Vec<String> {
        ["arousal", "valence"][..count]
            .iter()
            .map(|it| (*it).into())
            .collect()
    }

    #[test]
    fn each_speaker_gender_and_dimension_has_its_own_scores() {
        let predictions = [
            prediction("10", &[1.0, 5.0], &[1.0, 0.0]),
            prediction("10", &[2.0, 5.0], &[2.0, 1.0]),
            prediction("9", &[3.0, 5.0], &[4.0, 2.0]),
        ];
        let evaluation = RegressionEvaluation::new(&names(2), &predictions).unwrap();
        assert_eq!(evaluation.targets(), ["arousal", "valence"]);
        assert_eq!(evaluation.unmeasured(), ["valence"]);
        assert_eq!(evaluation.bootstrap.unit, ResampleUnit::Speakers);
        let speakers: Vec<_> = evaluation
            .by_speaker
            .iter()
            .map(|it| (&*it.name, it.n))
            .collect();
        assert_eq!(speakers, [("9", 1), ("10", 2)]);
        assert_eq!(evaluation.by_speaker[1].scores[0].rmse, 0.0);
        assert_eq!(evaluation.by_speaker[0].scores[0].rmse, 1.0);
        let genders: Vec<_> = evaluation.by_gender.iter().map(|it| &*it.name).collect();
        assert_eq!(genders, ["female", "unknown"]);
        let arousal = &evaluation.dimensions[0];
        assert_eq!(arousal.truth.mean, 2.0);
        assert!(arousal.ccc.interval.low <= arousal.ccc.value);
        assert!(arousal.ccc.value <= arousal.ccc.interval.high);
    }

    #[test]
    fn one_clip_is_evaluated_and_bad_numbers_are_errors() {
        let one = RegressionEvaluation::new(&names(1), &[prediction("a", &[1.0], &[3.0])]);
        let one = one.unwrap();
        assert_eq!(one.bootstrap.unit, ResampleUnit::Clips);
        assert_eq!(
            (one.dimensions[0].ccc.value, one.dimensions[0].rmse.value),
            (0.0, 2.0)
        );
        assert_eq!(one.dimensions[0].rmse.interval.low, 2.0);

        let of = |truth: &[f64], predicted: &[f64]| {
            RegressionEvaluation::new(&names(1), &[prediction("a", truth, predicted)]).unwrap_err()
        };
        assert!(matches!(
            of(&[1.0], &[f64::NAN]),
            MetricsError::NotFinite { .. }
        ));
        assert!(matches!(
            of(&[1.0], &[]),
            MetricsError::RaggedDimensions { found: 0, .. }
        ));
        assert_eq!(
            RegressionEvaluation::new(&names(1), &[]),
            Err(MetricsError::NoClips)
        );
        let twice = ["a".to_owned(), "a".to_owned()];
        assert!(RegressionEvaluation::new(&twice, &[]).is_err());
    }

    #[test]
    fn the_interval_widens_with_the_differences_between_speakers() {
        let predictions: Vec<DimensionPrediction> = (0..240)
            .map(|clip| {
                let speaker = clip / 20;
                let truth = f64::from(clip % 20);
                // Each speaker has an offset of their own.
                prediction(
                    &speaker.to_string(),
                    &[truth],
                    &[truth + f64::from(speaker)],
                )
            })
            .collect();
        let width = |unit| {
            let bootstrap = Bootstrap {
                unit,
                replicates: 400,
                seed: 0,
            };
            let evaluation =
                RegressionEvaluation::with_bootstrap(&names(1), &predictions, bootstrap);
            let Interval { low, high } = evaluation.unwrap().dimensions[0].rmse.interval;
            high - low
        };
        assert!(width(ResampleUnit::Speakers) > 2.0 * width(ResampleUnit::Clips));
    }
}
