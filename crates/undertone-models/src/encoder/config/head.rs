//! The classification head of a checkpoint of `transformers`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::check;
use super::encoder::EncoderConfig;
use super::error::{ARCHITECTURES, EncoderConfigError, MODEL_TYPES, parse};

/// Sizes and labels of the head of a checkpoint that was fine-tuned for audio classification.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassifierHeadConfig {
    /// Width of the hidden states.
    pub width: usize,
    /// The number of hidden states of the encoder: its layers and one.
    pub states: usize,
    /// The classes in the order of their scores; at least one.
    pub labels: Vec<String>,
    /// Width of the projection.
    pub classifier_proj_size: usize,
    /// Whether the head reads the sum of all hidden states with learned weights, or the last alone.
    pub use_weighted_layer_sum: bool,
}

#[derive(Deserialize)]
#[serde(default)]
struct Options {
    architectures: Vec<String>,
    id2label: BTreeMap<String, String>,
    classifier_proj_size: usize,
    use_weighted_layer_sum: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            architectures: Vec::new(),
            id2label: BTreeMap::new(),
            classifier_proj_size: 256,
            use_weighted_layer_sum: false,
        }
    }
}

impl ClassifierHeadConfig {
    /// Read the `config.json` of a model for audio classification whose encoder is `encoder`.
    ///
    /// # Errors
    /// [`EncoderConfigError::NoHead`] if the model is for something else,
    /// [`EncoderConfigError::Labels`] if `id2label` is missing, empty or not numbered from 0.
    pub fn from_json(json: &[u8], encoder: &EncoderConfig) -> Result<Self, EncoderConfigError> {
        let options: Options = parse("config.json", json)?;
        let is_known = |name: &String| ARCHITECTURES.contains(&name.as_str());
        if !options.architectures.iter().any(is_known) {
            let found = match options.architectures.as_slice() {
                [] => "of no architecture".to_owned(),
                names => names.join(", "),
            };
            return Err(EncoderConfigError::NoHead { found });
        }
        let size = options.classifier_proj_size;
        check::sizes(&[("classifier_proj_size", size, check::LARGEST_WIDTH)])?;
        Ok(Self {
            width: encoder.width(),
            states: encoder.layers() + 1,
            labels: labels(options.id2label)?,
            classifier_proj_size: size,
            use_weighted_layer_sum: options.use_weighted_layer_sum,
        })
    }

    /// Add the options of the head to the `config.json` of an encoder.
    fn write_into(&self, config: &mut Value) {
        let numbered = || self.labels.iter().enumerate();
        config["id2label"] = numbered()
            .map(|(index, label)| (index.to_string(), label.as_str().into()))
            .collect::<serde_json::Map<_, Value>>()
            .into();
        config["label2id"] = numbered()
            .map(|(index, label)| (label.clone(), index.into()))
            .collect::<serde_json::Map<_, Value>>()
            .into();
        config["classifier_proj_size"] = self.classifier_proj_size.into();
        config["use_weighted_layer_sum"] = self.use_weighted_layer_sum.into();
    }
}

impl EncoderConfig {
    /// Return the `config.json` of this encoder with a classification head, from which
    /// `transformers` builds the same network. It turns masking off, for which the checkpoint has
    /// no tensor.
    ///
    /// # Errors
    /// If the JSON cannot be written.
    pub fn to_json(&self, head: &ClassifierHeadConfig) -> Result<String, EncoderConfigError> {
        let (family, value) = match self {
            Self::Wav2Vec2(config) => (0, serde_json::to_value(config)),
            Self::Hubert(config) => (1, serde_json::to_value(config)),
            Self::Whisper(config) => (2, serde_json::to_value(config)),
        };
        let json = |source| EncoderConfigError::Json {
            file: "config.json",
            source,
        };
        let mut value = value.map_err(json)?;
        value["model_type"] = MODEL_TYPES[family].into();
        value["architectures"] = vec![ARCHITECTURES[family]].into();
        value["mask_time_prob"] = 0.0.into();
        value["mask_feature_prob"] = 0.0.into();
        head.write_into(&mut value);
        serde_json::to_string_pretty(&value).map_err(json)
    }
}

fn labels(mut numbered: BTreeMap<String, String>) -> Result<Vec<String>, EncoderConfigError> {
    let count = numbered.len();
    let labels: Option<Vec<String>> = (0..count)
        .map(|index| numbered.remove(&index.to_string()))
        .collect();
    let reason = match labels {
        Some(labels) if count > 0 => return Ok(labels),
        Some(_) => "it is missing or empty".to_owned(),
        None => format!("one of 0 to {} is missing", count - 1),
    };
    Err(EncoderConfigError::Labels { reason })
}
