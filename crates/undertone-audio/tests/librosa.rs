//! Features and trimming against librosa 0.11, on the edge cases of `reference/make.py`.

use std::collections::BTreeMap;
use std::f64::consts::PI;

use serde::Deserialize;
use undertone_audio::{
    DbConfig, DbReference, MelConfig, MelSpectrogram, Mfcc, TrimConfig, delta, power_to_db, trim,
};

#[derive(Deserialize)]
struct Reference {
    cases: BTreeMap<String, Case>,
}

#[derive(Deserialize)]
struct Case {
    length: usize,
    frames: usize,
    mel: Vec<f32>,
    db: Vec<f32>,
    db_max_reference: Vec<f32>,
    mfcc: Vec<f32>,
    delta: Vec<f32>,
    trim: [usize; 2],
}

fn sample(case: &str, n: usize) -> f64 {
    let t = n as f64 / 16_000.0;
    match case {
        "silence" => 0.0,
        "one sample" => 0.5,
        "shorter than a frame" => 0.3 * (2.0 * PI * 500.0 * t).sin(),
        "full-scale square" => [1.0, -1.0][n / 40 % 2],
        "dc" => 0.7,
        "chirp" => 0.8 * (2.0 * PI * (50.0 * t + 3900.0 * t * t)).sin(),
        "quiet tone after silence" if n < 7000 => 0.0,
        "quiet tone after silence" => 1e-4 * (2.0 * PI * 1000.0 * t).sin(),
        other => panic!("no formula for {other}"),
    }
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
fn edge_cases_match_librosa() {
    let reference: Reference =
        serde_json::from_str(include_str!("reference/librosa.json")).unwrap();
    assert_eq!(reference.cases.len(), 7);
    let mel = MelSpectrogram::new(&MelConfig::default()).unwrap();
    for (name, case) in &reference.cases {
        let samples: Vec<f32> = (0..case.length).map(|n| sample(name, n) as f32).collect();

        let power = mel.power(&samples);
        assert_eq!((power.bands, power.frames), (128, case.frames), "{name}");
        let peak = case.mel.iter().copied().fold(0.0, f32::max);
        let difference = largest_difference(&power.values, &case.mel);
        assert!(
            difference <= 1e-4 * peak,
            "{name}: mel differs by {difference} of {peak}"
        );

        let db = power_to_db(&power, &DbConfig::default());
        let difference = largest_difference(&db.values, &case.db);
        assert!(difference <= 1e-2, "{name}: dB differ by {difference}");

        let config = DbConfig {
            reference: DbReference::Max,
            ..DbConfig::default()
        };
        let relative = power_to_db(&power, &config);
        let difference = largest_difference(&relative.values, &case.db_max_reference);
        assert!(
            difference <= 1e-2,
            "{name}: dB below the peak differ by {difference}"
        );

        let mfcc = Mfcc::new(40, 128).unwrap().from_db(&db);
        let difference = largest_difference(&mfcc.values, &case.mfcc);
        assert!(difference <= 1e-2, "{name}: MFCCs differ by {difference}");

        match delta(&mfcc, 9) {
            Ok(slopes) => {
                let difference = largest_difference(&slopes.values, &case.delta);
                assert!(difference <= 1e-2, "{name}: deltas differ by {difference}");
            }
            Err(error) => assert!(case.delta.is_empty(), "{name}: {error}"),
        }

        let range = trim(&samples, &TrimConfig::default());
        assert_eq!([range.start, range.end], case.trim, "{name}: trim");
    }
}
