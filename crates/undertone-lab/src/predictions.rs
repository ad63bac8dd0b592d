//! What a model makes of a set of clips, and how a fold's predictions are kept.

use std::collections::BTreeSet;
use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use undertone_audio::FeatureMatrix;
use undertone_corpus::Utterance;
use undertone_models::Model;
use undertone_models::infer::Inference;

use crate::error::LabError;
use crate::features::ClipFeatures;
use undertone_metrics::{ClipPrediction, Evaluation, FoldReport, LeakageSummary};

/// The probabilities of every clip of a fold, and what is worth knowing beside them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FoldPredictions {
    /// The epoch whose weights were kept; `None` where nothing was trained in epochs.
    pub best_epoch: Option<usize>,
    /// What is on both sides.
    pub leakage: LeakageSummary,
    /// The clips that were trained on, each once.
    pub train: Vec<ClipPrediction>,
    /// The clips that the epoch was chosen by.
    pub validation: Vec<ClipPrediction>,
    /// The clips that nothing was chosen by.
    pub test: Vec<ClipPrediction>,
}

impl FoldPredictions {
    /// Judges each side.
    ///
    /// # Errors
    /// [`LabError::Metrics`] where the test set is empty or predictions do not fit the labels.
    pub fn judge(&self, name: &str, labels: &[String]) -> Result<FoldReport, LabError> {
        let side = |predictions: &[ClipPrediction]| -> Result<Option<Evaluation>, LabError> {
            Ok(match predictions {
                [] => None,
                predictions => Some(Evaluation::new(labels, predictions)?),
            })
        };
        let speakers: BTreeSet<&str> = self.test.iter().map(|o| o.speaker.as_str()).collect();
        Ok(FoldReport {
            name: name.to_owned(),
            train: side(&self.train)?,
            validation: side(&self.validation)?,
            test: Evaluation::new(labels, &self.test)?,
            best_epoch: self.best_epoch,
            leakage: self.leakage,
            test_speakers: speakers.into_iter().map(str::to_owned).collect(),
        })
    }
}

/// What a model, in its validation state, makes of the clips at `indices`.
pub(crate) fn predict_clips(
    model: &Model,
    class_of_output: &[usize],
    root: &Path,
    utterances: &[Utterance],
    features: &[ClipFeatures],
    indices: &[usize],
    device: &Device,
) -> Vec<ClipPrediction> {
    let inference = Inference {
        network: &model.network,
        statistics: model.statistics.as_ref(),
        class_of_output,
        device,
    };
    let windows: Vec<&[FeatureMatrix]> = (indices.iter())
        .map(|index| features[*index].windows.as_slice())
        .collect();
    let rows = inference.clips(&windows);
    indices
        .iter()
        .zip(rows)
        .map(|(index, probabilities)| {
            let utterance = &utterances[*index];
            let path = utterance.path.strip_prefix(root).unwrap_or(&utterance.path);
            ClipPrediction {
                utterance: path.display().to_string(),
                speaker: utterance.speaker.clone(),
                gender: utterance.gender.map(|gender| gender.name().to_owned()),
                truth: model.config.label_scheme.label_of(utterance.emotion),
                probabilities,
            }
        })
        .collect()
}
