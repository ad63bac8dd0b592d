//! What ONNX Runtime computes, where there is a Python with `onnx` and `onnxruntime`
//! (`UNDERTONE_PYTHON`, else `python3`).

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use undertone_audio::FeatureMatrix;
use undertone_export::onnx::onnx_bytes;
use undertone_models::Model;
use undertone_models::burn::tensor::Device;

use crate::models::{cnn_lstm, config, features, probabilities};

const TOLERANCE: f32 = 1e-5;

fn python() -> Option<String> {
    let python = std::env::var("UNDERTONE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let found = Command::new(&python)
        .args(["-c", "import onnx, onnxruntime, numpy"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: {python} has no onnx and onnxruntime (set UNDERTONE_PYTHON)");
    }
    found.then_some(python)
}

/// What ONNX Runtime makes of features, after `onnx.checker` has looked at the file.
fn computed(python: &str, model: &Model, features: &[FeatureMatrix]) -> Vec<f32> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("model.onnx"), onnx_bytes(model, None).unwrap()).unwrap();
    let values = features.iter().flat_map(|clip| &clip.values);
    let bytes: Vec<u8> = values.flat_map(|value| value.to_le_bytes()).collect();
    std::fs::write(path("features.f32"), bytes).unwrap();
    let shape = [features.len(), features[0].bands, features[0].frames];
    let done = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx/run.py"))
        .arg(folder.path())
        .args(shape.map(|size| size.to_string()))
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
fn onnx_runtime_gives_our_probabilities_for_every_option_of_the_cnn_lstm() {
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
        // Other numbers of clips and frames than the front end's own.
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
fn onnx_runtime_gives_the_shipped_models_probabilities() {
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
