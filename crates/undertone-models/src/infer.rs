//! From the features of windows to predictions:
//! normalize → batch → forward → softmax, or units of dimensions → mean.
//!
//! Training, [`Classifier`](crate::Classifier) and so `predict` and `serve` all use this code.

use burn::tensor::Device;
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
    /// The device of the network.
    pub device: &'a Device,
}

impl Inference<'_> {
    /// Predict each window, in order: a row of probabilities, or of numbers. See
    /// [`Outputs::rows`].
    pub fn windows(&self, windows: impl IntoIterator<Item = FeatureMatrix>) -> Vec<Vec<f32>> {
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
            let scores = self.network.forward(&Batch::of(&batch, self.device));
            rows.extend(self.outputs.rows(scores));
        }
    }

    /// Predict each clip, given its windows: the mean over the windows. Windows of several clips share a batch.
    pub fn clips(&self, clips: &[&[FeatureMatrix]]) -> Vec<Vec<f32>> {
        let windows = clips.iter().copied().flatten().cloned();
        let mut rows = self.windows(windows).into_iter();
        clips
            .iter()
            .map(|clip| mean(&rows.by_ref().take(clip.len()).collect::<Vec<_>>()))
            .collect()
    }
}

/// Compute the prediction for a recording: the mean over those of its windows. Empty if there are
/// no windows.
pub fn mean(windows: &[Vec<f32>]) -> Vec<f32> {
    let values = windows.first().map_or(0, Vec::len);
    (0..values)
        .map(|value| windows.iter().map(|window| window[value]).sum::<f32>() / windows.len() as f32)
        .collect()
}
