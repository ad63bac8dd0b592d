//! The numbers of one clip.
//!
//! Duration, peak, clipping and the noise floor are those of the whole clip. All other measures are
//! of the part that trimming keeps, which is what a model hears: silence would make every clip
//! quieter and slower.

mod clip;
mod level;
mod noise;
mod spectra;
mod syllables;

pub use clip::{ClipMeasures, Pitch, TRIM_THRESHOLDS, Trimming};
pub(crate) use clip::{LEVEL_BINS, Measured, Measurer};
pub use level::{Clipping, Level};
pub use noise::SignalToNoise;
pub(crate) use spectra::ANALYSIS_RATE;
pub use spectra::{COLUMNS, MEL_BANDS, MFCCS, Spectra};
