//! Parity with ONNX Runtime, if there is a Python with `onnx` and `onnxruntime`
//! (`UNDERTONE_CLIENTS_PYTHON`, else `python3`).

use std::path::Path;
use std::process::Command;

use burn::tensor::Device;
use serde_json::{Value, json};
use undertone_audio::Recording;
use undertone_export::onnx::{Precision, onnx_bytes};
use undertone_models::{Classifier, Model, ModelConfig};

use crate::models::{cnn_lstm, config, recording, with_encoder};

const TOLERANCE: f64 = 1e-5;

#[allow(clippy::print_stdout)] // A skipped test says so.
fn python() -> Option<String> {
    let python = std::env::var("UNDERTONE_CLIENTS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python)
        .args(["-c", "import onnx, onnxruntime, numpy"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: {python} has no onnx and onnxruntime (set UNDERTONE_CLIENTS_PYTHON)");
    }
    found.then_some(python)
}

/// Run ONNX Runtime on recordings after `onnx.checker` has checked the file.
fn computed(
    python: &str,
    model: &Model,
    precision: Precision,
    recordings: &[Vec<f32>],
) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: Vec<u8>| {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    };
    write("model.onnx", onnx_bytes(model, None, precision).unwrap());
    for (number, samples) in recordings.iter().enumerate() {
        let bytes = samples.iter().flat_map(|sample| sample.to_le_bytes());
        write(&format!("{number}.f32"), bytes.collect());
    }
    let done = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx/run.py"))
        .arg(folder.path())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{errors}");
    assert_eq!(errors, "");
    let lines = String::from_utf8(done.stdout).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The outputs of the classifier itself, as the graph has them.
fn expected(classifier: &Classifier, samples: &[f32]) -> Value {
    let recording = Recording::mono(samples.to_vec(), 16_000);
    let prediction = classifier.classify(&recording).unwrap();
    let windows = &prediction.windows;
    json!({
        "probabilities": prediction.probabilities,
        "speech": prediction.has_speech(),
        "windows": windows.iter().map(|it| [it.start, it.end]).collect::<Vec<_>>(),
        "window_probabilities": windows.iter().map(|it| &it.probabilities).collect::<Vec<_>>(),
        "window_speech": windows.iter().map(|it| it.speech).collect::<Vec<_>>(),
    })
}

/// The largest difference between numbers of two values of the same shape.
fn difference(found: &Value, expected: &Value) -> f64 {
    match (found, expected) {
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            let pairs = found.iter().zip(expected);
            pairs
                .map(|(found, expected)| difference(found, expected))
                .fold(0.0, f64::max)
        }
        (Value::Object(found), Value::Object(expected)) if found.len() == expected.len() => {
            let pairs = expected
                .iter()
                .map(|(key, value)| difference(&found[key], value));
            pairs.fold(0.0, f64::max)
        }
        (Value::Number(found), Value::Number(expected)) => {
            (found.as_f64().unwrap() - expected.as_f64().unwrap()).abs()
        }
        _ if found == expected => 0.0,
        _ => panic!("{found} is not {expected}"),
    }
}

fn compare(python: &str, model: &Model, recordings: &[Vec<f32>], what: &str) {
    let classifier = Classifier::new(model.clone(), &Device::flex()).unwrap();
    let found = computed(python, model, Precision::Float32, recordings);
    assert_eq!(found.len(), recordings.len());
    for (found, samples) in found.iter().zip(recordings) {
        let worst = difference(found, &expected(&classifier, samples));
        assert!(
            worst <= TOLERANCE,
            "{what}, {} samples: {worst}",
            samples.len()
        );
    }
}

/// Recordings for windows of half a second: shorter, longer, and of a few samples.
fn recordings() -> Vec<Vec<f32>> {
    let mut recordings = [0.4, 0.9, 2.3].map(recording).to_vec();
    recordings.extend([vec![0.1; 50], vec![0.0; 9000]]);
    recordings
}

fn network(change: Value) -> Value {
    let mut network = json!({
        "architecture": "cnn-lstm",
        "conv": [
            {"channels": 12, "kernel_size": 3, "pool": 2},
            {"channels": 10, "kernel_size": 5, "pool": 3},
        ],
        "lstm": {"layers": 1, "units": 7},
        "pooling": "last",
    });
    for (key, value) in change.as_object().unwrap() {
        network[key] = value.clone();
    }
    network
}

#[test]
fn onnx_runtime_matches_every_option_of_the_cnn_lstm() {
    let Some(python) = python() else { return };
    let directions = [false, true];
    let poolings = ["last", "mean", "mean-std"];
    for (bidirectional, pooling) in directions
        .into_iter()
        .flat_map(|direction| poolings.map(|pooling| (direction, pooling)))
    {
        let change = json!({
            "batch_norm": bidirectional,
            "lstm": {"layers": 1, "units": 7, "bidirectional": bidirectional},
            "pooling": pooling,
        });
        let model = cnn_lstm(config(network(change.clone()), "standardize", "sentiment3"));
        compare(&python, &model, &recordings()[..2], &change.to_string());
    }
    let stacked = json!({
        "batch_norm": true,
        "lstm": {"layers": 3, "units": 6, "bidirectional": true, "dropout": 0.2},
        "conv_dropout": 0.3, "dropout": 0.3, "pooling": "mean-std",
    });
    let bare = json!({"conv": [], "lstm": {"layers": 2, "units": 5}});
    let bands = json!({
        "conv": [
            {"channels": 7, "kernel_size": 3, "pool": 2, "bands": {"kernel_size": 5, "pool": 3}},
            {"channels": 6, "kernel_size": 1, "bands": {"kernel_size": 3}},
        ],
        "batch_norm": true,
    });
    let bands_then_frames = json!({
        "conv": [
            {"channels": 6, "kernel_size": 3, "bands": {"kernel_size": 3, "pool": 2}},
            {"channels": 9, "kernel_size": 3, "pool": 2},
        ],
    });
    for (change, normalize, outputs) in [
        (stacked.clone(), "standardize", "emotion8"),
        (stacked, "none", "sentiment3"),
        (bare, "standardize", "emotion8"),
        (bands, "standardize", "emotion8"),
        (bands_then_frames, "none", "sentiment3"),
    ] {
        let model = cnn_lstm(config(network(change.clone()), normalize, outputs));
        compare(&python, &model, &recordings(), &change.to_string());
    }
}

#[test]
fn onnx_runtime_matches_every_option_of_the_front_end() {
    let Some(python) = python() else { return };
    for change in [
        json!({"inputs": ["mel", "log-mel", "mfcc", "mfcc-delta"], "normalize": "utterance"}),
        json!({"inputs": ["mfcc-delta"], "pad": false, "hop_length": 100, "normalize": "none"}),
        json!({"inputs": ["log-mel"], "n_fft": 441, "hop_length": 97, "trim": false}),
        json!({"inputs": ["mel"], "level": -20.0, "fmin": 300.0, "fmax": 3400.0, "normalize": "utterance"}),
        json!({"trim": {"top_db": 30.0, "frame_length": 640, "hop_length": 160}, "level": -25.0}),
        json!({"trim": {"top_db": 10.0, "frame_length": 399, "hop_length": 50}, "n_fft": 127}),
        json!({"n_fft": 250, "hop_length": 125, "pad": false, "duration": 1.0}),
    ] {
        let mut whole = json!(config(network(json!({})), "standardize", "sentiment3"));
        for (key, value) in change.as_object().unwrap() {
            whole["front_end"][key] = value.clone();
        }
        let config: ModelConfig = serde_json::from_value(whole).unwrap();
        let recordings = recordings();
        compare(&python, &cnn_lstm(config), &recordings, &change.to_string());
    }
}

#[test]
fn onnx_runtime_matches_the_shipped_cnn_lstm() {
    let Some(python) = python() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/3-optimized-sentiment3");
    let model = Model::load(&folder, &Device::flex()).unwrap();
    let recordings = [1.2, 2.6, 7.7].map(recording);
    compare(&python, &model, &recordings, "3-optimized-sentiment3");
}

#[test]
fn onnx_runtime_matches_every_encoder() {
    let Some(python) = python() else { return };
    for (encoder, change) in [
        ("whisper", json!({"states": [1, 0], "pooling": "moments"})),
        (
            "whisper",
            json!({"states": "weighted", "pooling": "attention"}),
        ),
        (
            "whisper",
            json!({"states": "last", "layers": 1, "pooling": "mean-std"}),
        ),
        (
            "wav2vec2-base",
            json!({"states": "last", "pooling": "mean", "projection": 5, "activation": "tanh"}),
        ),
        (
            "wav2vec2-base",
            json!({"states": [1, 2], "pooling": "attention"}),
        ),
        (
            "wav2vec2-stable",
            json!({"states": "weighted", "pooling": "mean-std"}),
        ),
        (
            "wav2vec2-stable",
            json!({"states": [1], "pooling": "moments"}),
        ),
        (
            "hubert-base",
            json!({"states": "last", "pooling": "moments", "projection": 7}),
        ),
        (
            "hubert-large",
            json!({"states": "weighted", "pooling": "mean"}),
        ),
    ] {
        let model = with_encoder(encoder, &change);
        // Not silence: the moments of states without variance are rounding errors.
        compare(
            &python,
            &model,
            &recordings()[..4],
            &format!("{encoder} {change}"),
        );
    }
}

#[test]
fn onnx_runtime_matches_the_shipped_whisper_models() {
    let Some(python) = python() else { return };
    // The second one has a head for adaptation, which is left out, and a detector of speech.
    for name in ["5-whisper-tiny-sentiment3", "undertone-all"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../models")
            .join(name);
        let model = Model::load(&folder, &Device::flex()).unwrap();
        let recordings = [1.7, 3.2, 11.3].map(recording);
        compare(&python, &model, &recordings, name);
    }
}

#[test]
fn int8_weights_change_probabilities_slightly() {
    let Some(python) = python() else { return };
    for name in ["3-optimized-sentiment3", "undertone-all"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../models")
            .join(name);
        let model = Model::load(&folder, &Device::flex()).unwrap();
        let recordings = [recording(3.2)];
        let classifier = Classifier::new(model.clone(), &Device::flex()).unwrap();
        let found = computed(&python, &model, Precision::Int8, &recordings);
        let worst = difference(&found[0], &expected(&classifier, &recordings[0]));
        assert!((1e-6..0.05).contains(&worst), "{name}: {worst}");
    }
}
