//! Every augmentation on sounds with a known answer.

use std::f64::consts::TAU;

use proptest::prelude::*;
use undertone_audio::augment::{
    AugmentError, NoiseColor, gain, noise, pitch, reverberation, speed, tempo,
};

const RATE: u32 = 16_000;

fn sine(hz: f64, len: usize) -> Vec<f32> {
    (0..len)
        .map(|n| (0.5 * (TAU * hz * n as f64 / f64::from(RATE)).sin()) as f32)
        .collect()
}

/// Make an "a": a pulse train at `f0` Hz through three resonances.
fn vowel(f0: f64, len: usize) -> Vec<f32> {
    let period = f64::from(RATE) / f0;
    let mut signal: Vec<f64> = (0..len)
        .map(|n| f64::from(u8::from((n as f64 % period) < 1.0)))
        .collect();
    for (formant, bandwidth) in [(700.0, 90.0), (1200.0, 110.0), (2600.0, 160.0)] {
        let radius = (-TAU / 2.0 * bandwidth / f64::from(RATE)).exp();
        let feedback = 2.0 * radius * (TAU * formant / f64::from(RATE)).cos();
        let (mut last, mut before) = (0.0, 0.0);
        for sample in &mut signal {
            *sample += feedback * last - radius * radius * before;
            (before, last) = (last, *sample);
        }
    }
    let peak = signal.iter().fold(0.0_f64, |peak, x| peak.max(x.abs()));
    signal.iter().map(|x| (0.5 * x / peak) as f32).collect()
}

/// Find the fundamental frequency in Hz near `near`: the highest peak of the autocorrelation of the
/// middle, within 3 % of twenty periods, refined by a parabola.
fn f0(samples: &[f32], near: f64) -> f64 {
    const PERIODS: f64 = 20.0;
    let lag = PERIODS * f64::from(RATE) / near;
    let (low, high) = ((lag * 0.97) as usize, (lag * 1.03) as usize);
    let quarter = samples.len() / 4;
    let similarity = |lag: usize| -> f64 {
        let window = &samples[quarter..3 * quarter - high];
        let later = &samples[quarter + lag..];
        window
            .iter()
            .zip(later)
            .map(|(a, b)| f64::from(a * b))
            .sum()
    };
    let best = (low..=high)
        .max_by(|a, b| similarity(*a).total_cmp(&similarity(*b)))
        .unwrap();
    assert!(low < best && best < high, "no peak near {near} Hz");
    let [left, center, right] = [best - 1, best, best + 1].map(similarity);
    let offset = 0.5 * (left - right) / (left - 2.0 * center + right);
    PERIODS * f64::from(RATE) / (best as f64 + offset)
}

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(*x).powi(2)).sum()
}

fn db(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

/// Return the power of the samples at one frequency.
fn power_at(samples: &[f32], hz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        let (sin, cos) = (TAU * hz * n as f64 / f64::from(RATE)).sin_cos();
        re += f64::from(*sample) * cos;
        im += f64::from(*sample) * sin;
    }
    re * re + im * im
}

fn assert_near(found: f64, expected: f64, tolerance: f64, what: &str) {
    let error = found / expected - 1.0;
    assert!(
        error.abs() <= tolerance,
        "{what}: {found}, expected {expected}"
    );
}

#[test]
fn speed_moves_pitch_and_length_together() {
    for factor in [0.8, 0.93, 1.1, 1.25] {
        let faster = speed(&sine(220.0, 32_000), RATE, factor).unwrap();
        assert_eq!(faster.len(), (32_000.0 / factor).ceil() as usize);
        assert_near(f0(&faster, 220.0 * factor), 220.0 * factor, 1e-3, "f0");
    }
    assert_eq!(
        speed(&sine(220.0, 32_000), RATE, 1.1042).unwrap(),
        speed(&sine(220.0, 32_000), RATE, 1.1).unwrap()
    );
}

#[test]
fn tempo_keeps_the_pitch() {
    for factor in [0.7, 0.9, 1.1, 1.5] {
        for hz in [80.0, 110.0, 233.0, 410.0] {
            for sound in [sine(hz, 32_000), vowel(hz, 32_000)] {
                let faster = tempo(&sound, RATE, factor).unwrap();
                assert_eq!(faster.len(), (32_000.0 / factor).round() as usize);
                let what = format!("{hz} Hz, {factor} times as fast");
                assert_near(f0(&faster, hz), hz, 0.01, &what);
                let per_sample = energy(&faster) * factor / energy(&sound);
                assert!(db(per_sample).abs() < 0.5, "{what}: {} dB", db(per_sample));
            }
        }
    }
}

#[test]
fn tempo_keeps_a_tone_clean() {
    let slower = tempo(&sine(233.0, 32_000), RATE, 0.8).unwrap();
    let middle = &slower[4000..36_000];
    let tone = power_at(middle, 233.0) * 2.0 / middle.len() as f64;
    assert!(
        db(energy(middle) / tone) < 0.5,
        "{}",
        db(energy(middle) / tone)
    );
}

#[test]
fn pitch_changes_and_the_length_does_not() {
    for semitones in [-4.0, -1.5, 0.5, 2.0, 5.0] {
        let ratio = (semitones / 12.0_f64).exp2();
        for hz in [80.0, 110.0, 233.0, 410.0] {
            for sound in [sine(hz, 32_000), vowel(hz, 32_000)] {
                let higher = pitch(&sound, RATE, semitones).unwrap();
                assert_eq!(higher.len(), sound.len());
                let what = format!("{hz} Hz, {semitones} semitones up");
                assert_near(f0(&higher, hz * ratio), hz * ratio, 0.01, &what);
            }
        }
    }
}

#[test]
fn pitch_does_not_move_events_in_time() {
    // Half a second of silence, then a tone.
    let mut sound = vec![0.0; 8000];
    sound.extend(sine(150.0, 8000));
    for semitones in [-3.0, 3.0] {
        let higher = pitch(&sound, RATE, semitones).unwrap();
        let start = higher.iter().position(|x| x.abs() > 0.1).unwrap();
        assert!(start.abs_diff(8000) < 512, "{start}");
    }
}

#[test]
fn gain_is_in_decibels() {
    assert_eq!(gain(&[0.1, -0.2], 20.0).unwrap(), [1.0, -2.0]);
    assert_eq!(gain(&[0.1, -0.2], 0.0).unwrap(), [0.1, -0.2]);
}

#[test]
fn noise_has_the_requested_ratio() {
    let sound = vowel(120.0, 24_000);
    for color in [NoiseColor::White, NoiseColor::Pink] {
        for snr in [-5.0, 10.0, 30.0] {
            let noisy = noise(&sound, snr, color, 3).unwrap();
            let added: Vec<f32> = noisy.iter().zip(&sound).map(|(a, b)| a - b).collect();
            assert!((db(energy(&sound) / energy(&added)) - snr).abs() < 0.01);
        }
    }
    assert_eq!(
        noise(&[0.0; 99], 10.0, NoiseColor::White, 3).unwrap(),
        [0.0; 99]
    );
}

#[test]
fn noise_has_its_color() {
    // One click at the start, so that the rest is the noise alone.
    let mut sound = vec![0.0; 64_000];
    sound[0] = 1.0;
    let octave = |color, low: usize| -> f64 {
        let noisy = noise(&sound, 0.0, color, 5).unwrap();
        let bins = (low..2 * low).step_by(low / 50);
        bins.map(|hz| power_at(&noisy[1..], hz as f64)).sum()
    };
    let slope = |color| db(octave(color, 3200) / octave(color, 200)) / 4.0;
    let (white, pink) = (slope(NoiseColor::White), slope(NoiseColor::Pink));
    assert!(white.abs() < 0.6, "{white} dB per octave");
    assert!((pink + 3.0).abs() < 0.6, "{pink} dB per octave");
}

#[test]
fn a_room_decays_by_60_db_in_its_time() {
    let mut click = vec![0.0; 32_000];
    click[0] = 1.0;
    for rt60 in [0.1, 0.4, 1.2] {
        let response = reverberation(&click, RATE, rt60, 0.0, 11).unwrap();
        // Schroeder's backward integration of the tail, its slope between -5 and -35 dB.
        let tail = &response[1..];
        let total = energy(tail);
        let time_below = |level: f64| {
            let mut left = total;
            let passed = tail.iter().position(|x| {
                left -= f64::from(*x).powi(2);
                db(left / total) < level
            });
            passed.unwrap() as f64 / f64::from(RATE)
        };
        let decay = 2.0 * (time_below(-35.0) - time_below(-5.0));
        assert_near(decay, rt60, 0.2, "rt60");
    }
}

#[test]
fn a_room_neither_delays_nor_amplifies() {
    let mut sound = vec![0.0; 4000];
    sound.extend(vowel(120.0, 28_000));
    for ratio in [-5.0, 0.0, 10.0, 40.0] {
        let heard = reverberation(&sound, RATE, 0.5, ratio, 2).unwrap();
        assert_eq!(heard.len(), sound.len());
        assert!(db(energy(&heard) / energy(&sound)).abs() < 0.01);
        assert!(energy(&heard[..4000]) < 1e-6);
        let start = |x: &[f32]| x.iter().position(|x| x.abs() > 1e-3).unwrap();
        assert!(start(&heard).abs_diff(start(&sound)) <= 16);
    }
    let close = reverberation(&sound, RATE, 0.3, 60.0, 2).unwrap();
    let far: f64 = close
        .iter()
        .zip(&sound)
        .map(|(a, b)| f64::from(a - b).powi(2))
        .sum();
    assert!(db(far / energy(&sound)) < -50.0);
}

#[test]
fn the_same_seed_gives_the_same_samples() {
    let sound = vowel(120.0, 8000);
    let noisy = |seed| noise(&sound, 10.0, NoiseColor::Pink, seed).unwrap();
    let heard = |seed| reverberation(&sound, RATE, 0.4, 5.0, seed).unwrap();
    assert_eq!((noisy(1), heard(1)), (noisy(1), heard(1)));
    assert_ne!(noisy(1), noisy(2));
    assert_ne!(heard(1), heard(2));
}

#[test]
fn neutral_arguments_change_nothing() {
    let sound = vowel(120.0, 8000);
    assert_eq!(speed(&sound, RATE, 1.0).unwrap(), sound);
    assert_eq!(tempo(&sound, RATE, 1.0).unwrap(), sound);
    assert_eq!(pitch(&sound, RATE, 0.0).unwrap(), sound);
}

#[test]
fn arguments_out_of_range_are_errors() {
    let sound = [0.1; 100];
    let errors = [
        speed(&sound, RATE, 0.3),
        speed(&sound, 0, 1.1),
        tempo(&sound, RATE, f64::NAN),
        tempo(&sound, u32::MAX, 1.1),
        pitch(&sound, RATE, 13.0),
        gain(&sound, f64::INFINITY),
        noise(&sound, -31.0, NoiseColor::White, 0),
        reverberation(&sound, RATE, 0.0, 0.0, 0),
        reverberation(&sound, RATE, 0.3, f64::NAN, 0),
    ];
    for error in errors {
        let error = error.unwrap_err();
        assert!(matches!(error, AugmentError::OutOfRange { .. }), "{error}");
    }
    assert_eq!(
        gain(&[0.0, f32::INFINITY], 1.0).unwrap_err().to_string(),
        "sample 1 is inf: samples must be finite and within ±1e6"
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn samples_stay_finite_and_have_the_documented_length(
        samples in prop::collection::vec(-1e6_f32..1e6, 0..3000),
        rate in prop::sample::select(vec![1000_u32, 8000, 11_025, 16_000, 44_100]),
        factor in 0.5..2.0_f64,
        seed: u64,
    ) {
        let len = samples.len();
        let semitones = 12.0 * factor.log2();
        let tempo = tempo(&samples, rate, factor).unwrap();
        prop_assert_eq!(tempo.len(), (len as f64 / factor).round() as usize);
        let speed = speed(&samples, rate, factor).unwrap();
        // The factor is rounded to hundredths. One length is rounded up and the other down.
        prop_assert!(speed.len().abs_diff((len as f64 / factor) as usize) <= 2 + len / 50);
        let same_length = [
            pitch(&samples, rate, semitones).unwrap(),
            gain(&samples, 60.0).unwrap(),
            noise(&samples, -30.0, NoiseColor::Pink, seed).unwrap(),
            reverberation(&samples, rate, factor / 5.0, -20.0, seed).unwrap(),
        ];
        for output in &same_length {
            prop_assert_eq!(output.len(), len);
        }
        for output in same_length.iter().chain([&tempo, &speed]) {
            prop_assert!(output.iter().all(|sample| sample.is_finite()));
        }
    }
}
