//! The predictions of a fold.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use undertone_metrics::{AdaptationPoint, ClipPrediction, FoldReport, LeakageSummary, Prediction};

use crate::error::LabError;

/// The predictions of all clips of a fold: `outcomes.json`. They are of classes, or with
/// [`DimensionPrediction`](undertone_metrics::DimensionPrediction) of numbers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct FoldPredictions<P: Prediction = ClipPrediction> {
    /// The epoch whose weights were kept; `None` without epochs.
    pub best_epoch: Option<usize>,
    /// What the sets share.
    pub leakage: LeakageSummary,
    /// Predictions of the training clips, each once.
    pub train: Vec<P>,
    /// Predictions of the validation clips.
    pub validation: Vec<P>,
    /// Predictions of the test clips.
    pub test: Vec<P>,
    /// The scores against the amount of a voice that was heard, of a model that adapts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adaptation: Vec<AdaptationPoint>,
}

impl<P: Prediction> FoldPredictions<P> {
    /// Evaluate each set. `targets` names the classes or the dimensions.
    ///
    /// # Errors
    /// If the test set is empty or predictions do not fit the targets.
    pub fn evaluate(
        &self,
        name: &str,
        targets: &[String],
    ) -> Result<FoldReport<P::Evaluation>, LabError> {
        let evaluate = |predictions: &[P]| -> Result<Option<P::Evaluation>, LabError> {
            Ok(match predictions {
                [] => None,
                predictions => Some(P::evaluate(targets, predictions)?),
            })
        };
        let speakers: BTreeSet<&str> = self.test.iter().map(P::speaker).collect();
        Ok(FoldReport {
            name: name.to_owned(),
            train: evaluate(&self.train)?,
            validation: evaluate(&self.validation)?,
            test: P::evaluate(targets, &self.test)?,
            best_epoch: self.best_epoch,
            leakage: self.leakage,
            adaptation: self.adaptation.clone(),
            test_speakers: speakers.into_iter().map(str::to_owned).collect(),
        })
    }
}
