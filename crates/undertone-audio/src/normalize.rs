//! The scale of the features.

use serde::{Deserialize, Serialize};

/// How features are scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalize {
    /// Not at all. This is for comparison: networks learn badly from it.
    None,
    /// Each band by its mean and standard deviation over the training set.
    #[default]
    Standardize,
    /// All values of a clip by their own mean and standard deviation, as wav2vec 2.0's feature
    /// extractor does with waveforms.
    Utterance,
}

/// Shift and scale values in place to zero mean and unit (population) variance:
/// `(x - mean) / sqrt(variance + 1e-7)`, as `transformers.Wav2Vec2FeatureExtractor` does when
/// `do_normalize` is set. Silence becomes zeros.
///
/// ```
/// let mut samples = [1.0, 3.0];
/// undertone_audio::zero_mean_unit_variance(&mut samples);
/// assert_eq!(samples, [-0.99999995, 0.99999995]);
/// ```
pub fn zero_mean_unit_variance(samples: &mut [f32]) {
    let count = samples.len() as f64;
    let mean = samples.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
    let variance = samples
        .iter()
        .map(|x| (f64::from(*x) - mean).powi(2))
        .sum::<f64>()
        / count;
    let scale = 1.0 / (variance + 1e-7).sqrt();
    for sample in samples {
        *sample = ((f64::from(*sample) - mean) * scale) as f32;
    }
}
