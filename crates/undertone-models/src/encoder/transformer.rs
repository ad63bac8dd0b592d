//! The transformer layers that all these encoders share.

use burn::module::{Module, Param};
use burn::nn::{Dropout, DropoutConfig, Initializer, Linear, LinearConfig};
use burn::tensor::module::layer_norm;
use burn::tensor::{Device, Tensor};

use crate::kernels::{attention, gelu};

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

/// A linear layer with normal weights of deviation 0.02, as `transformers` draws them.
pub(super) fn linear(inputs: usize, outputs: usize, bias: bool, device: &Device) -> Linear {
    LinearConfig::new(inputs, outputs)
        .with_bias(bias)
        .with_initializer(Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        })
        .init(device)
}

/// Sizes and habits of a transformer.
pub(super) struct TransformerConfig {
    pub(super) width: usize,
    pub(super) heads: usize,
    pub(super) intermediate_width: usize,
    /// Whether the projection of the keys has a bias.
    pub(super) key_bias: bool,
    /// Whether the norms stand before attention and feed-forward (pre-norm) or behind them.
    pub(super) norm_first: bool,
    pub(super) epsilon: f64,
    pub(super) dropout: f64,
    pub(super) activation_dropout: f64,
    pub(super) attention_dropout: f64,
}

/// Multi-head self-attention.
#[derive(Module, Debug)]
struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    dropout: Dropout,
    heads: usize,
}

impl Attention {
    fn forward(&self, states: Tensor<3>, lengths: &[usize]) -> Tensor<3> {
        let query = self.query.forward(states.clone());
        let key = self.key.forward(states.clone());
        let value = self.value.forward(states);
        let attended = attention([query, key, value], self.heads, lengths, &self.dropout);
        self.output.forward(attended)
    }
}

/// Self-attention and a feed-forward network, each with a layer norm and a residual connection.
#[derive(Module, Debug)]
pub(super) struct TransformerLayer {
    attention: Attention,
    attention_norm: LayerNorm,
    expansion: Linear,
    contraction: Linear,
    feed_forward_norm: LayerNorm,
    dropout: Dropout,
    activation_dropout: Dropout,
    norm_first: bool,
}

impl TransformerLayer {
    pub(super) fn random(config: &TransformerConfig, device: &Device) -> Self {
        let width = config.width;
        let square = |bias| linear(width, width, bias, device);
        let norm = || LayerNorm::init(width, config.epsilon, device);
        let dropout = |share| DropoutConfig::new(share).init();
        Self {
            attention: Attention {
                query: square(true),
                key: square(config.key_bias),
                value: square(true),
                output: square(true),
                dropout: dropout(config.attention_dropout),
                heads: config.heads,
            },
            attention_norm: norm(),
            expansion: linear(width, config.intermediate_width, true, device),
            contraction: linear(config.intermediate_width, width, true, device),
            feed_forward_norm: norm(),
            dropout: dropout(config.dropout),
            activation_dropout: dropout(config.activation_dropout),
            norm_first: config.norm_first,
        }
    }

    fn forward(&self, states: Tensor<3>, lengths: &[usize]) -> Tensor<3> {
        if self.norm_first {
            let normed = self.attention_norm.forward(states.clone());
            let states = states + self.attend(normed, lengths);
            let normed = self.feed_forward_norm.forward(states.clone());
            states + self.feed_forward(normed)
        } else {
            let states = states.clone() + self.attend(states, lengths);
            let states = self.attention_norm.forward(states);
            let states = states.clone() + self.feed_forward(states);
            self.feed_forward_norm.forward(states)
        }
    }

    fn attend(&self, states: Tensor<3>, lengths: &[usize]) -> Tensor<3> {
        self.dropout
            .forward(self.attention.forward(states, lengths))
    }

    fn feed_forward(&self, states: Tensor<3>) -> Tensor<3> {
        let expanded = gelu(self.expansion.forward(states));
        let expanded = self.activation_dropout.forward(expanded);
        self.dropout.forward(self.contraction.forward(expanded))
    }
}

/// The input of the first layer and the output of every layer; the last one through `norm`, where
/// the network has one there. `lengths` are the clips' own steps.
pub(super) fn all_states(
    layers: &[TransformerLayer],
    norm: Option<&LayerNorm>,
    input: Tensor<3>,
    lengths: &[usize],
) -> Vec<Tensor<3>> {
    let mut states = Vec::with_capacity(layers.len() + 1);
    let mut last = input;
    for layer in layers {
        states.push(last.clone());
        last = layer.forward(last, lengths);
    }
    states.push(match norm {
        Some(norm) => norm.forward(last),
        None => last,
    });
    states
}

/// The last `trained` layers as they are, the others frozen.
pub(super) fn freeze_before_last(
    layers: Vec<TransformerLayer>,
    trained: usize,
) -> Vec<TransformerLayer> {
    let frozen = layers.len().saturating_sub(trained);
    let freeze = |(index, layer): (usize, TransformerLayer)| {
        if index < frozen {
            layer.freeze()
        } else {
            layer
        }
    };
    layers.into_iter().enumerate().map(freeze).collect()
}
