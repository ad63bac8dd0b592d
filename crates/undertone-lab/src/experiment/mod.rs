//! Experiments: from a corpus and a recipe to trained folds and a report.

mod adaptation;
mod evaluate;
mod exclusions;
mod features;
mod fold;
mod folds;
mod outputs;
mod predictions;
mod robustness;
mod run;
mod setup;
mod start;

pub use evaluate::{EvaluationTask, evaluate_dimensions, evaluate_model};
pub use folds::FoldChoice;
pub use robustness::{Robustness, RobustnessRow, evaluate_robustness};
pub use run::Finished;
pub use setup::Experiment;
