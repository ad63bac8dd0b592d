//! Model folders: saving and loading them, and the errors for damaged ones.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use burn::tensor::Device;
use tempfile::TempDir;
use undertone_audio::{FitLength, FrontEnd, FrontEndConfig, Recording};
use undertone_corpus::LabelScheme;
use undertone_models::{
    BandStatistics, BandsConfig, CONFIG_FILE, Checkpoint, Classifier, CnnLstmConfig, ConvConfig,
    Dimension, FORMAT, LstmConfig, Model, ModelConfig, ModelError, NetworkConfig, Pooling,
    Provenance, Regressor, WEIGHTS_FILE, Weights, WeightsError,
};

/// A device's generator is the whole process's: only one model may be drawn at a time.
static DRAWING: Mutex<()> = Mutex::new(());

fn model(seed: u64) -> Model {
    drawn(config(), seed)
}

fn config() -> ModelConfig {
    ModelConfig {
        format: FORMAT,
        name: "test".to_owned(),
        front_end: FrontEndConfig {
            duration: FitLength::Seconds(0.5),
            n_mels: 20,
            n_mfcc: 8,
            ..FrontEndConfig::default()
        },
        network: NetworkConfig::CnnLstm(CnnLstmConfig {
            conv: vec![ConvConfig {
                channels: 6,
                kernel_size: 3,
                pool: 2,
                bands: None,
            }],
            batch_norm: true,
            conv_dropout: 0.3,
            lstm: LstmConfig {
                layers: 2,
                units: 5,
                bidirectional: true,
                dropout: 0.3,
            },
            pooling: Pooling::MeanStd,
            dropout: 0.3,
        }),
        output_scheme: LabelScheme::Emotion8,
        label_scheme: LabelScheme::Sentiment3,
        labels: LabelScheme::Sentiment3
            .labels()
            .iter()
            .map(|it| (*it).to_owned())
            .collect(),
        dimensions: Vec::new(),
        adaptation: None,
        detects_speech: false,
        sure: None,
        provenance: Provenance::default(),
    }
}

/// Return a model with random weights.
fn drawn(config: ModelConfig, seed: u64) -> Model {
    let device = Device::flex();
    let front_end = FrontEnd::new(config.front_end.clone()).unwrap();
    let _alone = DRAWING.lock().unwrap_or_else(PoisonError::into_inner);
    device.seed(seed);
    let network = config
        .init_network(front_end.bands(), front_end.frames(), &device)
        .unwrap();
    // Parameters are drawn on first use.
    Weights::of(&network);
    let bands = front_end.bands();
    let statistics = BandStatistics {
        mean: vec![-30.0; bands],
        std: vec![20.0; bands],
    };
    Model {
        config,
        network,
        statistics: Some(statistics),
        encoders: Vec::new(),
    }
}

fn tone(seconds: f64, sample_rate: u32, hertz: f32) -> Recording {
    let count = (seconds * f64::from(sample_rate)) as usize;
    let samples = (0..count)
        .map(|index| {
            let time = index as f32 / sample_rate as f32;
            0.4 * (std::f32::consts::TAU * hertz * time).sin()
        })
        .collect();
    Recording::mono(samples, sample_rate)
}

fn saved() -> TempDir {
    let folder = TempDir::new().unwrap();
    model(1).save(folder.path()).unwrap();
    folder
}

fn load(folder: &Path) -> Result<Model, ModelError> {
    Model::load(folder, &Device::flex())
}

/// Replaces the saved weights by changed ones and tells what loading says.
fn complaint_after(change: impl FnOnce(&mut Weights)) -> String {
    let folder = saved();
    let path = folder.path().join(WEIGHTS_FILE);
    let mut weights = Weights::from_bytes(&fs::read(&path).unwrap()).unwrap();
    change(&mut weights);
    fs::write(&path, weights.to_bytes().unwrap()).unwrap();
    let error = load(folder.path()).unwrap_err();
    assert!(matches!(error, ModelError::Weights { .. }), "{error}");
    let message = error.to_string();
    assert!(message.contains(WEIGHTS_FILE), "{message}");
    message
}

#[test]
fn a_saved_model_with_convolutions_over_bands_predicts_the_same_after_loading() {
    let mut config = config();
    let NetworkConfig::CnnLstm(network) = &mut config.network else {
        unreachable!("the configuration has a CNN+LSTM");
    };
    let over_bands = |channels| ConvConfig {
        channels,
        kernel_size: 3,
        pool: 2,
        bands: Some(BandsConfig {
            kernel_size: 5,
            pool: 3,
        }),
    };
    network.conv = vec![over_bands(6), over_bands(7)];
    let model = drawn(config, 1);
    let folder = TempDir::new().unwrap();
    model.save(folder.path()).unwrap();
    let after = Classifier::load(folder.path()).unwrap();
    let before = Classifier::new(model, &Device::flex()).unwrap();
    for seconds in [0.05, 1.3] {
        let recording = tone(seconds, 22_050, 220.0);
        assert_eq!(
            before.classify(&recording).unwrap(),
            after.classify(&recording).unwrap()
        );
    }
}

#[test]
fn a_saved_model_predicts_the_same_after_loading() {
    let folder = saved();
    let device = Device::flex();
    let before = Classifier::new(model(1), &device).unwrap();
    let after = Classifier::load(folder.path()).unwrap();
    let recording = tone(1.3, 22_050, 220.0);
    assert_eq!(
        before.classify(&recording).unwrap(),
        after.classify(&recording).unwrap()
    );
    let other = Classifier::new(model(2), &device).unwrap();
    assert_ne!(
        before.classify(&recording).unwrap(),
        other.classify(&recording).unwrap()
    );
}

#[test]
fn saving_twice_writes_the_same_bytes() {
    let (first, second) = (saved(), saved());
    for name in [CONFIG_FILE, WEIGHTS_FILE] {
        let bytes = |folder: &TempDir| fs::read(folder.path().join(name)).unwrap();
        assert_eq!(bytes(&first), bytes(&second), "{name}");
    }
}

#[test]
fn the_error_names_every_tensor_that_does_not_fit() {
    let missing = complaint_after(|weights| {
        weights.take("output.weight");
    });
    assert!(
        missing.contains("missing tensor `output.weight` of shape [20, 8]"),
        "{missing}"
    );

    let misshapen = complaint_after(|weights| {
        weights.insert("output.bias", &[2], vec![0.0; 2]);
        weights.insert("normalization.mean", &[3], vec![0.0; 3]);
    });
    assert!(
        misshapen.contains("`normalization.mean` has shape [3]"),
        "{misshapen}"
    );

    let misshapen = complaint_after(|weights| weights.insert("output.bias", &[2], vec![0.0; 2]));
    assert!(
        misshapen.contains("`output.bias` has shape [2], the network expects [8]"),
        "{misshapen}"
    );

    let surplus = complaint_after(|weights| weights.insert("nobody", &[1], vec![0.0]));
    assert!(surplus.contains("unexpected tensor `nobody`"), "{surplus}");

    let broken = complaint_after(|weights| weights.insert("output.bias", &[8], vec![f32::NAN; 8]));
    assert!(
        broken.contains("`output.bias` holds values that are not finite"),
        "{broken}"
    );
}

#[test]
fn the_error_for_a_damaged_folder_names_the_file() {
    let empty = TempDir::new().unwrap();
    assert!(matches!(
        load(empty.path()).unwrap_err(),
        ModelError::NotFound(_)
    ));

    let folder = saved();
    let weights = folder.path().join(WEIGHTS_FILE);
    let bytes = fs::read(&weights).unwrap();
    for length in [0, 7, 8, 100, bytes.len() - 1] {
        fs::write(&weights, &bytes[..length]).unwrap();
        let error = load(folder.path()).unwrap_err();
        let is_format = matches!(
            error,
            ModelError::Weights {
                source: WeightsError::Format(_) | WeightsError::Empty,
                ..
            }
        );
        assert!(is_format, "{length}: {error}");
    }
    fs::remove_file(&weights).unwrap();
    assert!(
        load(folder.path())
            .unwrap_err()
            .to_string()
            .contains(WEIGHTS_FILE)
    );
}

#[test]
fn invalid_configurations_are_errors() {
    let refused = |from: &str, to: &str| {
        let folder = saved();
        let path = folder.path().join(CONFIG_FILE);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replace(from, to)).unwrap();
        let error = load(folder.path()).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(CONFIG_FILE), "{message}");
        error
    };
    assert!(matches!(
        refused("\"format\": 1", "\"format\": 2"),
        ModelError::Format { found: 2, .. }
    ));
    assert!(matches!(
        refused("\"units\": 5", "\"units\": 0"),
        ModelError::Network { .. }
    ));
    assert!(matches!(
        refused("\"kernel_size\": 3", "\"kernel_size\": 4"),
        ModelError::Network { .. }
    ));
    assert!(matches!(
        refused("\"pool\": 2", "\"pool\": 200"),
        ModelError::Network { .. }
    ));
    assert!(matches!(
        refused("\"n_mels\": 20", "\"n_mels\": 0"),
        ModelError::FrontEnd { .. }
    ));
    assert!(matches!(
        refused("\"positive\"", "\"joyful\""),
        ModelError::Labels { .. }
    ));
    assert!(matches!(
        refused("\"dropout\"", "\"dropuot\""),
        ModelError::Config { .. }
    ));
    assert!(matches!(refused("{", ""), ModelError::Config { .. }));
}

#[test]
fn fine_classes_are_summed_into_coarse_ones_but_not_coarse_into_fine() {
    use LabelScheme::{Emotion8, Sentiment3};
    assert_eq!(
        Emotion8.classes_in(&Sentiment3),
        Some(vec![1, 1, 2, 0, 0, 0, 0, 2])
    );
    assert_eq!(Sentiment3.classes_in(&Sentiment3), Some(vec![0, 1, 2]));
    assert_eq!(Sentiment3.classes_in(&Emotion8), None);
}

#[test]
fn long_recordings_are_read_in_windows_that_overlap_by_half() {
    let classifier = Classifier::new(model(1), &Device::flex()).unwrap();
    let prediction = classifier.classify(&tone(1.2, 16_000, 300.0)).unwrap();
    let starts: Vec<f64> = prediction
        .windows
        .iter()
        .map(|window| window.start)
        .collect();
    assert!(starts.len() > 2, "{starts:?}");
    assert!((starts[1] - starts[0] - 0.25).abs() < 0.01, "{starts:?}");
    let last = prediction.windows.last().unwrap();
    assert!(last.end <= 1.2 + 1e-6 && last.end > 1.0, "{}", last.end);
    let count = prediction.windows.len() as f32;
    for (class, probability) in prediction.probabilities.iter().enumerate() {
        let sum: f32 = prediction
            .windows
            .iter()
            .map(|window| window.probabilities[class])
            .sum();
        assert!((sum / count - probability).abs() < 1e-6);
    }
    assert!((prediction.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    assert_eq!(prediction.labels().len(), 3);
}

#[test]
fn a_batch_predicts_as_single_clips_do_and_an_error_affects_its_clip_only() {
    let classifier = Classifier::new(model(1), &Device::flex()).unwrap();
    let empty = Recording::mono(Vec::new(), 16_000);
    let recordings = [
        tone(0.2, 8_000, 150.0),
        empty,
        tone(2.0, 44_100, 250.0),
        tone(0.5, 16_000, 400.0),
    ];
    let batch = classifier.classify_batch(&recordings);
    assert_eq!(batch.len(), recordings.len());
    assert!(batch[1].is_err());
    for (recording, found) in recordings.iter().zip(&batch) {
        let Ok(found) = found else { continue };
        let alone = classifier.classify(recording).unwrap();
        assert_eq!(alone.windows.len(), found.windows.len());
        for (one, other) in alone.probabilities.iter().zip(&found.probabilities) {
            assert!((one - other).abs() < 1e-5);
        }
    }
}

#[test]
fn the_shipped_model_with_an_encoder_is_rewritten_unchanged() {
    let shipped =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/5-whisper-tiny-sentiment3");
    let folder = tempfile::tempdir().unwrap();
    let model = Model::load(&shipped, &Device::flex()).unwrap();
    model.save(folder.path()).unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let name = entry.unwrap().file_name();
        let (written, ships) = (folder.path().join(&name), shipped.join(&name));
        assert!(
            fs::read(written).unwrap() == fs::read(ships).unwrap(),
            "{name:?}"
        );
    }
}

/// A model of two numbers.
fn of_dimensions() -> Model {
    let dimension = |name: &str, mean, range| Dimension {
        name: name.to_owned(),
        mean,
        scale: 0.5,
        range,
    };
    let config = ModelConfig {
        output_scheme: LabelScheme::Corpus,
        label_scheme: LabelScheme::Corpus,
        labels: Vec::new(),
        dimensions: vec![
            dimension("arousal", 3.0, Some([1.0, 5.0])),
            dimension("valence", -2.0, None),
        ],
        ..config()
    };
    drawn(config, 4)
}

#[test]
fn a_model_of_dimensions_predicts_numbers_and_no_classes() {
    let folder = TempDir::new().unwrap();
    of_dimensions().save(folder.path()).unwrap();
    let config = ModelConfig::load(folder.path()).unwrap();
    assert_eq!(config.output_count(), 2);
    let regressor = Regressor::load(folder.path()).unwrap();
    assert_eq!(regressor.config(), Some(&config));
    let estimate = regressor.estimate(&tone(1.7, 16_000, 440.0)).unwrap();
    assert!(estimate.windows.len() > 1);
    let [arousal, valence] = estimate.values[..] else {
        panic!("two numbers");
    };
    assert!((1.0..=5.0).contains(&arousal) && (valence + 2.0).abs() < 2.0);
    let error = Classifier::load(folder.path()).unwrap_err().to_string();
    assert!(
        error.contains("predicts numbers (arousal, valence)"),
        "{error}"
    );
    // A model of classes is no model of dimensions, and its config.json does not mention them.
    let classes = saved();
    assert!(matches!(
        Regressor::load(classes.path()),
        Err(ModelError::NoDimensions(_))
    ));
    let text = fs::read_to_string(classes.path().join(CONFIG_FILE)).unwrap();
    assert!(!text.contains("dimensions"));
}

#[test]
fn invalid_dimensions_are_refused() {
    for (found, damage) in [
        ("\"scale\": 0.5", "\"scale\": 0.0"),
        ("1.0,\n        5.0", "5.0,\n        1.0"),
        ("\"name\": \"valence\"", "\"nam\": \"valence\""),
    ] {
        let folder = TempDir::new().unwrap();
        of_dimensions().save(folder.path()).unwrap();
        let path = folder.path().join(CONFIG_FILE);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(found), "{found}: {text}");
        fs::write(&path, text.replacen(found, damage, 1)).unwrap();
        assert!(Regressor::load(folder.path()).is_err(), "{damage}");
    }
}

/// Copy the model with a Whisper encoder, with one field of its front end changed.
#[cfg(unix)]
fn encoder_model_with(field: &str, value: Option<serde_json::Value>) -> TempDir {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../models/5-whisper-tiny-sentiment3")
        .canonicalize()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(&shipped).unwrap() {
        let name = entry.unwrap().file_name();
        if name != CONFIG_FILE {
            std::os::unix::fs::symlink(shipped.join(&name), folder.path().join(&name)).unwrap();
        }
    }
    let config = fs::read(shipped.join(CONFIG_FILE)).unwrap();
    let mut config: serde_json::Value = serde_json::from_slice(&config).unwrap();
    let front_end = config["undertone"]["front_end"].as_object_mut().unwrap();
    match value {
        Some(value) => front_end.insert(field.to_owned(), value),
        None => front_end.remove(field),
    };
    fs::write(folder.path().join(CONFIG_FILE), config.to_string()).unwrap();
    folder
}

#[cfg(unix)]
#[test]
fn a_front_end_that_does_not_fit_its_encoder_is_refused() {
    let device = Device::flex();
    for (field, value) in [
        ("n_mels", Some(7.into())),
        ("inputs", Some(serde_json::json!(["log-mel"]))),
        ("inputs", Some(serde_json::json!(["waveform"]))),
        ("inputs", None),
        ("duration", Some(1e-5.into())),
        ("duration", Some(1e-300.into())),
        (
            "trim",
            Some(serde_json::json!({"frame_length": 2147483647})),
        ),
        (
            "trim",
            Some(serde_json::json!({"frame_length": 9223372036854775807_u64})),
        ),
    ] {
        let folder = encoder_model_with(field, value.clone());
        let error = Model::load(folder.path(), &device).unwrap_err().to_string();
        assert!(
            error.contains("config.json") && error.contains(field),
            "{error}"
        );
    }
    let unchanged = encoder_model_with("n_mels", Some(80.into()));
    Model::load(unchanged.path(), &device).unwrap();
}

#[cfg(unix)]
#[test]
fn only_the_positions_of_the_window_are_written_and_longer_windows_are_refused() {
    let device = Device::flex();
    let written = |folder: &Path| {
        let config = fs::read(folder.join(CONFIG_FILE)).unwrap();
        let config: serde_json::Value = serde_json::from_slice(&config).unwrap();
        let checkpoint = Checkpoint::open(folder).unwrap();
        let shape = checkpoint.shape("encoder.embed_positions.weight").unwrap();
        assert_eq!(config["max_source_positions"], shape[0]);
        shape[0]
    };
    // A window of 4 s is 400 frames, and a position is two frames.
    let shipped = encoder_model_with("n_mels", Some(80.into()));
    assert_eq!(written(shipped.path()), 200);
    let longer = encoder_model_with("duration", Some(4.5.into()));
    let error = Model::load(longer.path(), &device).unwrap_err().to_string();
    assert!(
        error.contains("450 frames, the encoder reads 400 at most"),
        "{error}"
    );
    let shorter = encoder_model_with("duration", Some(1.5.into()));
    let folder = tempfile::tempdir().unwrap();
    let model = Model::load(shorter.path(), &device).unwrap();
    model.save(folder.path()).unwrap();
    assert_eq!(written(folder.path()), 75);
    Model::load(folder.path(), &device).unwrap();
}

#[cfg(unix)]
#[test]
fn weights_that_are_no_regular_file_are_refused() {
    let device = Device::flex();
    let folder = tempfile::tempdir().unwrap();
    let weights = folder.path().join(WEIGHTS_FILE);
    model(1).save(folder.path()).unwrap();
    fs::remove_file(&weights).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &weights).unwrap();
    let error = Model::load(folder.path(), &device).unwrap_err().to_string();
    assert!(
        error.contains(WEIGHTS_FILE) && error.contains("not a regular file"),
        "{error}"
    );
    fs::remove_file(&weights).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&weights).status();
    if made.is_ok_and(|status| status.success()) {
        let error = Model::load(folder.path(), &device).unwrap_err().to_string();
        assert!(error.contains("not a regular file"), "{error}");
        fs::remove_file(&weights).unwrap();
    }
    // A sparse file of 50 GB.
    fs::File::create(&weights)
        .unwrap()
        .set_len(50 << 30)
        .unwrap();
    let error = Model::load(folder.path(), &device).unwrap_err().to_string();
    assert!(error.contains("larger than"), "{error}");
}
