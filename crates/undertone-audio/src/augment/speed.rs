//! Another speed of the tape.

use super::{AugmentError, check, check_rate, check_samples};
use crate::Resampler;

/// Play the samples `factor` times (0.5 to 2) as fast, as on a tape: 1.1 is a tenth faster and
/// higher. The length becomes `ceil(len / factor)`.
///
/// The factor is rounded to hundredths, so that the ratio of the rates and the transforms of the
/// [`Resampler`] stay small. A factor below 1 leaves the highest frequencies of the result empty.
/// Apply this to a recording at its own, higher rate, and resample afterwards.
///
/// # Errors
/// When `factor` or `rate` (in Hz) is out of range, or a sample is not finite.
pub fn speed(samples: &[f32], rate: u32, factor: f64) -> Result<Vec<f32>, AugmentError> {
    check("speed factor", factor, 0.5..=2.0)?;
    check_rate(rate)?;
    check_samples(samples)?;
    let hundredths = (factor * 100.0).round();
    let played_at = (f64::from(rate) * hundredths / 100.0).round() as u32;
    Ok(Resampler::new(played_at, rate)?.resample(samples))
}
