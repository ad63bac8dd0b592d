use thiserror::Error;
use undertone_figures::FigureError;
use undertone_files::FolderError;
use undertone_lab::LabError;
use undertone_metrics::MetricsError;

/// Why a report cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The folder to write to may not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A run cannot be read.
    #[error(transparent)]
    Lab(#[from] LabError),
    /// Predictions cannot be evaluated.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// A figure or page cannot be drawn or written.
    #[error(transparent)]
    Figure(#[from] FigureError),
}
