//! A pretrained encoder with a head.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::config::PretrainedConfig;
use super::head::Head;
use super::readout::Readout;
use crate::batch::Batch;
use crate::checkpoint::Checkpoint;
use crate::encoder::{Encoder, EncoderError};
use crate::network::NetworkError;

/// A pretrained encoder, and what is read of it.
#[derive(Module, Debug)]
pub struct PretrainedNetwork {
    encoder: Encoder,
    readout: Readout,
}

impl PretrainedNetwork {
    /// Puts a head with random weights behind an encoder of so many layers with states so wide.
    ///
    /// # Errors
    /// On options that cannot work, and on states that the encoder does not have.
    pub fn new(
        encoder: Encoder,
        sizes: (usize, usize),
        config: &PretrainedConfig,
        classes: usize,
        device: &Device,
    ) -> Result<Self, NetworkError> {
        let readout = Readout::random(config, sizes, classes, device)?;
        Ok(Self { encoder, readout })
    }

    /// Class scores (logits), `[batch, classes]`.
    pub fn forward(&self, batch: &Batch) -> Tensor<2> {
        self.readout.forward(&self.encoder.hidden_states(batch))
    }

    /// What the head reads: pooled hidden states, `[batch, width]`.
    pub fn embed(&self, batch: &Batch) -> Tensor<2> {
        self.readout.embed(&self.encoder.hidden_states(batch))
    }

    /// What stands behind the encoder.
    pub fn readout(&self) -> &Readout {
        &self.readout
    }

    /// The head.
    pub fn head(&self) -> &Head {
        self.readout.head()
    }

    /// The head alone.
    pub fn into_head(self) -> Head {
        self.readout.into_head()
    }

    /// The encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// The same encoder with another head, which must read vectors of the same width.
    pub fn with_head(mut self, head: Head) -> Self {
        self.readout = self.readout.with_head(head);
        self
    }

    /// The same encoder, read as a checkpoint says.
    ///
    /// # Errors
    /// As [`Readout::filled`].
    pub fn filled(mut self, checkpoint: &Checkpoint) -> Result<Self, EncoderError> {
        self.readout = self.readout.filled(checkpoint)?;
        Ok(self)
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
