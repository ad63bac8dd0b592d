//! What an experiment works with.

use std::path::PathBuf;

use burn::tensor::Device;
use undertone_corpus::{Corpus, Utterance};
use undertone_models::{
    ModelError, NetworkConfig, PretrainedConfig, PretrainedEncoder, class_of_output,
};

use crate::error::LabError;
use crate::events::{Interrupt, Observer};
use crate::recipe::Recipe;

/// A corpus, a recipe, and where to compute.
pub struct Experiment<'a> {
    /// The clips.
    pub corpus: &'a Corpus,
    /// The recipe.
    pub recipe: &'a Recipe,
    /// The recipe's pretrained encoder, if it has one.
    pub encoder: Option<&'a PretrainedEncoder>,
    /// The device that computes.
    pub device: Device,
    /// The folder of the feature cache; `None` computes features every time.
    pub cache: Option<PathBuf>,
    /// Receives all events.
    pub observer: Observer<'a>,
    /// Checked after each step.
    pub interrupt: &'a Interrupt,
}

impl Experiment<'_> {
    /// Return the pretrained encoder with the recipe's configuration of it.
    pub(super) fn pretrained(&self) -> Option<(&PretrainedEncoder, &PretrainedConfig)> {
        match (&self.recipe.network, self.encoder) {
            (NetworkConfig::Pretrained(config), Some(encoder)) => Some((encoder, config)),
            _ => None,
        }
    }

    /// Return the number of the network's outputs.
    pub(super) fn outputs(&self) -> usize {
        self.recipe.outputs().labels().len()
    }

    /// Return the class of each output of the network.
    pub(super) fn class_of_output(&self) -> Result<Vec<usize>, LabError> {
        let (outputs, labels) = (self.recipe.outputs(), self.recipe.label_scheme);
        class_of_output(outputs, labels).ok_or_else(|| {
            ModelError::Outputs {
                path: PathBuf::from(&self.recipe.name),
                outputs,
                labels,
            }
            .into()
        })
    }
}

/// Return the corpus's name in a model's provenance.
pub(super) fn corpus_name(utterances: &[Utterance]) -> &'static str {
    let ravdess = utterances
        .iter()
        .all(|utterance| utterance.ravdess.is_some());
    if ravdess { "RAVDESS" } else { "manifest" }
}
