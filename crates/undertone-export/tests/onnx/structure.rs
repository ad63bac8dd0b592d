use std::path::Path;

use burn::tensor::Device;
use prost::Message;
use serde_json::{Value, json};
use undertone_export::onnx::proto::{
    DimensionValue, GraphProto, ModelProto, TensorProto, ValueInfoProto,
};
use undertone_export::onnx::{Precision, onnx_bytes, onnx_model};

use undertone_models::Model;

use crate::models::{cnn_lstm, config};

fn decoded(network: Value, normalize: &str, outputs: &str) -> ModelProto {
    let model = cnn_lstm(config(network, normalize, outputs));
    let bytes = onnx_bytes(&model, Some("cc-by-nc-sa-4.0"), Precision::Float32).unwrap();
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
    let is_it = |tensor: &&TensorProto| tensor.name.as_deref() == Some(name);
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
fn a_convolution_over_bands_has_a_kernel_of_two_axes() {
    let mut network = network();
    network["conv"][0]["bands"] = json!({"kernel_size": 5, "pool": 3});
    let graph = decoded(network, "standardize", "sentiment3").graph.unwrap();
    assert_eq!(shape(&graph, "conv.0.convolution.weight"), [6, 1, 3, 5]);
    assert_eq!(shape(&graph, "conv.1.convolution.weight"), [5, 48, 1]);
    assert_eq!(shape(&graph, "lstm.layers.0.input_weight"), [2, 16, 5]);
}

#[test]
fn a_recording_of_any_length_goes_in_and_probabilities_come_out() {
    let graph = decoded(network(), "standardize", "emotion8").graph.unwrap();
    assert_eq!(graph.input.len(), 1);
    assert_eq!(graph.input[0].name.as_deref(), Some("samples"));
    assert_eq!(sizes(&graph.input[0]), ["samples"]);
    let outputs: Vec<_> = graph
        .output
        .iter()
        .map(|output| (output.name.as_deref().unwrap(), sizes(output)))
        .collect();
    let expected: [(&str, &[&str]); 5] = [
        ("probabilities", &["3"]),
        ("speech", &[]),
        ("windows", &["windows", "2"]),
        ("window_probabilities", &["windows", "3"]),
        ("window_speech", &["windows"]),
    ];
    assert_eq!(outputs.len(), expected.len());
    for ((name, sizes), (expected, shape)) in outputs.iter().zip(expected) {
        assert_eq!((*name, sizes.join(" ")), (expected, shape.join(" ")));
    }
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
    assert_eq!(note("license"), json!("cc-by-nc-sa-4.0"));
    assert_eq!(note("weights"), json!("float32"));
    // The labels are sentiments already.
    assert_eq!(note("sums"), json!({}));
    assert_eq!(note("detects_speech"), json!(false));
    assert_eq!(note("provenance"), json!(config.provenance));
    assert_eq!(note("window_overlap"), json!(0.5));
    let resampler = json!({
        "pass_end": 0.913, "stop_start": 1.0, "attenuation": 105.0
    });
    assert_eq!(note("resampler"), resampler);
    assert!(model.opset_import[0].version >= Some(17));
}

#[test]
fn a_model_that_adapts_is_exported_with_its_own_head_and_its_detector_of_speech() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/undertone-all");
    let model = Model::load(&folder, &Device::flex()).unwrap();
    assert_eq!(model.config.output_count(), 15);
    let exported = onnx_model(&model, None, Precision::Float32).unwrap();
    let graph = exported.graph.unwrap();
    let classifier = graph.initializer.iter().find(|tensor| {
        let name = tensor.name.as_deref().unwrap_or_default();
        name.ends_with("head.classifier.weight")
    });
    assert_eq!(classifier.unwrap().dims, [2304, 8]);
    let sums = exported
        .metadata_props
        .iter()
        .find(|it| it.key.as_deref() == Some("sums"));
    let sums: Value = serde_json::from_str(sums.unwrap().value.as_ref().unwrap()).unwrap();
    assert_eq!(
        sums,
        json!({
            "negative": ["sad", "angry", "fearful", "disgust"],
            "neutral": ["neutral"],
            "positive": ["happy", "surprised"],
        })
    );
}

#[test]
fn int8_weights_are_a_quarter_of_the_size_and_differ_by_half_a_step() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/undertone-all");
    let model = Model::load(&folder, &Device::flex()).unwrap();
    let [float, int8] = [Precision::Float32, Precision::Int8]
        .map(|precision| onnx_model(&model, None, precision).unwrap());
    let ratio = int8.encoded_len() as f64 / float.encoded_len() as f64;
    assert!((0.25..0.29).contains(&ratio), "{ratio}");
    let [float, int8] = [float, int8].map(|model| model.graph.unwrap().initializer);
    let named = |tensors: &[TensorProto], name: &str| -> Vec<u8> {
        let is_it = |tensor: &&TensorProto| tensor.name.as_deref() == Some(name);
        let tensor = tensors
            .iter()
            .find(is_it)
            .unwrap_or_else(|| panic!("no {name}"));
        tensor.raw_data.clone().unwrap()
    };
    let floats = |bytes: Vec<u8>| -> Vec<f32> {
        let (numbers, _) = bytes.as_chunks::<4>();
        numbers.iter().map(|it| f32::from_le_bytes(*it)).collect()
    };
    // `[in, out]`, with a scale for each of the outputs.
    let name = "encoder.layers.0.fc1.weight";
    let weights = floats(named(&float, name));
    let scales = floats(named(&int8, &format!("{name}.scale")));
    assert_eq!(scales.len(), 1536);
    for (place, byte) in named(&int8, &format!("{name}.int8")).iter().enumerate() {
        let scale = scales[place % scales.len()];
        let error = (weights[place] - f32::from(*byte as i8) * scale).abs();
        assert!(error <= 0.5001 * scale, "{place}: {error}, {scale}");
    }
}
