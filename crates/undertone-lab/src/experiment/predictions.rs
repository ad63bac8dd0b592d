//! The predictions of a model for clips of a corpus.

use std::path::Path;

use undertone_corpus::Utterance;
use undertone_metrics::AdaptationPoint;
use undertone_models::ModelConfig;
use undertone_models::infer::Inference;

use super::adaptation::{HeardClip, HeardClips};
use crate::error::LabError;
use crate::prepare::{Clip, windows};
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
    pub(super) features: &'a [Clip],
}

impl Predictor<'_> {
    /// Return the predictions of the clips at `indices`.
    ///
    /// # Errors
    /// If features cannot be read from their temporary file.
    pub(super) fn predict<P: Target>(&self, indices: &[usize]) -> Result<Vec<P>, LabError> {
        let clips = self.clips(indices);
        let (counts, windows) = windows(&clips);
        let rows = self.inference.clips(&counts, windows)?;
        Ok(self.of_clips(indices, rows))
    }

    /// Return the predictions of test clips, and the scores of a model that adapts against what it
    /// heard of a voice.
    ///
    /// # Errors
    /// As [`Predictor::predict`].
    pub(super) fn test<P: Target>(
        &self,
        indices: &[usize],
        seed: u64,
    ) -> Result<(Vec<P>, Vec<AdaptationPoint>), LabError> {
        let clips = self.clips(indices);
        let (counts, windows) = windows(&clips);
        let windows = self.inference.counting(&counts, windows)?;
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
        Ok((predictions, heard.curve()))
    }

    fn clips(&self, indices: &[usize]) -> Vec<&Clip> {
        indices.iter().map(|index| &self.features[*index]).collect()
    }

    fn of_clips<P: Target>(&self, indices: &[usize], rows: Vec<Vec<f32>>) -> Vec<P> {
        let prediction = |(index, row): (&usize, Vec<f32>)| {
            let utterance = &self.utterances[*index];
            P::of_clip(utterance, utterance.name_below(self.root), self.config, row)
        };
        indices.iter().zip(rows).filter_map(prediction).collect()
    }
}
