//! Power spectra of windowed frames.

mod complex;
mod frame_pair;
mod planar;

use std::f64::consts::PI;
use std::sync::Arc;

use rustfft::{Fft, FftPlanner};

use self::complex::ComplexPair;
use self::frame_pair::FramePair;
use self::planar::PlanarPair;
use super::mel_filters::LANES;
use crate::fft::{self, Transform};

/// Computes power spectra with a periodic Hann window, two frames at a time. The frames are the
/// real and the imaginary part of one complex signal, and the symmetry of their transforms
/// separates them again.
#[derive(Clone)]
pub(super) struct PowerSpectrum {
    window: Arc<[f32]>,
    method: Method,
}

#[derive(Clone)]
enum Method {
    Planar(Arc<Transform>),
    Complex(Arc<dyn Fft<f32>>),
}

/// Memory for the spectra of two frames.
pub(super) struct SpectrumPair {
    powers: [Vec<[f32; LANES]>; 2],
    frames: Box<dyn FramePair>,
}

impl PowerSpectrum {
    pub(super) fn new(n_fft: usize) -> Self {
        Self {
            window: (0..n_fft)
                .map(|n| (0.5 - 0.5 * (2.0 * PI * n as f64 / n_fft as f64).cos()) as f32)
                .collect(),
            method: if fft::pays(n_fft) {
                Method::Planar(Arc::new(Transform::new(n_fft)))
            } else {
                Method::Complex(FftPlanner::new().plan_fft_forward(n_fft))
            },
        }
    }

    /// Return memory for [`PowerSpectrum::compute`], so that no frame allocates.
    pub(super) fn pair(&self) -> SpectrumPair {
        let chunks = self.bins().div_ceil(LANES);
        SpectrumPair {
            powers: [vec![[0.0; LANES]; chunks], vec![[0.0; LANES]; chunks]],
            frames: match &self.method {
                Method::Planar(transform) => {
                    Box::new(PlanarPair::new(self.window.len(), Arc::clone(transform)))
                }
                Method::Complex(fft) => Box::new(ComplexPair::new(Arc::clone(fft))),
            },
        }
    }

    fn bins(&self) -> usize {
        self.window.len() / 2 + 1
    }

    /// Transform two frames of `n_fft` samples. Return their `n_fft / 2 + 1` squared magnitudes,
    /// padded with zeros to whole lanes.
    pub(super) fn compute<'a>(
        &self,
        frames: [&[f32]; 2],
        pair: &'a mut SpectrumPair,
    ) -> &'a [Vec<[f32; LANES]>; 2] {
        let bins = self.bins();
        let powers = pair
            .powers
            .each_mut()
            .map(|powers| &mut powers.as_flattened_mut()[..bins]);
        pair.frames.square(frames, &self.window, powers);
        &pair.powers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_two_frames_has_its_own_spectrum() {
        for n_fft in [1_usize, 2, 3, 15, 16, 400, 512, 2048] {
            let spectrum = PowerSpectrum::new(n_fft);
            let frames: [Vec<f32>; 2] =
                [0.3, 1.7].map(|step| (0..n_fft).map(|n| (n as f32 * step).sin() + 0.2).collect());
            let mut pair = spectrum.pair();
            let powers = spectrum.compute([&frames[0], &frames[1]], &mut pair);
            for (frame, powers) in frames.iter().zip(powers) {
                for (bin, power) in powers.as_flattened()[..=n_fft / 2].iter().enumerate() {
                    let (mut re, mut im) = (0.0, 0.0);
                    for (n, (sample, weight)) in frame.iter().zip(&*spectrum.window).enumerate() {
                        let angle = 2.0 * PI * (bin * n) as f64 / n_fft as f64;
                        re += f64::from(sample * weight) * angle.cos();
                        im += f64::from(sample * weight) * angle.sin();
                    }
                    let expected = re * re + im * im;
                    let error = (f64::from(*power) - expected).abs();
                    assert!(error < 1e-5 * (n_fft * n_fft) as f64, "{n_fft}: bin {bin}");
                }
            }
        }
    }
}
