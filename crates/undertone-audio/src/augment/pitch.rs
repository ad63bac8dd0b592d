//! Higher or lower at the same tempo.

use super::tempo::stretch;
use super::{AugmentError, check, check_rate, check_samples};
use crate::Resampler;

/// The samples with their pitch raised by `semitones` (-12 to 12) and their tempo and number left
/// as they are. Formants move with the pitch, as if the speaker were smaller.
///
/// The sound is stretched ([`tempo`](super::tempo()) says how) and played faster by as much. The ratio
/// of the two pitches is rounded to thousandths, at most 1.8 hundredths of a semitone away.
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
