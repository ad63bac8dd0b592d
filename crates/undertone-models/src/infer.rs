//! From the features of windows to predictions:
//! normalize → batch → forward → softmax, or units of dimensions → mean.
//!
//! Training, [`Classifier`](crate::Classifier) and so `predict` and `serve` all use this code.

use burn::tensor::{Device, Tensor};
use undertone_audio::FeatureMatrix;

use crate::batch::Batch;
use crate::network::{BandStatistics, Network};
use crate::outputs::Outputs;

/// Share of a window that the next one repeats, if a recording is longer than one window.
pub const OVERLAP: f64 = 0.5;

/// A network with all that inference needs beside it.
#[derive(Debug, Clone, Copy)]
pub struct Inference<'a> {
    /// The network, without gradients and dropout ([`Module::valid`](burn::module::Module::valid)).
    pub network: &'a Network,
    /// The statistics that normalize the features, if the model uses any.
    pub statistics: Option<&'a BandStatistics>,
    /// What the outputs of the network stand for.
    pub outputs: &'a Outputs,
    /// Whether the last output tells speech from other sounds
    /// ([`ModelConfig::detects_speech`](crate::ModelConfig::detects_speech)).
    pub detects_speech: bool,
    /// The device of the network.
    pub device: &'a Device,
}

impl Inference<'_> {
    /// Predict each window, in order: a row of probabilities, or of numbers. See
    /// [`Outputs::rows`].
    pub fn windows(&self, windows: impl IntoIterator<Item = FeatureMatrix>) -> Vec<Vec<f32>> {
        let scores = self.scores(windows);
        scores
            .iter()
            .map(|scores| self.outputs.row(scores))
            .collect()
    }

    /// Compute the network's scores of each window, in order: a row of all its outputs.
    pub fn scores(&self, windows: impl IntoIterator<Item = FeatureMatrix>) -> Vec<Vec<f32>> {
        self.rows(windows, |batch| self.network.forward(batch))
    }

    /// Compute the embedding of each window, in order: see [`Network::embed`].
    pub fn embeddings(&self, windows: impl IntoIterator<Item = FeatureMatrix>) -> Vec<Vec<f32>> {
        self.rows(windows, |batch| self.network.embed(batch))
    }

    /// Pass windows through a part of the network in batches, and return a row for each.
    fn rows(
        &self,
        windows: impl IntoIterator<Item = FeatureMatrix>,
        forward: impl Fn(&Batch) -> Tensor<2>,
    ) -> Vec<Vec<f32>> {
        let mut windows = windows.into_iter();
        let mut rows = Vec::new();
        loop {
            let size = self.network.batch_size();
            let mut batch: Vec<FeatureMatrix> = windows.by_ref().take(size).collect();
            if batch.is_empty() {
                return rows;
            }
            if let Some(statistics) = self.statistics {
                batch.iter_mut().for_each(|it| statistics.normalize(it));
            }
            let scores = forward(&Batch::of(&batch, self.device));
            let columns = scores.dims()[1].max(1);
            let scores: Vec<f32> = scores.into_data().iter::<f32>().collect();
            rows.extend(scores.chunks(columns).map(<[f32]>::to_vec));
        }
    }

    /// Predict each clip, given its windows: the mean over the windows that count. Windows of
    /// several clips share a batch.
    pub fn clips(&self, clips: &[&[FeatureMatrix]]) -> Vec<Vec<f32>> {
        let counting = self.counting(clips);
        counting.iter().map(|windows| self.clip(windows)).collect()
    }

    /// Predict a clip from the network's scores for the windows that count: the mean over them.
    pub fn clip(&self, windows: &[Vec<f32>]) -> Vec<f32> {
        let rows: Vec<Vec<f32>> = windows.iter().map(|it| self.outputs.row(it)).collect();
        mean(&rows)
    }

    /// Compute the network's scores for the windows of each clip that count: those with speech, or
    /// all if none has any. A row of all outputs for each.
    pub fn counting(&self, clips: &[&[FeatureMatrix]]) -> Vec<Vec<Vec<f32>>> {
        let windows = clips.iter().copied().flatten().cloned();
        let mut scores = self.scores(windows).into_iter();
        clips
            .iter()
            .map(|clip| {
                let mut own: Vec<Vec<f32>> = scores.by_ref().take(clip.len()).collect();
                let speech = |scores: &Vec<f32>| has_speech(self.detects_speech, scores);
                if own.iter().any(speech) {
                    own.retain(speech);
                }
                own
            })
            .collect()
    }
}

/// Return whether a window holds speech, from the network's outputs for it. Always true for a model
/// that does not detect speech.
pub(crate) fn has_speech(detects_speech: bool, scores: &[f32]) -> bool {
    !detects_speech || scores.last().is_some_and(|score| *score >= 0.0)
}

/// Compute the prediction for a recording: the mean over those of its windows. Empty if there are
/// no windows.
pub fn mean(windows: &[Vec<f32>]) -> Vec<f32> {
    let values = windows.first().map_or(0, Vec::len);
    (0..values)
        .map(|value| windows.iter().map(|window| window[value]).sum::<f32>() / windows.len() as f32)
        .collect()
}
