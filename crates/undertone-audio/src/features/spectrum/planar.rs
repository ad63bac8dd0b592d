//! Two frames in a plane of real and a plane of imaginary parts.

use std::sync::Arc;

use super::frame_pair::FramePair;
use crate::fft::{LANES, Planes, Transform};
use crate::kernel::kernel;

pub(super) struct PlanarPair {
    transform: Arc<Transform>,
    windowed: Planes,
    transformed: Planes,
    other: Planes,
}

impl PlanarPair {
    pub(super) fn new(n_fft: usize, transform: Arc<Transform>) -> Self {
        let planes = || Planes::new(n_fft / LANES);
        Self {
            transform,
            windowed: planes(),
            transformed: planes(),
            other: planes(),
        }
    }
}

impl FramePair for PlanarPair {
    fn square(&mut self, frames: [&[f32]; 2], window: &[f32], powers: [&mut [f32]; 2]) {
        for (to, frame) in self.windowed.values_mut().into_iter().zip(frames) {
            apply_window(frame, window, to);
        }
        self.transform.apply(
            self.windowed.values(),
            &mut self.transformed,
            &mut self.other,
        );
        square(self.transformed.values(), powers);
    }
}

kernel! {
    fn apply_window(frame: &[f32], window: &[f32], windowed: &mut [f32]) = apply_window_plain;
}

#[inline(always)]
fn apply_window_plain(frame: &[f32], window: &[f32], windowed: &mut [f32]) {
    for ((to, sample), weight) in windowed.iter_mut().zip(frame).zip(window) {
        *to = sample * weight;
    }
}

kernel! {
    fn square(spectrum: [&[f32]; 2], powers: [&mut [f32]; 2]) = square_plain;
}

/// With Z the transform of `a + ib`: `A[k] = (Z[k] + Z*[-k]) / 2`, `iB[k] = (Z[k] - Z*[-k]) / 2`.
#[inline(always)]
fn square_plain(spectrum: [&[f32]; 2], powers: [&mut [f32]; 2]) {
    let [Some((zero_re, re)), Some((zero_im, im))] = spectrum.map(<[f32]>::split_first) else {
        return;
    };
    let [Some((first_zero, first)), Some((second_zero, second))] =
        powers.map(<[f32]>::split_first_mut)
    else {
        return;
    };
    (*first_zero, *second_zero) = (zero_re * zero_re, zero_im * zero_im);
    let bins = re.iter().zip(im);
    let mirrored = re.iter().rev().zip(im.iter().rev());
    for (((a, b), (re, im)), (mirror_re, mirror_im)) in
        first.iter_mut().zip(second).zip(bins).zip(mirrored)
    {
        let (sum_re, sum_im) = (re + mirror_re, im + mirror_im);
        let (difference_re, difference_im) = (re - mirror_re, im - mirror_im);
        *a = 0.25 * (sum_re * sum_re + difference_im * difference_im);
        *b = 0.25 * (difference_re * difference_re + sum_im * sum_im);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_compilations_agree() {
        let values: Vec<f32> = (0..512).map(|n| (n as f32 * 0.7).sin()).collect();
        let (mut wide, mut plain) = ([0.0; 512], [0.0; 512]);
        apply_window(&values, &values, &mut wide);
        apply_window_plain(&values, &values, &mut plain);
        assert_eq!(wide, plain);
        let spectrum = [&values[..], &plain[..]];
        let mut powers = [[0.0; 257]; 4];
        let [a, b, c, d] = powers.each_mut().map(|it| &mut it[..]);
        square(spectrum, [a, b]);
        square_plain(spectrum, [c, d]);
        assert_eq!(powers[..2], powers[2..]);
    }
}
