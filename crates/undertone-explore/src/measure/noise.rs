//! Signal-to-noise ratio.

use super::level::mean_square;

/// Length of a frame in seconds.
const FRAME: f64 = 0.02;
/// Share of the frames that count as noise: the quietest ones.
const QUIETEST: f64 = 0.1;
/// Smallest number of frames for an estimate.
const FEWEST: usize = 20;
/// The power of 16-bit rounding noise, a uniform error of one step. Weaker noise cannot be
/// measured.
const ROUNDING_NOISE: f64 = 1.0 / (12.0 * 32_768.0 * 32_768.0);

/// The level of speech relative to the noise floor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignalToNoise {
    /// The ratio in dB.
    pub db: f64,
    /// Whether the ratio is a lower bound, because the floor is no higher than 16-bit rounding
    /// noise.
    pub at_least: bool,
}

impl SignalToNoise {
    /// Estimate the ratio of speech to noise. The noise is the mean power of the quietest tenth of
    /// the clip's 20 ms frames, and is subtracted from the speech.
    ///
    /// Like NIST's STNR, this method uses the distribution of frame energies and therefore needs
    /// pauses. If the clip has none, the quietest frames are speech and the result is too low.
    /// `None` if the clip is shorter than 20 frames or the speech is not louder than the noise.
    pub(super) fn of(samples: &[f32], speech: &[f32], rate: u32) -> Option<Self> {
        let length = ((FRAME * f64::from(rate)) as usize).max(1);
        let mut powers: Vec<f64> = samples.chunks_exact(length).map(mean_square).collect();
        if powers.len() < FEWEST {
            return None;
        }
        powers.sort_by(f64::total_cmp);
        let quiet = &powers[..(QUIETEST * powers.len() as f64) as usize];
        let floor = quiet.iter().sum::<f64>() / quiet.len() as f64;
        let noise = floor.max(ROUNDING_NOISE);
        let signal = mean_square(speech) - noise;
        (signal > 0.0).then(|| Self {
            db: 10.0 * (signal / noise).log10(),
            at_least: floor <= ROUNDING_NOISE,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uniform noise from -1 to 1, whose power is 1/3.
    fn noise(n: usize) -> impl Iterator<Item = f32> {
        let mut state = 1_u32;
        (0..n).map(move |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (2.0 * f64::from(state) / 2_f64.powi(32) - 1.0) as f32
        })
    }

    #[test]
    fn a_known_ratio_is_found() {
        for expected in [10.0, 20.0, 40.0] {
            let hiss = (1.0 / 3.0_f64).sqrt().recip() * 0.1 * 10_f64.powf(-expected / 20.0);
            let tone = 0.1 * 2_f64.sqrt();
            let samples: Vec<f32> = noise(48_000)
                .enumerate()
                .map(|(n, v)| {
                    let speaks = (16_000..32_000).contains(&n);
                    let voice = if speaks {
                        tone * (n as f64 * 0.1).sin()
                    } else {
                        0.0
                    };
                    (voice + hiss * f64::from(v)) as f32
                })
                .collect();
            let found = SignalToNoise::of(&samples, &samples[16_000..32_000], 16_000).unwrap();
            assert!(
                (found.db - expected).abs() < 1.0,
                "{found:?} for {expected} dB"
            );
            assert!(!found.at_least);
        }
    }

    #[test]
    fn digital_silence_gives_a_bound_and_a_clip_without_pauses_no_ratio() {
        let tone: Vec<f32> = (0..1600).map(|n| (n as f32 * 0.1).sin()).collect();
        assert_eq!(SignalToNoise::of(&tone, &tone, 16_000), None);
        let mut gated = vec![0.0; 16_000];
        gated[..1600].copy_from_slice(&tone);
        let found = SignalToNoise::of(&gated, &tone, 16_000).unwrap();
        assert!(found.at_least);
        // A sine of amplitude 1 over rounding: 6.02 · 16 + 1.76 dB.
        assert!((found.db - 98.1).abs() < 0.1, "{found:?}");
        assert_eq!(
            SignalToNoise::of(&[0.0; 16_000], &[0.0; 16_000], 16_000),
            None
        );
        assert_eq!(SignalToNoise::of(&[], &[], 16_000), None);
    }
}
