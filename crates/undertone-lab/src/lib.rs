#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

pub mod card;
mod error;
mod events;
mod experiment;
mod head;
mod prepare;
mod recipe;
mod run;
mod train;

pub use error::LabError;
pub use events::{EpochMetrics, EpochScores, Event, Interrupt, Observer};
pub use experiment::{
    EvaluationTask, Experiment, Finished, FoldChoice, Robustness, RobustnessRow,
    evaluate_dimensions, evaluate_model, evaluate_robustness,
};
pub use prepare::{ClipFeatures, FeatureStore, FrozenEncoder, default_cache};
pub use recipe::{
    AugmentConfig, CopiesConfig, DimensionTarget, Dimensions, EncoderTrainingConfig, HeadConfig,
    HoldOut, MaskConfig, PlateauConfig, Recipe, RecipeError, RegressionLoss, ScheduleConfig,
    Selection, TrainingConfig,
};
pub use run::{
    Ending, FoldPredictions, FoldRecord, RunFolder, RunLog, RunRecord, Session, Target,
    predictions_csv,
};
pub use train::MemoryEstimate;
