//! Power to decibels.

use super::FeatureMatrix;

/// What 0 dB stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DbReference {
    /// A fixed power (its absolute value is taken).
    Power(f32),
    /// The largest power in the matrix: `ref=np.max`.
    Max,
}

/// The arguments of `librosa.power_to_db`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DbConfig {
    /// The power at 0 dB (librosa's `ref`).
    pub reference: DbReference,
    /// The smallest power told apart from silence; above 0.
    pub amin: f32,
    /// Everything further below the peak than this many decibels is raised to it.
    pub top_db: Option<f32>,
}

impl Default for DbConfig {
    /// librosa's: relative to 1.0, `amin` 1e-10, `top_db` 80.
    fn default() -> Self {
        Self {
            reference: DbReference::Power(1.0),
            amin: 1e-10,
            top_db: Some(80.0),
        }
    }
}

/// A power spectrogram in decibels, as `librosa.power_to_db` gives it.
///
/// ```
/// use undertone_audio::{DbConfig, FeatureMatrix, power_to_db};
/// let power = FeatureMatrix { bands: 1, frames: 3, values: vec![1.0, 0.1, 0.0] };
/// assert_eq!(power_to_db(&power, &DbConfig::default()).values, [0.0, -10.0, -80.0]);
/// ```
pub fn power_to_db(power: &FeatureMatrix, config: &DbConfig) -> FeatureMatrix {
    let amin = config.amin.max(f32::MIN_POSITIVE);
    let reference = match config.reference {
        DbReference::Power(power) => power.abs(),
        DbReference::Max => maximum(&power.values),
    };
    let offset = 10.0 * reference.max(amin).log10();
    let mut values: Vec<f32> = power
        .values
        .iter()
        .map(|p| 10.0 * p.max(amin).log10() - offset)
        .collect();
    if let Some(top_db) = config.top_db {
        let floor = maximum(&values) - top_db.max(0.0);
        values.iter_mut().for_each(|db| *db = db.max(floor));
    }
    FeatureMatrix {
        bands: power.bands,
        frames: power.frames,
        values,
    }
}

fn maximum(values: &[f32]) -> f32 {
    values.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}
