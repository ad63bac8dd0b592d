//! Probabilities of whole clips from a network in training, as `predict` would give them.

use undertone_models::burn::tensor::Device;
use undertone_models::{BandStatistics, Batch, Network, class_probabilities, mean_over_windows};

use crate::features::ClipFeatures;

/// The mean probabilities over each clip's windows. `network` is a validation snapshot, output
/// `i` of which counts towards class `class_of_output[i]`.
pub(crate) fn probabilities(
    network: &Network,
    clips: &[&ClipFeatures],
    statistics: Option<&BandStatistics>,
    class_of_output: &[usize],
    device: &Device,
) -> Vec<Vec<f32>> {
    let windows: Vec<_> = clips.iter().flat_map(|clip| &clip.windows).collect();
    let mut of_windows = Vec::with_capacity(windows.len());
    for batch in windows.chunks(network.batch_size()) {
        let mut features: Vec<_> = batch.iter().map(|window| (*window).clone()).collect();
        if let Some(statistics) = statistics {
            features
                .iter_mut()
                .for_each(|window| statistics.standardize(window));
        }
        let scores = network.forward(&Batch::of(&features, device));
        of_windows.extend(class_probabilities(scores, class_of_output));
    }
    let mut of_windows = of_windows.into_iter();
    clips
        .iter()
        .map(|clip| {
            let own: Vec<Vec<f32>> = of_windows.by_ref().take(clip.windows.len()).collect();
            mean_over_windows(&own)
        })
        .collect()
}
