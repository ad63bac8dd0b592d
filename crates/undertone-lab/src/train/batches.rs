//! The batches of each step and their augmentation. Both follow from the seed, the epoch and the
//! step, so that a resumed training equals an uninterrupted one.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution};
use undertone_audio::FeatureMatrix;
use undertone_models::BandStatistics;

use crate::error::LabError;
use crate::prepare::Clip;
use crate::recipe::AugmentConfig;

/// Return the random number generator of one step of a training.
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

/// Number of batches whose clips are sorted by length together. If a whole epoch were sorted, the
/// network would see one kind of clip at a time.
const SORTED_TOGETHER: usize = 8;

/// Shuffle the clips of an epoch and cut them into batches. The last one may be shorter. With
/// `lengths`, the length of each clip, batches hold clips of similar length.
pub(super) fn batches(
    clips: &[usize],
    batch_size: usize,
    lengths: Option<&[usize]>,
    seed: u64,
    epoch: usize,
) -> Vec<Vec<usize>> {
    let mut order = clips.to_vec();
    let mut rng = rng_at(seed, epoch, 0);
    order.shuffle(&mut rng);
    let Some(lengths) = lengths else {
        return order.chunks(batch_size).map(<[usize]>::to_vec).collect();
    };
    for together in order.chunks_mut(SORTED_TOGETHER * batch_size) {
        together.sort_by_key(|clip| lengths[*clip]);
    }
    let mut batches: Vec<_> = order.chunks(batch_size).map(<[usize]>::to_vec).collect();
    batches.shuffle(&mut rng);
    batches
}

/// An augmented batch.
pub(super) struct View {
    /// Standardized and augmented features.
    pub(super) features: Vec<FeatureMatrix>,
    /// The clip that is mixed into each clip: its position in the batch, and its share.
    pub(super) mixed: Vec<Option<(usize, f32)>>,
}

/// Augment a batch.
///
/// # Errors
/// If features cannot be read from their temporary file.
pub(super) fn view(
    clips: &[&Clip],
    statistics: Option<&BandStatistics>,
    augmentation: &AugmentConfig,
    rng: &mut impl Rng,
) -> Result<View, LabError> {
    let features: Vec<FeatureMatrix> = clips
        .iter()
        .map(|clip| varied(clip, statistics, augmentation, rng))
        .collect::<Result<_, _>>()?;
    let Ok(shares) = Beta::new(augmentation.mixup, augmentation.mixup) else {
        let mixed = vec![None; features.len()];
        return Ok(View { features, mixed });
    };
    let mixed: Vec<Option<(usize, f32)>> = (0..features.len())
        .map(|_| {
            let share: f64 = shares.sample(rng);
            // The clip itself keeps the larger share.
            Some((
                rng.random_range(0..features.len()),
                share.min(1.0 - share) as f32,
            ))
        })
        .collect();
    let features = features
        .iter()
        .zip(&mixed)
        .map(|(own, mixture)| match mixture {
            Some((partner, share)) => mix(own, &features[*partner], *share),
            None => own.clone(),
        })
        .collect();
    Ok(View { features, mixed })
}

fn varied(
    clip: &Clip,
    statistics: Option<&BandStatistics>,
    augmentation: &AugmentConfig,
    rng: &mut impl Rng,
) -> Result<FeatureMatrix, LabError> {
    let stored = if clip.copies.is_empty() || rng.random_bool(0.5) {
        &clip.windows[0]
    } else {
        &clip.copies[rng.random_range(0..clip.copies.len())]
    };
    let mut features = stored.read()?.into_owned();
    if let Some(statistics) = statistics {
        statistics.normalize(&mut features);
    }
    augmentation.vary(&mut features, rng);
    Ok(features)
}

/// Mix `share` of `other` into `own`. The result is as long as `own`; frames beyond the end of
/// `other` stay as they are.
fn mix(own: &FeatureMatrix, other: &FeatureMatrix, share: f32) -> FeatureMatrix {
    let mut mixed = own.clone();
    let rows = mixed.values.chunks_exact_mut(own.frames.max(1));
    for (row, partner) in rows.zip(other.values.chunks_exact(other.frames.max(1))) {
        for (value, partner) in row.iter_mut().zip(partner) {
            *value += share * (partner - *value);
        }
    }
    mixed
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::prepare::{ClipFeatures, Spill};

    #[test]
    fn an_epoch_has_every_clip_once_and_each_epoch_another_order() {
        let clips: Vec<usize> = (0..70).collect();
        let batches = |lengths, epoch| batches(&clips, 32, lengths, 1, epoch);
        let first = batches(None, 1);
        assert_eq!(first.iter().map(Vec::len).collect::<Vec<_>>(), [32, 32, 6]);
        let mut seen = first.concat();
        assert_ne!(seen, clips);
        assert_ne!(seen, batches(None, 2).concat());
        assert_eq!(seen, batches(None, 1).concat());
        seen.sort_unstable();
        assert_eq!(seen, clips);

        let lengths: Vec<usize> = (0..70).map(|clip| clip * 37 % 70).collect();
        let alike = batches(Some(&lengths), 1);
        let mut seen = alike.concat();
        seen.sort_unstable();
        assert_eq!(seen, clips);
        for batch in alike.iter().filter(|batch| batch.len() == 32) {
            let of_batch: Vec<usize> = batch.iter().map(|clip| lengths[*clip]).collect();
            let span = of_batch.iter().max().unwrap() - of_batch.iter().min().unwrap();
            assert_eq!(span, 31, "clips of similar length share a batch");
        }
    }

    #[test]
    fn a_mixed_clip_keeps_its_length_and_the_larger_share() {
        let matrix = |frames: usize, value: f32| FeatureMatrix {
            bands: 2,
            frames,
            values: vec![value; 2 * frames],
        };
        let mixed = mix(&matrix(3, 1.0), &matrix(2, 5.0), 0.25);
        assert_eq!(mixed.values, [2.0, 2.0, 1.0, 2.0, 2.0, 1.0]);
        let mixed = mix(&matrix(1, 1.0), &matrix(2, 5.0), 0.25);
        assert_eq!(mixed.values, [2.0, 2.0]);

        let spill = Spill::new(None);
        let clips: Vec<Clip> = (0..4)
            .map(|clip| ClipFeatures {
                fingerprint: String::new(),
                sound: undertone_audio::SampleHash::default(),
                windows: vec![matrix(2, clip as f32)],
                copies: Vec::new(),
            })
            .map(|features| Clip::new(features, &spill).unwrap())
            .collect();
        let clips: Vec<&Clip> = clips.iter().collect();
        let augmentation = AugmentConfig {
            mixup: 0.5,
            ..AugmentConfig::default()
        };
        let view = view(&clips, None, &augmentation, &mut rng_at(1, 1, 1)).unwrap();
        for (own, (features, mixed)) in view.features.iter().zip(&view.mixed).enumerate() {
            let (partner, share) = mixed.unwrap();
            assert!((0.0..=0.5).contains(&share));
            let expected = own as f32 + share * (partner as f32 - own as f32);
            assert!((features.values[0] - expected).abs() < 1e-6);
        }
    }
}
