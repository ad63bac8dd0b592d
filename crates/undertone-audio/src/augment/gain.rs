//! Another level.

use super::{AugmentError, amplitude, check, check_samples};

/// Make the samples `db` (-60 to 60) louder. Nothing is clipped.
///
/// # Errors
/// When `db` is out of range, or a sample is not finite.
pub fn gain(samples: &[f32], db: f64) -> Result<Vec<f32>, AugmentError> {
    check("gain in dB", db, -60.0..=60.0)?;
    check_samples(samples)?;
    let factor = amplitude(db) as f32;
    Ok(samples.iter().map(|sample| sample * factor).collect())
}
