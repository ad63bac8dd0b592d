//! The options of a network with a pretrained encoder.

use serde::{Deserialize, Serialize};

use crate::encoder::{ClassifierHeadConfig, HeadLayout, StepPoolingKind};
use crate::network::error::{LARGEST_SIZE, NetworkError};

/// The most hidden states of an embedding, more than any encoder has.
const MOST_STATES: usize = 256;

/// The beginning of a name on the Hugging Face Hub, where a folder may stand too: `hf:owner/name`
/// or `hf:owner/name@revision`.
pub const HUB_PREFIX: &str = "hf:";

/// A pretrained encoder, the hidden states that are read, and the head behind it.
///
/// ```
/// use undertone_models::{PretrainedConfig, States};
///
/// let config: PretrainedConfig = serde_json::from_str(
///     r#"{"pretrained": "hf:facebook/wav2vec2-base", "states": [1, 2], "pooling": "mean-std"}"#,
/// )?;
/// assert_eq!(config.states, States::Concat(vec![1, 2]));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PretrainedConfig {
    /// Where the encoder comes from: a folder in Hugging Face's layout, or `hf:owner/name`,
    /// `hf:owner/name@revision` on the Hugging Face Hub.
    pub pretrained: String,
    /// How many of its first transformer layers are used. By default all, or as many as `states`
    /// needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<usize>,
    /// The hidden states that the head reads.
    #[serde(default)]
    pub states: States,
    /// How the steps of a clip become one vector.
    #[serde(default)]
    pub pooling: StepPoolingKind,
    /// Width of a linear layer between the vector and the output layer, the `classifier_proj_size`
    /// of `transformers`. By default there is no such layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projection: Option<usize>,
    /// What is applied to the outputs of that layer. By default nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation: Option<HeadActivation>,
    /// Whether the vector goes through batch normalization first. It is folded into the layer
    /// behind it when the model is saved.
    #[serde(default)]
    pub batch_norm: bool,
    /// Share of the vector dropped before the output layer while training, 0 up to but not
    /// including 1.
    #[serde(default)]
    pub dropout: f64,
}

/// A function between the two layers of a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadActivation {
    /// The hyperbolic tangent.
    Tanh,
}

/// Hidden states of an encoder: 0 is the input of its first transformer layer, `n` the output of
/// layer `n`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "StatesForm", into = "StatesForm")]
pub enum States {
    /// The last one.
    #[default]
    Last,
    /// A trained weighted sum of all (`use_weighted_layer_sum` in `transformers`).
    Weighted,
    /// These, each pooled by itself, concatenated.
    Concat(Vec<usize>),
}

#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected \"last\", \"weighted\" or a list of numbers"
)]
enum StatesForm {
    Word(StatesWord),
    List(Vec<usize>),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StatesWord {
    Last,
    Weighted,
}

impl From<StatesForm> for States {
    fn from(form: StatesForm) -> Self {
        match form {
            StatesForm::Word(StatesWord::Last) => Self::Last,
            StatesForm::Word(StatesWord::Weighted) => Self::Weighted,
            StatesForm::List(states) => Self::Concat(states),
        }
    }
}

impl From<States> for StatesForm {
    fn from(states: States) -> Self {
        match states {
            States::Last => Self::Word(StatesWord::Last),
            States::Weighted => Self::Word(StatesWord::Weighted),
            States::Concat(states) => Self::List(states),
        }
    }
}

impl PretrainedConfig {
    /// Return the options that compute what a checkpoint with this head computes. The classes of
    /// `transformers` for audio classification project every step and then take the mean, which
    /// equals the projection of the mean.
    pub fn stock(pretrained: String, head: &ClassifierHeadConfig) -> Self {
        Self {
            pretrained,
            layers: None,
            states: match head.use_weighted_layer_sum {
                true => States::Weighted,
                false => States::Last,
            },
            pooling: StepPoolingKind::Mean,
            projection: Some(head.classifier_proj_size),
            activation: match head.layout {
                HeadLayout::DenseTanh => Some(HeadActivation::Tanh),
                HeadLayout::Projector | HeadLayout::Dense => None,
            },
            batch_norm: false,
            dropout: 0.0,
        }
    }

    /// Return how many of the `available` layers of an encoder are needed.
    ///
    /// # Errors
    /// [`NetworkError::NoSuchState`] for a state that the encoder does not have.
    pub fn layers_of(&self, available: usize) -> Result<usize, NetworkError> {
        let highest = match &self.states {
            States::Concat(states) => states.iter().copied().max(),
            States::Last | States::Weighted => None,
        };
        let layers = self.layers.or(highest).unwrap_or(available);
        match highest.into_iter().chain([layers]).max() {
            Some(state) if state > layers.min(available) => Err(NetworkError::NoSuchState {
                state,
                last: layers.min(available),
            }),
            _ => Ok(layers),
        }
    }

    /// The encoder's name for others, to whom a folder of this machine says nothing. `on_the_hub`
    /// is what its files call it.
    pub(crate) fn public_name(&self, on_the_hub: Option<&str>) -> String {
        if self.pretrained.starts_with(HUB_PREFIX) {
            return self.pretrained.clone();
        }
        match on_the_hub {
            Some(name) => format!("{HUB_PREFIX}{name}"),
            None => {
                let path = self.pretrained.trim_end_matches(['/', '\\']);
                path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
            }
        }
    }

    /// Return the hidden states that are pooled by themselves; none stands for the last one, or for
    /// the sum of all.
    pub(crate) fn chosen_states(&self) -> &[usize] {
        match &self.states {
            States::Concat(states) => states,
            States::Last | States::Weighted => &[],
        }
    }

    /// Return the width of the embedding, for hidden states of `width`.
    pub(crate) fn embedding_width(&self, width: usize) -> usize {
        self.chosen_states().len().max(1) * self.pooling.output_width(width)
    }

    /// Whether the embedding of a clip stays the same while the head is trained, so that it can be
    /// computed once.
    pub fn has_fixed_embeddings(&self) -> bool {
        self.states != States::Weighted && self.pooling != StepPoolingKind::Attention
    }

    pub(crate) fn check(&self) -> Result<(), NetworkError> {
        if let States::Concat(states) = &self.states {
            NetworkError::unless_positive("states", states.len())?;
            NetworkError::if_above(MOST_STATES, "states", states.len())?;
        }
        if let Some(size) = self.projection {
            NetworkError::unless_positive("projection", size)?;
            NetworkError::if_above(LARGEST_SIZE, "projection", size)?;
        }
        if self.activation.is_some() && self.projection.is_none() {
            return Err(NetworkError::ActivationAlone);
        }
        NetworkError::unless_share("dropout", self.dropout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_name_of_an_encoder_has_no_path() {
        for (pretrained, on_the_hub, name) in [
            (
                "hf:openai/whisper-tiny.en@main",
                None,
                "hf:openai/whisper-tiny.en@main",
            ),
            ("/home/me/whisper/", None, "whisper"),
            ("C:\\models\\whisper", None, "whisper"),
            ("whisper", None, "whisper"),
            (
                "/home/me/w",
                Some("openai/whisper-tiny.en"),
                "hf:openai/whisper-tiny.en",
            ),
        ] {
            let config = format!("{{\"pretrained\": {pretrained:?}}}");
            let config: PretrainedConfig =
                serde_json::from_str(&config).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(config.public_name(on_the_hub), name);
        }
    }
}
