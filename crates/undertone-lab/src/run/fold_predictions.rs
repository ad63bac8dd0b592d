//! The predictions of a fold.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use undertone_metrics::{ClipPrediction, Evaluation, FoldReport, LeakageSummary};

use crate::error::LabError;

/// The predictions of all clips of a fold: `outcomes.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FoldPredictions {
    /// The epoch whose weights were kept; `None` without epochs.
    pub best_epoch: Option<usize>,
    /// What the sets share.
    pub leakage: LeakageSummary,
    /// Predictions of the training clips, each once.
    pub train: Vec<ClipPrediction>,
    /// Predictions of the validation clips.
    pub validation: Vec<ClipPrediction>,
    /// Predictions of the test clips.
    pub test: Vec<ClipPrediction>,
}

impl FoldPredictions {
    /// Evaluate each set.
    ///
    /// # Errors
    /// If the test set is empty or predictions do not fit the labels.
    pub fn evaluate(&self, name: &str, labels: &[String]) -> Result<FoldReport, LabError> {
        let evaluate = |predictions: &[ClipPrediction]| -> Result<Option<Evaluation>, LabError> {
            Ok(match predictions {
                [] => None,
                predictions => Some(Evaluation::new(labels, predictions)?),
            })
        };
        let speakers: BTreeSet<&str> = self.test.iter().map(|it| it.speaker.as_str()).collect();
        Ok(FoldReport {
            name: name.to_owned(),
            train: evaluate(&self.train)?,
            validation: evaluate(&self.validation)?,
            test: Evaluation::new(labels, &self.test)?,
            best_epoch: self.best_epoch,
            leakage: self.leakage,
            test_speakers: speakers.into_iter().map(str::to_owned).collect(),
        })
    }
}
