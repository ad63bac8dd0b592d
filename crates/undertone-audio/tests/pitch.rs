//! Pitch against pYIN of librosa 0.11, on the sounds of `reference/make_pitch.py`, and on input
//! without pitch.

use std::collections::BTreeMap;
use std::f64::consts::PI;

use serde::Deserialize;
use undertone_audio::{PitchConfig, PitchError, Pyin};

#[derive(Deserialize)]
struct Reference {
    cases: BTreeMap<String, Case>,
}

#[derive(Deserialize)]
struct Case {
    length: usize,
    f0: Vec<Option<f32>>,
    probability: Vec<f32>,
}

fn noise(n: usize) -> Vec<f64> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        2.0 * f64::from(state) / 2_f64.powi(32) - 1.0
    };
    (0..n).map(|_| next()).collect()
}

fn voice(phase: f64) -> f64 {
    0.3 * (1..=8)
        .map(|h| (2.0 * PI * f64::from(h) * phase).sin() / f64::from(h))
        .sum::<f64>()
}

fn sounds(case: &str, length: usize) -> Vec<f32> {
    let noise = noise(length);
    let sample = |n: usize| {
        let t = n as f64 / 16_000.0;
        match case {
            "tone" => 0.5 * (2.0 * PI * 220.0 * t).sin() + 0.002 * noise[n],
            "low voice" => voice(85.0 * t) + 0.01 * noise[n],
            "high voice" => voice(520.0 * t) + 0.01 * noise[n],
            "glide" => voice(120.0 * t + 180.0 * t * t) + 0.02 * noise[n],
            "vibrato" => voice(200.0 * t - 2.0 * (2.0 * PI * 5.0 * t).cos()) + 0.02 * noise[n],
            "voice and hiss" if (n / 2400).is_multiple_of(2) => voice(180.0 * t) + 0.05 * noise[n],
            "voice and hiss" => 0.05 * noise[n],
            "noise" => 0.3 * noise[n],
            "silence" => 0.0,
            "one sample" => 0.5,
            other => panic!("no formula for {other}"),
        }
    };
    (0..length).map(|n| sample(n) as f32).collect()
}

#[test]
fn the_pitch_of_synthetic_sounds_matches_librosa() {
    let reference: Reference = serde_json::from_str(include_str!("reference/pitch.json")).unwrap();
    assert_eq!(reference.cases.len(), 9);
    let pyin = Pyin::new(&PitchConfig::default()).unwrap();
    for (name, case) in &reference.cases {
        let track = pyin.track(&sounds(name, case.length));
        assert_eq!(track.len(), case.f0.len(), "{name}");
        for (index, frame) in track.iter().enumerate() {
            let (f0, probability) = (case.f0[index], case.probability[index]);
            assert_eq!(frame.f0.is_some(), f0.is_some(), "{name}, frame {index}");
            if let (Some(ours), Some(theirs)) = (frame.f0, f0) {
                // Neighboring bins are 10 cents apart.
                let cents = 1200.0 * (ours / theirs).log2().abs();
                assert!(cents < 1.0, "{name}, frame {index}: {ours} Hz, {theirs} Hz");
            }
            let off = (frame.voiced_probability - probability).abs();
            assert!(off < 1e-3, "{name}, frame {index}: probability {off} off");
        }
    }
}

#[test]
fn the_pitch_of_a_steady_voice_is_found_at_any_length() {
    let pyin = Pyin::new(&PitchConfig::default()).unwrap();
    // The second is longer than the frames whose path is searched together.
    for seconds in [0.1, 50.0] {
        let samples: Vec<f32> = (0..(seconds * 16_000.0) as usize)
            .map(|n| voice(140.0 * n as f64 / 16_000.0) as f32)
            .collect();
        let track = pyin.track(&samples);
        assert_eq!(track.len(), pyin.frames(samples.len()));
        let inside = &track[4..track.len() - 4];
        for frame in inside {
            assert!((frame.f0.unwrap() - 140.0).abs() < 1.0);
        }
    }
}

#[test]
fn no_samples_are_one_unvoiced_frame() {
    let track = Pyin::new(&PitchConfig::default()).unwrap().track(&[]);
    assert_eq!(track.len(), 1);
    assert_eq!(track[0].f0, None);
}

#[test]
fn impossible_parameters_are_errors() {
    let config = PitchConfig::default();
    for (fmin, fmax) in [(0.0, 800.0), (800.0, 65.0), (65.0, 9000.0), (f32::NAN, 1.0)] {
        let config = PitchConfig {
            fmin,
            fmax,
            ..config
        };
        let refused = Pyin::new(&config).unwrap_err();
        assert!(matches!(refused, PitchError::FrequencyRange { .. }));
    }
    for (frame_length, hop_length) in [(200, 160), (1024, 0)] {
        let config = PitchConfig {
            frame_length,
            hop_length,
            ..config
        };
        let refused = Pyin::new(&config).unwrap_err();
        assert!(matches!(refused, PitchError::Frames { .. }));
    }
}
