#![doc = include_str!("../README.md")]

mod adaptation_curve;
mod argmax;
mod bootstrap;
mod calibration;
mod class_text;
mod classification_report;
mod coarse;
mod confusion;
mod dimension_prediction;
mod dimension_text;
mod error;
mod evaluation;
mod interval;
mod mean_recall;
mod paired;
mod permutation;
mod prediction;
mod quantile;
mod regression_evaluation;
mod regression_scores;
mod remarks;
mod report;
mod report_text;
mod scores;
mod set_text;
mod tables;
mod task;

pub use adaptation_curve::AdaptationPoint;
pub use argmax::argmax;
pub use bootstrap::{Bootstrap, ResampleUnit, ScoreIntervals};
pub use calibration::{
    CalibrationBin, calibration_bins, cross_entropy, expected_calibration_error,
};
pub use classification_report::classification_report;
pub use coarse::{coarser, sums};
pub use confusion::ConfusionMatrix;
pub use dimension_prediction::DimensionPrediction;
pub use error::MetricsError;
pub use evaluation::Evaluation;
pub use interval::{Interval, Score};
pub use mean_recall::mean_recall;
pub use paired::{PairedComparison, holm, mcnemar};
pub use permutation::{gender_permutation_test, speaker_permutation_test};
pub use prediction::ClipPrediction;
pub use quantile::quantile;
pub use regression_evaluation::{DimensionScores, RegressionEvaluation, RegressionGroup, mean_ccc};
pub use regression_scores::{RegressionScores, Spread};
pub use remarks::Remark;
pub use report::{FoldReport, LeakageSummary, Report};
pub use scores::{ClassScores, GroupScores, Scores};
pub use set_text::SetText;
pub use tables::confusion_table;
pub use task::{Prediction, SetEvaluation};
