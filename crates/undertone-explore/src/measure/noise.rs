//! Speech over noise.

use super::level::mean_square;

/// Length of a frame in seconds.
const FRAME: f64 = 0.02;
/// Share of the frames, the quietest, that count as noise.
const QUIETEST: f64 = 0.1;
/// Fewest frames with a tenth worth speaking of.
const FEWEST: usize = 20;
/// Frames below this power are digital silence, not the noise of a room: 16 bits can't tell them
/// from zero.
const DIGITAL_SILENCE: f64 = 1e-10;

/// Signal-to-noise ratio in dB: the power of the speech less the noise, over the noise, which is the
/// mean power of the quietest tenth of the clip's 20 ms frames.
///
/// Like NIST's STNR it takes both from the distribution of frame energies, and so needs pauses: in
/// a clip that is cut close to the speech the quietest frames are speech, and the result is too low.
/// `None` where the clip is shorter than 20 frames or its quietest tenth is digital silence.
pub(super) fn snr_db(samples: &[f32], speech: &[f32], rate: u32) -> Option<f64> {
    let length = ((FRAME * f64::from(rate)) as usize).max(1);
    let mut powers: Vec<f64> = samples.chunks_exact(length).map(mean_square).collect();
    if powers.len() < FEWEST {
        return None;
    }
    powers.sort_by(f64::total_cmp);
    let quiet = &powers[..(QUIETEST * powers.len() as f64) as usize];
    let noise = quiet.iter().sum::<f64>() / quiet.len() as f64;
    let signal = mean_square(speech) - noise;
    (noise > DIGITAL_SILENCE && signal > 0.0).then(|| 10.0 * (signal / noise).log10())
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
            let found = snr_db(&samples, &samples[16_000..32_000], 16_000).unwrap();
            assert!((found - expected).abs() < 1.0, "{found} for {expected} dB");
        }
    }

    #[test]
    fn no_pause_or_digital_silence_has_no_ratio() {
        let tone: Vec<f32> = (0..1600).map(|n| (n as f32 * 0.1).sin()).collect();
        assert_eq!(snr_db(&tone, &tone, 16_000), None);
        let mut gated = vec![0.0; 16_000];
        gated[..1600].copy_from_slice(&tone);
        assert_eq!(snr_db(&gated, &tone, 16_000), None);
        assert_eq!(snr_db(&[], &[], 16_000), None);
    }
}
