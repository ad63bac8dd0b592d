//! Whisper's encoder as a graph. It must compute the same as `undertone_models::WhisperEncoder`.

use undertone_models::{WhisperConfig, WhisperEncoder};

use super::OnnxError;
use super::activation::gelu;
use super::convolution::{ConvOptions, convolution};
use super::graph::{Graph, Value};
use super::transformer::{LayerNames, TransformerOptions, all_states};

/// Add the encoder: log-mel frames `[windows, bands, frames]` → the hidden states of all layers,
/// `[windows, steps, width]` each.
pub(super) fn hidden_states(
    graph: &mut Graph,
    config: &WhisperConfig,
    layers: usize,
    features: &Value,
) -> Result<Vec<Value>, OnnxError> {
    let same = ConvOptions::same(3);
    let states = convolution(graph, "encoder.conv1", [1, 3], same, features)?;
    let states = gelu(graph, &states);
    let halving = ConvOptions {
        stride: 2,
        pads: [1, 1],
    };
    let states = convolution(graph, "encoder.conv2", [1, 3], halving, &states)?;
    let states = gelu(graph, &states);
    let states = graph.transpose(&states, &[0, 2, 1]);
    let positions = graph.parameter("encoder.embed_positions.weight")?;
    let (first, steps) = (graph.integers(&[0]), graph.size(&states, 1));
    let positions = graph.slice(&positions, 0, &first, &steps);
    let states = graph.op("Add", &[&states, &positions]);
    let options = TransformerOptions {
        prefix: "encoder",
        names: LayerNames {
            attention: "self_attn",
            attention_norm: "self_attn_layer_norm",
            feed_forward: ["fc1", "fc2"],
        },
        width: config.d_model,
        heads: config.encoder_attention_heads,
        norm_first: true,
        epsilon: WhisperEncoder::EPSILON as f32,
    };
    let is_whole = layers == config.encoder_layers;
    all_states(graph, &options, layers, is_whole, states)
}
