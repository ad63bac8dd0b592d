use std::path::Path;

use burn::tensor::Device;
use prost::Message;
use serde_json::{Value, json};
use undertone_export::onnx::proto::{DimensionValue, GraphProto, ModelProto, ValueInfoProto};
use undertone_export::onnx::{onnx_bytes, onnx_model};

use undertone_models::Model;

use crate::models::{cnn_lstm, config};

fn decoded(network: Value, normalize: &str, outputs: &str) -> ModelProto {
    let model = cnn_lstm(config(network, normalize, outputs));
    let bytes = onnx_bytes(&model, Some("cc-by-nc-sa-4.0")).unwrap();
    ModelProto::decode(bytes.as_slice()).unwrap()
}

fn network() -> Value {
    json!({
        "architecture": "cnn-lstm",
        "conv": [
            {"channels": 6, "kernel_size": 3, "pool": 2},
            {"channels": 5, "kernel_size": 1, "pool": 1},
        ],
        "batch_norm": true,
        "lstm": {"layers": 2, "units": 4, "bidirectional": true},
        "pooling": "mean-std",
    })
}

/// Check an initializer's size against its bytes, and return its shape.
fn shape(graph: &GraphProto, name: &str) -> Vec<i64> {
    let is_it = |tensor: &&_| {
        let tensor: &undertone_export::onnx::proto::TensorProto = tensor;
        tensor.name.as_deref() == Some(name)
    };
    let tensor = graph
        .initializer
        .iter()
        .find(is_it)
        .unwrap_or_else(|| panic!("no {name}"));
    let bytes = tensor.raw_data.as_ref().unwrap().len() as i64;
    assert_eq!(4 * tensor.dims.iter().product::<i64>(), bytes, "{name}");
    tensor.dims.clone()
}

/// The sizes of an input or output, with names for free sizes.
fn sizes(value: &ValueInfoProto) -> Vec<String> {
    let tensor = value.r#type.as_ref().unwrap().tensor_type.as_ref().unwrap();
    let dimensions = &tensor.shape.as_ref().unwrap().dim;
    let size = |value: &DimensionValue| match value {
        DimensionValue::DimValue(size) => size.to_string(),
        DimensionValue::DimParam(name) => name.clone(),
    };
    dimensions
        .iter()
        .map(|dimension| size(dimension.value.as_ref().unwrap()))
        .collect()
}

#[test]
fn weights_have_the_shapes_of_onnx() {
    let graph = decoded(network(), "standardize", "sentiment3")
        .graph
        .unwrap();
    assert_eq!(shape(&graph, "normalization.mean"), [24, 1]);
    assert_eq!(shape(&graph, "conv.0.convolution.weight"), [6, 24, 3]);
    assert_eq!(shape(&graph, "conv.1.convolution.weight"), [5, 6, 1]);
    assert_eq!(shape(&graph, "conv.1.norm.running_var"), [5]);
    assert_eq!(shape(&graph, "lstm.layers.0.input_weight"), [2, 16, 5]);
    assert_eq!(shape(&graph, "lstm.layers.1.input_weight"), [2, 16, 8]);
    assert_eq!(shape(&graph, "lstm.layers.1.hidden_weight"), [2, 16, 4]);
    assert_eq!(shape(&graph, "lstm.layers.1.bias"), [2, 32]);
    assert_eq!(shape(&graph, "output.weight"), [16, 3]);
}

#[test]
fn batch_and_frames_are_free() {
    let graph = decoded(network(), "standardize", "emotion8").graph.unwrap();
    assert_eq!(graph.input.len(), 1);
    assert_eq!(graph.input[0].name.as_deref(), Some("features"));
    assert_eq!(sizes(&graph.input[0]), ["batch", "24", "frames"]);
    assert_eq!(graph.output.len(), 1);
    assert_eq!(graph.output[0].name.as_deref(), Some("probabilities"));
    assert_eq!(sizes(&graph.output[0]), ["batch", "3"]);
    // Eight emotions are summed into three labels.
    assert_eq!(shape(&graph, "output.weight"), [16, 8]);
    assert_eq!(shape(&graph, "outputs_to_labels"), [8, 3]);
}

#[test]
fn every_value_is_defined_once_and_before_its_use() {
    for normalize in ["standardize", "none"] {
        let graph = decoded(network(), normalize, "sentiment3").graph.unwrap();
        let given = graph.input.iter().flat_map(|input| input.name.clone());
        let constants = graph.initializer.iter().flat_map(|it| it.name.clone());
        let mut known: Vec<String> = given.chain(constants).collect();
        for node in &graph.node {
            for input in &node.input {
                assert!(known.contains(input), "{input} is not defined yet");
            }
            known.extend(node.output.iter().filter(|name| !name.is_empty()).cloned());
        }
        let count = known.len();
        known.sort();
        known.dedup();
        assert_eq!(known.len(), count);
        assert!(known.contains(&"probabilities".to_owned()));
    }
}

#[test]
fn the_metadata_match_the_configuration() {
    let config = config(network(), "standardize", "sentiment3");
    let model = decoded(network(), "standardize", "sentiment3");
    let note = |key: &str| -> Value {
        let mut notes = model.metadata_props.iter();
        let note = notes.find(|note| note.key.as_deref() == Some(key)).unwrap();
        serde_json::from_str(note.value.as_ref().unwrap()).unwrap()
    };
    assert_eq!(note("front_end"), json!(config.front_end));
    assert_eq!(note("labels"), json!(["negative", "neutral", "positive"]));
    assert_eq!(note("licence"), json!("cc-by-nc-sa-4.0"));
    assert_eq!(note("provenance"), json!(config.provenance));
    assert_eq!(note("window_overlap"), json!(0.5));
    let resampler = json!({
        "window": "kaiser", "pass_end": 0.913, "stop_start": 1.0, "attenuation": 105.0
    });
    assert_eq!(note("resampler"), resampler);
    assert!(model.opset_import[0].version >= Some(17));
}

#[test]
fn a_model_that_adapts_is_exported_with_its_own_head_only() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/undertone-all");
    let model = Model::load(&folder, &Device::flex()).unwrap();
    assert_eq!(model.config.output_count(), 15);
    let exported = onnx_model(&model, None).unwrap();
    let graph = exported.graph.unwrap();
    let classifier = graph.initializer.iter().find(|tensor| {
        let name = tensor.name.as_deref().unwrap_or_default();
        name.ends_with("head.classifier.weight")
    });
    assert_eq!(classifier.unwrap().dims, [2304, 7]);
}
