//! A whole model as an ONNX message.

use prost::Message;
use undertone_audio::FrontEnd;
use undertone_models::{BandStatistics, Model, ModelConfig, NetworkConfig, Weights};

use super::error::{LARGEST, OnnxError};
use super::graph::{Graph, Size, Value, int};
use super::proto::{DataType, GraphProto, ModelProto, OperatorSetIdProto};
use super::{cnn_lstm, metadata, pretrained};

/// The version of ONNX's operator set that graphs use.
pub const OPSET: i64 = 17;
/// The version of the file format that belongs to it.
const IR_VERSION: i64 = 8;

/// Return a model as the bytes of an ONNX file. `license` is the Hugging Face Hub's name of the
/// license; it goes into the metadata.
///
/// # Errors
/// If the configuration does not fit the network, or if the network is too large.
pub fn onnx_bytes(model: &Model, license: Option<&str>) -> Result<Vec<u8>, OnnxError> {
    let model = onnx_model(model, license)?;
    let bytes = model.encoded_len();
    if bytes > LARGEST {
        return Err(OnnxError::TooLarge { bytes });
    }
    Ok(model.encode_to_vec())
}

/// Return a model as an ONNX message.
///
/// The input `features` is `[batch, bands, frames]`, float32; a waveform is one band. Networks with
/// a pretrained encoder have a second input, `attention_mask`, `[batch, frames]`, int64. The output
/// `probabilities` is `[batch, labels]`. Batch and frames are free. The graph judges each recording
/// alone: it has no head for adaptation and no detector of speech.
///
/// # Errors
/// See [`onnx_bytes`].
pub fn onnx_model(model: &Model, license: Option<&str>) -> Result<ModelProto, OnnxError> {
    let model = &model.clone().without_adaptation();
    let config = &model.config;
    Ok(ModelProto {
        ir_version: Some(IR_VERSION),
        producer_name: Some("undertone".to_owned()),
        producer_version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        doc_string: Some(format!(
            "{}: tells {} apart in speech. The metadata say what becomes of a recording before.",
            config.name,
            config.labels.join(", ")
        )),
        graph: Some(graph_of(model)?),
        opset_import: vec![OperatorSetIdProto {
            domain: Some(String::new()),
            version: Some(OPSET),
        }],
        metadata_props: metadata::of(config, license),
    })
}

fn graph_of(model: &Model) -> Result<GraphProto, OnnxError> {
    let bands = FrontEnd::new(model.config.front_end.clone())?.bands();
    let mut graph = Graph::new(Weights::of(&model.network));
    let scores = match &model.config.network {
        NetworkConfig::CnnLstm(config) => {
            let features = features(&mut graph, bands, model.statistics.as_ref());
            cnn_lstm::scores(&mut graph, config, features)?
        }
        NetworkConfig::Pretrained(config) => {
            let files = model.encoder.as_ref().ok_or(OnnxError::NoEncoder)?;
            let features = features(&mut graph, bands, None);
            let mask = attention_mask(&mut graph);
            pretrained::scores(&mut graph, config, &files.config, &features, &mask)?
        }
    };
    probabilities(&mut graph, &model.config, &scores)?;
    graph.finish(&model.config.name)
}

/// Add the input `features`, and standardize it if the model does.
fn features(graph: &mut Graph, bands: usize, statistics: Option<&BandStatistics>) -> Value {
    let features = graph.input(
        "features",
        DataType::Float,
        &[
            Size::Free("batch"),
            Size::Fixed(bands),
            Size::Free("frames"),
        ],
        "what the front end in the metadata makes of a window, not standardized",
    );
    let Some(statistics) = statistics else {
        return features;
    };
    let bands = [statistics.mean.len(), 1];
    let mean = graph.floats("normalization.mean", &bands, &statistics.mean);
    let std = graph.floats("normalization.std", &bands, &statistics.std);
    let centered = graph.op("Sub", &[&features, &mean]);
    graph.op("Div", &[&centered, &std])
}

/// Add the second input of a network with an encoder. With it, a batch may hold clips of several
/// lengths.
fn attention_mask(graph: &mut Graph) -> Value {
    graph.input(
        "attention_mask",
        DataType::Int64,
        &[Size::Free("batch"), Size::Free("frames")],
        "1 for a clip's own frames (of a waveform: samples), 0 for what fills it up behind them",
    )
}

/// Add the output: the softmax of the scores, with finer classes summed into labels.
fn probabilities(graph: &mut Graph, config: &ModelConfig, scores: &Value) -> Result<(), OnnxError> {
    let classes = config
        .output_scheme
        .classes_in(&config.label_scheme)
        .ok_or(OnnxError::Outputs)?;
    let mut probabilities = graph.op_with("Softmax", &[scores], vec![int("axis", 1)]);
    let labels = config.labels.len();
    if config.output_scheme != config.label_scheme {
        let mut belongs = vec![0.0; classes.len() * labels];
        for (output, class) in classes.iter().enumerate() {
            belongs[output * labels + class] = 1.0;
        }
        let belongs = graph.floats("outputs_to_labels", &[classes.len(), labels], &belongs);
        probabilities = graph.op("MatMul", &[&probabilities, &belongs]);
    }
    graph.output(
        &probabilities,
        "probabilities",
        &[Size::Free("batch"), Size::Fixed(labels)],
        "one probability a label, in the order of `labels` in the metadata",
    );
    Ok(())
}
