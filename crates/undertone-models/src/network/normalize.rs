//! Normalization of features with the statistics of a training set.

use std::borrow::Borrow;
use std::convert::Infallible;

use undertone_audio::FeatureMatrix;

/// The mean and the standard deviation of every band over the frames of a set of clips.
#[derive(Debug, Clone, PartialEq)]
pub struct BandStatistics {
    /// One mean per band, in the unit of the feature.
    pub mean: Vec<f32>,
    /// One standard deviation per band, at least [`BandStatistics::SMALLEST`].
    pub std: Vec<f32>,
}

impl BandStatistics {
    /// Smaller deviations are raised to this value, so that a constant band becomes zeros.
    pub const SMALLEST: f32 = 1e-5;

    /// Compute the statistics over all frames of `clips`, which have `bands` rows each.
    ///
    /// Without clips the mean is 0 and the deviation 1.
    pub fn of<'a>(bands: usize, clips: impl Iterator<Item = &'a FeatureMatrix>) -> Self {
        let Ok(statistics) = Self::try_of(bands, clips.map(Ok::<_, Infallible>));
        statistics
    }

    /// Do the same as [`BandStatistics::of`] with clips that are read one by one.
    ///
    /// # Errors
    /// If a clip cannot be read.
    pub fn try_of<C: Borrow<FeatureMatrix>, E>(
        bands: usize,
        clips: impl Iterator<Item = Result<C, E>>,
    ) -> Result<Self, E> {
        let mut sum = vec![0.0f64; bands];
        let mut square_sum = vec![0.0f64; bands];
        let mut frames = 0usize;
        for clip in clips {
            let clip = clip?;
            let clip = clip.borrow();
            frames += clip.frames;
            for (band, row) in clip.values.chunks_exact(clip.frames.max(1)).enumerate() {
                for value in row {
                    sum[band] += f64::from(*value);
                    square_sum[band] += f64::from(*value) * f64::from(*value);
                }
            }
        }
        if frames == 0 {
            return Ok(Self {
                mean: vec![0.0; bands],
                std: vec![1.0; bands],
            });
        }
        let count = frames as f64;
        let mean: Vec<f64> = sum.iter().map(|sum| sum / count).collect();
        let std = square_sum
            .iter()
            .zip(&mean)
            .map(|(square, mean)| (square / count - mean * mean).max(0.0).sqrt() as f32)
            .map(|std| std.max(Self::SMALLEST))
            .collect();
        Ok(Self {
            mean: mean.into_iter().map(|mean| mean as f32).collect(),
            std,
        })
    }

    /// Subtract the mean and divide by the deviation, band by band.
    pub fn normalize(&self, features: &mut FeatureMatrix) {
        let rows = features.values.chunks_exact_mut(features.frames.max(1));
        for ((row, mean), std) in rows.zip(&self.mean).zip(&self.std) {
            for value in row {
                *value = (*value - mean) / std;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normalized_bands_have_mean_zero_and_deviation_one() {
        let clip = FeatureMatrix {
            bands: 2,
            frames: 4,
            values: vec![1., 2., 3., 6., 5., 5., 5., 5.],
        };
        let statistics = BandStatistics::of(2, [&clip].into_iter());
        assert_eq!(statistics.mean, [3.0, 5.0]);
        let mut normalized = clip;
        statistics.normalize(&mut normalized);
        let (varied, constant) = normalized.values.split_at(4);
        assert!(varied.iter().sum::<f32>().abs() < 1e-6);
        let variance = varied.iter().map(|value| value * value).sum::<f32>() / 4.0;
        assert!((variance - 1.0).abs() < 1e-5, "{variance}");
        assert_eq!(constant, [0.0; 4]);
    }
}
