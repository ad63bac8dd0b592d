//! Whisper's encoder as a graph. It must compute the same as `undertone_models::WhisperEncoder`.

use undertone_models::{WhisperConfig, WhisperEncoder};

use super::OnnxError;
use super::convolution::{ConvOptions, convolution};
use super::graph::{Graph, Value};
use super::steps::{StepMask, convolved, first_rows, gelu, lengths, size};
use super::transformer::{LayerNames, TransformerOptions, all_states};

/// Add the encoder: log-mel frames `[batch, bands, frames]` → the hidden states of all layers,
/// `[batch, steps, width]` each, and the mask of their steps.
pub(super) fn hidden_states(
    graph: &mut Graph,
    config: &WhisperConfig,
    layers: usize,
    [features, attention_mask]: [&Value; 2],
) -> Result<(Vec<Value>, StepMask), OnnxError> {
    let mask = graph.cast(attention_mask, super::proto::DataType::Float);
    let mask = graph.unsqueeze(&mask, 1);
    let frames = graph.op("Mul", &[features, &mask]);
    let states = convolution(
        graph,
        "encoder.conv1",
        [1, 3],
        ConvOptions::same(3),
        &frames,
    )?;
    let states = gelu(graph, &states);
    // The second convolution must see zeros after a clip, as without a batch.
    let states = graph.op("Mul", &[&states, &mask]);
    let halving = ConvOptions {
        stride: 2,
        pads: [1, 1],
    };
    let states = convolution(graph, "encoder.conv2", [1, 3], halving, &states)?;
    let states = gelu(graph, &states);
    let states = graph.transpose(&states, &[0, 2, 1]);

    let frames = lengths(graph, attention_mask);
    let steps = convolved(graph, &frames, [3, 2, 2]);
    let step_mask = StepMask::of(graph, steps, &states);
    let positions = graph.parameter("encoder.embed_positions.weight")?;
    let count = size(graph, &states, 1);
    let positions = first_rows(graph, &positions, &count);
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
    let states = all_states(graph, &options, layers, is_whole, states, &step_mask)?;
    Ok((states, step_mask))
}
