//! Perturbed copies of training clips: other speeds, pitches and gains, with noise, in a room.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use undertone_audio::augment::{self, AugmentError, NoiseColor};

use super::error::{RecipeError, range};

/// The perturbed copies that are made of a clip. The default makes none.
///
/// Every random copy has all the perturbations that are set, each drawn uniformly from its range.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CopiesConfig {
    /// Speeds of one copy each, 0.5 to 2. Pitch and tempo change together.
    pub speeds: Vec<f64>,
    /// Number of copies with random perturbations, at most 100.
    pub random: usize,
    /// Range of the speed, within 0.5 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<[f64; 2]>,
    /// Range of the pitch shift in semitones, within -12 to 12. The tempo stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pitch: Option<[f64; 2]>,
    /// Range of the gain in dB, within -60 to 60.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain: Option<[f64; 2]>,
    /// Range of the signal-to-noise ratio in dB, within -10 to 100. The noise is white or pink with
    /// equal probability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub noise: Option<[f64; 2]>,
    /// Range of the reverberation time (RT60) of a small room in seconds, within 0.05 to 3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reverberation: Option<[f64; 2]>,
    /// Number of copies as other microphones, rooms and codecs would bring them, at most 100: see
    /// [`transmission`](augment::transmission()). They are trimmed and brought to one level as the
    /// clip itself. A fitted head that adapts uses these copies, and no others.
    #[serde(skip_serializing_if = "is_zero")]
    pub transmitted: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Range of the direct-to-reverberant ratio in dB, for a speaker near the microphone.
const DIRECT_TO_REVERBERANT: [f64; 2] = [0.0, 15.0];

impl CopiesConfig {
    pub(super) fn check(&self) -> Result<(), RecipeError> {
        for speed in &self.speeds {
            let fits = (0.5..=2.0).contains(speed);
            range(fits, "augmentation.copies.speeds", "0.5 to 2", speed)?;
        }
        range(
            self.random <= 100,
            "augmentation.copies.random",
            "at most 100",
            self.random,
        )?;
        range(
            self.transmitted <= 100,
            "augmentation.copies.transmitted",
            "at most 100",
            self.transmitted,
        )?;
        for (field, drawn, allowed, expected) in [
            (
                "augmentation.copies.speed",
                self.speed,
                0.5..=2.0,
                "[low, high] within 0.5 to 2",
            ),
            (
                "augmentation.copies.pitch",
                self.pitch,
                -12.0..=12.0,
                "[low, high] within -12 to 12",
            ),
            (
                "augmentation.copies.gain",
                self.gain,
                -60.0..=60.0,
                "[low, high] within -60 to 60",
            ),
            (
                "augmentation.copies.noise",
                self.noise,
                -10.0..=100.0,
                "[low, high] within -10 to 100",
            ),
            (
                "augmentation.copies.reverberation",
                self.reverberation,
                0.05..=3.0,
                "[low, high] within 0.05 to 3",
            ),
        ] {
            if let Some([low, high]) = drawn {
                let fits = allowed.contains(&low) && allowed.contains(&high) && low <= high;
                range(fits, field, expected, format!("[{low}, {high}]"))?;
            }
        }
        Ok(())
    }

    /// Make the copies of one clip's prepared samples. `fingerprint` seeds the random
    /// perturbations, so that a clip has the same copies in every run.
    pub(crate) fn copies(
        &self,
        samples: &[f32],
        sample_rate: u32,
        fingerprint: &str,
    ) -> Result<Vec<Vec<f32>>, AugmentError> {
        let fixed = self
            .speeds
            .iter()
            .map(|factor| augment::speed(samples, sample_rate, *factor));
        let random = (0..self.random).map(|copy| {
            let seed = blake3::hash(format!("{fingerprint} {copy}").as_bytes());
            let mut rng = ChaCha8Rng::from_seed(*seed.as_bytes());
            self.random_copy(samples, sample_rate, &mut rng)
        });
        fixed.chain(random).collect()
    }

    /// Check that a recipe without `[training]` has no copies that only training uses.
    pub(crate) fn check_without_training(&self) -> Result<(), RecipeError> {
        for (count, field) in [
            (self.speeds.len(), "augmentation.copies.speeds"),
            (self.random, "augmentation.copies.random"),
        ] {
            range(
                count == 0,
                field,
                "left out without [training], which alone uses it",
                format!("{count} copies"),
            )?;
        }
        Ok(())
    }

    /// Return the transmitted copies alone.
    pub(crate) fn only_transmitted(&self) -> Self {
        Self {
            transmitted: self.transmitted,
            ..Self::default()
        }
    }

    /// Make the transmitted copies of one clip's prepared samples, which are not yet trimmed and
    /// brought to one level again. `fingerprint` is the seed.
    pub(crate) fn transmitted(
        &self,
        samples: &[f32],
        sample_rate: u32,
        fingerprint: &str,
    ) -> Result<Vec<Vec<f32>>, AugmentError> {
        (0..self.transmitted)
            .map(|copy| {
                let hash = blake3::hash(format!("{fingerprint} transmitted {copy}").as_bytes());
                let seed = hash
                    .as_bytes()
                    .first_chunk::<8>()
                    .copied()
                    .unwrap_or_default();
                augment::transmission(samples, sample_rate, u64::from_le_bytes(seed))
            })
            .collect()
    }

    fn random_copy(
        &self,
        samples: &[f32],
        sample_rate: u32,
        rng: &mut impl Rng,
    ) -> Result<Vec<f32>, AugmentError> {
        let mut draw =
            |range: Option<[f64; 2]>| range.map(|[low, high]| rng.random_range(low..=high));
        let (speed, pitch) = (draw(self.speed), draw(self.pitch));
        let (room, gain, noise) = (draw(self.reverberation), draw(self.gain), draw(self.noise));
        let mut copy = samples.to_vec();
        if let Some(factor) = speed {
            copy = augment::speed(&copy, sample_rate, factor)?;
        }
        if let Some(semitones) = pitch {
            copy = augment::pitch(&copy, sample_rate, semitones)?;
        }
        if let Some(rt60) = room {
            let [low, high] = DIRECT_TO_REVERBERANT;
            let direct = rng.random_range(low..=high);
            copy = augment::reverberation(&copy, sample_rate, rt60, direct, rng.random())?;
        }
        if let Some(snr) = noise {
            let color = match rng.random() {
                true => NoiseColor::White,
                false => NoiseColor::Pink,
            };
            copy = augment::noise(&copy, snr, color, rng.random())?;
        }
        if let Some(decibels) = gain {
            copy = augment::gain(&copy, decibels)?;
        }
        Ok(copy)
    }
}
