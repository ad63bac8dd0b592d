//! What reports say, for programs.

use std::collections::HashSet;

use serde::Serialize;
use undertone_lab::RunRecord;
use undertone_metrics::{PairedComparison, Score};

use crate::comparison::compare;
use crate::error::ReportError;
use crate::names::names;

/// What a page says of its runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// One a run.
    pub runs: Vec<RunSummary>,
    /// One a pair of runs.
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
    /// The protocol with its options; `None` where nothing is judged.
    pub protocol: Option<String>,
    /// Whether the run came to its end.
    pub finished: bool,
    /// Folds that are done.
    pub folds_done: usize,
    /// Folds in all, where that is known.
    pub folds: Option<usize>,
    /// Test clips.
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

/// Two runs compared, or why they are not.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// One run's name.
    pub first: String,
    /// The other's.
    pub second: String,
    /// What both made of the clips that both judged.
    pub comparison: Option<PairedComparison>,
    /// Why the two say nothing about each other.
    pub not_comparable: Option<String>,
    /// Whether one of the two judged clips several times; the first judgment is compared.
    pub judged_repeatedly: bool,
}

impl Summary {
    /// Sums runs up.
    ///
    /// # Errors
    /// Where predictions cannot be judged.
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
            recipe: record.recipe.name.clone(),
            label_scheme: record.recipe.label_scheme.name().to_owned(),
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

/// Test clips of which each is counted once, however often it was judged.
pub(crate) fn distinct_clips(record: &RunRecord) -> usize {
    let folds = record.folds.iter();
    let predictions = folds.filter_map(|fold| fold.predictions.as_ref());
    let clips = predictions.flat_map(|predictions| &predictions.test);
    let distinct: HashSet<&str> = clips.map(|clip| clip.utterance.as_str()).collect();
    distinct.len()
}

fn judged_repeatedly(record: &RunRecord) -> bool {
    let judged = record.report.as_ref().map_or(0, |report| report.pooled.n);
    let distinct = distinct_clips(record);
    // A run without its predictions tells no clips.
    distinct > 0 && distinct < judged
}

/// Each run with each after it.
fn verdicts(records: &[RunRecord], names: &[String]) -> Result<Vec<Verdict>, ReportError> {
    let mut verdicts = Vec::new();
    let runs: Vec<(&RunRecord, &String)> = records.iter().zip(names).collect();
    for (index, (one, first)) in runs.iter().enumerate() {
        for (other, second) in runs.iter().skip(index + 1) {
            let (comparison, not_comparable) = match compare(one, other)? {
                Ok(comparison) => (Some(comparison), None),
                Err(reason) => (None, Some(reason)),
            };
            verdicts.push(Verdict {
                first: (*first).clone(),
                second: (*second).clone(),
                comparison,
                not_comparable,
                judged_repeatedly: [one, other].into_iter().any(|run| judged_repeatedly(run)),
            });
        }
    }
    Ok(verdicts)
}
