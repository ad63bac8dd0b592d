//! Power spectra of windowed frames.

use std::f64::consts::PI;
use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use super::mel_filters::LANES;
use crate::kernel::kernel;

/// Computes power spectra with a periodic Hann window, two frames at a time. The frames are the
/// real and the imaginary part of one complex signal, and the symmetry of their transforms
/// separates them again.
#[derive(Clone)]
pub(super) struct PowerSpectrum {
    window: Vec<f32>,
    fft: Arc<dyn Fft<f32>>,
}

/// Memory for the spectra of two frames.
pub(super) struct SpectrumPair {
    powers: [Vec<[f32; LANES]>; 2],
    block: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl PowerSpectrum {
    pub(super) fn new(n_fft: usize) -> Self {
        Self {
            window: (0..n_fft)
                .map(|n| (0.5 - 0.5 * (2.0 * PI * n as f64 / n_fft as f64).cos()) as f32)
                .collect(),
            fft: FftPlanner::new().plan_fft_forward(n_fft),
        }
    }

    /// Return memory for [`PowerSpectrum::compute`], so that no frame allocates.
    pub(super) fn pair(&self) -> SpectrumPair {
        let chunks = self.bins().div_ceil(LANES);
        SpectrumPair {
            powers: [vec![[0.0; LANES]; chunks], vec![[0.0; LANES]; chunks]],
            block: vec![Complex::default(); self.window.len()],
            scratch: vec![Complex::default(); self.fft.get_inplace_scratch_len()],
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
        apply_window(frames, &self.window, &mut pair.block);
        self.fft
            .process_with_scratch(&mut pair.block, &mut pair.scratch);
        let [first, second] = &mut pair.powers;
        square(
            &pair.block,
            &mut first.as_flattened_mut()[..self.bins()],
            &mut second.as_flattened_mut()[..self.bins()],
        );
        &pair.powers
    }
}

kernel! {
    fn apply_window(
        frames: [&[f32]; 2], window: &[f32], block: &mut [Complex<f32>],
    ) = apply_window_plain;
}

#[inline(always)]
fn apply_window_plain(frames: [&[f32]; 2], window: &[f32], block: &mut [Complex<f32>]) {
    let [first, second] = frames;
    for (((value, re), im), weight) in block.iter_mut().zip(first).zip(second).zip(window) {
        *value = Complex {
            re: re * weight,
            im: im * weight,
        };
    }
}

kernel! {
    fn square(block: &[Complex<f32>], first: &mut [f32], second: &mut [f32]) = square_plain;
}

/// With Z the transform of `a + ib`: `A[k] = (Z[k] + Z*[-k]) / 2`, `iB[k] = (Z[k] - Z*[-k]) / 2`.
#[inline(always)]
fn square_plain(block: &[Complex<f32>], first: &mut [f32], second: &mut [f32]) {
    let Some((zero, rest)) = block.split_first() else {
        return;
    };
    let (Some((first_zero, first)), Some((second_zero, second))) =
        (first.split_first_mut(), second.split_first_mut())
    else {
        return;
    };
    (*first_zero, *second_zero) = (zero.re * zero.re, zero.im * zero.im);
    let mirrored = rest.iter().zip(rest.iter().rev());
    for ((a, b), (bin, mirror)) in first.iter_mut().zip(second).zip(mirrored) {
        let (sum, difference) = (bin + mirror, bin - mirror);
        *a = 0.25 * (sum.re * sum.re + difference.im * difference.im);
        *b = 0.25 * (difference.re * difference.re + sum.im * sum.im);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_two_frames_has_its_own_spectrum() {
        for n_fft in [1_usize, 2, 3, 15, 16, 400] {
            let spectrum = PowerSpectrum::new(n_fft);
            let frames: [Vec<f32>; 2] =
                [0.3, 1.7].map(|step| (0..n_fft).map(|n| (n as f32 * step).sin() + 0.2).collect());
            let mut pair = spectrum.pair();
            let powers = spectrum.compute([&frames[0], &frames[1]], &mut pair);
            for (frame, powers) in frames.iter().zip(powers) {
                for (bin, power) in powers.as_flattened()[..=n_fft / 2].iter().enumerate() {
                    let (mut re, mut im) = (0.0, 0.0);
                    for (n, (sample, weight)) in frame.iter().zip(&spectrum.window).enumerate() {
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

    #[test]
    fn both_compilations_agree() {
        let n = 403;
        let values: Vec<f32> = (0..n).map(|n| (n as f32 * 0.7).sin()).collect();
        let frames = [&values[..], &values[..]];
        let mut blocks = [vec![Complex::default(); n], vec![Complex::default(); n]];
        apply_window(frames, &values, &mut blocks[0]);
        apply_window_plain(frames, &values, &mut blocks[1]);
        assert_eq!(blocks[0], blocks[1]);
        let mut powers = vec![vec![0.0; n / 2 + 1]; 4];
        let [a, b, c, d] = &mut powers[..] else {
            panic!("four")
        };
        square(&blocks[0], a, b);
        square_plain(&blocks[0], c, d);
        assert_eq!((a, b), (c, d));
    }
}
