//! The predictions of a model for clips of a corpus.

use std::path::Path;

use undertone_corpus::{LabelScheme, Utterance};
use undertone_metrics::ClipPrediction;
use undertone_models::infer::Inference;

use crate::prepare::ClipFeatures;

/// Predicts clips of a corpus.
pub(super) struct Predictor<'a> {
    pub(super) inference: Inference<'a>,
    pub(super) label_scheme: &'a LabelScheme,
    /// The corpus's folder.
    pub(super) root: &'a Path,
    pub(super) utterances: &'a [Utterance],
    /// The features of each utterance.
    pub(super) features: &'a [ClipFeatures],
}

impl Predictor<'_> {
    /// Return the predictions of the clips at `indices`.
    pub(super) fn predict(&self, indices: &[usize]) -> Vec<ClipPrediction> {
        let clips = indices.iter().map(|index| &self.features[*index]);
        let windows: Vec<_> = clips.map(|clip| clip.windows.as_slice()).collect();
        let rows = self.inference.clips(&windows);
        let prediction = |(index, probabilities): (&usize, Vec<f32>)| {
            let utterance = &self.utterances[*index];
            let name = utterance.name_below(self.root);
            Some(ClipPrediction {
                corpus: utterance.corpus.clone(),
                // A clip of an unknown speaker counts as a speaker of its own.
                speaker: utterance.speaker.clone().unwrap_or_else(|| name.clone()),
                utterance: name,
                gender: utterance.gender.map(|gender| gender.name().to_owned()),
                // Only clips with a class are predicted.
                truth: self.label_scheme.label_of(utterance.emotion)?,
                probabilities,
            })
        };
        indices.iter().zip(rows).filter_map(prediction).collect()
    }
}
