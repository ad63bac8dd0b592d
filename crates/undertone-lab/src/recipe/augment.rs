//! Augmentation of training clips: perturbed copies, time shifts, masks and mixup.
//!
//! Masks follow SpecAugment (Park et al. 2019), without its time warping.

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use undertone_audio::FeatureMatrix;

use super::copies::CopiesConfig;
use super::error::{RecipeError, range};

/// How training clips are augmented. The default changes nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AugmentConfig {
    /// Perturbed copies of training clips. A step uses the clip itself with probability 1/2, and
    /// one of its copies otherwise.
    pub copies: CopiesConfig,
    /// Masks over bands, which are set to the training set's mean.
    pub band_masks: MaskConfig,
    /// Masks over frames, which are set to the training set's mean.
    pub frame_masks: MaskConfig,
    /// Most frames that a clip is shifted to the right. The end is cut, and the start is filled
    /// with the window's last frame, which is silence in all but the longest clips.
    pub shift: usize,
    /// α of mixup (Zhang et al. 2018), 0 (off) to 10: each clip and its target are mixed with
    /// another one, in shares drawn from Beta(α, α).
    pub mixup: f64,
}

/// Masks over bands or frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaskConfig {
    /// Number of masks.
    pub count: usize,
    /// Largest width of a mask in bands or frames. Widths are drawn from 0 to this.
    pub max_width: usize,
}

impl AugmentConfig {
    pub(super) fn check(&self) -> Result<(), RecipeError> {
        self.copies.check()?;
        range(
            (0.0..=10.0).contains(&self.mixup),
            "augmentation.mixup",
            "0 to 10",
            self.mixup,
        )?;
        let most = self.band_masks.count.max(self.frame_masks.count);
        range(
            most <= 100,
            "augmentation.*_masks.count",
            "at most 100",
            most,
        )
    }

    /// Shift and mask a standardized feature matrix in place.
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
    fn the_default_changes_nothing() {
        assert_eq!(varied(&AugmentConfig::default(), 1), ramp());
    }

    #[test]
    fn masks_cover_whole_bands_or_frames_up_to_the_largest_width() {
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
    fn shifted_clips_are_filled_with_their_last_frame() {
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
