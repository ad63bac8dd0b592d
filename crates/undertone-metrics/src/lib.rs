//! What predictions are worth.
//!
//! A network's answers go in as [`ClipPrediction`]s, one per clip: who spoke, what the label says, and
//! the probability of every class. [`Evaluation`] turns a list of them into scores with
//! confidence intervals; [`Report`] holds the evaluations of one experiment, names the protocol
//! beside every one of them, and says aloud whether anything leaked from training into the test.
//!
//! Three scores go together, always. **WA** (weighted accuracy) is the share of clips that are
//! right. **UAR** (unweighted average recall) is the mean of the classes' recalls, so that a rare
//! class counts as much as a frequent one. **Macro F1** is the mean of the classes' F1. All are
//! fractions in 0..=1; only texts for people show them in percent. Each equals scikit-learn's
//! `accuracy_score`, `balanced_accuracy_score` and `f1_score(average="macro")`; which classes
//! the means run over is told at [`Scores`].
//!
//! Nothing here knows a network, an audio file or a clock: numbers in, numbers and text out, and
//! the same ones each time.

mod argmax;
mod bootstrap;
mod calibration;
mod chance;
mod classification_report;
mod confusion;
mod error;
mod evaluation;
mod paired;
mod prediction;
mod quantile;
mod remarks;
mod report;
mod report_text;
mod tables;

#[cfg(test)]
mod reference;

pub use argmax::argmax;
pub use bootstrap::{Bootstrap, Interval, ResampleUnit, ScoreIntervals};
pub use calibration::{
    CalibrationBin, calibration_bins, cross_entropy, expected_calibration_error,
};
pub use chance::{chance_between_genders, chance_between_speakers};
pub use classification_report::classification_report;
pub use confusion::{ClassScores, ConfusionMatrix, Scores};
pub use error::MetricsError;
pub use evaluation::{Evaluation, GroupScores, Score};
pub use paired::{PairedComparison, holm, mcnemar};
pub use prediction::ClipPrediction;
pub use quantile::quantile;
pub use remarks::Remark;
pub use report::{FoldReport, LeakageSummary, Report};
pub use tables::confusion_table;
