//! From an embedding to class scores.

use burn::module::{Module, Param};
use burn::nn::{BatchNorm, BatchNormConfig, Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::activation::tanh;
use burn::tensor::{Device, Tensor, TensorData};

use super::config::{HeadActivation, PretrainedConfig};
use crate::network::narrow::first_outputs;

/// Batch norm (if on), a linear layer (if on), an activation (if on), dropout and the output layer.
/// Without an activation all of it is linear: `transformers` projects every step and then pools,
/// which gives the same.
#[derive(Module, Debug)]
pub struct Head {
    norm: Option<BatchNorm>,
    projector: Option<Linear>,
    #[module(skip)]
    activation: Option<HeadActivation>,
    dropout: Dropout,
    classifier: Linear,
}

impl Head {
    /// Create a head with random weights for embeddings of `width` values.
    pub(crate) fn init(
        config: &PretrainedConfig,
        width: usize,
        classes: usize,
        device: &Device,
    ) -> Self {
        let inner = config.projection.unwrap_or(width);
        Self {
            norm: config
                .batch_norm
                .then(|| BatchNormConfig::new(width).init(device)),
            projector: config
                .projection
                .map(|size| LinearConfig::new(width, size).init(device)),
            activation: config.activation,
            dropout: DropoutConfig::new(config.dropout).init(),
            classifier: LinearConfig::new(inner, classes).init(device),
        }
    }

    /// Create a head of one linear layer: `weight` is `[width, classes]` by rows, `bias`
    /// `[classes]`.
    pub fn linear(weight: Vec<f32>, bias: Vec<f32>, device: &Device) -> Self {
        let classes = bias.len();
        let width = weight.len() / classes.max(1);
        let weight = Tensor::from_data(TensorData::new(weight, [width, classes]), device);
        let bias = Tensor::from_data(TensorData::new(bias, [classes]), device);
        Self {
            norm: None,
            projector: None,
            activation: None,
            dropout: DropoutConfig::new(0.0).init(),
            classifier: Linear {
                weight: Param::from_tensor(weight),
                bias: Some(Param::from_tensor(bias)),
            },
        }
    }

    /// Compute the class scores, `[batch, width]` → `[batch, classes]`.
    pub fn forward(&self, embedding: Tensor<2>) -> Tensor<2> {
        let mut hidden = embedding;
        if let Some(norm) = &self.norm {
            hidden = norm.forward(hidden);
        }
        if let Some(projector) = &self.projector {
            hidden = projector.forward(hidden);
        }
        if self.activation == Some(HeadActivation::Tanh) {
            hidden = tanh(hidden);
        }
        self.classifier.forward(self.dropout.forward(hidden))
    }

    /// Return the head with its first `count` outputs only.
    pub(crate) fn first_outputs(mut self, count: usize) -> Self {
        self.classifier = first_outputs(self.classifier, count);
        self
    }

    /// Return the same function without batch norm, which is folded into the linear layer behind
    /// it.
    pub(crate) fn folded(&self) -> Self {
        let mut head = self.valid();
        let Some(norm) = head.norm.take() else {
            return head;
        };
        let deviation = (norm.running_var.value_sync() + norm.epsilon).sqrt();
        let scale = norm.gamma.val() / deviation;
        let shift = norm.beta.val() - norm.running_mean.value_sync() * scale.clone();
        let layer = head.projector.as_mut().unwrap_or(&mut head.classifier);
        let weight = layer.weight.val();
        let moved = shift.unsqueeze::<2>().matmul(weight.clone()).squeeze_dim(0);
        let bias = layer.bias.as_ref().map(|bias| bias.val() + moved.clone());
        layer.bias = Some(Param::from_tensor(bias.unwrap_or(moved)));
        layer.weight = Param::from_tensor(weight * scale.unsqueeze_dim(1));
        head
    }
}
