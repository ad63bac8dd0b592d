//! Another pitch at the same tempo.

use super::tempo::stretch;
use super::{AugmentError, check, check_rate, check_samples};
use crate::Resampler;

/// Raise the pitch by `semitones` (-12 to 12). Tempo and length stay the same. Formants move with
/// the pitch, as if the speaker were smaller.
///
/// The sound is stretched (see [`tempo`](super::tempo())) and played faster by the same ratio. The
/// ratio of the pitches is rounded to thousandths, an error of at most 1.8 cents.
///
/// # Errors
/// When `semitones` or `rate` (in Hz) is out of range, or a sample is not finite.
pub fn pitch(samples: &[f32], rate: u32, semitones: f64) -> Result<Vec<f32>, AugmentError> {
    check("semitones", semitones, -12.0..=12.0)?;
    check_rate(rate)?;
    check_samples(samples)?;
    let thousandths = (1000.0 * (semitones / 12.0).exp2()).round();
    let played_at = (f64::from(rate) * thousandths / 1000.0).round() as u32;
    let stretched = Resampler::new(rate, played_at)?.output_len(samples.len());
    let mut output = Resampler::new(played_at, rate)?.resample(&stretch(samples, rate, stretched));
    output.truncate(samples.len());
    Ok(output)
}
