//! Variations of training clips: copies that sound different, shifts in time, masked bands and
//! frames, mixtures.
//!
//! Masks follow SpecAugment (Park et al. 2019), without its time warping.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use undertone_audio::FeatureMatrix;

use crate::copies::CopiesConfig;
use crate::recipe::RecipeError;

/// How training clips are varied. The default varies nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AugmentConfig {
    /// Copies of training clips. Half of the time a clip is heard as it is, else as one of these.
    pub copies: CopiesConfig,
    /// Bands blanked: set to the training set's mean.
    pub band_masks: MaskConfig,
    /// Frames set to the training set's mean.
    pub frame_masks: MaskConfig,
    /// Clips start up to this many frames later; what is pushed out at the end is lost, and the
    /// start is filled with the window's last frame, which is silence in all but the longest clips.
    pub shift: usize,
    /// Mixup (Zhang et al. 2018): each clip is mixed with another one, and their targets with
    /// them, in shares drawn from Beta(α, α); this is α, 0 (off) to 10.
    pub mixup: f64,
}

/// Stretches of bands or frames that are masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskConfig {
    /// How many stretches.
    pub count: usize,
    /// Each is 0 to this many bands or frames wide.
    pub max_width: usize,
}

impl AugmentConfig {
    pub(crate) fn check(&self) -> Result<(), RecipeError> {
        self.copies.check()?;
        if !(0.0..=10.0).contains(&self.mixup) {
            return Err(RecipeError::Range {
                field: "augmentation.mixup",
                expected: "0 to 10",
                found: self.mixup.to_string(),
            });
        }
        let most = self.band_masks.count.max(self.frame_masks.count);
        if most > 100 {
            return Err(RecipeError::Range {
                field: "augmentation.*_masks.count",
                expected: "at most 100",
                found: most.to_string(),
            });
        }
        Ok(())
    }

    /// Shifts and masks a standardized feature matrix.
    pub(crate) fn vary(&self, features: &mut FeatureMatrix, rng: &mut impl Rng) {
        let (bands, frames) = (features.bands, features.frames);
        let shift = rng.random_range(0..=self.shift.min(frames));
        for row in features.values.chunks_exact_mut(frames) {
            let silence = row[frames - 1];
            row.copy_within(..frames - shift, shift);
            row[..shift].fill(silence);
        }
        for _ in 0..self.band_masks.count {
            let (start, end) = stretch(bands, self.band_masks.max_width, rng);
            features.values[start * frames..end * frames].fill(0.0);
        }
        for _ in 0..self.frame_masks.count {
            let (start, end) = stretch(frames, self.frame_masks.max_width, rng);
            for row in features.values.chunks_exact_mut(frames) {
                row[start..end].fill(0.0);
            }
        }
    }
}

fn stretch(length: usize, max_width: usize, rng: &mut impl Rng) -> (usize, usize) {
    let width = rng.random_range(0..=max_width.min(length));
    let start = rng.random_range(0..=length - width);
    (start, start + width)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn ramp() -> FeatureMatrix {
        FeatureMatrix {
            bands: 4,
            frames: 6,
            values: (1..=24).map(|value| value as f32).collect(),
        }
    }

    fn varied(config: &AugmentConfig, seed: u64) -> FeatureMatrix {
        let mut features = ramp();
        config.vary(&mut features, &mut ChaCha8Rng::seed_from_u64(seed));
        features
    }

    fn blank(mut values: impl Iterator<Item = f32>) -> bool {
        values.all(|value| value == 0.0)
    }

    #[test]
    fn the_default_varies_nothing() {
        assert_eq!(varied(&AugmentConfig::default(), 1), ramp());
    }

    #[test]
    fn masks_blank_whole_bands_or_whole_frames_of_at_most_the_width() {
        let mask = MaskConfig {
            count: 1,
            max_width: 2,
        };
        let bands = AugmentConfig {
            band_masks: mask,
            ..Default::default()
        };
        let frames = AugmentConfig {
            frame_masks: mask,
            ..Default::default()
        };
        let mut widths = [false; 3];
        for seed in 0..50 {
            let masked = varied(&bands, seed);
            let rows: Vec<&[f32]> = masked.values.chunks(6).collect();
            let blanked = rows.iter().filter(|row| blank(row.iter().copied())).count();
            assert_eq!(
                masked.values.iter().filter(|value| **value == 0.0).count(),
                6 * blanked
            );
            widths[blanked] = true;

            let masked = varied(&frames, seed);
            let column = |frame: usize| masked.values.iter().skip(frame).step_by(6).copied();
            let blanked = (0..6).filter(|frame| blank(column(*frame))).count();
            assert_eq!(
                masked.values.iter().filter(|value| **value == 0.0).count(),
                4 * blanked
            );
            assert!(blanked <= 2);
        }
        assert_eq!(widths, [true; 3], "every width from 0 to 2 occurs");
    }

    #[test]
    fn shifted_clips_start_later_and_are_filled_with_their_last_frame() {
        let config = AugmentConfig {
            shift: 3,
            ..Default::default()
        };
        let first_rows: std::collections::BTreeSet<Vec<i32>> = (0..50)
            .map(|seed| {
                varied(&config, seed).values[..6]
                    .iter()
                    .map(|it| *it as i32)
                    .collect()
            })
            .collect();
        let expected = [
            [1, 2, 3, 4, 5, 6],
            [6, 1, 2, 3, 4, 5],
            [6, 6, 1, 2, 3, 4],
            [6, 6, 6, 1, 2, 3],
        ];
        assert_eq!(first_rows, expected.into_iter().map(Vec::from).collect());
    }
}
