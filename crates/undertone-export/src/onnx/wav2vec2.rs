//! wav2vec 2.0 and HuBERT as a graph. It must compute the same as `undertone_models::Wav2Vec2`.

use undertone_models::{ConvolutionNorm, Wav2Vec2, Wav2Vec2Config};

use super::OnnxError;
use super::convolution::{ConvOptions, convolution};
use super::graph::{Graph, Value};
use super::proto::DataType;
use super::steps::{StepMask, convolved, gelu, lengths};
use super::transformer::{LayerNames, TransformerOptions, all_states, layer_norm};

/// Add the encoder: waveforms `[batch, 1, samples]` → the hidden states of all layers,
/// `[batch, steps, width]` each, and the mask of their steps.
///
/// `shortest` is the smallest number of samples of a clip.
pub(super) fn hidden_states(
    graph: &mut Graph,
    config: &Wav2Vec2Config,
    shortest: usize,
    layers: usize,
    [features, attention_mask]: [&Value; 2],
) -> Result<(Vec<Value>, StepMask), OnnxError> {
    let mask = graph.cast(attention_mask, DataType::Float);
    let mask = graph.unsqueeze(&mask, 1);
    let mut states = graph.op("Mul", &[features, &mask]);
    let samples = lengths(graph, attention_mask);
    let shortest = graph.integer(shortest as i64);
    let mut steps = graph.op("Max", &[&samples, &shortest]);
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
        steps = convolved(graph, &steps, [kernel, stride, 0]);
        if by_frame || index == 0 {
            let frames = graph.transpose(&states, &[0, 2, 1]);
            let norm = format!("{prefix}.layer_norm");
            let normed = match by_frame {
                true => layer_norm(graph, &norm, Wav2Vec2::CONVOLUTION_EPSILON, &frames)?,
                false => {
                    let step_mask = StepMask::of(graph, steps.clone(), &frames);
                    channel_norm(graph, &norm, &frames, &step_mask)?
                }
            };
            states = graph.transpose(&normed, &[0, 2, 1]);
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

    let step_mask = StepMask::of(graph, steps, &states);
    states = step_mask.apply(graph, &states);
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
    let states = all_states(graph, &options, layers, has_last_norm, states, &step_mask)?;
    Ok((states, step_mask))
}

/// Standardize each channel over a clip without padding, `[batch, steps, channels]`.
fn channel_norm(
    graph: &mut Graph,
    prefix: &str,
    states: &Value,
    step_mask: &StepMask,
) -> Result<Value, OnnxError> {
    let weight = graph.parameter(&format!("{prefix}.weight"))?;
    let bias = graph.parameter(&format!("{prefix}.bias"))?;
    let mean = step_mask.mean(graph, states);
    let centered = graph.op("Sub", &[states, &mean]);
    let squares = graph.op("Mul", &[&centered, &centered]);
    let variance = step_mask.mean(graph, &squares);
    let epsilon = graph.scalar(Wav2Vec2::CONVOLUTION_EPSILON);
    let variance = graph.op("Add", &[&variance, &epsilon]);
    let deviation = graph.op("Sqrt", &[&variance]);
    let normal = graph.op("Div", &[&centered, &deviation]);
    let scaled = graph.op("Mul", &[&normal, &weight]);
    Ok(graph.op("Add", &[&scaled, &bias]))
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
