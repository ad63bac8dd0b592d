//! The classification head of `transformers`: `Wav2Vec2ForSequenceClassification`,
//! `HubertForSequenceClassification` and `WhisperForAudioClassification` have the same.

use burn::module::{Module, Param};
use burn::nn::{Initializer, Linear};
use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};

use super::HiddenStates;
use super::config::HeadConfig;
use super::steps::own_mean;
use super::tensors::{self, EncoderError, NamedTensor, Names};
use super::transformer::linear;
use crate::checkpoint::Checkpoint;

const NAMES: Names = Names {
    prefixes: &[""],
    renamed: &[],
};

/// A weighted sum of all hidden states, or the last; a projection; its mean over a clip's own
/// steps; one score a class.
///
/// `WhisperForAudioClassification` was trained on clips filled up with silence to
/// [`EncoderConfig::longest_input`](super::EncoderConfig::longest_input) and means over all of
/// that: give it such batches, whose lengths count the silence.
#[derive(Module, Debug)]
pub struct ClassificationHead {
    /// `[layers + 1]`, before their softmax.
    layer_weights: Option<Param<Tensor<1>>>,
    projector: Linear,
    classifier: Linear,
}

impl ClassificationHead {
    /// Fills a head from a checkpoint.
    ///
    /// # Errors
    /// [`EncoderError::Mismatch`] with every tensor that is missing or has another shape, and the
    /// checkpoint's own errors.
    pub fn load(
        config: &HeadConfig,
        checkpoint: &Checkpoint,
        device: &Device,
    ) -> Result<Self, EncoderError> {
        tensors::load(Self::random(config, device), checkpoint, &NAMES)
    }

    /// A head with random weights and equal shares of all hidden states.
    pub fn random(config: &HeadConfig, device: &Device) -> Self {
        Self {
            layer_weights: config
                .use_weighted_layer_sum
                .then(|| Initializer::Ones.init([config.states], device)),
            projector: linear(config.width, config.classifier_proj_size, true, device),
            classifier: linear(
                config.classifier_proj_size,
                config.labels.len(),
                true,
                device,
            ),
        }
    }

    /// Scores (logits), `[batch, labels]`.
    ///
    /// # Panics
    /// If there are no states, or with a weighted sum another number than the head was made for.
    pub fn forward(&self, hidden: &HiddenStates) -> Tensor<2> {
        let states = match &self.layer_weights {
            None => hidden.states[hidden.states.len() - 1].clone(),
            Some(weights) => {
                let shares = softmax(weights.val(), 0);
                assert_eq!(shares.dims()[0], hidden.states.len(), "hidden states");
                let weighed = |index: usize| {
                    let share = shares.clone().narrow(0, index, 1).unsqueeze();
                    hidden.states[index].clone() * share
                };
                (1..hidden.states.len()).fold(weighed(0), |sum, index| sum + weighed(index))
            }
        };
        let pooled = own_mean(self.projector.forward(states), &hidden.lengths);
        self.classifier.forward(pooled.squeeze_dim(1))
    }

    /// All tensors as `transformers` names and lays them out.
    pub fn to_tensors(&self) -> Vec<NamedTensor> {
        tensors::export(self, &NAMES, "")
    }
}
