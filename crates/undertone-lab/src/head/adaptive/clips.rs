//! The clips that an adaptive head is fitted to.

use undertone_audio::FeatureMatrix;

/// A training clip.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AdaptiveExample<'a> {
    /// The embedding of the clip: a matrix of one frame.
    pub(crate) embedding: &'a FeatureMatrix,
    /// The embedding of its transmitted copy, or of the clip itself if it has none.
    pub(crate) copy: &'a FeatureMatrix,
    /// The network's output for the clip's emotion.
    pub(crate) output: usize,
    /// The group that is held out together: a corpus, or a fold of speakers.
    pub(crate) group: &'a str,
    /// The speaker, unique over all groups.
    pub(crate) speaker: &'a str,
}

/// The mean and the deviation of each value of an embedding. Each group counts the same.
pub(super) struct Standard {
    pub(super) mean: Vec<f64>,
    pub(super) deviation: Vec<f64>,
}

/// A deviation that is smaller belongs to a constant, which tells nothing.
const SMALLEST: f64 = 1e-5;

impl Standard {
    pub(super) fn of(groups: &[Vec<AdaptiveExample<'_>>]) -> Self {
        let width = groups.iter().flatten().next();
        let width = width.map_or(0, |example| example.embedding.values.len());
        let mut mean = vec![0.0; width];
        let mut square = vec![0.0; width];
        for group in groups {
            let weight = 1.0 / (groups.len() * group.len()) as f64;
            for example in group {
                let sums = mean.iter_mut().zip(&mut square);
                for ((mean, square), value) in sums.zip(&example.embedding.values) {
                    let value = f64::from(*value);
                    *mean += weight * value;
                    *square += weight * value * value;
                }
            }
        }
        let deviation = square
            .iter()
            .zip(&mean)
            .map(|(square, mean)| (square - mean * mean).max(0.0).sqrt().max(SMALLEST))
            .collect();
        Self { mean, deviation }
    }

    pub(super) fn standardized(&self, embedding: &FeatureMatrix) -> Vec<f32> {
        let statistics = self.mean.iter().zip(&self.deviation);
        let values = embedding.values.iter().zip(statistics);
        values
            .map(|(value, (mean, deviation))| ((f64::from(*value) - mean) / deviation) as f32)
            .collect()
    }
}
