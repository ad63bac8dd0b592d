//! From the features of windows to predictions:
//! normalize → batch → forward → softmax, or units of dimensions → mean.
//!
//! Training, [`Classifier`](crate::Classifier) and so `predict` and `serve` all use this code.

use std::convert::Infallible;

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
        let windows = windows.into_iter().map(Ok::<_, Infallible>);
        let Ok(rows) = self.rows(windows, |batch| self.network.forward(batch));
        rows
    }

    /// Compute the embedding of each window, in order: see [`Network::embed`].
    pub fn embeddings(&self, windows: impl IntoIterator<Item = FeatureMatrix>) -> Vec<Vec<f32>> {
        let windows = windows.into_iter().map(Ok::<_, Infallible>);
        let Ok(rows) = self.rows(windows, |batch| self.network.embed(batch));
        rows
    }

    /// Pass windows through a part of the network in batches, and return a row for each.
    fn rows<E>(
        &self,
        mut windows: impl Iterator<Item = Result<FeatureMatrix, E>>,
        forward: impl Fn(&Batch) -> Tensor<2>,
    ) -> Result<Vec<Vec<f32>>, E> {
        let mut rows = Vec::new();
        loop {
            let size = self.network.batch_size();
            let batch = windows.by_ref().take(size);
            let mut batch: Vec<FeatureMatrix> = batch.collect::<Result<_, _>>()?;
            if batch.is_empty() {
                return Ok(rows);
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

    /// Predict each clip: the mean over its windows that count. See [`Inference::counting`].
    ///
    /// # Errors
    /// If a window cannot be read.
    pub fn clips<E>(
        &self,
        counts: &[usize],
        windows: impl Iterator<Item = Result<FeatureMatrix, E>>,
    ) -> Result<Vec<Vec<f32>>, E> {
        let counting = self.counting(counts, windows)?;
        Ok(counting.iter().map(|windows| self.clip(windows)).collect())
    }

    /// Predict a clip from the network's scores for the windows that count: the mean over them.
    pub fn clip(&self, windows: &[Vec<f32>]) -> Vec<f32> {
        let rows: Vec<Vec<f32>> = windows.iter().map(|it| self.outputs.row(it)).collect();
        mean(&rows)
    }

    /// Compute the network's scores for the windows of each clip that count: those with speech, or
    /// all if none has any. A row of all outputs for each.
    ///
    /// `counts` is the number of windows of each clip, and `windows` reads those of all clips in
    /// order. Windows of several clips share a batch, and only one batch is in memory at a time.
    ///
    /// # Errors
    /// If a window cannot be read.
    pub fn counting<E>(
        &self,
        counts: &[usize],
        windows: impl Iterator<Item = Result<FeatureMatrix, E>>,
    ) -> Result<Vec<Vec<Vec<f32>>>, E> {
        let scores = self.rows(windows, |batch| self.network.forward(batch))?;
        let mut scores = scores.into_iter();
        let counting = counts
            .iter()
            .map(|count| {
                let mut own: Vec<Vec<f32>> = scores.by_ref().take(*count).collect();
                let speech = |scores: &Vec<f32>| has_speech(self.detects_speech, scores);
                if own.iter().any(speech) {
                    own.retain(speech);
                }
                own
            })
            .collect();
        Ok(counting)
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
