//! The whole front end, and its configuration.

use undertone_audio::{
    FitLength, FrontEnd, FrontEndConfig, FrontEndError, InputKind, Normalize, Recording, TrimConfig,
};

fn recording(sample_rate: u32, seconds: f64) -> Recording {
    let len = (f64::from(sample_rate) * seconds) as usize;
    let samples = (0..len).map(|n| (n as f32 * 0.07).sin() * 0.4).collect();
    Recording::mono(samples, sample_rate)
}

fn config(toml: &str) -> Result<FrontEndConfig, toml::de::Error> {
    toml::from_str(toml)
}

#[test]
fn inputs_are_stacked_in_their_order() {
    let all = config("inputs = [\"mel\", \"log-mel\", \"mfcc\", \"mfcc-delta\"]").unwrap();
    let front_end = FrontEnd::new(all).unwrap();
    let samples = front_end.prepare(&recording(16_000, 1.0)).unwrap().samples;
    let stacked = front_end.features(&samples);
    assert_eq!((stacked.bands, stacked.frames), (128 + 128 + 40 + 40, 63));
    assert_eq!(stacked.bands, front_end.bands());
    assert_eq!(stacked.values.len(), stacked.bands * stacked.frames);

    let mfcc_only = FrontEnd::new(FrontEndConfig {
        inputs: vec![InputKind::Mfcc],
        ..Default::default()
    });
    let mfcc = mfcc_only.unwrap().features(&samples);
    assert_eq!(stacked.band(256), mfcc.band(0));
}

#[test]
fn every_sample_rate_gives_the_same_shape() {
    let front_end = FrontEnd::new(FrontEndConfig::default()).unwrap();
    for rate in [4_000, 8_000, 11_025, 22_050, 44_100, 48_000, 192_000] {
        let prepared = front_end.prepare(&recording(rate, 0.5)).unwrap();
        assert_eq!(prepared.samples.len(), 8_000, "{rate} Hz");
        let features = front_end.features(&prepared.samples);
        assert!(
            features.values.iter().all(|value| value.is_finite()),
            "{rate} Hz"
        );
    }
}

#[test]
fn the_start_of_speech_is_returned() {
    let mut clip = recording(16_000, 3.0);
    clip.samples[..16_000].fill(0.0);
    let front_end = FrontEnd::new(FrontEndConfig::default()).unwrap();
    let prepared = front_end.prepare(&clip).unwrap();
    assert!((prepared.start - 1.0).abs() < 0.07, "{}", prepared.start);

    let whole = FrontEndConfig {
        trim: None,
        ..Default::default()
    };
    let prepared = FrontEnd::new(whole).unwrap().prepare(&clip).unwrap();
    assert_eq!((prepared.start, prepared.samples.len()), (0.0, 48_000));
}

#[test]
fn silence_and_single_samples_give_features() {
    let front_end = FrontEnd::new(FrontEndConfig::default()).unwrap();
    for len in [1, 2, 700, 96_000] {
        let clip = Recording::mono(vec![0.0; len], 48_000);
        let prepared = front_end.prepare(&clip).unwrap();
        assert!(!prepared.samples.is_empty());
        let features = front_end.features(&prepared.samples);
        assert!(features.values.iter().all(|value| value.is_finite()));
    }
    let nothing = Recording::mono(vec![], 48_000);
    assert_eq!(front_end.prepare(&nothing), Err(FrontEndError::NoSamples));
}

#[test]
fn windows_cover_everything() {
    let front_end = FrontEnd::new(FrontEndConfig::default()).unwrap();
    for len in [0, 1, 32_000, 32_001, 64_000, 100_003] {
        for overlap in [0.0, 0.5, 0.9, 1.0, -3.0, f64::NAN] {
            let windows = front_end.windows(len, overlap);
            assert_eq!(windows.first().map(|window| window.start), Some(0));
            assert_eq!(windows.last().map(|window| window.end), Some(len));
            assert!(
                windows.windows(2).all(|pair| pair[1].start <= pair[0].end),
                "{overlap}"
            );
            assert!(len <= 32_000 || windows.iter().all(|window| window.len() == 32_000));
        }
    }
}

#[test]
fn a_configuration_survives_toml_and_json() {
    for trim in [
        None,
        Some(TrimConfig::default()),
        Some(TrimConfig {
            top_db: 30.0,
            ..TrimConfig::default()
        }),
    ] {
        for fmax in [None, Some(7_600.0)] {
            let original = FrontEndConfig {
                trim,
                fmax,
                ..Default::default()
            };
            assert_eq!(
                config(&toml::to_string(&original).unwrap()).unwrap(),
                original
            );
            let json = serde_json::to_string(&original).unwrap();
            assert_eq!(
                serde_json::from_str::<FrontEndConfig>(&json).unwrap(),
                original
            );
        }
    }
    assert_eq!(config("").unwrap(), FrontEndConfig::default());
    assert_eq!(
        config("trim = true").unwrap().trim,
        Some(TrimConfig::default())
    );
    assert_eq!(
        config("duration = \"p95\"").unwrap().duration,
        FitLength::P95
    );
    assert!(config("n_ftt = 2048").is_err(), "a misspelled name");
    assert!(
        config("trim = { top = 30.0 }").is_err(),
        "a misspelled name inside trim"
    );
}

#[test]
fn invalid_configurations_are_errors() {
    for toml in [
        "sample_rate = 0",
        "n_fft = 0",
        "hop_length = 0",
        "n_mels = 0",
        "n_mfcc = 0",
        "n_mfcc = 129",
        "fmin = 9000.0",
        "fmax = 8000.5",
        "fmin = -1.0",
        "fmin = nan",
        "duration = 1e9",
        "duration = 1e-300",
        "duration = 1e-3",
        "duration = \"mean\"",
        "inputs = []",
        "trim = { hop_length = 0 }",
        "trim = { top_db = nan }",
        "duration = 0.1\ninputs = [\"mfcc-delta\"]",
    ] {
        let error = FrontEnd::new(config(toml).unwrap())
            .map(|_| toml)
            .unwrap_err();
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn samples_whose_power_would_overflow_are_errors() {
    let front_end = FrontEnd::new(FrontEndConfig::default()).unwrap();
    let mut loud = recording(16_000, 0.5);
    loud.samples[100] = -1e30;
    let error = front_end.prepare(&loud).unwrap_err();
    assert_eq!(error, FrontEndError::TooLoud { largest: 1e30 });
    loud.samples[100] = -1e6;
    let prepared = front_end.prepare(&loud).unwrap();
    let features = front_end.features(&prepared.samples);
    assert!(features.values.iter().all(|value| value.is_finite()));
}

#[test]
fn sizes_that_would_exhaust_the_memory_are_errors() {
    for toml in [
        "n_fft = 1000000000",
        "n_mels = 100000000",
        "trim = { frame_length = 1000000000 }",
        "trim = { frame_length = 9223372036854775807 }",
        "trim = { hop_length = 9223372036854775807 }",
        "hop_length = 9223372036854775807",
        "n_mfcc = 5000\nn_mels = 4096",
    ] {
        let error = FrontEnd::new(config(toml).unwrap()).unwrap_err();
        assert!(
            matches!(error, FrontEndError::TooLarge { .. }),
            "{toml}: {error}"
        );
    }
}

fn encoder_front_end(input: InputKind, normalize: Normalize, pad: bool) -> FrontEnd {
    FrontEnd::new(FrontEndConfig {
        inputs: vec![input],
        normalize,
        pad,
        n_mels: 80,
        duration: FitLength::Seconds(0.5),
        ..FrontEndConfig::default()
    })
    .unwrap()
}

#[test]
fn clips_for_an_encoder_keep_their_length_up_to_the_window() {
    let samples: Vec<f32> = (0..16_000).map(|n| (n as f32 * 0.1).sin() + 0.3).collect();
    let waveform = encoder_front_end(InputKind::Waveform, Normalize::None, false);
    assert_eq!(waveform.bands(), 1);
    for (given, kept) in [(0, 400), (1, 400), (5000, 5000), (16_000, 8000)] {
        let features = waveform.features(&samples[..given]);
        assert_eq!((features.bands, features.frames), (1, kept));
        let own = given.min(kept);
        assert_eq!(features.values[..own], samples[..own]);
        assert!(features.values[own..].iter().all(|value| *value == 0.0));
    }
    let log_mel = encoder_front_end(InputKind::WhisperLogMel, Normalize::None, false);
    for (given, frames) in [(0, 2), (5000, 31), (16_000, 50)] {
        let features = log_mel.features(&samples[..given]);
        assert_eq!((features.bands, features.frames), (80, frames));
    }
    let padded = encoder_front_end(InputKind::WhisperLogMel, Normalize::None, true);
    assert_eq!(padded.features(&samples[..5000]).frames, 50);
    assert_eq!(padded.frames(), 50);
}

#[test]
fn a_waveform_is_scaled_by_its_own_mean_and_deviation() {
    let samples: Vec<f32> = (0..4000).map(|n| (n as f32 * 0.1).sin() + 0.3).collect();
    let front_end = encoder_front_end(InputKind::Waveform, Normalize::Utterance, false);
    let values = front_end.features(&samples).values;
    let mean = values.iter().sum::<f32>() / 4000.0;
    let variance = values.iter().map(|value| value * value).sum::<f32>() / 4000.0;
    assert!(
        mean.abs() < 1e-4 && (variance - 1.0).abs() < 1e-3,
        "{mean} {variance}"
    );
}

#[test]
fn an_input_of_an_encoder_must_stand_alone() {
    let config = FrontEndConfig {
        inputs: vec![InputKind::Waveform, InputKind::Mfcc],
        ..FrontEndConfig::default()
    };
    assert!(matches!(
        FrontEnd::new(config),
        Err(FrontEndError::NotAlone { input: "waveform" })
    ));
    let config = FrontEndConfig {
        inputs: vec![InputKind::WhisperLogMel],
        sample_rate: 22_050,
        ..FrontEndConfig::default()
    };
    assert!(matches!(
        FrontEnd::new(config),
        Err(FrontEndError::WhisperRate { found: 22_050 })
    ));
}

#[test]
fn a_level_makes_soft_and_loud_recordings_alike() {
    let front_end = FrontEnd::new(FrontEndConfig {
        level: Some(-25.0),
        ..FrontEndConfig::default()
    })
    .unwrap();
    let at = |amplitude: f32| {
        let samples = (0..16_000)
            .map(|index| amplitude * (index as f32 * 0.1).sin())
            .collect();
        let recording = Recording::mono(samples, 16_000);
        front_end.prepare(&recording).unwrap().samples
    };
    let (soft, loud) = (at(0.003), at(0.9));
    let power: f32 = soft.iter().map(|it| it * it).sum::<f32>() / soft.len() as f32;
    assert!((10.0 * power.log10() + 25.0).abs() < 0.01);
    for (soft, loud) in soft.iter().zip(&loud) {
        assert!((soft - loud).abs() < 1e-6, "{soft} {loud}");
    }
    assert!(at(0.0).iter().all(|sample| *sample == 0.0));
    for level in [1.0, -61.0, f32::NAN] {
        let config = FrontEndConfig {
            level: Some(level),
            ..FrontEndConfig::default()
        };
        assert!(FrontEnd::new(config).is_err());
    }
}
