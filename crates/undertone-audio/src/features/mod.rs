//! Spectral features with the names, defaults and numbers of librosa 0.11.

mod db;
mod delta;
mod matrix;
mod mel;
mod mel_filters;
mod mfcc;
mod spectrum;
mod whisper;

use thiserror::Error;

pub use db::{DbConfig, DbReference, power_to_db};
pub use delta::delta;
pub use matrix::FeatureMatrix;
pub use mel::{MelConfig, MelSpectrogram};
pub use mfcc::Mfcc;
pub use whisper::WhisperLogMel;

/// The reason why features cannot be computed with the given parameters.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FeatureError {
    /// A count is 0 that must be at least 1.
    #[error("{name} must be at least 1")]
    Zero {
        /// The parameter.
        name: &'static str,
    },
    /// `fmin`, `fmax` and the sample rate leave no band between them.
    #[error(
        "fmin {fmin} Hz and fmax {fmax} Hz must satisfy 0 <= fmin < fmax <= {nyquist} Hz, half the \
         sample rate"
    )]
    FrequencyRange {
        /// Lowest frequency in Hz.
        fmin: f32,
        /// Highest frequency in Hz.
        fmax: f32,
        /// Half the sample rate in Hz.
        nyquist: f32,
    },
    /// More MFCCs than mel bands.
    #[error("n_mfcc {n_mfcc} is more than the {n_mels} mel bands")]
    TooManyMfccs {
        /// Requested number of coefficients.
        n_mfcc: usize,
        /// Number of mel bands.
        n_mels: usize,
    },
    /// A delta window that is even, or shorter than 3 frames.
    #[error("delta width {width} must be odd and at least 3")]
    DeltaWidth {
        /// The window in frames.
        width: usize,
    },
    /// Fewer frames than one delta window.
    #[error("{frames} frames are fewer than the delta width of {width}")]
    TooFewFrames {
        /// The window in frames.
        width: usize,
        /// Frames in the matrix.
        frames: usize,
    },
}
