//! Mel-frequency cepstral coefficients.

use std::f64::consts::PI;

use super::{FeatureError, FeatureMatrix};
use crate::kernel::kernel;

/// Computes MFCCs, the first rows of an orthonormal DCT-II over mel bands:
/// `librosa.feature.mfcc(S=db)`.
#[derive(Debug, Clone)]
pub struct Mfcc {
    n_mels: usize,
    /// Row-major `[n_mfcc][n_mels / 2, rounded up]`. The other half of each row is its mirror
    /// image, with the opposite sign in odd rows.
    basis: Vec<f32>,
}

impl Mfcc {
    /// Make the basis for `n_mfcc` coefficients of `n_mels` bands.
    ///
    /// # Errors
    /// When either is 0, or `n_mfcc` is more than `n_mels`.
    pub fn new(n_mfcc: usize, n_mels: usize) -> Result<Self, FeatureError> {
        for (name, count) in [("n_mfcc", n_mfcc), ("n_mels", n_mels)] {
            if count == 0 {
                return Err(FeatureError::Zero { name });
            }
        }
        if n_mfcc > n_mels {
            return Err(FeatureError::TooManyMfccs { n_mfcc, n_mels });
        }
        let bands = n_mels as f64;
        let basis = (0..n_mfcc)
            .flat_map(|k| {
                let scale = if k == 0 {
                    (1.0 / bands).sqrt()
                } else {
                    (2.0 / bands).sqrt()
                };
                (0..n_mels.div_ceil(2)).map(move |m| {
                    (scale * (PI * k as f64 * (2 * m + 1) as f64 / (2.0 * bands)).cos()) as f32
                })
            })
            .collect();
        Ok(Self { n_mels, basis })
    }

    /// Return the basis, `[n_mfcc][n_mels]`: the weight of each band in each coefficient.
    ///
    /// ```
    /// let basis = undertone_audio::Mfcc::new(2, 4)?.basis();
    /// assert_eq!(basis.band(0), [0.5; 4]);
    /// assert_eq!(basis.band(1)[0], -basis.band(1)[3]);
    /// # Ok::<(), undertone_audio::FeatureError>(())
    /// ```
    pub fn basis(&self) -> FeatureMatrix {
        let half = self.n_mels.div_ceil(2);
        let rows = self.basis.chunks_exact(half).enumerate();
        let values = rows.flat_map(|(coefficient, row)| {
            let sign = if coefficient % 2 == 0 { 1.0 } else { -1.0 };
            let mirrored = row[..self.n_mels / 2].iter().rev();
            row.iter().copied().chain(mirrored.map(move |it| sign * it))
        });
        FeatureMatrix {
            bands: self.basis.len() / half,
            frames: self.n_mels,
            values: values.collect(),
        }
    }

    /// Compute the coefficients `[n_mfcc][frames]` of a mel spectrogram in decibels,
    /// `[n_mels][frames]`.
    ///
    /// # Panics
    /// If `db` does not have `n_mels` bands.
    pub fn from_db(&self, db: &FeatureMatrix) -> FeatureMatrix {
        assert_eq!(db.bands, self.n_mels, "mel bands");
        let half = self.n_mels.div_ceil(2);
        let chunks = db.frames.div_ceil(LANES);
        // Sums of mirrored bands for the even rows, differences for the odd ones.
        let mut folded = [(); 2].map(|()| vec![[0.0; LANES]; half * chunks]);
        for low in 0..half {
            let high = self.n_mels - 1 - low;
            let [sum, difference] = folded
                .each_mut()
                .map(|plane| plane[low * chunks..(low + 1) * chunks].as_flattened_mut());
            if low == high {
                sum[..db.frames].copy_from_slice(db.band(low));
            } else {
                fold(db.band(low), db.band(high), sum, difference);
            }
        }
        let mut mfcc = FeatureMatrix::zeros(self.basis.len() / half, db.frames);
        let mut row = vec![[0.0; LANES]; chunks];
        for (coefficient, weights) in self.basis.chunks_exact(half).enumerate() {
            combine(weights, &folded[coefficient % 2], &mut row);
            mfcc.band_mut(coefficient)
                .copy_from_slice(&row.as_flattened()[..db.frames]);
        }
        mfcc
    }
}

/// Frames whose sums are in registers at the same time.
const LANES: usize = 32;

kernel! {
    fn fold(low: &[f32], high: &[f32], sum: &mut [f32], difference: &mut [f32]) = fold_plain;
}

#[inline(always)]
fn fold_plain(low: &[f32], high: &[f32], sum: &mut [f32], difference: &mut [f32]) {
    let folded = sum.iter_mut().zip(difference);
    for ((sum, difference), (low, high)) in folded.zip(low.iter().zip(high)) {
        (*sum, *difference) = (low + high, low - high);
    }
}

kernel! {
    /// Compute the sum of the rows of `plane`, each multiplied by its weight.
    fn combine(weights: &[f32], plane: &[[f32; LANES]], row: &mut [[f32; LANES]]) = combine_plain;
}

#[inline(always)]
fn combine_plain(weights: &[f32], plane: &[[f32; LANES]], row: &mut [[f32; LANES]]) {
    let chunks = row.len();
    for (index, out) in row.iter_mut().enumerate() {
        let mut sums = [0.0; LANES];
        for (weight, values) in weights.iter().zip(plane.iter().skip(index).step_by(chunks)) {
            for lane in 0..LANES {
                sums[lane] += weight * values[lane];
            }
        }
        *out = sums;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coefficients_equal_the_sum_over_all_bands() {
        for (n_mfcc, n_mels, frames) in [(1, 1, 1), (5, 5, 3), (8, 8, 33), (13, 40, 64)] {
            let db = FeatureMatrix {
                bands: n_mels,
                frames,
                values: (0..n_mels * frames)
                    .map(|n| (n as f32 * 0.7).sin())
                    .collect(),
            };
            let mfcc = Mfcc::new(n_mfcc, n_mels).unwrap().from_db(&db);
            for k in 0..n_mfcc {
                for frame in 0..frames {
                    let scale = if k == 0 { 1.0 } else { 2.0 } / n_mels as f64;
                    let sum: f64 = (0..n_mels)
                        .map(|m| {
                            let angle = PI * (k * (2 * m + 1)) as f64 / (2 * n_mels) as f64;
                            f64::from(db.band(m)[frame]) * angle.cos()
                        })
                        .sum();
                    let error = (f64::from(mfcc.band(k)[frame]) - scale.sqrt() * sum).abs();
                    assert!(error < 1e-5, "{n_mfcc} of {n_mels}: {k}, {frame}");
                }
            }
        }
    }

    #[test]
    fn the_basis_is_that_of_the_coefficients() {
        for (n_mfcc, n_mels) in [(1, 1), (5, 5), (8, 8), (13, 40)] {
            let mfcc = Mfcc::new(n_mfcc, n_mels).unwrap();
            let basis = mfcc.basis();
            // Each frame sounds in one band.
            let db = FeatureMatrix {
                bands: n_mels,
                frames: n_mels,
                values: (0..n_mels * n_mels)
                    .map(|n| if n % (n_mels + 1) == 0 { 1.0 } else { 0.0 })
                    .collect(),
            };
            // A cosine that should be 0 is a tiny number in the basis.
            for (found, expected) in mfcc.from_db(&db).values.iter().zip(&basis.values) {
                assert!((found - expected).abs() < 1e-6, "{n_mfcc} of {n_mels}");
            }
        }
    }

    #[test]
    fn both_compilations_agree() {
        let plane: Vec<[f32; LANES]> = (0..12)
            .map(|row| std::array::from_fn(|lane| ((row * LANES + lane) as f32 * 0.7).sin()))
            .collect();
        let (mut wide, mut plain) = (vec![[0.0; LANES]; 2], vec![[0.0; LANES]; 2]);
        let weights = [0.3, -1.7, 0.01, 4.0, 2.0, 0.9];
        combine(&weights, &plane, &mut wide);
        combine_plain(&weights, &plane, &mut plain);
        assert_eq!(wide, plain);
    }
}
