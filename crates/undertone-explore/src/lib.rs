#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod clip;
mod error;
mod exploration;
mod explore;
mod findings;
mod flow;
mod measure;
mod metrics;
mod numbers;
mod options;
mod output;
mod page;
mod projection;
mod sections;
mod shown;
mod spread;
mod statistics;
mod summary;
mod table;
mod totals;
mod watch;

pub use clip::{Clip, Unreadable};
pub use error::ExploreError;
pub use exploration::Exploration;
pub use explore::explore;
pub use findings::{Finding, FindingKind};
pub use flow::{Flow, Stage};
pub use measure::{
    COLUMNS, ClipMeasures, Clipping, Level, MEL_BANDS, MFCCS, Pitch, SignalToNoise, Spectra,
    TRIM_THRESHOLDS, Trimming,
};
pub use options::ExploreOptions;
pub use output::output_folder;
pub use projection::{Point, Projection};
pub use shown::ShownClip;
pub use spread::Spread;
pub use statistics::Neighbors;
pub use summary::{
    Explained, ExplorationSummary, MeasureSummary, ProjectionSummary, TrimmingSummary,
};
pub use totals::{MeanSpectra, Totals};
pub use watch::{ExploreProgress, Watcher};
