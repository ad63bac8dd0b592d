//! Inputs of pretrained encoders against transformers, on the cases of
//! `reference/make_transformers.py`.

use std::collections::BTreeMap;
use std::f64::consts::PI;

use serde::Deserialize;
use undertone_audio::{FeatureError, WhisperLogMel, zero_mean_unit_variance};

#[derive(Deserialize)]
struct Reference {
    cases: BTreeMap<String, Case>,
}

#[derive(Deserialize)]
struct Case {
    length: usize,
    log_mel_80: Vec<f32>,
    log_mel_128: Vec<f32>,
    normalized: Vec<f32>,
}

fn reference() -> BTreeMap<String, Case> {
    let reference: Reference =
        serde_json::from_str(include_str!("reference/transformers.json")).unwrap();
    assert_eq!(reference.cases.len(), 8);
    reference.cases
}

fn samples(case: &str, length: usize) -> Vec<f32> {
    let mut state = 1_u32;
    (0..length)
        .map(|n| {
            let t = n as f64 / 16_000.0;
            let sample = match case {
                "silence" | "no samples" => 0.0,
                "shorter than a frame" | "one frame" => 0.3 * (2.0 * PI * 500.0 * t).sin(),
                "chirp" => 0.8 * (2.0 * PI * (50.0 * t + 10_000.0 * t * t)).sin(),
                "noise" => {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    0.2 * f64::from(state) / 2_f64.powi(32) - 0.1
                }
                "quiet tone after silence" if n < 3000 => 0.0,
                "quiet tone after silence" => 1e-4 * (2.0 * PI * 1000.0 * t).sin(),
                "dc and a click" => 0.25 + if n == 999 { 0.5 } else { 0.0 },
                other => panic!("no formula for {other}"),
            };
            sample as f32
        })
        .collect()
}

fn largest_difference(ours: &[f32], thinned: &[f32]) -> f32 {
    let ours: Vec<f32> = ours.iter().copied().step_by(7).collect();
    assert_eq!(ours.len(), thinned.len());
    ours.iter()
        .zip(thinned)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

#[test]
fn log_mel_matches_whisper() {
    for bands in [80, 128] {
        let whisper = WhisperLogMel::new(bands).unwrap();
        assert_eq!(whisper.n_mels(), bands);
        for (name, case) in reference() {
            let log_mel = whisper.log_mel(&samples(&name, case.length));
            assert_eq!(log_mel.bands, bands);
            assert_eq!(log_mel.frames, whisper.frames(case.length));
            assert_eq!(log_mel.frames, case.length.max(400) / 160);
            let expected = if bands == 80 {
                case.log_mel_80
            } else {
                case.log_mel_128
            };
            let difference = largest_difference(&log_mel.values, &expected);
            println!("{bands} bands, {name}: {difference}");
            assert!(difference <= 1e-4, "{bands} bands, {name}: {difference}");
        }
    }
}

#[test]
fn log_mel_of_any_length_has_every_whole_hop() {
    let whisper = WhisperLogMel::new(80).unwrap();
    for len in (0..1000).chain([16_000, 16_159]) {
        let log_mel = whisper.log_mel(&vec![0.1; len]);
        assert_eq!(log_mel.values.len(), 80 * (len.max(400) / 160));
        assert!(log_mel.values.iter().all(|value| value.is_finite()));
    }
}

#[test]
fn zero_bands_are_an_error() {
    let error = WhisperLogMel::new(0).unwrap_err();
    assert_eq!(error, FeatureError::Zero { name: "n_mels" });
}

#[test]
fn the_normalized_waveform_matches_wav2vec2() {
    for (name, case) in reference() {
        let mut normalized = samples(&name, case.length);
        zero_mean_unit_variance(&mut normalized);
        let difference = largest_difference(&normalized, &case.normalized);
        println!("{name}: {difference}");
        assert!(difference <= 1e-4, "{name}: {difference}");
    }
}
