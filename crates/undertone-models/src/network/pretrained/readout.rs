//! From an encoder's hidden states to class scores.

use std::collections::BTreeSet;

use burn::module::{Module, Param};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};

use super::config::{PretrainedConfig, States};
use super::head::Head;
use crate::encoder::{EncoderError, HeadLayout, HiddenStates, StepPooling};
use crate::network::error::NetworkError;
use crate::weights::{self, Checkpoint, NamedTensor};

/// Return the name of a parameter in a checkpoint: `transformers` has the layers of the head beside
/// the layer weights.
fn name_in_checkpoint(layout: HeadLayout) -> impl Fn(&str) -> String {
    move |name| layout.name(name.strip_prefix("head.").unwrap_or(name))
}

/// The hidden states that are read, the pooling of their steps into one vector, and a head.
///
/// The readout of [`PretrainedConfig::stock`] computes the scores of
/// `Wav2Vec2ForSequenceClassification`, of the same classes of HuBERT, WavLM and data2vec, and of
/// `WhisperForAudioClassification`. The last was trained on clips filled up with silence to
/// [`EncoderConfig::longest_input`](crate::EncoderConfig::longest_input), and takes the mean over
/// the silence too: give it such batches, with lengths that include the silence.
#[derive(Module, Debug)]
pub struct Readout {
    /// `[states]`: softmax of these are the shares in the sum of all hidden states.
    layer_weights: Option<Param<Tensor<1>>>,
    pooling: StepPooling,
    head: Head,
    /// The hidden states that are pooled; empty stands for the last one.
    #[module(skip)]
    states: Vec<usize>,
}

impl Readout {
    /// Create a readout with random weights (and with equal shares of all hidden states if they are
    /// summed) for an encoder with this number of layers and this width of states.
    ///
    /// # Errors
    /// On invalid options, and on states that the encoder does not have.
    pub fn random(
        config: &PretrainedConfig,
        (layers, width): (usize, usize),
        classes: usize,
        device: &Device,
    ) -> Result<Self, NetworkError> {
        config.check()?;
        config.layers_of(layers)?;
        let states = config.chosen_states().to_vec();
        let read = config.embedding_width(width);
        Ok(Self {
            layer_weights: (config.states == States::Weighted)
                .then(|| Param::from_tensor(Tensor::zeros([layers + 1], device))),
            pooling: config.pooling.init(width, device),
            head: Head::init(config, read, classes, device),
            states,
        })
    }

    /// Load the values from a checkpoint whose head has this layout. The readout must have no batch
    /// norm: it is folded into the layer behind it when a checkpoint is written.
    ///
    /// # Errors
    /// [`CheckpointError::Mismatch`](crate::CheckpointError::Mismatch) with every tensor that is
    /// missing or has another shape, and the other errors of a checkpoint.
    pub fn filled(self, checkpoint: &Checkpoint, layout: HeadLayout) -> Result<Self, EncoderError> {
        Ok(weights::load(self, checkpoint, name_in_checkpoint(layout))?)
    }

    /// Return the names of the tensors of a checkpoint that [`Readout::filled`] reads.
    pub(crate) fn stored_names(
        &self,
        checkpoint: &Checkpoint,
        layout: HeadLayout,
    ) -> BTreeSet<String> {
        weights::stored_names(self, checkpoint, name_in_checkpoint(layout))
    }

    /// Return all tensors as `transformers` names them and lays them out, with batch norm folded
    /// in.
    pub fn to_tensors(&self) -> Vec<NamedTensor> {
        let folded = self.clone().with_head(self.head.folded());
        weights::export(&folded, name_in_checkpoint(HeadLayout::Projector))
    }

    /// Compute the class scores (logits), `[batch, classes]`.
    pub fn forward(&self, hidden: &HiddenStates) -> Tensor<2> {
        self.head.forward(self.embed(hidden))
    }

    /// Compute the embedding of each clip, which the head reads: pooled hidden states,
    /// `[batch, width]`.
    pub fn embed(&self, hidden: &HiddenStates) -> Tensor<2> {
        let Some(weights) = &self.layer_weights else {
            return self.pooling.of_states(hidden, &self.states);
        };
        let HiddenStates { states, lengths } = hidden;
        let shares = softmax(weights.val(), 0);
        let stacked: Tensor<4> = Tensor::stack(states.clone(), 0);
        let sum = (stacked * shares.reshape([-1, 1, 1, 1])).sum_dim(0);
        self.pooling.forward(sum.squeeze_dim(0), lengths)
    }

    /// Return the head.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Return the head, without the rest.
    pub fn into_head(self) -> Head {
        self.head
    }

    /// Return the same readout with another head, which must read vectors of the same width.
    pub fn with_head(mut self, head: Head) -> Self {
        self.head = head;
        self
    }
}
