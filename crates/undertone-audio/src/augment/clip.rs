//! A converter that is driven too far.

use super::{AugmentError, check_samples};

/// Cut off the samples at full scale, as a converter or a file of integers does.
///
/// # Errors
/// When a sample is not finite.
pub fn clip(samples: &[f32]) -> Result<Vec<f32>, AugmentError> {
    check_samples(samples)?;
    Ok(samples
        .iter()
        .map(|sample| sample.clamp(-1.0, 1.0))
        .collect())
}
