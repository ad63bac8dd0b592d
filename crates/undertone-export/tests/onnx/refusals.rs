use serde_json::json;
use undertone_export::onnx::{OnnxError, Precision, onnx_bytes};
use undertone_export::{ExportError, Interrupt, ModelBundle, Request, Target, export};

use crate::models::{cnn_lstm, config};

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
