//! A whole model as an ONNX message.

use prost::Message;
use undertone_audio::FrontEnd;
use undertone_models::{BandStatistics, Model, ModelConfig, NetworkConfig, Weights};

use super::error::{LARGEST, OnnxError};
use super::features::features;
use super::graph::{Graph, Size, Value, int};
use super::proto::{DataType, GraphProto, ModelProto, OperatorSetIdProto};
use super::quantize::{Precision, quantized};
use super::recording::prepared;
use super::windows::{Speech, windows};
use super::{cnn_lstm, metadata, pretrained};

/// The version of ONNX's operator set that graphs use.
pub const OPSET: i64 = 17;
/// The version of the file format that belongs to it.
pub const IR_VERSION: i64 = 8;

/// Return a model as the bytes of an ONNX file. `license` is the Hugging Face Hub's name of the
/// license; it goes into the metadata.
///
/// # Errors
/// If the configuration does not fit the network, or if the network is too large.
pub fn onnx_bytes(
    model: &Model,
    license: Option<&str>,
    precision: Precision,
) -> Result<Vec<u8>, OnnxError> {
    let model = onnx_model(model, license, precision)?;
    let bytes = model.encoded_len();
    if bytes > LARGEST {
        return Err(OnnxError::TooLarge { bytes });
    }
    Ok(model.encode_to_vec())
}

/// Return a model as an ONNX message.
///
/// The input `samples` is `[samples]`, float32: a mono recording at the front end's rate. The
/// outputs are
///
/// | name | shape | contents |
/// | --- | --- | --- |
/// | `probabilities` | `[labels]` | the mean over the windows with speech, or over all if none has any |
/// | `speech` | `[]`, bool | whether any window holds speech |
/// | `windows` | `[windows, 2]` | start and end of each window in seconds |
/// | `window_probabilities` | `[windows, labels]` | |
/// | `window_speech` | `[windows]`, bool | always true if the model has no detector of speech |
///
/// The graph judges each recording alone: it has no head for adaptation.
///
/// # Errors
/// See [`onnx_bytes`].
pub fn onnx_model(
    model: &Model,
    license: Option<&str>,
    precision: Precision,
) -> Result<ModelProto, OnnxError> {
    let config = &model.config;
    let mut graph = graph_of(model)?;
    if precision == Precision::Int8 {
        graph = quantized(graph);
    }
    Ok(ModelProto {
        ir_version: Some(IR_VERSION),
        producer_name: Some("undertone".to_owned()),
        producer_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        doc_string: Some(format!(
            "{}: tells {} apart in speech. Reads a mono recording at {} Hz.",
            config.name,
            config.labels.join(", "),
            config.front_end.sample_rate
        )),
        graph: Some(graph),
        opset_import: vec![OperatorSetIdProto {
            domain: Some(String::new()),
            version: Some(OPSET),
        }],
        metadata_props: metadata::of(config, license, precision),
    })
}

fn graph_of(model: &Model) -> Result<GraphProto, OnnxError> {
    let config = &model.config;
    let front_end = FrontEnd::new(config.front_end.clone())?;
    let mut weights = Weights::of(&model.network);
    let classes = config.output_scheme.labels().len();
    if config.adaptation.is_some() {
        leave_out_adaptation(&mut weights, config, classes);
    }
    let mut graph = Graph::new(weights);
    let samples = graph.input(
        "samples",
        DataType::Float,
        &[Size::Free("samples")],
        "a mono recording at the sample rate of `front_end` in the metadata; full scale is 1",
    );
    let prepared = prepared(&mut graph, &config.front_end, &samples);
    let windows = windows(&mut graph, &front_end, &prepared);
    let features = features(&mut graph, &config.front_end, &windows.samples)?;
    let scores = match &config.network {
        NetworkConfig::CnnLstm(network) => {
            let features = standardized(&mut graph, model.statistics.as_ref(), features);
            cnn_lstm::scores(&mut graph, network, features)?
        }
        NetworkConfig::Pretrained(network) => {
            let files = model.encoders.first().ok_or(OnnxError::NoEncoder)?;
            pretrained::scores(&mut graph, network, &files.config, &features)?
        }
        NetworkConfig::Joined(_) => return Err(OnnxError::SeveralEncoders),
    };
    let probabilities = probabilities(&mut graph, config, &scores)?;
    let speech = speech(&mut graph, config.detects_speech, classes, &scores);
    let mean = speech.mean(&mut graph, &probabilities);

    let labels = Size::Fixed(config.labels.len());
    let count = Size::Free("windows");
    let mut output = |value: &Value, name: &str, kind: DataType, sizes: &[Size], doc: &str| {
        graph.output(value, name, kind, sizes, doc);
    };
    output(
        &mean,
        "probabilities",
        DataType::Float,
        &[labels],
        "one probability a label, in the order of `labels` in the metadata: the mean over the \
         windows with speech, or over all if none has any",
    );
    output(
        &speech.of_recording,
        "speech",
        DataType::Bool,
        &[],
        "whether any window holds speech",
    );
    output(
        &windows.times,
        "windows",
        DataType::Float,
        &[count, Size::Fixed(2)],
        "start and end of each window in the recording, in seconds",
    );
    output(
        &probabilities,
        "window_probabilities",
        DataType::Float,
        &[count, labels],
        "the probabilities of each window",
    );
    output(
        &speech.of_windows,
        "window_speech",
        DataType::Bool,
        &[count],
        "whether each window holds speech",
    );
    graph.finish(&config.name)
}

/// Take the outputs for adaptation, which stand behind those of the classes, off the last layer.
fn leave_out_adaptation(weights: &mut Weights, config: &ModelConfig, classes: usize) {
    let layer = match config.network {
        NetworkConfig::CnnLstm(_) => "output",
        NetworkConfig::Pretrained(_) => "readout.head.classifier",
        NetworkConfig::Joined(_) => "head.classifier",
    };
    for name in [format!("{layer}.weight"), format!("{layer}.bias")] {
        let Some((mut shape, values)) = weights.take(&name) else {
            continue;
        };
        let Some(outputs) = shape.last_mut() else {
            continue;
        };
        let rows = values.chunks_exact((*outputs).max(1));
        let kept = rows.flat_map(|row| row[..classes].iter().chain(&row[2 * classes..]));
        let kept: Vec<f32> = kept.copied().collect();
        *outputs -= classes;
        weights.insert(&name, &shape, kept);
    }
}

/// Standardize features with the statistics of the training set, if the model does.
fn standardized(graph: &mut Graph, statistics: Option<&BandStatistics>, features: Value) -> Value {
    let Some(statistics) = statistics else {
        return features;
    };
    let bands = [statistics.mean.len(), 1];
    let mean = graph.floats("normalization.mean", &bands, &statistics.mean);
    let std = graph.floats("normalization.std", &bands, &statistics.std);
    let centered = graph.op("Sub", &[&features, &mean]);
    graph.op("Div", &[&centered, &std])
}

/// Add the softmax of the scores of the classes, with finer classes summed into labels:
/// `[windows, outputs]` → `[windows, labels]`.
fn probabilities(
    graph: &mut Graph,
    config: &ModelConfig,
    scores: &Value,
) -> Result<Value, OnnxError> {
    let classes = config
        .output_scheme
        .classes_in(&config.label_scheme)
        .ok_or(OnnxError::Outputs)?;
    let mut scores = scores.clone();
    if config.detects_speech {
        let (start, end) = (
            graph.integers(&[0]),
            graph.integers(&[classes.len() as i64]),
        );
        scores = graph.slice(&scores, 1, &start, &end);
    }
    let probabilities = graph.op_with("Softmax", &[&scores], vec![int("axis", 1)]);
    if config.output_scheme == config.label_scheme {
        return Ok(probabilities);
    }
    let labels = config.labels.len();
    let mut belongs = vec![0.0; classes.len() * labels];
    for (output, class) in classes.iter().enumerate() {
        belongs[output * labels + class] = 1.0;
    }
    let belongs = graph.floats("outputs_to_labels", &[classes.len(), labels], &belongs);
    Ok(graph.op("MatMul", &[&probabilities, &belongs]))
}

/// Add the judgement of the detector of speech, which is the last output. Without one, each window
/// holds speech.
fn speech(graph: &mut Graph, detects_speech: bool, classes: usize, scores: &Value) -> Speech {
    let place = graph.integer(if detects_speech { classes as i64 } else { 0 });
    let mut detector = graph.op_with("Gather", &[scores, &place], vec![int("axis", 1)]);
    if !detects_speech {
        detector = graph.with_scalar("Mul", &detector, 0.0);
    }
    Speech::new(graph, &detector)
}
