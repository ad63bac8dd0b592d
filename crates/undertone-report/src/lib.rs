#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod comparison;
mod dimension_page;
mod dimension_summary;
mod error;
mod evaluation;
mod extremes;
mod groups;
mod names;
mod numbers;
mod output;
mod page;
mod sections;
mod side_by_side;
mod summary;
mod task;
mod voices;

pub use comparison::Verdict;
pub use dimension_summary::DimensionSummary;
pub use error::ReportError;
pub use evaluation::{evaluation_folder, save_evaluation};
pub use output::{output_folder, save_page};
pub use page::report_page;
pub use summary::{ReportSummary, RunSummary};
pub use task::ReportTask;
