//! What sounds are made of.

use std::f64::consts::TAU;

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;

/// A kind of sound: its name and what makes one. It receives a number of samples that it may keep
/// to, the rate in Hz, the number of the sound, and random numbers.
pub(super) type Kind = (
    &'static str,
    fn(usize, f64, usize, &mut ChaCha8Rng) -> Vec<f64>,
);

pub(super) fn times(samples: usize, rate: f64) -> impl Iterator<Item = f64> {
    (0..samples).map(move |at| at as f64 / rate)
}

pub(super) fn white(samples: usize, rng: &mut impl Rng) -> Vec<f64> {
    (0..samples).map(|_| rng.random_range(-1.0..1.0)).collect()
}

/// Let the high frequencies fall, by a filter with one pole.
pub(super) fn sloped(samples: &[f64], pole: f64) -> Vec<f64> {
    let mut last = 0.0;
    samples
        .iter()
        .map(|sample| {
            last = pole * last + (1.0 - pole) * sample;
            last
        })
        .collect()
}

/// Keep the frequencies around `center`, by a filter with two poles. All in Hz.
pub(super) fn resonant(samples: &[f64], rate: f64, center: f64, width: f64) -> Vec<f64> {
    let radius = (-TAU / 2.0 * width / rate).exp();
    let (a1, a2) = (2.0 * radius * (TAU * center / rate).cos(), radius * radius);
    let (mut one, mut two) = (0.0, 0.0);
    samples
        .iter()
        .map(|sample| {
            let now = (1.0 - radius) * sample + a1 * one - a2 * two;
            (two, one) = (one, now);
            now
        })
        .collect()
}
