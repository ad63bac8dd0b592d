//! The sound of a room.

use std::f64::consts::TAU;

use super::convolution::convolve;
use super::random::SplitMix64;
use super::{AugmentError, amplitude, check, check_rate, check_samples, rms};

/// Let the samples sound as in a synthetic room. The result has the same length and the same level
/// (root mean square), and the direct sound is not delayed.
///
/// The response of the room is the direct sound and, 2 ms later, noise that decays by 60 dB in
/// `rt60_seconds` (0.02 to 10; a furnished room has 0.3 to 0.6, a church several). The noise lacks
/// the highest frequencies, which walls absorb. `direct_to_reverberant_db` (-20 to 60) is the
/// energy of the direct sound over that of the noise: 10 is close to the speaker, 0 some meters
/// away.
///
/// # Errors
/// When a parameter or `rate` (in Hz) is out of range, or a sample is not finite.
pub fn reverberation(
    samples: &[f32],
    rate: u32,
    rt60_seconds: f64,
    direct_to_reverberant_db: f64,
    seed: u64,
) -> Result<Vec<f32>, AugmentError> {
    check("rt60 in seconds", rt60_seconds, 0.02..=10.0)?;
    check(
        "direct-to-reverberant ratio in dB",
        direct_to_reverberant_db,
        -20.0..=60.0,
    )?;
    check_rate(rate)?;
    check_samples(samples)?;
    if samples.is_empty() {
        return Ok(Vec::new());
    }
    let mut response = room(
        f64::from(rate),
        rt60_seconds,
        direct_to_reverberant_db,
        seed,
    );
    response.truncate(samples.len());
    let mut output = convolve(samples, &response);
    let level = rms(&output);
    if level > 0.0 {
        let factor = (rms(samples) / level) as f32;
        output.iter_mut().for_each(|sample| *sample *= factor);
    }
    Ok(output)
}

/// Time from the direct sound to the first reflection.
const GAP_SECONDS: f64 = 0.002;
/// Frequency above which walls absorb more and more.
const WALLS_HZ: f64 = 4_000.0;

/// Return the response from a speaker to a listener: 1, the gap, the tail.
fn room(rate: f64, rt60_seconds: f64, direct_to_reverberant_db: f64, seed: u64) -> Vec<f32> {
    let gap = (GAP_SECONDS * rate) as usize;
    let decay = amplitude(-60.0 / (rt60_seconds * rate));
    let pass = 1.0 - (-TAU * WALLS_HZ / rate).exp();
    let mut random = SplitMix64::new(seed);
    let (mut filtered, mut envelope) = (0.0, 1.0);
    let mut response: Vec<f32> = (0..(rt60_seconds * rate) as usize)
        .map(|n| {
            envelope *= decay;
            if n < gap {
                return 0.0;
            }
            filtered += pass * (f64::from(random.normal()) - filtered);
            (filtered * envelope) as f32
        })
        .collect();
    let energy: f64 = response.iter().map(|tap| f64::from(*tap).powi(2)).sum();
    let factor = (amplitude(-direct_to_reverberant_db) / energy.sqrt()) as f32;
    response.iter_mut().for_each(|tap| *tap *= factor);
    response[0] = 1.0;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_has_the_requested_energy() {
        for ratio in [-20.0, 0.0, 12.0] {
            let response = room(16_000.0, 0.4, ratio, 7);
            assert_eq!(response[0], 1.0);
            let energy: f64 = response[1..].iter().map(|x| f64::from(*x).powi(2)).sum();
            assert!(
                (-10.0 * energy.log10() - ratio).abs() < 0.01,
                "{ratio}: {energy}"
            );
        }
    }
}
