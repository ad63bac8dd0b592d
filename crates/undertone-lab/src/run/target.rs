//! The predictions that a run can have: of classes or of dimensions.

use undertone_corpus::Utterance;
use undertone_metrics::{ClipPrediction, DimensionPrediction, Prediction, SetText};
use undertone_models::ModelConfig;

use super::clips_csv::{dimensions_csv, predictions_csv};
use crate::card::CardScores;

/// A prediction that a model of this program makes of a clip: of classes
/// ([`ClipPrediction`]) or of dimensions ([`DimensionPrediction`]).
pub trait Target: Prediction<Evaluation: SetText + CardScores> {
    /// Whether recipes with `dimensions` make such predictions, and not the others.
    const OF_DIMENSIONS: bool;

    /// Make the prediction of a clip from a row of the model's predictions. `name` is the clip's
    /// name in results. `None` if the clip has no class, or lacks a value.
    fn of_clip(
        utterance: &Utterance,
        name: String,
        config: &ModelConfig,
        row: Vec<f32>,
    ) -> Option<Self>;

    /// Return predictions as a CSV table, a row for each clip. `targets` names the classes or the
    /// dimensions.
    fn to_csv(targets: &[String], predictions: &[Self]) -> String;
}

/// Return the speaker's name. A clip of an unknown speaker counts as a speaker of its own.
fn speaker(utterance: &Utterance, name: &str) -> String {
    let speaker = utterance.speaker.as_deref();
    speaker.unwrap_or(name).to_owned()
}

fn gender(utterance: &Utterance) -> Option<String> {
    utterance.gender.map(|gender| gender.name().to_owned())
}

impl Target for ClipPrediction {
    const OF_DIMENSIONS: bool = false;

    fn of_clip(
        utterance: &Utterance,
        name: String,
        config: &ModelConfig,
        row: Vec<f32>,
    ) -> Option<Self> {
        Some(Self {
            corpus: utterance.corpus.clone(),
            speaker: speaker(utterance, &name),
            utterance: name,
            gender: gender(utterance),
            truth: config.label_scheme.label_of(utterance.emotion)?,
            probabilities: row,
        })
    }

    fn to_csv(targets: &[String], predictions: &[Self]) -> String {
        predictions_csv(targets, predictions)
    }
}

impl Target for DimensionPrediction {
    const OF_DIMENSIONS: bool = true;

    fn of_clip(
        utterance: &Utterance,
        name: String,
        config: &ModelConfig,
        row: Vec<f32>,
    ) -> Option<Self> {
        let dimensions = config.dimensions.iter();
        let values = dimensions.map(|it| utterance.values.get(&it.name).copied());
        Some(Self {
            corpus: utterance.corpus.clone(),
            speaker: speaker(utterance, &name),
            utterance: name,
            gender: gender(utterance),
            truth: values.collect::<Option<_>>()?,
            predicted: row.into_iter().map(f64::from).collect(),
        })
    }

    fn to_csv(targets: &[String], predictions: &[Self]) -> String {
        dimensions_csv(targets, predictions)
    }
}
