//! Variations of a recording for training: the same words and feeling, said a little differently
//! or heard in another place.
//!
//! | function | what changes | what stays |
//! |---|---|---|
//! | [`speed`] | tempo, pitch and formants together | everything relative |
//! | [`tempo`] | tempo | pitch, formants |
//! | [`pitch`] | pitch and formants | tempo, length |
//! | [`gain`] | level | everything else |
//! | [`noise`] | signal-to-noise ratio | length |
//! | [`reverberation`] | the room | level, length |
//!
//! All take mono samples and give new ones. The result depends on the arguments only: whatever is
//! random comes from a seed, by a generator of this crate's own that gives the same numbers on
//! every platform. An empty recording stays empty, finite samples stay finite, and arguments
//! outside their documented range are an error.

mod convolution;
mod gain;
mod noise;
mod pitch;
mod random;
mod reverberation;
mod speed;
mod tempo;

use std::ops::RangeInclusive;

use thiserror::Error;

use crate::ResampleError;

pub use gain::gain;
pub use noise::{NoiseColor, noise};
pub use pitch::pitch;
pub use reverberation::reverberation;
pub use speed::speed;
pub use tempo::tempo;

/// Arguments that an augmentation cannot work with.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum AugmentError {
    /// A parameter outside its range, or not a number.
    #[error("{name} {value} must lie between {low} and {high}")]
    OutOfRange {
        /// The parameter, with its unit.
        name: &'static str,
        /// What was asked for.
        value: f64,
        /// The lowest value allowed.
        low: f64,
        /// The highest value allowed.
        high: f64,
    },
    /// A sample that isn't finite, or of a size that no recording has.
    #[error("sample {index} is {value}: samples must be finite and within ±{MAX_SAMPLE:e}")]
    Sample {
        /// Its position.
        index: usize,
        /// Its value.
        value: f32,
    },
    /// Rates that cannot be converted.
    #[error(transparent)]
    Resample(#[from] ResampleError),
}

/// Full scale is 1; up to here no step overflows.
const MAX_SAMPLE: f32 = 1e6;

fn check_samples(samples: &[f32]) -> Result<(), AugmentError> {
    // A NaN is in no range either.
    let bad = |sample: &f32| !(-MAX_SAMPLE..=MAX_SAMPLE).contains(sample);
    match samples.iter().position(bad) {
        None => Ok(()),
        Some(index) => Err(AugmentError::Sample {
            index,
            value: samples[index],
        }),
    }
}

fn check(name: &'static str, value: f64, range: RangeInclusive<f64>) -> Result<(), AugmentError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(AugmentError::OutOfRange {
        name,
        value,
        low: *range.start(),
        high: *range.end(),
    })
}

/// The rates that recordings have, in Hz.
fn check_rate(rate: u32) -> Result<(), AugmentError> {
    check("rate in Hz", f64::from(rate), 1_000.0..=192_000.0)
}

/// Root mean square; 0 for no samples.
fn rms(samples: &[f32]) -> f64 {
    let energy: f64 = samples.iter().map(|x| f64::from(*x).powi(2)).sum();
    (energy / samples.len().max(1) as f64).sqrt()
}

/// The factor on amplitudes for a level in dB.
fn amplitude(db: f64) -> f64 {
    10_f64.powf(db / 20.0)
}
