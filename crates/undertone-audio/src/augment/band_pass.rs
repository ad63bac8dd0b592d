//! A narrower band.

use std::f64::consts::TAU;

use super::convolution::convolve;
use super::{AugmentError, check, check_rate, check_samples};
use crate::kaiser;

/// Depth of the stop bands in dB.
const ATTENUATION: f64 = 60.0;
/// Width of the slope at either limit. Its middle, at -6 dB, is the limit.
const SLOPE_HZ: f64 = 100.0;

/// Keep the frequencies from `low_hz` (0 to 20 000) to `high_hz` (from 200 above `low_hz` to
/// 96 000) and attenuate the others by 60 dB. The filter is a Kaiser-windowed sinc and delays nothing.
///
/// A `low_hz` of 0 makes a low-pass filter. A `high_hz` beyond half of `rate` makes a high-pass
/// filter.
///
/// # Errors
/// When a limit or `rate` (in Hz) is out of range, or a sample is not finite.
pub fn band_pass(
    samples: &[f32],
    rate: u32,
    low_hz: f64,
    high_hz: f64,
) -> Result<Vec<f32>, AugmentError> {
    check("lower limit in Hz", low_hz, 0.0..=20_000.0)?;
    check("upper limit in Hz", high_hz, low_hz + 200.0..=96_000.0)?;
    check_rate(rate)?;
    check_samples(samples)?;
    if samples.is_empty() {
        return Ok(Vec::new());
    }
    let response = response(f64::from(rate), low_hz, high_hz);
    let delay = response.len() / 2;
    let mut padded = samples.to_vec();
    padded.resize(samples.len() + delay, 0.0);
    Ok(convolve(&padded, &response).split_off(delay))
}

/// Return the difference of two low-pass filters. It is symmetric about its center.
fn response(rate: f64, low_hz: f64, high_hz: f64) -> Vec<f32> {
    let low = low_hz / rate;
    let high = (high_hz / rate).min(0.5);
    let length = kaiser::filter_length(ATTENUATION, TAU * SLOPE_HZ / rate);
    let half = (length / 2.0).ceil();
    let beta = kaiser::beta(ATTENUATION);
    let peak = kaiser::window(beta, 0.0);
    (0..=2 * half as usize)
        .map(|tap| {
            let n = tap as f64 - half;
            let band = [(high, 1.0), (low, -1.0)]
                .map(|(cutoff, sign)| sign * 2.0 * cutoff * kaiser::sinc(2.0 * cutoff * n));
            let window = kaiser::window(beta, n / (half + 1.0)) / peak;
            ((band[0] + band[1]) * window) as f32
        })
        .collect()
}
