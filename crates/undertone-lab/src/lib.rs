//! Experiments: recipes, training, evaluation and reports.
//!
//! A [`Recipe`] fixes an experiment. [`Experiment::run`] divides a corpus by the recipe's
//! protocol, trains each chosen fold, judges it on the side that nothing was chosen by, and
//! leaves a [`RunFolder`] with the model, its numbers and a [`undertone_metrics::Report`]. A run that was
//! cut off goes on where it stopped and ends with the same weights.
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod augment;
pub mod card;
mod cholesky;
mod copies;
mod durations;
mod error;
mod evaluate;
mod events;
mod experiment;
mod features;
mod fit_lda;
mod frozen;
mod lda;
mod memory;
mod metrics_file;
mod predictions;
mod protocol_text;
mod recipe;
mod run_folder;
mod run_log;
mod run_record;
mod training;

pub use augment::{AugmentConfig, MaskConfig};
pub use copies::CopiesConfig;
pub use error::LabError;
pub use evaluate::{EvaluationTask, evaluate_model};
pub use events::{EpochMetrics, Event, Interrupt, Observer};
pub use experiment::{Experiment, Finished, FoldChoice};
pub use features::{ClipFeatures, FeatureStore, default_cache};
pub use frozen::FrozenEncoder;
pub use memory::MemoryEstimate;
pub use predictions::FoldPredictions;
pub use recipe::{
    EncoderTrainingConfig, HeadConfig, PlateauConfig, Recipe, RecipeError, ScheduleConfig,
    Selection, TrainingConfig,
};
pub use run_folder::RunFolder;
pub use run_log::{Ending, RunLog, Session};
pub use run_record::{FoldRecord, RunRecord};
