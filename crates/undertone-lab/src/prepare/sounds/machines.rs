//! Sounds of machines, instruments and nothing at all.

use std::f64::consts::TAU;

use rand::RngExt;

use super::signal::{Kind, resonant, sloped, times, white};

/// Sounds of each kind.
pub(super) const OF_KIND: usize = 8;
/// How much a kind counts beside one of people.
pub(super) const WEIGHT: f64 = 0.2;

pub(super) const KINDS: [Kind; 12] = [
    ("tone", |n, rate, index, _| {
        let pitch = [110.0, 220.0, 440.0, 880.0, 1000.0, 2000.0, 300.0, 3000.0][index % 8];
        times(n, rate).map(|t| (TAU * pitch * t).sin()).collect()
    }),
    ("dither", |n, _, _, rng| {
        (0..n)
            .map(|_| f64::from(rng.random_range(-1i8..=1)))
            .collect()
    }),
    ("white noise", |n, _, _, rng| white(n, rng)),
    ("pink noise", |n, _, _, rng| sloped(&white(n, rng), 0.85)),
    ("brown noise", |n, _, _, rng| sloped(&white(n, rng), 0.99)),
    ("narrow noise", |n, rate, _, rng| {
        let center = rng.random_range(200.0..4000.0);
        resonant(&white(n, rng), rate, center, center / 6.0)
    }),
    ("hum", |n, rate, _, rng| {
        let noise = white(n, rng);
        let phases: Vec<f64> = (0..7).map(|_| rng.random_range(0.0..TAU)).collect();
        let harmonic = |t: f64| -> f64 {
            let waves = phases.iter().zip(1..);
            waves
                .map(|(phase, h)| (TAU * 50.0 * f64::from(h) * t + phase).sin() / f64::from(h))
                .sum()
        };
        times(n, rate)
            .zip(noise)
            .map(|(t, noise)| harmonic(t) + 0.02 * noise)
            .collect()
    }),
    ("chord", |n, rate, _, rng| {
        let base = note(110.0, rng.random_range(0..24));
        let voice = |t: f64, ratio: f64| string(t, base * ratio);
        times(n, rate)
            .map(|t| (-1.5 * t).exp() * (voice(t, 1.0) + voice(t, 1.26) + voice(t, 1.5)))
            .collect()
    }),
    ("melody", |n, rate, _, rng| {
        let step = 0.25;
        let notes: Vec<f64> = (0..n)
            .map(|_| note(220.0, rng.random_range(0..18)))
            .take(64)
            .collect();
        times(n, rate)
            .map(|t| {
                let index = (t / step) as usize;
                let since = t - index as f64 * step;
                (-5.0 * since).exp() * string(since, notes[index % notes.len()])
            })
            .collect()
    }),
    ("clicks", |n, _, index, rng| {
        let mut samples = vec![0.0; n];
        for _ in 0..6 + 3 * index {
            let start = rng.random_range(0..n);
            for (at, sample) in samples[start..].iter_mut().take(200).enumerate() {
                *sample += (-(at as f64) / 30.0).exp();
            }
        }
        samples
    }),
    ("sweep", |n, rate, index, _| {
        let rise = 200.0 + 400.0 * index as f64;
        times(n, rate)
            .map(|t| (TAU * (100.0 * t + rise * t * t)).sin())
            .collect()
    }),
    ("keypad", |n, rate, index, _| {
        let (low, high) = [
            (697.0, 1209.0),
            (770.0, 1336.0),
            (852.0, 1477.0),
            (941.0, 1336.0),
            (697.0, 1477.0),
            (770.0, 1209.0),
            (852.0, 1336.0),
            (941.0, 1209.0),
        ][index % 8];
        times(n, rate)
            .map(|t| {
                let on = f64::from(u8::from((TAU * 3.0 * t).sin() > 0.0));
                on * ((TAU * low * t).sin() + (TAU * high * t).sin())
            })
            .collect()
    }),
];

fn note(lowest: f64, semitones: u32) -> f64 {
    lowest * 2f64.powf(f64::from(semitones) / 12.0)
}

/// A plucked string.
fn string(t: f64, pitch: f64) -> f64 {
    (1..6)
        .map(f64::from)
        .map(|h| (-h * t).exp() * (TAU * pitch * h * t).sin() / h)
        .sum()
}
