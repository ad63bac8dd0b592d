//! What can go wrong in the front end.

use thiserror::Error;

use crate::{FeatureError, ResampleError};

/// The reason why a front end cannot be made, or why a recording cannot go through it.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FrontEndError {
    /// Feature parameters that do not fit together.
    #[error(transparent)]
    Feature(#[from] FeatureError),
    /// Sample rates that cannot be converted.
    #[error(transparent)]
    Resample(#[from] ResampleError),
    /// A window of less than 0.1 s, or of more than an hour.
    #[error("duration must be at least 0.1 s and at most 3600 s, not {seconds}")]
    Duration {
        /// The requested duration in seconds.
        seconds: f64,
    },
    /// A statistic of a corpus where a number of seconds is needed.
    #[error("duration must be a number of seconds here, not a statistic of a corpus")]
    UnresolvedDuration,
    /// No features are requested.
    #[error("inputs must name at least one of mel, log-mel, mfcc, mfcc-delta")]
    NoInputs,
    /// Other inputs beside one that must stand alone.
    #[error("{input} must be the only one of inputs")]
    NotAlone {
        /// The input that must stand alone.
        input: &'static str,
    },
    /// Whisper's log-mel spectrogram at another rate than 16 kHz.
    #[error("whisper-log-mel needs a sample_rate of 16000 Hz, not {found}")]
    WhisperRate {
        /// The requested rate in Hz.
        found: u32,
    },
    /// A trim parameter out of range.
    #[error("trim needs top_db >= 0, frame_length >= 1 and hop_length >= 1")]
    Trim,
    /// A level above full scale or below -60 dB.
    #[error("level must be -60 to 0 dB, not {found}")]
    Level {
        /// The requested level in dB.
        found: f32,
    },
    /// A size that no speech feature needs and that would exhaust the memory.
    #[error("{name} must be at most {largest}, not {size}")]
    TooLarge {
        /// The name of the parameter.
        name: &'static str,
        /// The requested size.
        size: usize,
        /// The largest size that is accepted.
        largest: usize,
    },
    /// Samples whose power would overflow.
    #[error("the recording has samples as large as {largest:e}; full scale is 1")]
    TooLoud {
        /// The largest magnitude in the recording.
        largest: f32,
    },
    /// A recording without samples.
    #[error("the recording holds no samples")]
    NoSamples,
}
