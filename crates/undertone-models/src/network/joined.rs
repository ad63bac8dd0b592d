//! Several frozen encoders whose embeddings are read by one head.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::error::NetworkError;
use super::pretrained::{Head, PretrainedConfig};
use crate::batch::Batch;
use crate::encoder::{Encoder, StepPooling};

/// Pretrained encoders that all read the same features. The head reads their embeddings,
/// concatenated in this order. The encoders stay as they are, and the head is one linear layer.
///
/// ```
/// use undertone_models::JoinedConfig;
///
/// let config: JoinedConfig = serde_json::from_str(
///     r#"{"encoders": [
///         {"pretrained": "hf:openai/whisper-tiny.en", "states": [1, 2, 3], "pooling": "mean-std"},
///         {"pretrained": "hf:openai/whisper-base", "states": [1, 2, 3], "pooling": "mean-std"}
///     ]}"#,
/// )?;
/// assert_eq!(config.encoders[1].pretrained, "hf:openai/whisper-base");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinedConfig {
    /// The encoders, two or more. Each has options of its own for `layers`, `states` and `pooling`.
    pub encoders: Vec<PretrainedConfig>,
}

impl JoinedConfig {
    /// Check the options.
    ///
    /// # Errors
    /// If there are fewer than two encoders, and for an option of an encoder
    /// that is invalid, that belongs to the head or that has to be trained.
    pub fn check(&self) -> Result<(), NetworkError> {
        if self.encoders.len() < 2 {
            return Err(NetworkError::TooFewEncoders(self.encoders.len()));
        }
        for config in &self.encoders {
            config.check()?;
            let misplaced = [
                ("projection", config.projection.is_some()),
                ("activation", config.activation.is_some()),
                ("batch_norm", config.batch_norm),
                ("dropout", config.dropout > 0.0),
                (
                    "states = \"weighted\" or pooling = \"attention\"",
                    !config.has_fixed_embeddings(),
                ),
            ];
            if let Some((option, _)) = misplaced.into_iter().find(|(_, is_set)| *is_set) {
                return Err(NetworkError::NotForJoined(option));
            }
        }
        Ok(())
    }

    /// Check that each encoder has a name of its own. In a model that was published, two encoders
    /// may have one name: their folders are forgotten.
    ///
    /// # Errors
    /// [`NetworkError::SameEncoder`].
    pub fn check_names(&self) -> Result<(), NetworkError> {
        for (index, config) in self.encoders.iter().enumerate() {
            let mut before = self.encoders[..index].iter();
            if before.any(|other| is_same(&other.pretrained, &config.pretrained)) {
                return Err(NetworkError::SameEncoder(config.pretrained.clone()));
            }
        }
        Ok(())
    }
}

/// Whether two names stand for the same folder.
fn is_same(one: &str, other: &str) -> bool {
    let without_end = |name: &str| name.trim_end_matches(['/', '\\']).to_owned();
    without_end(one) == without_end(other)
}

/// An encoder, and how its hidden states become an embedding.
#[derive(Module, Debug)]
struct Member {
    encoder: Encoder,
    pooling: StepPooling,
    /// The hidden states that are pooled; empty stands for the last one.
    #[module(skip)]
    states: Vec<usize>,
}

/// Several encoders and one head.
#[derive(Module, Debug)]
pub struct JoinedNetwork {
    encoders: Vec<Member>,
    head: Head,
}

impl JoinedNetwork {
    /// Join encoders, each with its number of layers and the width of its states. The weights of
    /// the head are zero.
    ///
    /// # Errors
    /// On invalid options, and on states that an encoder does not have.
    pub(crate) fn new(
        encoders: Vec<(Encoder, (usize, usize))>,
        config: &JoinedConfig,
        classes: usize,
        device: &Device,
    ) -> Result<Self, NetworkError> {
        config.check()?;
        let mut members = Vec::with_capacity(encoders.len());
        let mut read = 0;
        for ((encoder, (layers, width)), config) in encoders.into_iter().zip(&config.encoders) {
            config.layers_of(layers)?;
            read += config.embedding_width(width);
            members.push(Member {
                encoder,
                pooling: config.pooling.init(width, device),
                states: config.chosen_states().to_vec(),
            });
        }
        Ok(Self {
            encoders: members,
            head: Head::linear(vec![0.0; read * classes], vec![0.0; classes], device),
        })
    }

    /// Compute the class scores (logits), `[batch, classes]`.
    pub fn forward(&self, batch: &Batch) -> Tensor<2> {
        self.head.forward(self.embed(batch))
    }

    /// Compute the embedding of each clip, `[batch, width]`: those of all encoders in order.
    pub fn embed(&self, batch: &Batch) -> Tensor<2> {
        let embeddings = self.encoders.iter().map(|member| {
            let hidden = member.encoder.hidden_states(batch);
            member.pooling.of_states(&hidden, &member.states)
        });
        Tensor::cat(embeddings.collect(), 1)
    }

    /// Return the encoders, in order.
    pub fn encoders(&self) -> impl Iterator<Item = &Encoder> {
        self.encoders.iter().map(|member| &member.encoder)
    }

    /// Return the head.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Return the head, without the encoders.
    pub fn into_head(self) -> Head {
        self.head
    }

    /// Return the same network with another head, which must read vectors of the same width.
    pub fn with_head(mut self, head: Head) -> Self {
        self.head = head;
        self
    }

    /// Return the network for inference only: see [`Encoder::for_inference`].
    #[must_use]
    pub fn for_inference(mut self) -> Self {
        for member in &mut self.encoders {
            member.encoder = member.encoder.clone().for_inference();
        }
        self
    }

    /// Round the weights of all encoders to 8-bit integers: see [`Encoder::in_int8`].
    pub fn in_int8(mut self) -> Option<Self> {
        for member in &mut self.encoders {
            member.encoder = member.encoder.clone().in_int8()?;
        }
        Some(self)
    }
}
