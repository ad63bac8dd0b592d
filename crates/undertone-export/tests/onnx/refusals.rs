use std::fs;

use burn::tensor::Device;
use serde_json::json;
use undertone_audio::Recording;
use undertone_export::onnx::{OnnxError, Precision, onnx_bytes};
use undertone_export::{ExportError, Interrupt, ModelBundle, Request, Target, export};
use undertone_models::Classifier;

use crate::models::{cnn_lstm, config, with_two_encoders};

#[test]
fn a_configuration_that_does_not_fit_the_network_is_an_error() {
    let network = |layers: usize| {
        json!({
            "architecture": "cnn-lstm", "conv": [], "pooling": "mean",
            "lstm": {"layers": layers, "units": 3},
        })
    };
    let mut model = cnn_lstm(config(network(2), "none", "sentiment3"));
    model.config.network = serde_json::from_value(network(1)).unwrap();
    let Err(OnnxError::Unused(names)) = onnx_bytes(&model, None, Precision::Float32) else {
        panic!("a layer is missing");
    };
    assert!(
        names.contains(&"lstm.layers.1.forward.bias".to_owned()),
        "{names:?}"
    );
    model.config.network = serde_json::from_value(network(3)).unwrap();
    let Err(OnnxError::Missing(name)) = onnx_bytes(&model, None, Precision::Float32) else {
        panic!("there is a layer too many");
    };
    assert_eq!(name, "lstm.layers.2.forward.input_weight");
}

#[test]
fn an_interrupted_export_leaves_no_files() {
    let network = json!({
        "architecture": "cnn-lstm", "conv": [], "pooling": "mean",
        "lstm": {"layers": 1, "units": 3},
    });
    let model = cnn_lstm(config(network, "none", "sentiment3"));
    let bundle = ModelBundle::new(model, "# Card\n").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let interrupt = Interrupt::new();
    interrupt.request();
    for target in [Target::Onnx(Precision::Float32), Target::Hub] {
        let stopped = export(
            &bundle,
            &Request {
                target,
                out: &folder.path().join("out"),
                force: false,
                interrupt: &interrupt,
            },
        );
        assert!(matches!(stopped, Err(ExportError::Interrupted)));
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
}

#[test]
fn a_model_with_several_encoders_is_written_for_undertone_only() {
    let model = with_two_encoders();
    let refused = onnx_bytes(&model, None, Precision::Float32);
    assert!(matches!(refused, Err(OnnxError::SeveralEncoders)));

    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let bundle = ModelBundle::new(model.clone(), "# Card\n").unwrap();
    let request = Request {
        target: Target::Hub,
        out: &out,
        force: false,
        interrupt: &Interrupt::new(),
    };
    export(&bundle, &request).unwrap();
    for target in [Target::Web, Target::Npm] {
        let out = folder.path().join("page");
        let request = Request {
            target,
            out: &out,
            ..request
        };
        let refused = export(&bundle, &request);
        assert!(matches!(refused, Err(ExportError::SeveralEncoders)));
        assert!(!out.exists());
    }
    let config = fs::read_to_string(out.join("config.json")).unwrap();
    assert!(!config.contains("/undertone-models/"), "{config}");
    let card = fs::read_to_string(out.join("README.md")).unwrap();
    assert!(!card.contains("AutoModel"), "{card}");

    let device = Device::flex();
    let samples = (0..8_000).map(|index| (index as f32 * 0.06).sin() * 0.3);
    let recording = Recording::mono(samples.collect(), 16_000);
    let classified = |classifier: Classifier| classifier.classify(&recording).unwrap();
    let expected = classified(Classifier::new(model, &device).unwrap());
    assert_eq!(classified(Classifier::load(&out).unwrap()), expected);
    // The files may also be in memory.
    let files = ["config.json", "model.safetensors"].map(|name| {
        let content: &'static [u8] = fs::read(out.join(name)).unwrap().leak();
        (name, content)
    });
    let files = Box::leak(Box::new(files));
    let in_memory = Classifier::from_files("memory", files, &device).unwrap();
    assert_eq!(classified(in_memory), expected);
}
