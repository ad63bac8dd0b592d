//! Background noise.

use super::random::SplitMix64;
use super::{AugmentError, amplitude, check, check_samples, rms};

/// The distribution of a noise's power over frequency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoiseColor {
    /// Even: hiss.
    White,
    /// Falling by 3 dB per octave: wind, distant traffic, ventilation.
    Pink,
}

/// Add noise that is `snr_db` (-30 to 100) below the samples. Both levels are root mean squares
/// over the whole clip, so silence stays silent.
///
/// # Errors
/// When `snr_db` is out of range, or a sample is not finite.
pub fn noise(
    samples: &[f32],
    snr_db: f64,
    color: NoiseColor,
    seed: u64,
) -> Result<Vec<f32>, AugmentError> {
    check("signal-to-noise ratio in dB", snr_db, -30.0..=100.0)?;
    check_samples(samples)?;
    let mut random = SplitMix64::new(seed);
    let mut added: Vec<f32> = match color {
        NoiseColor::White => samples.iter().map(|_| random.normal()).collect(),
        NoiseColor::Pink => {
            let mut filter = PinkFilter::default();
            for _ in 0..PinkFilter::WARM_UP {
                filter.next(random.normal());
            }
            let next = |_| filter.next(random.normal());
            samples.iter().map(next).collect()
        }
    };
    let level = rms(&added);
    if level > 0.0 {
        let factor = (rms(samples) / level * amplitude(-snr_db)) as f32;
        for (noise, sample) in added.iter_mut().zip(samples) {
            *noise = sample + *noise * factor;
        }
    }
    Ok(added)
}

/// Turns white noise into pink noise: Paul Kellet's filter in its refined form (musicdsp.org,
/// 1999), with one real pole for each part of the spectrum.
#[derive(Default)]
struct PinkFilter {
    poles: [f32; 6],
    delayed: f32,
}

impl PinkFilter {
    /// Samples until the start at 0 has decayed in the slowest pole.
    const WARM_UP: usize = 4096;
    const FEEDBACK: [f32; 6] = [0.99886, 0.99332, 0.969, 0.8665, 0.55, -0.7616];
    const INPUT: [f32; 6] = [
        0.055_517_9,
        0.075_075_9,
        0.153_852,
        0.310_485_6,
        0.532_952_2,
        -0.016_898,
    ];

    fn next(&mut self, white: f32) -> f32 {
        for ((pole, feedback), input) in self.poles.iter_mut().zip(Self::FEEDBACK).zip(Self::INPUT)
        {
            *pole = feedback * *pole + input * white;
        }
        let pink = self.poles.iter().sum::<f32>() + self.delayed + 0.5362 * white;
        self.delayed = 0.115_926 * white;
        pink
    }
}
