//! What the transformers of all encoders share.

use burn::module::{Module, Param, ParamId};
use burn::nn::{Dropout, DropoutConfig, Initializer, Linear, LinearConfig};
use burn::tensor::module::layer_norm;
use burn::tensor::{Device, Tensor};

use crate::kernels::attention;

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
            dropout: DropoutConfig::new(self.dropout).init(),
            heads: self.heads,
        }
    }
}

/// Multi-head self-attention.
#[derive(Module, Debug)]
pub(super) struct Attention {
    q_proj: Linear,
    k_proj: Linear,
    v_proj: Linear,
    out_proj: Linear,
    dropout: Dropout,
    heads: usize,
}

impl Attention {
    /// `[batch, steps, width]` → the same
    pub(super) fn forward(&self, states: Tensor<3>, lengths: &[usize]) -> Tensor<3> {
        let query = self.q_proj.forward(states.clone());
        let key = self.k_proj.forward(states.clone());
        let value = self.v_proj.forward(states);
        let attended = attention([query, key, value], self.heads, lengths, &self.dropout);
        self.out_proj.forward(attended)
    }
}

/// A layer of a transformer.
pub(super) trait TransformerLayer: Module {
    /// `[batch, steps, width]` → the same; `lengths` are the steps of each clip.
    fn forward(&self, states: Tensor<3>, lengths: &[usize]) -> Tensor<3>;
}

/// Run the layers, and return the input of the first layer and the output of every layer; the last
/// one through `norm`, where the network has a norm there. `lengths` are the steps of each clip.
pub(super) fn hidden_states<L: TransformerLayer>(
    layers: &[L],
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
