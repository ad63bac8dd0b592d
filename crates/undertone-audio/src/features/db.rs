//! The conversion from power to decibels.

use std::f32::consts::LOG10_E;

use super::FeatureMatrix;
use crate::kernel::kernel;

/// The power at 0 dB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DbReference {
    /// A fixed power. Its absolute value counts.
    Power(f32),
    /// The largest power in the matrix: `ref=np.max`.
    Max,
}

/// The arguments of `librosa.power_to_db`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DbConfig {
    /// The power at 0 dB (librosa's `ref`).
    pub reference: DbReference,
    /// Smallest power; lower ones count as this. Must be above 0.
    pub amin: f32,
    /// Values that are further below the peak than this many decibels are raised to that level.
    pub top_db: Option<f32>,
}

impl Default for DbConfig {
    /// librosa's: relative to 1.0, `amin` 1e-10, `top_db` 80.
    fn default() -> Self {
        Self {
            reference: DbReference::Power(1.0),
            amin: 1e-10,
            top_db: Some(80.0),
        }
    }
}

/// Convert a power spectrogram to decibels, as `librosa.power_to_db` does.
///
/// ```
/// use undertone_audio::{DbConfig, FeatureMatrix, power_to_db};
/// let power = FeatureMatrix { bands: 1, frames: 3, values: vec![1.0, 0.1, 0.0] };
/// assert_eq!(power_to_db(&power, &DbConfig::default()).values, [0.0, -10.0, -80.0]);
/// ```
pub fn power_to_db(power: &FeatureMatrix, config: &DbConfig) -> FeatureMatrix {
    let amin = config.amin.max(f32::MIN_POSITIVE);
    let reference = match config.reference {
        DbReference::Power(power) => power.abs(),
        DbReference::Max => maximum(&power.values),
    };
    let offset = 10.0 * reference.max(amin).log10();
    let mut values = power.values.clone();
    to_decibels(&mut values, amin, offset);
    if let Some(top_db) = config.top_db {
        let floor = maximum(&values) - top_db.max(0.0);
        values.iter_mut().for_each(|db| *db = db.max(floor));
    }
    FeatureMatrix {
        bands: power.bands,
        frames: power.frames,
        values,
    }
}

kernel! {
    fn to_decibels(powers: &mut [f32], amin: f32, offset: f32) = to_decibels_plain;
}

#[inline(always)]
fn to_decibels_plain(powers: &mut [f32], amin: f32, offset: f32) {
    for power in powers {
        *power = 10.0 * log10(power.max(amin)) - offset;
    }
}

/// Compute the logarithm of a normal positive number or infinity. The error is at most 2e-8, or
/// 2e-7 of the result.
///
/// The method and the constants are those of `logf` in FreeBSD's msun, but without branches, so
/// that the loop is vectorized. libm's functions take one number at a time.
#[inline(always)]
fn log10(x: f32) -> f32 {
    const LN_2_HIGH: f32 = 6.931_381e-1;
    const LN_2_LOW: f32 = 9.058_001e-6;
    const SQRT_HALF: u32 = 0x3f35_04f3;
    // x = 2^exponent · (1 + f), with 1 + f between the roots of 1/2 and 2.
    let exponent = (x.to_bits().wrapping_sub(SQRT_HALF) as i32) >> 23;
    let f = f32::from_bits(x.to_bits().wrapping_sub((exponent << 23) as u32)) - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (0.400_009_72 + w * 0.242_790_79);
    let odd = z * (0.666_666_6 + w * 0.284_987_87);
    let half_square = 0.5 * f * f;
    let k = exponent as f32;
    let ln = s * (half_square + even + odd) + k * LN_2_LOW - half_square + f + k * LN_2_HIGH;
    if x == f32::INFINITY { x } else { ln * LOG10_E }
}

kernel! {
    fn maximum(values: &[f32]) -> f32 = maximum_plain;
}

#[inline(always)]
fn maximum_plain(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<8>();
    let mut lanes = [f32::NEG_INFINITY; 8];
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = lane.max(*value);
        }
    }
    lanes
        .iter()
        .chain(rest)
        .copied()
        .fold(f32::NEG_INFINITY, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_agree_with_libm() {
        for bits in (0x0080_0000_u32..=0x7f7f_ffff).step_by(997) {
            let x = f32::from_bits(bits);
            let exact = f64::from(x).log10();
            let error = (f64::from(log10(x)) - exact).abs();
            assert!(
                error <= 2e-7 * exact.abs().max(0.1),
                "log10({x}) is {error} off"
            );
        }
        assert_eq!(log10(f32::INFINITY), f32::INFINITY);
    }

    #[test]
    fn both_compilations_agree() {
        let powers: Vec<f32> = (0..1003).map(|n| (n as f32 * 0.7).sin().powi(9)).collect();
        let (mut wide, mut plain) = (powers.clone(), powers.clone());
        to_decibels(&mut wide, 1e-10, 3.0);
        to_decibels_plain(&mut plain, 1e-10, 3.0);
        assert_eq!(wide, plain);
        assert_eq!(maximum(&powers), maximum_plain(&powers));
        assert_eq!(maximum(&[]), f32::NEG_INFINITY);
    }
}
