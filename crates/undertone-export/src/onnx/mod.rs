//! Networks as [ONNX](https://onnx.ai), for ONNX Runtime and whatever else reads it.
//!
//! A graph takes what the front end gives, not yet standardized, and gives the probabilities of the
//! model's labels: standardization, softmax and the sum of finer classes into labels are inside.
//! What is outside, from a recording to the front end's features and the mean over the windows of a
//! long recording, is described in the file's `metadata_props` (see [`metadata`]).

mod cnn_lstm;
mod convolution;
mod graph;
mod metadata;
mod pretrained;
pub mod proto;
mod steps;
mod transformer;
mod wav2vec2;
mod whisper;

use prost::Message;
use thiserror::Error;
use undertone_audio::{FrontEnd, FrontEndError};
use undertone_models::{
    BandStatistics, EncoderConfigError, Model, ModelConfig, NetworkConfig, NetworkError, Weights,
    class_of_output,
};

use graph::{Graph, Size, Value, int};
use proto::{DataType, GraphProto, ModelProto, OperatorSetIdProto};

/// The version of ONNX's operators that graphs are written in.
pub const OPSET: i64 = 17;
/// The version of the file format that belongs to it.
const IR_VERSION: i64 = 8;
/// protobuf reads no larger message.
const LARGEST: usize = i32::MAX as usize;

/// A network that cannot be written as ONNX.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OnnxError {
    /// A network with a pretrained encoder, of which only the head is there.
    #[error("the network's encoder is not there")]
    NoEncoder,
    /// An encoder's configuration that cannot be used.
    #[error(transparent)]
    Encoder(#[from] EncoderConfigError),
    /// Hidden states that the encoder does not have.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A parameter that the configuration asks for.
    #[error("the network has no parameter `{0}`")]
    Missing(String),
    /// Parameters that the configuration has no place for: the graph would compute something else.
    #[error("the graph has no place for the parameters {}", .0.join(", "))]
    Unused(Vec<String>),
    /// The network's classes cannot be summed into the labels.
    #[error("the network's outputs cannot be summed into the labels")]
    Outputs,
    /// Parameters of the front end that cannot work.
    #[error(transparent)]
    FrontEnd(#[from] FrontEndError),
    /// Larger than a protobuf message may be.
    #[error("{bytes} bytes are more than an ONNX file can hold ({LARGEST})")]
    TooLarge {
        /// The file's size.
        bytes: usize,
    },
}

/// A model as the bytes of an ONNX file. `license` goes into its metadata, as the Hugging Face Hub
/// names licenses.
///
/// # Errors
/// If the configuration does not fit the network, or the network is too large.
pub fn onnx_bytes(model: &Model, license: Option<&str>) -> Result<Vec<u8>, OnnxError> {
    let model = onnx_model(model, license)?;
    let bytes = model.encoded_len();
    if bytes > LARGEST {
        return Err(OnnxError::TooLarge { bytes });
    }
    Ok(model.encode_to_vec())
}

/// A model as ONNX.
///
/// The input `features` is `[batch, bands, frames]`, float32, of a waveform one band; networks with a
/// pretrained encoder have another, `attention_mask`, `[batch, frames]`, int64. The output
/// `probabilities` is `[batch, labels]`. Batch and frames are free.
///
/// # Errors
/// As [`onnx_bytes`].
pub fn onnx_model(model: &Model, license: Option<&str>) -> Result<ModelProto, OnnxError> {
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

/// The graph's input, standardized where the model does so.
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

/// The second input of a network with an encoder: clips of several lengths may share a batch.
fn attention_mask(graph: &mut Graph) -> Value {
    graph.input(
        "attention_mask",
        DataType::Int64,
        &[Size::Free("batch"), Size::Free("frames")],
        "1 for a clip's own frames (of a waveform: samples), 0 for what fills it up behind them",
    )
}

/// The graph's output: the softmax of the scores, finer classes summed into labels.
fn probabilities(graph: &mut Graph, config: &ModelConfig, scores: &Value) -> Result<(), OnnxError> {
    let classes =
        class_of_output(config.output_scheme, config.label_scheme).ok_or(OnnxError::Outputs)?;
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
