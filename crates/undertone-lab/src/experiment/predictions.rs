//! The predictions of a model for clips of a corpus.

use std::path::Path;

use undertone_corpus::Utterance;
use undertone_models::ModelConfig;
use undertone_models::infer::Inference;

use crate::prepare::ClipFeatures;
use crate::run::Target;

/// Predicts clips of a corpus.
pub(super) struct Predictor<'a> {
    pub(super) inference: Inference<'a>,
    /// What the model predicts.
    pub(super) config: &'a ModelConfig,
    /// The corpus's folder.
    pub(super) root: &'a Path,
    pub(super) utterances: &'a [Utterance],
    /// The features of each utterance.
    pub(super) features: &'a [ClipFeatures],
}

impl Predictor<'_> {
    /// Return the predictions of the clips at `indices`.
    pub(super) fn predict<P: Target>(&self, indices: &[usize]) -> Vec<P> {
        let clips = indices.iter().map(|index| &self.features[*index]);
        let windows: Vec<_> = clips.map(|clip| clip.windows.as_slice()).collect();
        let rows = self.inference.clips(&windows);
        let prediction = |(index, row): (&usize, Vec<f32>)| {
            let utterance = &self.utterances[*index];
            P::of_clip(utterance, utterance.name_below(self.root), self.config, row)
        };
        indices.iter().zip(rows).filter_map(prediction).collect()
    }
}
