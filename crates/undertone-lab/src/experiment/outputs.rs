//! What the outputs of the network of a fold stand for.

use undertone_corpus::Utterance;
use undertone_metrics::Spread;
use undertone_models::{Dimension, Outputs};

use super::folds::Job;
use super::setup::Experiment;
use crate::error::LabError;

impl Experiment<'_> {
    /// Return what the outputs of a fold's network stand for. Dimensions are standardized by the
    /// fold's training set.
    ///
    /// # Errors
    /// If a dimension does not vary in the training set.
    pub(super) fn outputs_of(
        &self,
        utterances: &[Utterance],
        job: &Job,
    ) -> Result<Outputs, LabError> {
        if self.recipe.dimensions.is_empty() {
            return Ok(Outputs::Classes(self.class_of_output()?));
        }
        let dimensions = self.recipe.dimensions.iter().map(|target| {
            let train = job.fold.train.iter();
            let values: Vec<f64> = train
                .filter_map(|index| utterances[*index].values.get(&target.name).copied())
                .collect();
            let spread = Spread::of(&values);
            if !spread.varies() {
                return Err(LabError::TooFewClips(format!(
                    "{}: all training clips have the same {}, so nothing can be learned of it",
                    job.fold.name, target.name
                )));
            }
            Ok(Dimension {
                name: target.name.clone(),
                mean: spread.mean,
                scale: spread.std,
                range: target.range,
            })
        });
        Ok(Outputs::Dimensions(dimensions.collect::<Result<_, _>>()?))
    }
}

/// Return the standardized values of a clip.
pub(super) fn standardized(utterance: &Utterance, dimensions: &[Dimension]) -> Option<Vec<f32>> {
    dimensions
        .iter()
        .map(|dimension| {
            let value = utterance.values.get(&dimension.name)?;
            Some(dimension.standardized(*value))
        })
        .collect()
}
