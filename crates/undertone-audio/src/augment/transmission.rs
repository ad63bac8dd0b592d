//! What a recording suffers on its way, drawn at random.

use super::random::SplitMix64;
use super::{
    AugmentError, NoiseColor, band_pass, check_rate, check_samples, mp3, noise, opus,
    reverberation, speed, telephone,
};

/// Let the samples sound as another microphone, room or codec would bring them: a chain of changes
/// that keep the words and the emotion. `seed` decides which changes there are, and how strong.
///
/// | step | probability | parameters, each drawn uniformly |
/// |---|---|---|
/// | MP3 at 64 kbit/s, or Opus at 24 kbit/s | 0.12, 0.13 | |
/// | speed | 0.3 | factor 0.9 to 1.1 |
/// | room | 0.35 | reverberation time 0.2 to 0.8 s, direct-to-reverberant ratio -2 to 8 dB |
/// | noise, white or pink | 0.5 | signal-to-noise ratio 8 to 30 dB |
/// | telephone, low-pass filter, or tilt | 0.2, 0.35, 0.15 | limit 3 to 7 kHz; `1 + k·z⁻¹`, `k` -0.6 to 0.6 |
///
/// The changes are those by which corpora differ though their emotions do not. The length changes
/// with the speed, and the level is not kept: trim the result and bring it to one level, as the
/// original.
///
/// # Errors
/// When `rate` (1000 to 192 000 Hz) is out of range, a sample is not finite, or a codec fails.
pub fn transmission(samples: &[f32], rate: u32, seed: u64) -> Result<Vec<f32>, AugmentError> {
    check_rate(rate)?;
    check_samples(samples)?;
    let mut random = SplitMix64::new(seed);
    let mut heard = samples.to_vec();
    let codec = random.uniform(0.0, 1.0);
    if codec < 0.12 {
        heard = mp3(&heard, rate, 64)?;
    } else if codec < 0.25 {
        heard = opus(&heard, rate, 24_000)?;
    }
    if random.uniform(0.0, 1.0) < 0.3 {
        heard = speed(&heard, rate, random.uniform(0.9, 1.1))?;
    }
    if random.uniform(0.0, 1.0) < 0.35 {
        let (rt60, direct) = (random.uniform(0.2, 0.8), random.uniform(-2.0, 8.0));
        heard = reverberation(&heard, rate, rt60, direct, random.next())?;
    }
    if random.uniform(0.0, 1.0) < 0.5 {
        let snr = random.uniform(8.0, 30.0);
        let color = match random.uniform(0.0, 1.0) < 0.5 {
            true => NoiseColor::White,
            false => NoiseColor::Pink,
        };
        heard = noise(&heard, snr, color, random.next())?;
    }
    let band = random.uniform(0.0, 1.0);
    if band < 0.2 {
        telephone(&heard, rate, 300.0, 3_400.0)
    } else if band < 0.55 {
        band_pass(&heard, rate, 0.0, random.uniform(3_000.0, 7_000.0))
    } else if band < 0.7 {
        Ok(tilt(&heard, random.uniform(-0.6, 0.6) as f32))
    } else {
        Ok(heard)
    }
}

/// Filter with `1 + factor·z⁻¹`.
fn tilt(samples: &[f32], factor: f32) -> Vec<f32> {
    let before = std::iter::once(&0.0).chain(samples);
    let pairs = samples.iter().zip(before);
    pairs.map(|(now, before)| now + factor * before).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn tone() -> Vec<f32> {
        (0..16_000).map(|n| (n as f32 * 0.2).sin() * 0.3).collect()
    }

    #[test]
    fn the_seed_decides_what_happens() {
        let copy = |seed| transmission(&tone(), 16_000, seed).unwrap();
        assert_eq!(copy(1), copy(1));
        let different = (0..40).filter(|seed| copy(*seed) != tone()).count();
        // A chain changes nothing with a probability of 0.75 · 0.7 · 0.65 · 0.5 · 0.3 = 0.05.
        assert!((32..40).contains(&different), "{different}");
    }

    #[test]
    fn copies_are_finite_and_about_as_long() {
        for seed in 0..40 {
            let copy = transmission(&tone(), 16_000, seed).unwrap();
            assert!(copy.iter().all(|sample| sample.is_finite()));
            assert!((14_000..18_000).contains(&copy.len()), "{}", copy.len());
        }
        assert_eq!(transmission(&[], 16_000, 1).unwrap(), Vec::<f32>::new());
    }

    #[test]
    fn a_tilt_adds_the_sample_before() {
        assert_eq!(tilt(&[1.0, 2.0, 0.0], 0.5), [1.0, 2.5, 1.0]);
    }
}
