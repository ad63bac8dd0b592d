//! From the features of windows to the probabilities of classes:
//! normalize → batch → forward → softmax → mean.
//!
//! Training, [`Classifier`](crate::Classifier) and so `predict` and `serve` all use this code.

use burn::tensor::{Device, Tensor, activation};
use undertone_audio::FeatureMatrix;

use crate::batch::Batch;
use crate::network::{BandStatistics, Network};

/// Share of a window that the next one repeats, if a recording is longer than one window.
pub const OVERLAP: f64 = 0.5;

/// A network with all that inference needs beside it.
#[derive(Debug, Clone, Copy)]
pub struct Inference<'a> {
    /// The network, without gradients and dropout ([`Module::valid`](burn::module::Module::valid)).
    pub network: &'a Network,
    /// The statistics that normalize the features, if the model uses any.
    pub statistics: Option<&'a BandStatistics>,
    /// The class of each output of the network.
    pub class_of_output: &'a [usize],
    /// The device of the network.
    pub device: &'a Device,
}

impl Inference<'_> {
    /// Compute the probabilities of the classes for each window, in order. Each row sums to 1.
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
            rows.extend(softmax(scores, self.class_of_output));
        }
    }

    /// Compute the probabilities of the classes for each clip, given its windows: the mean over the
    /// windows. Windows of several clips share a batch.
    pub fn clips(&self, clips: &[&[FeatureMatrix]]) -> Vec<Vec<f32>> {
        let windows = clips.iter().copied().flatten().cloned();
        let mut rows = self.windows(windows).into_iter();
        clips
            .iter()
            .map(|clip| mean(&rows.by_ref().take(clip.len()).collect::<Vec<_>>()))
            .collect()
    }
}

/// Turn the scores of a network, `[batch, outputs]`, into the probabilities of the classes: their
/// softmax, where output `i` counts towards class `class_of_output[i]`. One row per clip; each sums
/// to 1.
pub fn softmax(scores: Tensor<2>, class_of_output: &[usize]) -> Vec<Vec<f32>> {
    let classes = class_of_output.iter().max().map_or(0, |last| last + 1);
    let values: Vec<f32> = activation::softmax(scores, 1)
        .into_data()
        .iter::<f32>()
        .collect();
    values
        .chunks(class_of_output.len())
        .map(|outputs| {
            let mut row = vec![0.0; classes];
            for (output, class) in outputs.iter().zip(class_of_output) {
                row[*class] += output;
            }
            row
        })
        .collect()
}

/// Compute the probabilities of a recording: the mean over those of its windows. Empty if there are
/// no windows.
pub fn mean(windows: &[Vec<f32>]) -> Vec<f32> {
    let classes = windows.first().map_or(0, Vec::len);
    (0..classes)
        .map(|class| windows.iter().map(|window| window[class]).sum::<f32>() / windows.len() as f32)
        .collect()
}
