//! Augmentation: variations of a recording for training, with the same words and the same emotion.
//!
//! | function | what changes | what stays |
//! |---|---|---|
//! | [`speed`] | tempo, pitch and formants together | everything relative |
//! | [`tempo`] | tempo | pitch, formants |
//! | [`pitch`] | pitch and formants | tempo, length |
//! | [`gain`] | level | everything else |
//! | [`noise`] | signal-to-noise ratio | length |
//! | [`reverberation`] | the room | level, length |
//! | [`clip`] | peaks above full scale | everything else |
//! | [`band_pass`] | frequencies outside a band | length |
//! | `telephone`, `opus`, `mp3` | what a codec loses | length |
//! | `transmission` | all of these by chance: microphone, room, codec | the words, the emotion |
//!
//! All of them take mono samples and return new ones. The result depends only on the arguments:
//! random numbers come from a seed, by a generator that gives the same numbers on every platform.
//! An empty recording stays empty, finite samples stay finite, and an argument outside its
//! documented range is an error.
//!
//! The codecs and `transmission` need the feature `degrade`.

mod band_pass;
mod clip;
mod convolution;
mod gain;
#[cfg(feature = "degrade")]
mod mp3;
mod noise;
#[cfg(feature = "degrade")]
mod opus;
mod pitch;
mod random;
mod reverberation;
mod speed;
#[cfg(feature = "degrade")]
mod telephone;
mod tempo;
#[cfg(feature = "degrade")]
mod transmission;

use std::ops::RangeInclusive;

use thiserror::Error;

use crate::ResampleError;

pub use band_pass::band_pass;
pub use clip::clip;
pub use gain::gain;
#[cfg(feature = "degrade")]
pub use mp3::mp3;
pub use noise::{NoiseColor, noise};
#[cfg(feature = "degrade")]
pub use opus::opus;
pub use pitch::pitch;
pub use reverberation::reverberation;
pub use speed::speed;
#[cfg(feature = "degrade")]
pub use telephone::telephone;
pub use tempo::tempo;
#[cfg(feature = "degrade")]
pub use transmission::transmission;

/// The reason why a recording cannot be augmented.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum AugmentError {
    /// A parameter is outside its range, or NaN.
    #[error("{name} {value} must lie between {low} and {high}")]
    OutOfRange {
        /// The parameter, with its unit.
        name: &'static str,
        /// The requested value.
        value: f64,
        /// The lowest allowed value.
        low: f64,
        /// The highest allowed value.
        high: f64,
    },
    /// A sample is not finite, or is larger than in any recording.
    #[error("sample {index} is {value}: samples must be finite and within ±{MAX_SAMPLE:e}")]
    Sample {
        /// The index of the sample.
        index: usize,
        /// The value of the sample.
        value: f32,
    },
    /// The sample rates cannot be converted.
    #[error(transparent)]
    Resample(#[from] ResampleError),
    /// A codec failed.
    #[error("the {codec} codec failed: {detail}")]
    Codec {
        /// The codec.
        codec: &'static str,
        /// What it reported.
        detail: String,
    },
}

/// The largest magnitude of a sample. Full scale is 1, and up to this value no step overflows.
const MAX_SAMPLE: f32 = 1e6;

fn check_samples(samples: &[f32]) -> Result<(), AugmentError> {
    // NaN is in no range.
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

/// Check that `rate` is a sample rate that recordings have, in Hz.
fn check_rate(rate: u32) -> Result<(), AugmentError> {
    check("rate in Hz", f64::from(rate), 1_000.0..=192_000.0)
}

/// Return the root mean square, or 0 for no samples.
fn rms(samples: &[f32]) -> f64 {
    let energy: f64 = samples.iter().map(|x| f64::from(*x).powi(2)).sum();
    (energy / samples.len().max(1) as f64).sqrt()
}

/// Return the factor on amplitudes for a level in dB.
fn amplitude(db: f64) -> f64 {
    10_f64.powf(db / 20.0)
}
