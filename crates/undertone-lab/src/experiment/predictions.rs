//! The predictions of a model for clips of a corpus.

use std::path::Path;

use undertone_audio::FeatureMatrix;
use undertone_corpus::Utterance;
use undertone_metrics::AdaptationPoint;
use undertone_models::ModelConfig;
use undertone_models::infer::Inference;

use super::adaptation::{HeardClip, HeardClips};
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
        let rows = self.inference.clips(&self.windows(indices));
        self.of_clips(indices, rows)
    }

    /// Return the predictions of test clips, and the scores of a model that adapts against what it
    /// heard of a voice.
    pub(super) fn test<P: Target>(
        &self,
        indices: &[usize],
        seed: u64,
    ) -> (Vec<P>, Vec<AdaptationPoint>) {
        let windows = self.inference.counting(&self.windows(indices));
        let rows = windows.iter().map(|windows| self.inference.clip(windows));
        let predictions = self.of_clips(indices, rows.collect());
        let clips = indices
            .iter()
            .zip(windows)
            .map(|(index, windows)| HeardClip {
                utterance: &self.utterances[*index],
                windows,
            });
        let heard = HeardClips {
            config: self.config,
            outputs: self.inference.outputs,
            clips: clips.collect(),
            seed,
        };
        (predictions, heard.curve())
    }

    fn windows(&self, indices: &[usize]) -> Vec<&[FeatureMatrix]> {
        let clips = indices.iter().map(|index| &self.features[*index]);
        clips.map(|clip| clip.windows.as_slice()).collect()
    }

    fn of_clips<P: Target>(&self, indices: &[usize], rows: Vec<Vec<f32>>) -> Vec<P> {
        let prediction = |(index, row): (&usize, Vec<f32>)| {
            let utterance = &self.utterances[*index];
            P::of_clip(utterance, utterance.name_below(self.root), self.config, row)
        };
        indices.iter().zip(rows).filter_map(prediction).collect()
    }
}
