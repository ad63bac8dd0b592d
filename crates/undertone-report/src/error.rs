use std::path::PathBuf;

use thiserror::Error;
use undertone_figures::FigureError;
use undertone_lab::LabError;
use undertone_metrics::MetricsError;

/// A report that cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The folder to write to holds something already.
    #[error(
        "{}: is not empty: choose another --out, or replace the report in it with --force",
        path.display()
    )]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The folder to write to is a file.
    #[error("{}: is a file, not a folder: choose another --out", path.display())]
    NotAFolder {
        /// What was given.
        path: PathBuf,
    },
    /// A run that cannot be read.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// Outcomes that cannot be judged.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// A figure or page that cannot be drawn or written.
    #[error(transparent)]
    Figure(#[from] FigureError),
}
