//! Long short-term memory (Hochreiter & Schmidhuber 1997), stacked and optionally bidirectional.
//!
//! Each direction of a layer is one operation ([`kernels::lstm`](crate::kernels)). The equations
//! are those of `nn.LSTM` of PyTorch; `tests/lstm_parity.rs` compares the two.

use burn::module::{Module, Param};
use burn::nn::{Dropout, DropoutConfig, Initializer};
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use crate::kernels::lstm;

/// The options of an [`Lstm`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LstmConfig {
    /// Stacked layers, at least 1.
    pub layers: usize,
    /// Hidden units of each layer and direction, at least 1.
    pub units: usize,
    /// Whether a second set of weights reads the sequence backwards. The output is then
    /// `2 * units` wide.
    #[serde(default)]
    pub bidirectional: bool,
    /// Share of a layer's outputs dropped while training before the next layer reads them,
    /// 0 (none) up to but not including 1. Nothing is dropped after the last layer.
    #[serde(default)]
    pub dropout: f64,
}

impl LstmConfig {
    /// Return the width of the output: `units`, or twice that if bidirectional.
    pub fn output_width(&self) -> usize {
        self.units * if self.bidirectional { 2 } else { 1 }
    }

    /// Create a network for inputs of `width` values per step. Weights are drawn uniformly from
    /// ±1/√units, as PyTorch does.
    pub fn init(&self, width: usize, device: &Device) -> Lstm {
        let layers = (0..self.layers)
            .map(|layer| {
                let width = if layer == 0 {
                    width
                } else {
                    self.output_width()
                };
                LstmLayer {
                    forward: LstmDirection::init(width, self.units, device),
                    backward: self
                        .bidirectional
                        .then(|| LstmDirection::init(width, self.units, device)),
                }
            })
            .collect();
        Lstm {
            layers,
            dropout: DropoutConfig::new(self.dropout).init(),
        }
    }
}

/// Stacked LSTM layers.
#[derive(Module, Debug)]
pub struct Lstm {
    layers: Vec<LstmLayer>,
    dropout: Dropout,
}

impl Lstm {
    /// Compute the hidden states of the last layer at every step.
    ///
    /// Shapes: `[batch, steps, width]` → `[batch, steps, output_width]`; the forward direction's
    /// units come first. Initial hidden and cell states are zero.
    pub fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        let mut sequence = input;
        for (index, layer) in self.layers.iter().enumerate() {
            if index > 0 {
                sequence = self.dropout.forward(sequence);
            }
            sequence = layer.forward(sequence);
        }
        sequence
    }
}

#[derive(Module, Debug)]
struct LstmLayer {
    forward: LstmDirection,
    backward: Option<LstmDirection>,
}

impl LstmLayer {
    fn forward(&self, sequence: Tensor<3>) -> Tensor<3> {
        match &self.backward {
            None => self.forward.run(sequence, false),
            Some(backward) => {
                let forward = self.forward.run(sequence.clone(), false);
                Tensor::cat(vec![forward, backward.run(sequence, true)], 2)
            }
        }
    }
}

/// One direction of one layer. The gates are in the order of PyTorch: input, forget, cell,
/// output.
#[derive(Module, Debug)]
struct LstmDirection {
    /// `[width, 4 * units]`
    input_weight: Param<Tensor<2>>,
    /// `[units, 4 * units]`
    hidden_weight: Param<Tensor<2>>,
    /// `[4 * units]`, the sum of PyTorch's two biases
    bias: Param<Tensor<1>>,
}

impl LstmDirection {
    fn init(width: usize, units: usize, device: &Device) -> Self {
        let bound = 1.0 / (units as f64).sqrt();
        let uniform = Initializer::Uniform {
            min: -bound,
            max: bound,
        };
        Self {
            input_weight: uniform.init([width, 4 * units], device),
            hidden_weight: uniform.init([units, 4 * units], device),
            bias: uniform.init([4 * units], device),
        }
    }

    /// `[batch, steps, width]` → `[batch, steps, units]`
    fn run(&self, sequence: Tensor<3>, reversed: bool) -> Tensor<3> {
        lstm(
            sequence,
            self.input_weight.val(),
            self.hidden_weight.val(),
            self.bias.val(),
            reversed,
        )
    }
}
