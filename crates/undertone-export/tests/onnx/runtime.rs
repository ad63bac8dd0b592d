//! Parity with ONNX Runtime, if there is a Python with `onnx` and `onnxruntime`
//! (`UNDERTONE_CLIENTS_PYTHON`, else `python3`).

use std::path::Path;
use std::process::Command;

use burn::tensor::Device;
use serde_json::{Value, json};
use undertone_audio::FeatureMatrix;
use undertone_export::onnx::onnx_bytes;
use undertone_models::{Batch, Model};

use crate::models::{cnn_lstm, config, features, probabilities, with_encoder};

const TOLERANCE: f32 = 1e-5;

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

/// Run ONNX Runtime on features after `onnx.checker` has checked the file.
fn computed(python: &str, model: &Model, features: &[FeatureMatrix]) -> Vec<f32> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("model.onnx"), onnx_bytes(model, None).unwrap()).unwrap();
    let batch = Batch::of(features, &Device::flex());
    let shape = batch.values.dims();
    let values = batch.values.into_data();
    let bytes: Vec<u8> = values.iter::<f32>().flat_map(f32::to_le_bytes).collect();
    std::fs::write(path("features.f32"), bytes).unwrap();
    let done = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx/run.py"))
        .arg(folder.path())
        .args(shape.iter().chain(&batch.lengths).map(usize::to_string))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{errors}");
    let bytes = std::fs::read(path("probabilities.f32")).unwrap();
    let (chunks, _) = bytes.as_chunks::<4>();
    chunks
        .iter()
        .map(|chunk| f32::from_le_bytes(*chunk))
        .collect()
}

fn compare(python: &str, model: &Model, features: &[FeatureMatrix], what: &str) {
    let found = computed(python, model, features);
    let expected = probabilities(model, features).concat();
    assert_eq!(found.len(), expected.len(), "{what}");
    let differences = found.iter().zip(&expected).map(|(a, b)| (a - b).abs());
    let worst = differences.fold(0.0, f32::max);
    assert!(worst <= TOLERANCE, "{what}: {worst}");
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
        compare(&python, &model, &features(2, 24, 20), &change.to_string());
    }
    let stacked = json!({
        "batch_norm": true,
        "lstm": {"layers": 3, "units": 6, "bidirectional": true, "dropout": 0.2},
        "conv_dropout": 0.3, "dropout": 0.3, "pooling": "mean-std",
    });
    let bare = json!({"conv": [], "lstm": {"layers": 2, "units": 5}});
    for (change, normalize, outputs) in [
        (stacked.clone(), "standardize", "emotion8"),
        (stacked, "none", "sentiment3"),
        (bare, "standardize", "emotion8"),
    ] {
        let model = cnn_lstm(config(network(change.clone()), normalize, outputs));
        // The numbers of clips and frames differ from the front end's.
        for (clips, frames) in [(1, 6), (3, 17), (2, 64)] {
            compare(
                &python,
                &model,
                &features(clips, 24, frames),
                &change.to_string(),
            );
        }
    }
}

#[test]
fn onnx_runtime_matches_the_shipped_cnn_lstm() {
    let Some(python) = python() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/3-optimized-sentiment3");
    let model = Model::load(&folder, &Device::flex()).unwrap();
    compare(
        &python,
        &model,
        &features(3, 168, 126),
        "3-optimized-sentiment3",
    );
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
            json!({"states": "last", "pooling": "mean", "projection": 5}),
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
        let (model, bands) = with_encoder(encoder, &change);
        let frames = if bands == 1 {
            [700, 431, 1203]
        } else {
            [21, 40, 8]
        };
        let clips: Vec<FeatureMatrix> = frames
            .iter()
            .map(|frames| features(1, bands, *frames).remove(0))
            .collect();
        compare(&python, &model, &clips, &format!("{encoder} {change}"));
        compare(
            &python,
            &model,
            &clips[1..2],
            &format!("{encoder} alone {change}"),
        );
    }
}

#[test]
fn onnx_runtime_matches_the_shipped_whisper_models() {
    let Some(python) = python() else { return };
    // The second one has a head for adaptation and a detector of speech, which are left out.
    for name in ["5-whisper-tiny-sentiment3", "undertone-all"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../models")
            .join(name);
        let model = Model::load(&folder, &Device::flex()).unwrap();
        let clips = [
            features(1, 80, 321).remove(0),
            features(1, 80, 177).remove(0),
        ];
        compare(&python, &model, &clips, name);
    }
}
