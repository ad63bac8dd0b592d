//! A pretrained encoder with its pooling and head as a graph. It must compute the same as
//! `undertone_models::PretrainedNetwork`.

use serde_json::{Map, Value as Json};
use undertone_models::{
    EncoderConfig, HeadActivation, PretrainedConfig, States, StepPooling, StepPoolingKind,
};

use super::graph::{Graph, Value, int};
use super::{OnnxError, wav2vec2, whisper};

/// Add the network: features `[windows, bands, frames]` → scores `[windows, outputs]`. `files` is
/// the encoder's `config.json`.
pub(super) fn scores(
    graph: &mut Graph,
    config: &PretrainedConfig,
    files: &Map<String, Json>,
    features: &Value,
) -> Result<Value, OnnxError> {
    let encoder = EncoderConfig::from_json(Json::Object(files.clone()).to_string().as_bytes())?;
    let layers = config.layers_of(encoder.layers())?;
    let states = match &encoder {
        EncoderConfig::Whisper(sizes) => whisper::hidden_states(graph, sizes, layers, features)?,
        EncoderConfig::Wav2Vec2(sizes) | EncoderConfig::Hubert(sizes) => {
            wav2vec2::hidden_states(graph, sizes, layers, features)?
        }
        EncoderConfig::WavLm(_) => return Err(OnnxError::Unsupported("WavLM")),
        EncoderConfig::Data2VecAudio(_) => return Err(OnnxError::Unsupported("data2vec")),
    };
    let chosen = match &config.states {
        States::Last => states.last().cloned().into_iter().collect(),
        States::Weighted => vec![weighted(graph, &states)?],
        States::Concat(chosen) => chosen
            .iter()
            .filter_map(|state| states.get(*state).cloned())
            .collect(),
    };
    let mut pooled = Vec::new();
    for state in &chosen {
        pooled.push(pool(graph, config.pooling, state)?);
    }
    // `[windows, 1, width]` each.
    let embedding = graph.concat(&pooled.iter().collect::<Vec<_>>(), 2);
    let width = encoder.width() * chosen.len();
    let width = config.pooling.output_width(width) as i64;
    let mut embedding = graph.reshape(&embedding, &[0, width]);
    if config.projection.is_some() {
        embedding = graph.linear(&embedding, "readout.head.projector")?;
    }
    if config.activation == Some(HeadActivation::Tanh) {
        embedding = graph.op("Tanh", &[&embedding]);
    }
    graph.linear(&embedding, "readout.head.classifier")
}

/// Add the trained weighted sum of all states.
fn weighted(graph: &mut Graph, states: &[Value]) -> Result<Value, OnnxError> {
    let weights = graph.parameter("readout.layer_weights")?;
    let shares = graph.op_with("Softmax", &[&weights], vec![int("axis", 0)]);
    let mut terms = Vec::new();
    for (index, state) in states.iter().enumerate() {
        let index = graph.integer(index as i64);
        let share = graph.op_with("Gather", &[&shares, &index], vec![int("axis", 0)]);
        terms.push(graph.op("Mul", &[state, &share]));
    }
    Ok(graph.op("Sum", &terms.iter().collect::<Vec<_>>()))
}

/// Add the pooling: `[windows, steps, width]` → `[windows, 1, n · width]`, with n from 1 to 3.
fn pool(graph: &mut Graph, kind: StepPoolingKind, states: &Value) -> Result<Value, OnnxError> {
    if kind == StepPoolingKind::Attention {
        return attention(graph, states);
    }
    let mean = graph.mean(states, 1);
    if kind == StepPoolingKind::Mean {
        return Ok(mean);
    }
    let centered = graph.op("Sub", &[states, &mean]);
    let variance = graph.mean_square(&centered, &[1]);
    let variance = graph.with_scalar("Add", &variance, StepPooling::SMALLEST_VARIANCE);
    let deviation = graph.op("Sqrt", &[&variance]);
    if kind == StepPoolingKind::MeanStd {
        return Ok(graph.concat(&[&mean, &deviation], 2));
    }
    let normal = graph.op("Div", &[&centered, &deviation]);
    let square = graph.op("Mul", &[&normal, &normal]);
    let cube = graph.op("Mul", &[&square, &normal]);
    let skewness = graph.mean(&cube, 1);
    Ok(graph.concat(&[&mean, &deviation, &skewness], 2))
}

fn attention(graph: &mut Graph, states: &Value) -> Result<Value, OnnxError> {
    // The parameters have the names of the network's modules.
    let hidden = graph.linear(states, "readout.pooling.attention.hidden")?;
    let hidden = graph.op("Tanh", &[&hidden]);
    let scores = graph.linear(&hidden, "readout.pooling.attention.score")?;
    let scores = graph.transpose(&scores, &[0, 2, 1]);
    let shares = graph.op_with("Softmax", &[&scores], vec![int("axis", -1)]);
    Ok(graph.op("MatMul", &[&shares, states]))
}
