//! Two frames in one complex signal, for rustfft.

use std::sync::Arc;

use rustfft::Fft;
use rustfft::num_complex::Complex;

use super::frame_pair::FramePair;
use crate::kernel::kernel;

pub(super) struct ComplexPair {
    fft: Arc<dyn Fft<f32>>,
    block: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl ComplexPair {
    pub(super) fn new(fft: Arc<dyn Fft<f32>>) -> Self {
        Self {
            block: vec![Complex::default(); fft.len()],
            scratch: vec![Complex::default(); fft.get_inplace_scratch_len()],
            fft,
        }
    }
}

impl FramePair for ComplexPair {
    fn square(&mut self, frames: [&[f32]; 2], window: &[f32], powers: [&mut [f32]; 2]) {
        let [first, second] = powers;
        apply_window(frames, window, &mut self.block);
        self.fft
            .process_with_scratch(&mut self.block, &mut self.scratch);
        square(&self.block, first, second);
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
