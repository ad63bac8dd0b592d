//! Which clips each step sees, in which variation. All of it follows from the seed, the epoch and
//! the step, so that a resumed training sees what an uninterrupted one would.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use undertone_audio::FeatureMatrix;
use undertone_models::BandStatistics;

use crate::augmentation::AugmentationConfig;
use crate::features::ClipFeatures;

/// A random number generator for one purpose at one point of a training.
pub(crate) fn rng_at(seed: u64, epoch: usize, step: usize) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    for (chunk, part) in key
        .chunks_exact_mut(8)
        .zip([seed, epoch as u64, step as u64, 0x7567])
    {
        chunk.copy_from_slice(&part.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// The order of an epoch, cut into steps; the last one may be shorter.
pub(crate) fn steps(
    clips: &[usize],
    batch_size: usize,
    seed: u64,
    epoch: usize,
) -> Vec<Vec<usize>> {
    let mut order = clips.to_vec();
    order.shuffle(&mut rng_at(seed, epoch, 0));
    order.chunks(batch_size).map(<[usize]>::to_vec).collect()
}

/// One clip as a step sees it: standardised and varied.
pub(crate) fn training_view(
    clip: &ClipFeatures,
    statistics: Option<&BandStatistics>,
    augmentation: &AugmentationConfig,
    rng: &mut impl Rng,
) -> FeatureMatrix {
    let mut features = if clip.at_speeds.is_empty() || rng.random_bool(0.5) {
        clip.windows[0].clone()
    } else {
        clip.at_speeds[rng.random_range(0..clip.at_speeds.len())].clone()
    };
    if let Some(statistics) = statistics {
        statistics.standardise(&mut features);
    }
    augmentation.vary(&mut features, rng);
    features
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_sees_every_clip_once_and_each_epoch_in_another_order() {
        let clips: Vec<usize> = (0..70).collect();
        let first = steps(&clips, 32, 1, 1);
        assert_eq!(first.iter().map(Vec::len).collect::<Vec<_>>(), [32, 32, 6]);
        let mut seen = first.concat();
        assert_ne!(seen, clips);
        assert_ne!(seen, steps(&clips, 32, 1, 2).concat());
        assert_eq!(seen, steps(&clips, 32, 1, 1).concat());
        seen.sort_unstable();
        assert_eq!(seen, clips);
    }
}
