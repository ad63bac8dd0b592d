//! From an encoder's hidden states to class scores.

use burn::module::{Module, Param};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};

use super::config::{PretrainedConfig, States};
use super::head::Head;
use crate::checkpoint::Checkpoint;
use crate::encoder::{EncoderError, HiddenStates, NamedTensor, Names, StepPooling, tensors};
use crate::network::NetworkError;

/// The names of `transformers`, which has the layers of the head beside the layer weights.
const NAMES: Names = Names {
    prefixes: &[""],
    renamed: &[("head", ""), ("output", "classifier")],
};

/// Which hidden states are read, how their steps become one vector, and a head.
///
/// One of a checkpoint's own ([`PretrainedConfig::stock`]) gives the scores of
/// `Wav2Vec2ForSequenceClassification`, `HubertForSequenceClassification` and
/// `WhisperForAudioClassification`. The last was trained on clips filled up with silence to
/// [`EncoderConfig::longest_input`](crate::EncoderConfig::longest_input) and means over all of
/// that: give it such batches, whose lengths count the silence.
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
    /// A head with random weights, and equal shares of all hidden states if they are summed, for
    /// an encoder of so many layers with states so wide.
    ///
    /// # Errors
    /// On options that cannot work, and on states that the encoder does not have.
    pub fn random(
        config: &PretrainedConfig,
        (layers, width): (usize, usize),
        classes: usize,
        device: &Device,
    ) -> Result<Self, NetworkError> {
        config.check()?;
        config.layers_of(layers)?;
        let states = match &config.states {
            States::Concat(states) => states.clone(),
            States::Last | States::Weighted => Vec::new(),
        };
        let read = states.len().max(1) * config.pooling.output_width(width);
        Ok(Self {
            layer_weights: (config.states == States::Weighted)
                .then(|| Param::from_tensor(Tensor::zeros([layers + 1], device))),
            pooling: config.pooling.init(width, device),
            head: Head::init(config, read, classes, device),
            states,
        })
    }

    /// Its values from a checkpoint as `transformers` lays it out. Batch norm, which is folded into
    /// the layer behind it when it is written, is not looked for there: it must not have any.
    ///
    /// # Errors
    /// [`EncoderError::Mismatch`] with every tensor that is missing or has another shape, and the
    /// checkpoint's own errors.
    pub fn filled(self, checkpoint: &Checkpoint) -> Result<Self, EncoderError> {
        tensors::load(self, checkpoint, &NAMES)
    }

    /// All tensors as `transformers` names and lays them out, batch norm folded in.
    pub fn to_tensors(&self) -> Vec<NamedTensor> {
        let folded = self.clone().with_head(self.head.folded());
        tensors::export(&folded, &NAMES, "")
    }

    /// Class scores (logits), `[batch, classes]`.
    pub fn forward(&self, hidden: &HiddenStates) -> Tensor<2> {
        self.head.forward(self.embed(hidden))
    }

    /// What the head reads: pooled hidden states, `[batch, width]`.
    pub fn embed(&self, hidden: &HiddenStates) -> Tensor<2> {
        let HiddenStates { states, lengths } = hidden;
        let pool = |state: &Tensor<3>| self.pooling.forward(state.clone(), lengths);
        if let Some(weights) = &self.layer_weights {
            let shares = softmax(weights.val(), 0);
            let stacked: Tensor<4> = Tensor::stack(states.clone(), 0);
            let sum = (stacked * shares.reshape([-1, 1, 1, 1])).sum_dim(0);
            return pool(&sum.squeeze_dim(0));
        }
        let last = [states.len() - 1];
        let chosen = match &self.states[..] {
            [] => &last,
            chosen => chosen,
        };
        let pooled = chosen.iter().map(|state| pool(&states[*state]));
        Tensor::cat(pooled.collect(), 1)
    }

    /// The head.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The head alone.
    pub fn into_head(self) -> Head {
        self.head
    }

    /// The same with another head, which must read vectors of the same width.
    pub fn with_head(mut self, head: Head) -> Self {
        self.head = head;
        self
    }
}
