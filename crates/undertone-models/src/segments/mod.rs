//! Recordings of any length, judged in segments.

mod classify;
mod config;
mod cutter;
mod error;
mod prediction;
mod whole;

pub use classify::Progress;
pub use config::{Division, SegmentsConfig};
pub use error::SegmentsError;
pub use prediction::{SegmentPrediction, SegmentedPrediction};
pub use whole::WholeRecording;
