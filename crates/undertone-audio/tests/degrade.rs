//! Every degradation on sounds with a known answer, and the codecs beside ffmpeg's.
#![cfg(feature = "degrade")]

use std::f64::consts::TAU;
use std::path::Path;

use undertone_audio::augment::{AugmentError, band_pass, clip, mp3, opus, telephone};
use undertone_audio::degrade::Degradation;
use undertone_audio::{DecodeOptions, Recording, Resampler, decode_path};

fn fixture(name: &str) -> Recording {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    decode_path(&path, &DecodeOptions::default()).unwrap()
}

/// 1.6 s of a synthetic voice at `rate`.
fn speech(rate: u32) -> Vec<f32> {
    let speech = fixture("speech.flac");
    Resampler::new(speech.sample_rate, rate)
        .unwrap()
        .resample(&speech.samples)
}

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(*x).powi(2)).sum()
}

fn db(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

/// Return the level of the original over that of the difference, in dB, with the heard samples
/// moved forward by `lag` and at the level that fits best. (LAME makes a recording softer.)
fn signal_to_error(heard: &[f32], original: &[f32], lag: isize) -> f64 {
    let heard = &heard[lag.max(0) as usize..];
    let original = &original[(-lag).max(0) as usize..];
    let pairs = || heard.iter().zip(original);
    let product: f64 = pairs().map(|(a, b)| f64::from(a * b)).sum();
    let level = product / energy(heard);
    let difference: f64 = pairs()
        .map(|(a, b)| (level * f64::from(*a) - f64::from(*b)).powi(2))
        .sum();
    db(energy(original) / difference)
}

/// Return the change of level in dB of a sine of `hz`, in the middle of the samples.
fn gain_at(hz: f64, rate: u32, change: impl Fn(&[f32]) -> Vec<f32>) -> f64 {
    let sine: Vec<f32> = (0..rate)
        .map(|n| (0.25 * (TAU * hz * f64::from(n) / f64::from(rate)).sin()) as f32)
        .collect();
    let middle = rate as usize / 4..3 * rate as usize / 4;
    db(energy(&change(&sine)[middle.clone()]) / energy(&sine[middle]))
}

#[test]
fn every_name_is_read_back() {
    for degradation in Degradation::ALL {
        assert_eq!(degradation.name().parse(), Ok(degradation));
        assert!(!degradation.description().is_empty());
    }
    assert_eq!(
        "cassette".parse::<Degradation>().unwrap_err().to_string(),
        "unknown degradation \"cassette\": choose one of telephone, opus-24k, mp3-64k, \
         pink-noise-10db, room, half-level, double-level"
    );
}

#[test]
fn rate_and_length_stay_at_every_rate() {
    for rate in [
        1_000, 4_000, 8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 192_000,
    ] {
        for len in [0, 1, 2, 100, 4_001] {
            let samples: Vec<f32> = (0..len).map(|n| (n as f32 * 0.2).sin()).collect();
            for degradation in Degradation::ALL {
                let heard = degradation.apply(&samples, rate, 1).unwrap();
                assert_eq!(heard.len(), len, "{degradation} at {rate} Hz");
                assert!(heard.iter().all(|sample| sample.is_finite()));
            }
        }
    }
}

#[test]
fn silence_stays_silent() {
    for degradation in Degradation::ALL {
        let heard = degradation.apply(&[0.0; 16_000], 16_000, 1).unwrap();
        assert!(energy(&heard) < 1e-3, "{degradation}: {}", energy(&heard));
    }
}

#[test]
fn nothing_is_delayed() {
    for rate in [8_000, 16_000, 22_050, 48_000] {
        let speech = speech(rate);
        for degradation in Degradation::ALL {
            let heard = degradation.apply(&speech, rate, 1).unwrap();
            // 5 ms to either side.
            let most = rate as isize / 200;
            let lag = (-most..=most)
                .max_by(|a, b| {
                    let [a, b] = [a, b].map(|lag| signal_to_error(&heard, &speech, *lag));
                    a.total_cmp(&b)
                })
                .unwrap();
            let milliseconds = 1e3 * lag as f64 / f64::from(rate);
            assert!(
                milliseconds.abs() < 0.2,
                "{degradation} at {rate} Hz: {milliseconds} ms"
            );
        }
    }
}

#[test]
fn the_same_arguments_give_the_same_samples() {
    let speech = speech(16_000);
    for degradation in Degradation::ALL {
        let [a, b, c] = [1, 1, 2].map(|seed| degradation.apply(&speech, 16_000, seed).unwrap());
        assert_eq!(a, b, "{degradation}");
        let random = matches!(degradation, Degradation::PinkNoise | Degradation::Room);
        assert_eq!(a != c, random, "{degradation}");
    }
}

#[test]
fn a_telephone_passes_its_band_only() {
    for rate in [16_000, 48_000] {
        let heard = |hz| gain_at(hz, rate, |x| telephone(x, rate, 300.0, 3_400.0).unwrap());
        for hz in [400.0, 1_000.0, 3_300.0] {
            assert!(heard(hz).abs() < 0.2, "{hz} Hz: {}", heard(hz));
        }
        for hz in [100.0, 200.0, 3_600.0, 5_000.0, 7_000.0] {
            assert!(heard(hz) < -30.0, "{hz} Hz: {}", heard(hz));
        }
    }
    // The 8 bits of µ-law leave about 37 dB.
    let speech = speech(16_000);
    let line = telephone(&speech, 16_000, 300.0, 3_400.0).unwrap();
    let band = band_pass(&speech, 16_000, 300.0, 3_400.0).unwrap();
    let ratio = signal_to_error(&line, &band, 0);
    assert!((33.0..40.0).contains(&ratio), "{ratio}");
}

#[test]
fn a_band_ends_where_it_is_told() {
    let rate = 16_000;
    for (low, high) in [(0.0, 1_000.0), (500.0, 2_000.0), (2_000.0, 96_000.0)] {
        let heard = |hz| gain_at(hz, rate, |x| band_pass(x, rate, low, high).unwrap());
        for hz in [250.0, 750.0, 1_500.0, 3_000.0, 7_000.0] {
            let inside = (low..high).contains(&hz);
            let gain = heard(hz);
            assert!(
                if inside {
                    gain.abs() < 0.05
                } else {
                    gain < -55.0
                },
                "{hz} Hz: {gain}"
            );
        }
        for limit in [low, high] {
            if (1.0..8_000.0).contains(&limit) {
                assert!(
                    (heard(limit) + 6.0).abs() < 0.2,
                    "{limit} Hz: {}",
                    heard(limit)
                );
            }
        }
    }
}

/// ffmpeg's encoders are libopus and LAME. They need not lose the same, but as much.
#[test]
fn the_codecs_lose_as_much_as_those_of_ffmpeg() {
    let original = speech(16_000);
    let loss = |heard: &[f32]| signal_to_error(heard, &original, 0);
    let opus_file = fixture("speech-24k.opus");
    let libopus = Resampler::new(opus_file.sample_rate, 16_000)
        .unwrap()
        .resample(&opus_file.samples);
    for (codec, ours, theirs, margin) in [
        ("Opus", opus(&original, 16_000, 24_000), libopus, 1.5),
        (
            "MP3",
            mp3(&original, 16_000, 64),
            fixture("speech-64k.mp3").samples,
            9.0,
        ),
    ] {
        let (ours, theirs) = (loss(&ours.unwrap()), loss(&theirs));
        println!("{codec}: ours {ours:.1} dB, ffmpeg's {theirs:.1} dB");
        assert!((ours - theirs).abs() < margin, "{codec}: {ours} {theirs}");
    }
}

#[test]
fn fewer_bits_lose_more() {
    let speech = speech(16_000);
    let opus = [8_000, 16_000, 32_000]
        .map(|bits| signal_to_error(&opus(&speech, 16_000, bits).unwrap(), &speech, 0));
    assert!(opus.is_sorted(), "{opus:?}");
    let mp3 =
        [16, 32, 64].map(|bits| signal_to_error(&mp3(&speech, 16_000, bits).unwrap(), &speech, 0));
    assert!(mp3.is_sorted(), "{mp3:?}");
}

#[test]
fn levels_are_exact_and_full_scale_clips() {
    let speech = [0.5, -0.25, 0.0, 0.75, -1.0];
    let half = Degradation::HalfLevel.apply(&speech, 16_000, 0).unwrap();
    assert_eq!(half, [0.25, -0.125, 0.0, 0.375, -0.5]);
    let double = Degradation::DoubleLevel.apply(&speech, 16_000, 0).unwrap();
    assert_eq!(double, [1.0, -0.5, 0.0, 1.0, -1.0]);
    assert_eq!(clip(&[7.0, -7.0, 0.5]).unwrap(), [1.0, -1.0, 0.5]);
}

#[test]
fn arguments_out_of_range_are_errors() {
    let sound = [0.1; 100];
    for error in [
        telephone(&sound, 16_000, 300.0, 400.0),
        telephone(&sound, 999, 300.0, 3_400.0),
        band_pass(&sound, 16_000, -1.0, 400.0),
        band_pass(&sound, 16_000, f64::NAN, 400.0),
        opus(&sound, 16_000, 5_999),
        opus(&sound, 200_000, 24_000),
        mp3(&sound, 16_000, 7),
        mp3(&sound, 0, 64),
    ] {
        let error = error.unwrap_err();
        assert!(matches!(error, AugmentError::OutOfRange { .. }), "{error}");
    }
    for degradation in Degradation::ALL {
        let error = degradation.apply(&[0.0, f32::NAN], 16_000, 0).unwrap_err();
        assert!(
            matches!(error, AugmentError::Sample { index: 1, .. }),
            "{error}"
        );
    }
}
