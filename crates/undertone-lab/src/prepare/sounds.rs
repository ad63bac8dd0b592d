//! Synthetic sounds that are not speech, for a detector of speech.
//!
//! They are made here, so that a model can be trained without recordings of other terms. Recorded
//! sounds, such as laughter and sneezes, only judge the detector (`docs/adaptation.md`).

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Sounds of each kind.
const OF_KIND: usize = 8;

/// A kind of sound: its name, and a function from the number of samples, the rate in Hz and the
/// number of the sound to samples.
type Kind = (
    &'static str,
    fn(usize, f64, usize, &mut ChaCha8Rng) -> Vec<f64>,
);

const KINDS: [Kind; 17] = [
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
    // A sneeze or a cough: a burst of noise that rises fast and fades.
    ("burst", |n, rate, _, rng| {
        let (start, fade) = (rng.random_range(0.1..0.4), rng.random_range(4.0..14.0));
        let noise = resonant(
            &white(n, rng),
            rate,
            rng.random_range(800.0..3500.0),
            1500.0,
        );
        times(n, rate)
            .zip(noise)
            .map(|(t, noise)| match t < start {
                true => noise * (t / start).powi(4),
                false => noise * (-fade * (t - start)).exp(),
            })
            .collect()
    }),
    // Breath, panting, a nose that is blown: noise that swells and ebbs.
    ("breath", |n, rate, _, rng| {
        let (pace, center) = (rng.random_range(0.5..4.0), rng.random_range(500.0..3000.0));
        let noise = resonant(&white(n, rng), rate, center, 2000.0);
        times(n, rate)
            .zip(noise)
            .map(|(t, noise)| noise * (TAU * pace * t).sin().powi(2))
            .collect()
    }),
    // Laughter or sobbing: the same syllable over and over.
    ("pulses", |n, rate, _, rng| {
        let (pace, pitch) = (rng.random_range(3.5..6.0), rng.random_range(150.0..500.0));
        let glide = rng.random_range(-0.3..0.1);
        let breath = white(n, rng);
        let source: Vec<f64> = times(n, rate)
            .zip(breath)
            .map(|(t, breath)| {
                let phase = TAU * pitch * (t + glide * t * t / 2.0);
                let open = (TAU * pace * t).sin().max(0.0).powi(2);
                open * (glottis(phase) + 0.5 * breath)
            })
            .collect();
        vowel(&source, rate, rng)
    }),
    // A scream: a high voice with much noise and one vowel.
    ("scream", |n, rate, _, rng| {
        let (pitch, bend) = (rng.random_range(500.0..1400.0), rng.random_range(-0.2..0.2));
        let breath = white(n, rng);
        let source: Vec<f64> = times(n, rate)
            .zip(breath)
            .map(|(t, breath)| {
                let trembling = 0.02 * (TAU * 6.0 * t).sin();
                glottis(TAU * pitch * (t + bend * t * t / 2.0 + trembling / TAU)) + 0.4 * breath
            })
            .collect();
        vowel(&source, rate, rng)
    }),
    // A sigh, a moan or a yawn: one vowel that falls.
    ("moan", |n, rate, _, rng| {
        let (pitch, fall) = (rng.random_range(90.0..320.0), rng.random_range(0.05..0.3));
        let breath = white(n, rng);
        let length = n as f64 / rate;
        let source: Vec<f64> = times(n, rate)
            .zip(breath)
            .map(|(t, breath)| {
                let swell = (TAU * t / length / 2.0).sin();
                swell * (glottis(TAU * pitch * (t - fall * t * t / length / 2.0)) + 0.3 * breath)
            })
            .collect();
        vowel(&source, rate, rng)
    }),
];

/// Return mono sounds of 1 to 3 s at a rate in Hz, by kind. They are the same in every run. Their
/// level is about that of a recording.
pub(crate) fn sounds(rate: u32) -> BTreeMap<&'static str, Vec<Vec<f32>>> {
    let rate = f64::from(rate);
    KINDS
        .iter()
        .map(|(name, make)| {
            let seed = blake3::hash(name.as_bytes());
            let mut rng = ChaCha8Rng::from_seed(*seed.as_bytes());
            let mut one = |index: usize| {
                let samples = (rng.random_range(1.0..3.0) * rate) as usize;
                leveled(&make(samples, rate, index, &mut rng))
            };
            (*name, (0..OF_KIND).map(&mut one).collect())
        })
        .collect()
}

fn times(samples: usize, rate: f64) -> impl Iterator<Item = f64> {
    (0..samples).map(move |at| at as f64 / rate)
}

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

/// A pulse train like that of the vocal folds.
fn glottis(phase: f64) -> f64 {
    (1..20).map(f64::from).map(|h| (h * phase).sin() / h).sum()
}

fn white(samples: usize, rng: &mut impl Rng) -> Vec<f64> {
    (0..samples).map(|_| rng.random_range(-1.0..1.0)).collect()
}

/// Let the high frequencies fall, by a filter with one pole.
fn sloped(samples: &[f64], pole: f64) -> Vec<f64> {
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
fn resonant(samples: &[f64], rate: f64, center: f64, width: f64) -> Vec<f64> {
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

/// Give a source the formants of one vowel, drawn at random.
fn vowel(source: &[f64], rate: f64, rng: &mut impl Rng) -> Vec<f64> {
    let formants = [
        (rng.random_range(300.0..900.0), 90.0),
        (rng.random_range(900.0..2300.0), 120.0),
        (rng.random_range(2400.0..3200.0), 180.0),
    ];
    let filtered = formants.map(|(center, width)| resonant(source, rate, center, width));
    let [first, second, third] = &filtered;
    let both = first.iter().zip(second).zip(third);
    both.map(|((first, second), third)| first + 0.6 * second + 0.3 * third)
        .collect()
}

fn leveled(samples: &[f64]) -> Vec<f32> {
    let power = samples.iter().map(|it| it * it).sum::<f64>() / samples.len().max(1) as f64;
    let factor = 0.05 / power.sqrt().max(1e-9);
    samples.iter().map(|it| (it * factor) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_are_finite_audible_and_always_the_same() {
        let made = sounds(16_000);
        assert_eq!(made.len(), KINDS.len());
        assert_eq!(made, sounds(16_000));
        for (kind, sounds) in made {
            for sound in sounds {
                assert!((16_000..=48_000).contains(&sound.len()), "{kind}");
                let power = sound.iter().map(|it| it * it).sum::<f32>() / sound.len() as f32;
                assert!((power - 0.0025).abs() < 1e-4, "{kind}: {power}");
            }
        }
    }
}
