//! The low-pass filter between two rates.

use std::f64::consts::PI;

use rustfft::Fft;
use rustfft::num_complex::Complex;

use crate::kaiser;

/// End of the pass band as a share of the lower Nyquist frequency.
pub(super) const PASS_END: f64 = 0.913;
/// Start of the stop band as a share of the lower Nyquist frequency.
pub(super) const STOP_START: f64 = 1.0;
/// Depth of the stop band in dB.
pub(super) const ATTENUATION: f64 = 105.0;

/// A Kaiser-windowed sinc at the higher of two rates, symmetric about its center.
#[derive(Debug, Clone, Copy)]
pub(super) struct LowPass {
    /// -6 dB point as a fraction of the higher rate.
    cutoff: f64,
    half_length: usize,
    beta: f64,
}

impl LowPass {
    pub(super) fn for_rates(from_hz: u32, to_hz: u32) -> Self {
        let low = f64::from(from_hz.min(to_hz));
        let high = f64::from(from_hz.max(to_hz));
        let nyquist = 0.5 * low / high;
        let transition = 2.0 * PI * nyquist * (STOP_START - PASS_END);
        let length = kaiser::filter_length(ATTENUATION, transition);
        Self {
            cutoff: nyquist * 0.5 * (PASS_END + STOP_START),
            half_length: (length / 2.0).ceil() as usize,
            beta: kaiser::beta(ATTENUATION),
        }
    }

    /// Return the number of taps on either side of the center.
    pub(super) fn half_length(&self) -> usize {
        self.half_length
    }

    /// Return the (real) spectrum of the filter at the bins below `low_size / 2`, divided by
    /// `input_size` to undo the gain of a transform and its inverse. `fft` has the size of a block
    /// at the higher rate.
    pub(super) fn response(
        &self,
        fft: &dyn Fft<f64>,
        low_size: usize,
        input_size: usize,
    ) -> Vec<f32> {
        let size = fft.len();
        let mut taps = vec![Complex::default(); size];
        taps[0].re = self.tap(0);
        for n in 1..=self.half_length {
            taps[n].re = self.tap(n);
            taps[size - n].re = taps[n].re;
        }
        fft.process(&mut taps);
        let scale = 1.0 / (taps[0].re * input_size as f64);
        taps[..low_size.div_ceil(2)]
            .iter()
            .map(|bin| (bin.re * scale) as f32)
            .collect()
    }

    fn tap(&self, n: usize) -> f64 {
        let position = n as f64 / (self.half_length + 1) as f64;
        let window = kaiser::window(self.beta, position);
        2.0 * self.cutoff * kaiser::sinc(2.0 * self.cutoff * n as f64) * window
    }
}
