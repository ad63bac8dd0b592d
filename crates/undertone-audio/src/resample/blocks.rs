//! The conversion of two blocks at a time.

use rustfft::num_complex::Complex;

use crate::kernel::kernel;

/// Converts two blocks together, as the real and the imaginary part of one complex signal.
pub(super) trait Blocks: Send + Sync {
    /// Convert the two blocks of `input`. Write what follows the first `margin` samples of each
    /// result; the second may have fewer than the first.
    fn convert(&mut self, input: [&[f32]; 2], margin: usize, output: [&mut [f32]; 2]);
}

kernel! {
    /// Make one block the real part and the other the imaginary part.
    pub(super) fn interleave(
        real: &[f32], imaginary: &[f32], block: &mut [Complex<f32>],
    ) = interleave_plain;
}

#[inline(always)]
fn interleave_plain(real: &[f32], imaginary: &[f32], block: &mut [Complex<f32>]) {
    for ((bin, re), im) in block.iter_mut().zip(real).zip(imaginary) {
        *bin = Complex { re: *re, im: *im };
    }
}

kernel! {
    /// Write the real and the imaginary parts from the start of `block`. `imaginary` may be
    /// shorter.
    pub(super) fn separate(
        block: &[Complex<f32>], real: &mut [f32], imaginary: &mut [f32],
    ) = separate_plain;
}

#[inline(always)]
fn separate_plain(block: &[Complex<f32>], real: &mut [f32], imaginary: &mut [f32]) {
    let (both, only_real) = real.split_at_mut(imaginary.len());
    for ((bin, re), im) in block.iter().zip(both).zip(&mut *imaginary) {
        (*re, *im) = (bin.re, bin.im);
    }
    for (bin, re) in block[imaginary.len()..].iter().zip(only_real) {
        *re = bin.re;
    }
}

kernel! {
    /// Multiply every bin by its gain.
    pub(super) fn scale(
        bins: &[Complex<f32>], gains: &[f32], scaled: &mut [Complex<f32>],
    ) = scale_plain;
}

#[inline(always)]
fn scale_plain(bins: &[Complex<f32>], gains: &[f32], scaled: &mut [Complex<f32>]) {
    for ((out, bin), gain) in scaled.iter_mut().zip(bins).zip(gains) {
        *out = bin * gain;
    }
}
