//! A pretrained encoder with a head.

use burn::module::{Module, Param};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};

use super::config::{PretrainedConfig, States};
use super::head::Head;
use crate::batch::Batch;
use crate::encoder::{Encoder, HiddenStates, StepPooling};
use crate::network::NetworkError;

/// A pretrained encoder, what is read of it, and a head.
#[derive(Module, Debug)]
pub struct PretrainedNetwork {
    encoder: Encoder,
    /// `[states]`: softmax of these are the shares in the sum of all hidden states.
    layer_weights: Option<Param<Tensor<1>>>,
    pooling: StepPooling,
    head: Head,
    /// The hidden states that are pooled; empty stands for the last one.
    #[module(skip)]
    states: Vec<usize>,
}

impl PretrainedNetwork {
    /// Puts a head with random weights behind an encoder of so many layers with states so wide.
    ///
    /// # Errors
    /// On options that cannot work, and on states that the encoder does not have.
    pub fn new(
        encoder: Encoder,
        (layers, width): (usize, usize),
        config: &PretrainedConfig,
        classes: usize,
        device: &Device,
    ) -> Result<Self, NetworkError> {
        config.check()?;
        config.layers_of(layers)?;
        let pooling = config.pooling.init(width, device);
        let states = match &config.states {
            States::SideBySide(states) => states.clone(),
            States::Last | States::Weighted => Vec::new(),
        };
        let side_by_side = states.len().max(1);
        let head = Head::init(
            config,
            side_by_side * config.pooling.output_width(width),
            classes,
            device,
        );
        let layer_weights = (config.states == States::Weighted)
            .then(|| Param::from_tensor(Tensor::zeros([layers + 1], device)));
        Ok(Self {
            encoder,
            layer_weights,
            pooling,
            head,
            states,
        })
    }

    /// Class scores (logits), `[batch, classes]`.
    pub fn forward(&self, batch: &Batch) -> Tensor<2> {
        self.head.forward(self.summarise(batch))
    }

    /// What the head reads: pooled hidden states, `[batch, width]`.
    pub fn summarise(&self, batch: &Batch) -> Tensor<2> {
        let HiddenStates { states, lengths } = self.encoder.hidden_states(batch);
        let pool = |state: &Tensor<3>| self.pooling.forward(state.clone(), &lengths);
        if let Some(weights) = &self.layer_weights {
            let shares = softmax(weights.val(), 0);
            let stacked: Tensor<4> = Tensor::stack(states, 0);
            let sum = (stacked * shares.reshape([-1, 1, 1, 1])).sum_dim(0);
            return pool(&sum.squeeze_dim(0));
        }
        match &self.states[..] {
            [] => states.last().map(pool),
            chosen => {
                let pooled = chosen.iter().filter_map(|state| states.get(*state)).map(pool);
                Some(Tensor::cat(pooled.collect(), 1))
            }
        }
        // An encoder has at least the state before its first layer.
        .unwrap_or_else(|| Tensor::zeros([lengths.len(), 0], &batch.values.device()))
    }

    /// The head.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The head alone.
    pub fn into_head(self) -> Head {
        self.head
    }

    /// The encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// The same encoder with another head, which must read vectors of the same width.
    pub fn with_head(mut self, head: Head) -> Self {
        self.head = head;
        self
    }

    /// Trains the head with the encoder's last layers (`None`: all), and its convolutions if so
    /// told; freezes the rest.
    pub fn thawed(mut self, last_layers: Option<usize>, convolutions: bool) -> Self {
        if let Some(layers) = last_layers {
            self.encoder = self.encoder.train_last(layers);
        }
        if !convolutions {
            self.encoder = self.encoder.freeze_features();
        }
        self
    }
}
