//! Trained runs as pages to look at: [`RunRecord`]s go in, an `index.html` with every figure
//! beside it comes out, and a [`ReportSummary`] for programs.
//!
//! One run gives its scores, curves, confusions, calibration, groups, mistakes to listen to,
//! recipe and environment. Several give a table side by side before that, and whether one is
//! better than another on the clips that both judged.
//!
//! [`RunRecord`]: undertone_lab::RunRecord
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod comparison;
mod error;
mod extremes;
mod names;
mod numbers;
mod output;
mod page;
mod sections;
mod side_by_side;
mod summary;
mod voices;

pub use comparison::Verdict;
pub use error::ReportError;
pub use output::{output_folder, save_page};
pub use page::report_page;
pub use summary::{ReportSummary, RunSummary};
