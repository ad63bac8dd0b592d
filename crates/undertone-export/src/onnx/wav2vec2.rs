//! wav2vec 2.0 and HuBERT as a graph. It must compute the same as `undertone_models::Wav2Vec2`.

use undertone_models::{ConvolutionNorm, Wav2Vec2, Wav2Vec2Config};

use super::OnnxError;
use super::activation::gelu;
use super::convolution::{ConvOptions, convolution};
use super::graph::{Graph, Value, float};
use super::transformer::{LayerNames, TransformerOptions, all_states, layer_norm};

/// Add the encoder: waveforms `[windows, 1, samples]` → the hidden states of all layers,
/// `[windows, steps, width]` each.
pub(super) fn hidden_states(
    graph: &mut Graph,
    config: &Wav2Vec2Config,
    layers: usize,
    features: &Value,
) -> Result<Vec<Value>, OnnxError> {
    let mut states = features.clone();
    let by_frame = config.feat_extract_norm == ConvolutionNorm::Layer;
    let sizes = config.conv_kernel.iter().zip(&config.conv_stride);
    for (index, (&kernel, &stride)) in sizes.enumerate() {
        let prefix = format!("encoder.feature_extractor.conv_layers.{index}");
        let options = ConvOptions {
            stride,
            pads: [0, 0],
        };
        let name = format!("{prefix}.conv");
        states = convolution(graph, &name, [1, kernel], options, &states)?;
        let norm = format!("{prefix}.layer_norm");
        if by_frame {
            let frames = graph.transpose(&states, &[0, 2, 1]);
            let normed = layer_norm(graph, &norm, Wav2Vec2::CONVOLUTION_EPSILON, &frames)?;
            states = graph.transpose(&normed, &[0, 2, 1]);
        } else if index == 0 {
            states = channel_norm(graph, &norm, &states)?;
        }
        states = gelu(graph, &states);
    }
    states = graph.transpose(&states, &[0, 2, 1]);
    let epsilon = config.layer_norm_eps as f32;
    if config.feat_proj_layer_norm {
        let norm = "encoder.feature_projection.layer_norm";
        states = layer_norm(graph, norm, epsilon, &states)?;
    }
    states = graph.linear(&states, "encoder.feature_projection.projection")?;

    let positions = positions(graph, config, &states)?;
    states = graph.op("Add", &[&states, &positions]);
    let norm_first = config.do_stable_layer_norm;
    if !norm_first {
        states = layer_norm(graph, "encoder.encoder.layer_norm", epsilon, &states)?;
    }
    let options = TransformerOptions {
        prefix: "encoder.encoder",
        names: LayerNames {
            attention: "attention",
            attention_norm: "layer_norm",
            feed_forward: [
                "feed_forward.intermediate_dense",
                "feed_forward.output_dense",
            ],
        },
        width: config.hidden_size,
        heads: config.num_attention_heads,
        norm_first,
        epsilon,
    };
    let is_whole = layers == config.num_hidden_layers;
    let has_last_norm = norm_first && is_whole;
    all_states(graph, &options, layers, has_last_norm, states)
}

/// Standardize each channel over a window, `[windows, channels, steps]`.
fn channel_norm(graph: &mut Graph, prefix: &str, states: &Value) -> Result<Value, OnnxError> {
    let weight = graph.parameter(&format!("{prefix}.weight"))?;
    let bias = graph.parameter(&format!("{prefix}.bias"))?;
    let options = vec![float("epsilon", Wav2Vec2::CONVOLUTION_EPSILON)];
    Ok(graph.op_with("InstanceNormalization", &[states, &weight, &bias], options))
}

/// Compute the convolutional position embedding, `[batch, steps, channels]`.
fn positions(
    graph: &mut Graph,
    config: &Wav2Vec2Config,
    states: &Value,
) -> Result<Value, OnnxError> {
    let kernel = config.num_conv_pos_embeddings;
    let groups = config.num_conv_pos_embedding_groups;
    let channels = graph.transpose(states, &[0, 2, 1]);
    let sizes = [groups, kernel];
    let made = convolution(
        graph,
        "encoder.encoder.pos_conv_embed.conv",
        sizes,
        ConvOptions::same(kernel),
        &channels,
    )?;
    let made = gelu(graph, &made);
    Ok(graph.transpose(&made, &[0, 2, 1]))
}
