//! A call over a telephone line.

use super::{AugmentError, band_pass, check_rate, check_samples};
use crate::{Resampler, g711};

/// The rate of a telephone line in Hz.
const LINE_RATE: u32 = 8_000;

/// Let the samples sound as over a telephone: the band from `low_hz` to `high_hz` (see
/// [`band_pass`](band_pass()); 300 to 3400 is the classic one), at 8 kHz in the 8 bits of ITU-T
/// G.711 µ-law. Peaks above full scale are clipped.
///
/// # Errors
/// When a limit or `rate` (in Hz) is out of range, or a sample is not finite.
pub fn telephone(
    samples: &[f32],
    rate: u32,
    low_hz: f64,
    high_hz: f64,
) -> Result<Vec<f32>, AugmentError> {
    check_rate(rate)?;
    check_samples(samples)?;
    let line = Resampler::new(rate, LINE_RATE)?.resample(samples);
    let mut line = band_pass(&line, LINE_RATE, low_hz, high_hz)?;
    for sample in &mut line {
        *sample = g711::decode_mulaw(g711::encode_mulaw(*sample));
    }
    let mut heard = Resampler::new(LINE_RATE, rate)?.resample(&line);
    heard.resize(samples.len(), 0.0);
    Ok(heard)
}
