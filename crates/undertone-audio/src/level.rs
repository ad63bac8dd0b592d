//! The level of a recording.

use crate::kernel::kernel;

/// The most that samples are amplified, as a factor on amplitudes. A recording that is still too
/// soft holds no speech.
pub(crate) const MAX_GAIN: f64 = 1000.0;

/// Scale samples in place to a root mean square of `level` dB relative to full scale. Silence stays
/// silence.
pub(crate) fn set_level(samples: &mut [f32], level: f32) {
    let power: f64 = samples.iter().map(|it| f64::from(*it).powi(2)).sum();
    let rms = (power / samples.len().max(1) as f64).sqrt();
    if rms > 0.0 {
        let gain = (10f64.powf(f64::from(level) / 20.0) / rms).min(MAX_GAIN) as f32;
        samples.iter_mut().for_each(|sample| *sample *= gain);
    }
}

kernel! {
    /// Return the largest magnitude of all samples, and 0 where there are none. NaN is ignored.
    pub(crate) fn largest_magnitude(samples: &[f32]) -> f32 = largest_magnitude_plain;
}

#[inline(always)]
fn largest_magnitude_plain(samples: &[f32]) -> f32 {
    // One instruction of x86, where `f32::max` needs three. NaN is not larger than anything.
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let mut lanes = [0.0_f32; 64];
    let (chunks, rest) = samples.as_chunks::<64>();
    for chunk in chunks {
        for (lane, sample) in lanes.iter_mut().zip(chunk) {
            *lane = larger(sample.abs(), *lane);
        }
    }
    let all = lanes.iter().chain(rest);
    all.fold(0.0, |most, it| larger(it.abs(), most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_compilations_agree() {
        let samples: Vec<f32> = (0..77).map(|n| (n as f32 * 0.7).sin()).collect();
        for n in 0..samples.len() {
            let part = &samples[..n];
            assert_eq!(largest_magnitude(part), largest_magnitude_plain(part));
        }
        assert_eq!(largest_magnitude(&[0.5, f32::NAN, -3.0]), 3.0);
    }
}
