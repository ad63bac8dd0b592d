//! The numbers of a report, for programs.

use serde::Serialize;
use undertone_lab::RunRecord;
use undertone_metrics::Score;

use crate::comparison::{Verdict, verdicts};
use crate::error::ReportError;
use crate::names::names;

/// The numbers of the page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportSummary {
    /// One per run.
    pub runs: Vec<RunSummary>,
    /// One per pair of runs.
    pub comparisons: Vec<Verdict>,
}

/// One run's results.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunSummary {
    /// The run's folder.
    pub run: String,
    /// The recipe's name.
    pub recipe: String,
    /// The label scheme's name.
    pub label_scheme: String,
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
    /// Accuracy on the test sets.
    pub wa: Option<Score>,
    /// Mean recall over the classes.
    pub uar: Option<Score>,
    /// Mean F1 over the classes.
    pub macro_f1: Option<Score>,
    /// Expected calibration error, 0 to 1.
    pub calibration_error: Option<f64>,
}

impl ReportSummary {
    /// Summarize runs.
    ///
    /// # Errors
    /// If predictions cannot be evaluated.
    pub fn new(records: &[RunRecord]) -> Result<Self, ReportError> {
        Ok(Self {
            runs: records.iter().map(RunSummary::new).collect(),
            comparisons: verdicts(records, &names(records))?,
        })
    }
}

impl RunSummary {
    fn new(record: &RunRecord) -> Self {
        let pooled = record.report.as_ref().map(|report| &report.pooled);
        let (folds_done, folds) = record.progress();
        Self {
            run: record.path.display().to_string(),
            recipe: record.name.clone(),
            label_scheme: record.label_scheme.name().to_owned(),
            protocol: record.report.as_ref().map(|report| report.protocol.clone()),
            finished: record.finished,
            folds_done,
            folds,
            clips: pooled.map_or(0, |pooled| pooled.n),
            wa: pooled.map(|pooled| pooled.wa),
            uar: pooled.map(|pooled| pooled.uar),
            macro_f1: pooled.map(|pooled| pooled.macro_f1),
            calibration_error: pooled.map(|pooled| pooled.calibration_error),
        }
    }
}
