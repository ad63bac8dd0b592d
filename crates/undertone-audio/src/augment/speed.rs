//! Played faster or slower.

use super::{AugmentError, check, check_rate, check_samples};
use crate::Resampler;

/// The samples played `factor` times (0.5 to 2) as fast, as a tape would be: 1.1 is shorter and
/// higher by a tenth. The length becomes `ceil(len / factor)`.
///
/// The factor is first rounded to hundredths, which keeps the ratio of the rates, and with it the
/// transforms of the [`Resampler`], small. A factor above 1 leaves the highest frequencies of the
/// result to what the samples have there, a factor below 1 leaves them empty: a recording
/// at a higher rate is better played first and then resampled once.
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
