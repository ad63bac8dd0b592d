//! What the transformers of all encoders share.

use std::sync::Arc;

use burn::module::{Module, Param, ParamId};
use burn::nn::{Dropout, DropoutConfig, Initializer, Linear, LinearConfig};
use burn::tensor::module::layer_norm;
use burn::tensor::{Device, Tensor};
use rayon::prelude::*;

use super::config::WavLmConfig;
use super::inference::Values;
use super::relative_positions::{RelativeEmbedding, gate};
use crate::kernels::{Dense, Layer, Norm, Stack, attention};

/// The parameters of an encoder by the parts that training treats differently.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EncoderParts {
    /// The parts before the transformer: convolutions, projection, positions, a norm.
    pub features: Vec<ParamId>,
    /// The layers of the transformer, in order. A layer norm behind the last layer counts as part
    /// of it.
    pub layers: Vec<Vec<ParamId>>,
}

/// Layer normalization over the last dimension.
#[derive(Module, Debug)]
pub(super) struct LayerNorm {
    /// `[width]`
    weight: Param<Tensor<1>>,
    /// `[width]`
    bias: Param<Tensor<1>>,
    epsilon: f64,
}

impl LayerNorm {
    pub(super) fn init(width: usize, epsilon: f64, device: &Device) -> Self {
        Self {
            weight: Initializer::Ones.init([width], device),
            bias: Initializer::Zeros.init([width], device),
            epsilon,
        }
    }

    /// `[batch, steps, width]` → the same
    pub(super) fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        layer_norm(
            input,
            self.weight.val(),
            Some(self.bias.val()),
            self.epsilon,
        )
    }
}

impl LayerNorm {
    /// Return the norm as the kernels take it.
    pub(super) fn for_inference<V: Values>(&self, values: &V) -> Result<Norm, V::Error> {
        Ok(Norm {
            weight: values.of(&self.weight)?,
            bias: values.of(&self.bias)?,
            epsilon: self.epsilon as f32,
        })
    }
}

/// Create a linear layer with normal weights of deviation 0.02, as `transformers` draws them.
pub(super) fn linear(inputs: usize, outputs: usize, bias: bool, device: &Device) -> Linear {
    LinearConfig::new(inputs, outputs)
        .with_bias(bias)
        .with_initializer(Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        })
        .init(device)
}

/// Compute a linear layer for every step, `[batch, steps, inputs]` → `[batch, steps, outputs]`.
///
/// It is one product for all clips. Of three axes, Burn often makes a product for each clip. It then
/// computes the gradient by the weight for each of them, and their sum.
pub(super) fn for_each_step(layer: &Linear, states: Tensor<3>) -> Tensor<3> {
    let [batch, steps, inputs] = states.dims();
    let rows = states.reshape([batch * steps, inputs]);
    let outputs = layer.weight.dims()[1];
    layer.forward(rows).reshape([batch, steps, outputs])
}

/// Options of an [`Attention`].
pub(super) struct AttentionConfig {
    pub(super) width: usize,
    pub(super) heads: usize,
    /// Whether the projection of the keys has a bias.
    pub(super) key_bias: bool,
    pub(super) dropout: f64,
}

impl AttentionConfig {
    pub(super) fn random(&self, device: &Device) -> Attention {
        let square = |bias| linear(self.width, self.width, bias, device);
        Attention {
            q_proj: square(true),
            k_proj: square(self.key_bias),
            v_proj: square(true),
            out_proj: square(true),
            gru_rel_pos_const: None,
            gru_rel_pos_linear: None,
            rel_attn_embed: None,
            dropout: DropoutConfig::new(self.dropout).init(),
            heads: self.heads,
        }
    }
}

/// Multi-head self-attention. The gate of a bias by relative positions is beside the projections,
/// where WavLM's checkpoints have it.
#[derive(Module, Debug)]
pub(super) struct Attention {
    q_proj: Linear,
    k_proj: Linear,
    v_proj: Linear,
    out_proj: Linear,
    /// `[heads]`
    gru_rel_pos_const: Option<Param<Tensor<1>>>,
    gru_rel_pos_linear: Option<Linear>,
    rel_attn_embed: Option<RelativeEmbedding>,
    dropout: Dropout,
    heads: usize,
}

/// What the layers of a transformer know about a batch.
pub(super) struct BatchSteps<'a> {
    /// The steps of each clip.
    pub(super) lengths: &'a [usize],
    /// The bias of each query and key, before the gate of a layer if it has one,
    /// `[1, heads, steps, steps]`.
    pub(super) position_bias: Option<Tensor<4>>,
}

impl Attention {
    /// Add a gate for a bias by relative positions.
    pub(super) fn gated(mut self, config: &WavLmConfig, device: &Device) -> Self {
        let width = config.sizes.hidden_size / self.heads;
        self.gru_rel_pos_const = Some(Initializer::Ones.init([self.heads], device));
        self.gru_rel_pos_linear = Some(linear(width, 8, true, device));
        self
    }

    /// Add the biases that all layers share.
    pub(super) fn with_relative_embedding(mut self, embedding: RelativeEmbedding) -> Self {
        self.rel_attn_embed = Some(embedding);
        self
    }

    /// Return the biases that all layers share, if this layer has them.
    pub(super) fn relative_embedding(&self) -> Option<&RelativeEmbedding> {
        self.rel_attn_embed.as_ref()
    }

    /// `[batch, steps, width]` → the same
    pub(super) fn forward(&self, states: Tensor<3>, steps: &BatchSteps<'_>) -> Tensor<3> {
        let gated = match (&self.gru_rel_pos_const, &self.gru_rel_pos_linear) {
            (Some(scale), Some(linear)) => Some(gate(states.clone(), linear, scale.val())),
            _ => None,
        };
        let bias = match (gated, steps.position_bias.clone()) {
            (Some(gate), Some(bias)) => Some(gate * bias),
            (_, bias) => bias,
        };
        let query = for_each_step(&self.q_proj, states.clone());
        let key = for_each_step(&self.k_proj, states.clone());
        let value = for_each_step(&self.v_proj, states);
        let inputs = [query, key, value];
        let attended = attention(inputs, self.heads, bias, steps.lengths, &self.dropout);
        for_each_step(&self.out_proj, attended)
    }
}

impl Attention {
    /// Return whether the kernels for inference can compute this.
    pub(super) fn fits_inference(&self) -> bool {
        // The weight may not have been read.
        let width = self.q_proj.weight.lazy_shape()[0];
        self.gru_rel_pos_const.is_none()
            && self.rel_attn_embed.is_none()
            && Layer::fits(width / self.heads)
    }

    /// Return the attention as the kernels take it, if they
    /// [can compute it](Attention::fits_inference).
    pub(super) fn for_inference<V: Values>(
        &self,
        values: &V,
    ) -> Result<AttentionInference, V::Error> {
        let projections = [&self.q_proj, &self.k_proj, &self.v_proj].map(Into::into);
        Ok(AttentionInference {
            heads: self.heads,
            projection: values.dense(&projections)?,
            output: values.dense(&[(&self.out_proj).into()])?,
        })
    }
}

/// An attention as the kernels take it.
pub(super) struct AttentionInference {
    pub(super) heads: usize,
    /// To queries, keys and values, side by side.
    pub(super) projection: Dense,
    pub(super) output: Dense,
}

/// A layer of a transformer.
pub(super) trait TransformerLayer: Module {
    /// Return its attention.
    fn attention(&self) -> &Attention;

    /// Return the layer as the kernels take it, if they
    /// [can compute it](Attention::fits_inference).
    fn for_inference<V: Values>(&self, values: &V) -> Result<Layer, V::Error>;

    /// `[batch, steps, width]` → the same
    fn forward(&self, states: Tensor<3>, steps: &BatchSteps<'_>) -> Tensor<3>;
}

/// Return the input of the first layer and the output of every layer; the last one through `norm`,
/// where the network has a norm there. `states` are those that are known: the input, and the outputs
/// of the first layers.
pub(super) fn hidden_states<L: TransformerLayer>(
    layers: &[L],
    norm: Option<&LayerNorm>,
    mut states: Vec<Tensor<3>>,
    steps: &BatchSteps<'_>,
) -> Vec<Tensor<3>> {
    let Some(mut last) = states.pop() else {
        return states;
    };
    for layer in &layers[states.len()..] {
        states.push(last.clone());
        last = layer.forward(last, steps);
    }
    states.push(match norm {
        Some(norm) => norm.forward(last),
        None => last,
    });
    states
}

/// Freeze all layers before the last `trained` ones.
pub(super) fn freeze_before_last<L: TransformerLayer>(layers: Vec<L>, trained: usize) -> Vec<L> {
    let frozen = layers.len().saturating_sub(trained);
    let freeze = |(index, layer): (usize, L)| {
        if index < frozen {
            layer.freeze()
        } else {
            layer
        }
    };
    layers.into_iter().enumerate().map(freeze).collect()
}

/// Return whether the kernels for inference can compute the layers.
pub(super) fn fit_inference<L: TransformerLayer>(layers: &[L]) -> bool {
    !layers.is_empty() && layers.iter().all(|it| it.attention().fits_inference())
}

/// Return layers as the kernels take them, if they [can compute them](fit_inference).
pub(super) fn for_inference<L: TransformerLayer, V: Values>(
    layers: Vec<L>,
    norm: Option<&LayerNorm>,
    values: &V,
) -> Result<Arc<Stack>, V::Error> {
    let layers = layers.into_par_iter();
    let layers: Vec<_> = layers.map(|layer| layer.for_inference(values)).collect();
    Ok(Arc::new(Stack {
        layers: layers.into_iter().collect::<Result<_, _>>()?,
        norm: norm.map(|norm| norm.for_inference(values)).transpose()?,
    }))
}
