//! The network of a pretrained encoder and a head.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::config::PretrainedConfig;
use super::head::Head;
use super::readout::Readout;
use crate::batch::Batch;
use crate::encoder::{Encoder, EncoderError, HeadLayout};
use crate::network::error::NetworkError;
use crate::weights::Checkpoint;

/// A pretrained encoder and a readout.
#[derive(Module, Debug)]
pub struct PretrainedNetwork {
    encoder: Encoder,
    readout: Readout,
}

impl PretrainedNetwork {
    /// Put a readout with random weights behind an encoder. `sizes` are the number of layers of the
    /// encoder and the width of its states.
    ///
    /// # Errors
    /// On invalid options, and on states that the encoder does not have.
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

    /// Compute the class scores (logits), `[batch, classes]`.
    pub fn forward(&self, batch: &Batch) -> Tensor<2> {
        self.readout.forward(&self.encoder.hidden_states(batch))
    }

    /// Compute the embedding of each clip, which the head reads: pooled hidden states,
    /// `[batch, width]`.
    pub fn embed(&self, batch: &Batch) -> Tensor<2> {
        self.readout.embed(&self.encoder.hidden_states(batch))
    }

    /// Return the readout.
    pub fn readout(&self) -> &Readout {
        &self.readout
    }

    /// Return the head.
    pub fn head(&self) -> &Head {
        self.readout.head()
    }

    /// Return the head, without the rest.
    pub fn into_head(self) -> Head {
        self.readout.into_head()
    }

    /// Return the encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Return the same network with another head, which must read vectors of the same width.
    pub fn with_head(mut self, head: Head) -> Self {
        self.readout = self.readout.with_head(head);
        self
    }

    /// Load the readout from a checkpoint.
    ///
    /// # Errors
    /// As [`Readout::filled`].
    pub fn filled(
        mut self,
        checkpoint: &Checkpoint,
        layout: HeadLayout,
    ) -> Result<Self, EncoderError> {
        self.readout = self.readout.filled(checkpoint, layout)?;
        Ok(self)
    }

    /// Return the network for inference only: see [`Encoder::for_inference`].
    #[must_use]
    pub fn for_inference(mut self) -> Self {
        self.encoder = self.encoder.for_inference();
        self
    }

    /// Compute the frozen layers of the encoder as inference does: see
    /// [`Encoder::frozen_for_inference`].
    #[must_use]
    pub fn frozen_for_inference(mut self) -> Self {
        self.encoder = self.encoder.frozen_for_inference();
        self
    }

    /// Round the weights of the encoder to 8-bit integers: see [`Encoder::in_int8`].
    pub fn in_int8(mut self) -> Option<Self> {
        self.encoder = self.encoder.in_int8()?;
        Some(self)
    }

    /// Make the head, the last layers of the encoder (`None`: all) and, with `convolutions`, the
    /// parts before them trainable. Freeze the rest.
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
