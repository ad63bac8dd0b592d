//! The head of a checkpoint that was fine-tuned for audio classification or regression.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::check;
use super::encoder::EncoderConfig;
use super::error::{EncoderConfigError, parse};
use super::family::{self, WITH_DENSE_HEAD};

/// Sizes and outputs of the head of a checkpoint that others fine-tuned.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassifierHeadConfig {
    /// Width of the hidden states.
    pub width: usize,
    /// The number of hidden states of the encoder: its layers and one.
    pub states: usize,
    /// The names of the classes, or of the numbers, in the order of the outputs; at least one.
    pub labels: Vec<String>,
    /// Whether the outputs are numbers (`problem_type` is `regression`) and not scores of classes.
    /// Without that option, `finetuning_task` decides.
    pub predicts_numbers: bool,
    /// The layers of the head and their names.
    pub layout: HeadLayout,
    /// Width of the layer between the states and the outputs.
    pub classifier_proj_size: usize,
    /// Whether the head reads the sum of all hidden states with learned weights, or the last alone.
    pub use_weighted_layer_sum: bool,
}

/// The two linear layers of a head, and what stands between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadLayout {
    /// `projector` and `classifier`, as `transformers` has them.
    Projector,
    /// `classifier.dense`, tanh and `classifier.out_proj`, as wide as the states. Published
    /// training scripts have it (m3hrdadfi/soxan), and audEERING's models of dimensions.
    DenseTanh,
    /// `classifier.dense` and `classifier.output`, as wide as the states. Its author's code was not
    /// published. Its users copy both layers into `projector` and `classifier`, which have nothing
    /// between them, and so does this crate.
    Dense,
}

impl HeadLayout {
    /// Return the name that a parameter has in a checkpoint of this layout. `name` is its name in
    /// the layout of `transformers`.
    pub(crate) fn name(self, name: &str) -> String {
        let [projector, classifier] = match self {
            Self::Projector => return name.to_owned(),
            Self::DenseTanh => ["classifier.dense.", "classifier.out_proj."],
            Self::Dense => ["classifier.dense.", "classifier.output."],
        };
        match (
            name.strip_prefix("projector."),
            name.strip_prefix("classifier."),
        ) {
            (Some(rest), _) => format!("{projector}{rest}"),
            (_, Some(rest)) => format!("{classifier}{rest}"),
            _ => name.to_owned(),
        }
    }
}

#[derive(Deserialize)]
#[serde(default)]
struct Options {
    architectures: Vec<String>,
    id2label: BTreeMap<String, String>,
    classifier_proj_size: usize,
    use_weighted_layer_sum: bool,
    problem_type: Option<String>,
    pooling_mode: Option<String>,
    finetuning_task: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            architectures: Vec::new(),
            id2label: BTreeMap::new(),
            classifier_proj_size: 256,
            use_weighted_layer_sum: false,
            problem_type: None,
            pooling_mode: None,
            finetuning_task: None,
        }
    }
}

impl ClassifierHeadConfig {
    /// Read the `config.json` of a model for audio classification or regression whose encoder is
    /// `encoder`.
    ///
    /// # Errors
    /// [`EncoderConfigError::NoHead`] if the model is for something else or has another head,
    /// [`EncoderConfigError::Labels`] if `id2label` is missing, empty or not numbered from 0, and
    /// [`EncoderConfigError::Option`] for an option of the head that is not supported.
    pub fn from_json(json: &[u8], encoder: &EncoderConfig) -> Result<Self, EncoderConfigError> {
        let options: Options = parse("config.json", json)?;
        let is = |known: &str| options.architectures.iter().any(|name| name == known);
        let layout = if WITH_DENSE_HEAD.into_iter().any(is) {
            HeadLayout::DenseTanh
        } else if family::ALL.iter().any(|family| is(family.architecture)) {
            HeadLayout::Projector
        } else {
            let found = match options.architectures.as_slice() {
                [] => "of no architecture".to_owned(),
                names => names.join(", "),
            };
            return Err(EncoderConfigError::NoHead { found });
        };
        let size = options.classifier_proj_size;
        check::sizes(&[("classifier_proj_size", size, check::LARGEST_WIDTH)])?;
        let pooling = options.pooling_mode.as_deref();
        check::require(
            matches!(pooling, None | Some("mean")),
            "pooling_mode",
            &pooling.unwrap_or_default(),
            "\"mean\"",
        )?;
        let problem = options.problem_type.as_deref();
        check::require(
            matches!(
                problem,
                None | Some("single_label_classification" | "regression")
            ),
            "problem_type",
            &problem.unwrap_or_default(),
            "\"single_label_classification\" or \"regression\"",
        )?;
        let config = Self {
            width: encoder.width(),
            states: encoder.layers() + 1,
            labels: labels(options.id2label)?,
            predicts_numbers: match problem {
                Some(problem) => problem == "regression",
                // What the training script of m3hrdadfi/soxan writes.
                None => options.finetuning_task.as_deref() == Some("wav2vec2_reg"),
            },
            layout: HeadLayout::Projector,
            classifier_proj_size: size,
            use_weighted_layer_sum: options.use_weighted_layer_sum,
        };
        config.laid_out(layout)
    }

    /// Return the same head with the layout that a checkpoint has. `has` tells whether it has a
    /// tensor: a head may be laid out otherwise than the architecture says.
    ///
    /// # Errors
    /// [`EncoderConfigError::Option`] for an option that contradicts the layout.
    pub fn as_stored(self, has: impl Fn(&str) -> bool) -> Result<Self, EncoderConfigError> {
        let layout = match () {
            () if has("classifier.output.weight") => HeadLayout::Dense,
            () if has("classifier.dense.weight") => HeadLayout::DenseTanh,
            () => self.layout,
        };
        self.laid_out(layout)
    }

    fn laid_out(mut self, layout: HeadLayout) -> Result<Self, EncoderConfigError> {
        self.layout = layout;
        if layout != HeadLayout::Projector {
            self.classifier_proj_size = self.width;
            let weighted = self.use_weighted_layer_sum;
            let expected = "false: this head reads the last states";
            check::require(!weighted, "use_weighted_layer_sum", &weighted, expected)?;
        }
        Ok(self)
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
        if self.predicts_numbers {
            config["problem_type"] = "regression".into();
        }
    }
}

impl EncoderConfig {
    /// Return the `config.json` of this encoder with a classification head in the layout
    /// [`HeadLayout::Projector`], from which `transformers` builds the same network. It turns
    /// masking off, for which the checkpoint has no tensor.
    ///
    /// # Errors
    /// If the JSON cannot be written.
    pub fn to_json(&self, head: &ClassifierHeadConfig) -> Result<String, EncoderConfigError> {
        let json = |source| EncoderConfigError::Json {
            file: "config.json",
            source,
        };
        let mut value = self.sizes_to_json().map_err(json)?;
        value["model_type"] = self.family().model_type.into();
        value["architectures"] = vec![self.architecture()].into();
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
