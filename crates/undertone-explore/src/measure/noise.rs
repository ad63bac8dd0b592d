//! Speech over noise.

use super::level::mean_square;

/// Length of a frame in seconds.
const FRAME: f64 = 0.02;
/// Share of the frames, the quietest, that count as noise.
const QUIETEST: f64 = 0.1;
/// Fewest frames with a tenth worth speaking of.
const FEWEST: usize = 20;
/// The power of the noise with which 16 bits round, a uniform error of one step: less can't be told
/// from nothing.
const ROUNDING_NOISE: f64 = 1.0 / (12.0 * 32_768.0 * 32_768.0);

/// Speech over the noise floor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignalToNoise {
    /// The ratio in dB.
    pub db: f64,
    /// Whether the ratio is at least so high: the floor is no higher than the rounding of 16 bits,
    /// as in digital silence.
    pub at_least: bool,
}

impl SignalToNoise {
    /// The power of the speech less the noise, over the noise, which is the mean power of the
    /// quietest tenth of the clip's 20 ms frames.
    ///
    /// Like NIST's STNR it takes both from the distribution of frame energies, and so needs pauses:
    /// in a clip that is cut close to the speech the quietest frames are speech, and the result is
    /// too low. `None` where the clip is shorter than 20 frames or the speech is no louder.
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
    fn digital_silence_gives_a_bound_and_no_pause_nothing() {
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
