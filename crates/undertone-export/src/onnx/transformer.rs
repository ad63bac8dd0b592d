//! The transformer layers that all encoders share.

use super::OnnxError;
use super::activation::gelu;
use super::graph::{Graph, Value, float, int};

/// The names of the parts of a layer, which differ between the families of encoders.
pub(super) struct LayerNames {
    pub(super) attention: &'static str,
    /// The norm of the attention.
    pub(super) attention_norm: &'static str,
    /// The two linear layers of the feed-forward network.
    pub(super) feed_forward: [&'static str; 2],
}

/// The properties of the layers that do not follow from their parameters.
pub(super) struct TransformerOptions {
    /// The layers are `{prefix}.layers.0` and so on.
    pub(super) prefix: &'static str,
    pub(super) names: LayerNames,
    pub(super) width: usize,
    pub(super) heads: usize,
    pub(super) norm_first: bool,
    pub(super) epsilon: f32,
}

/// The input of the first layer, `[batch, steps, width]`, and the output of every layer; the last
/// one through the layer norm `{prefix}.layer_norm` if `has_last_norm`.
pub(super) fn all_states(
    graph: &mut Graph,
    options: &TransformerOptions,
    layers: usize,
    has_last_norm: bool,
    input: Value,
) -> Result<Vec<Value>, OnnxError> {
    let mut states = Vec::with_capacity(layers + 1);
    let mut last = input;
    for number in 0..layers {
        let name = format!("{}.layers.{number}", options.prefix);
        let next = layer(graph, options, &name, &last)?;
        states.push(std::mem::replace(&mut last, next));
    }
    if has_last_norm {
        let norm = format!("{}.layer_norm", options.prefix);
        last = layer_norm(graph, &norm, options.epsilon, &last)?;
    }
    states.push(last);
    Ok(states)
}

/// Add layer normalization over the last axis.
pub(super) fn layer_norm(
    graph: &mut Graph,
    prefix: &str,
    epsilon: f32,
    input: &Value,
) -> Result<Value, OnnxError> {
    let weight = graph.parameter(&format!("{prefix}.weight"))?;
    let bias = graph.parameter(&format!("{prefix}.bias"))?;
    let options = vec![int("axis", -1), float("epsilon", epsilon)];
    Ok(graph.op_with("LayerNormalization", &[input, &weight, &bias], options))
}

fn layer(
    graph: &mut Graph,
    options: &TransformerOptions,
    prefix: &str,
    input: &Value,
) -> Result<Value, OnnxError> {
    let epsilon = options.epsilon;
    let names = &options.names;
    let norms = [names.attention_norm, "final_layer_norm"].map(|name| format!("{prefix}.{name}"));
    let mut states = input.clone();
    for (part, norm) in norms.iter().enumerate() {
        let given = match options.norm_first {
            true => layer_norm(graph, norm, epsilon, &states)?,
            false => states.clone(),
        };
        let made = match part {
            0 => attention(
                graph,
                options,
                &format!("{prefix}.{}", names.attention),
                &given,
            )?,
            _ => feed_forward(graph, names.feed_forward, prefix, &given)?,
        };
        states = graph.op("Add", &[&states, &made]);
        if !options.norm_first {
            states = layer_norm(graph, norm, epsilon, &states)?;
        }
    }
    Ok(states)
}

fn feed_forward(
    graph: &mut Graph,
    [first, second]: [&str; 2],
    prefix: &str,
    input: &Value,
) -> Result<Value, OnnxError> {
    let inner = graph.linear(input, &format!("{prefix}.{first}"))?;
    let inner = gelu(graph, &inner);
    graph.linear(&inner, &format!("{prefix}.{second}"))
}

fn attention(
    graph: &mut Graph,
    options: &TransformerOptions,
    prefix: &str,
    input: &Value,
) -> Result<Value, OnnxError> {
    let (heads, width) = (options.heads as i64, options.width as i64);
    let of_head = options.width / options.heads;
    let mut projected = |name: &str, axes: &[i64]| -> Result<Value, OnnxError> {
        let value = graph.linear(input, &format!("{prefix}.{name}"))?;
        let split = graph.reshape(&value, &[0, 0, heads, of_head as i64]);
        Ok(graph.transpose(&split, axes))
    };
    let queries = projected("q_proj", &[0, 2, 1, 3])?;
    let keys = projected("k_proj", &[0, 2, 3, 1])?;
    let values = projected("v_proj", &[0, 2, 1, 3])?;
    let scores = graph.op("MatMul", &[&queries, &keys]);
    let scores = graph.with_scalar("Mul", &scores, 1.0 / (of_head as f32).sqrt());
    let shares = graph.op_with("Softmax", &[&scores], vec![int("axis", -1)]);
    let attended = graph.op("MatMul", &[&shares, &values]);
    let attended = graph.transpose(&attended, &[0, 2, 1, 3]);
    let attended = graph.reshape(&attended, &[0, 0, width]);
    graph.linear(&attended, &format!("{prefix}.out_proj"))
}
