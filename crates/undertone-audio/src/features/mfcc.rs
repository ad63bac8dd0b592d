//! Mel-frequency cepstral coefficients.

use std::f64::consts::PI;

use super::{FeatureError, FeatureMatrix};

/// The first rows of an orthonormal DCT-II over mel bands: `librosa.feature.mfcc(S=db)`.
#[derive(Debug, Clone)]
pub struct Mfcc {
    n_mels: usize,
    /// Row-major `[n_mfcc][n_mels]`.
    basis: Vec<f32>,
}

impl Mfcc {
    /// Makes the basis for `n_mfcc` coefficients (40 in this project) of `n_mels` bands.
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
                (0..n_mels).map(move |m| {
                    (scale * (PI * k as f64 * (2 * m + 1) as f64 / (2.0 * bands)).cos()) as f32
                })
            })
            .collect();
        Ok(Self { n_mels, basis })
    }

    /// Coefficients `[n_mfcc][frames]` of a mel spectrogram in decibels, `[n_mels][frames]`.
    ///
    /// # Panics
    /// When `db` doesn't have the number of bands this basis was made for.
    pub fn from_db(&self, db: &FeatureMatrix) -> FeatureMatrix {
        assert_eq!(db.bands, self.n_mels, "mel bands");
        let mut mfcc = FeatureMatrix::zeros(self.basis.len() / self.n_mels, db.frames);
        for (coefficient, weights) in self.basis.chunks_exact(self.n_mels).enumerate() {
            let row = mfcc.band_mut(coefficient);
            for (band, weight) in weights.iter().enumerate() {
                for (sum, value) in row.iter_mut().zip(db.band(band)) {
                    *sum += weight * value;
                }
            }
        }
        mfcc
    }
}
