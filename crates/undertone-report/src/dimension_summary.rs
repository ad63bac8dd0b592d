//! The numbers of a run of dimensions, for programs.

use serde::Serialize;
use undertone_lab::RunRecord;
use undertone_metrics::{DimensionPrediction, DimensionScores};

/// The results of one run that predicts numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DimensionSummary {
    /// The run's folder.
    pub run: String,
    /// The recipe's name.
    pub recipe: String,
    /// The protocol with its options; `None` if nothing has been evaluated.
    pub protocol: Option<String>,
    /// Whether the run is finished.
    pub finished: bool,
    /// Number of finished folds.
    pub folds_done: usize,
    /// Number of all folds, if it is known.
    pub folds: Option<usize>,
    /// Number of test clips.
    pub clips: usize,
    /// The scores of each dimension on all test sets; empty if nothing has been evaluated.
    pub dimensions: Vec<DimensionScores>,
}

impl DimensionSummary {
    pub(crate) fn new(record: &RunRecord<DimensionPrediction>) -> Self {
        let pooled = record.report.as_ref().map(|report| &report.pooled);
        let (folds_done, folds) = record.progress();
        Self {
            run: record.path.display().to_string(),
            recipe: record.name.clone(),
            protocol: record.report.as_ref().map(|report| report.protocol.clone()),
            finished: record.finished,
            folds_done,
            folds,
            clips: pooled.map_or(0, |pooled| pooled.n),
            dimensions: pooled.map_or_else(Vec::new, |pooled| pooled.dimensions.clone()),
        }
    }
}
