//! Log-mel spectrum and MFCCs over a clip's relative time.

use undertone_audio::{DbConfig, FeatureMatrix, MelConfig, MelSpectrogram, Mfcc, power_to_db};

use crate::error::ExploreError;

/// The rate at which pitch, syllables and spectra are measured, in Hz.
pub(crate) const ANALYSIS_RATE: u32 = 16_000;
/// Number of mel bands, from 0 to 8 kHz.
pub const MEL_BANDS: usize = 64;
/// Number of MFCCs.
pub const MFCCS: usize = 40;
/// Number of columns of relative time, from a clip's start to its end.
pub const COLUMNS: usize = 50;

/// The spectra of a trimmed clip, stretched to [`COLUMNS`] columns. Rows begin with the lowest band
/// or coefficient.
#[derive(Debug, Clone, PartialEq)]
pub struct Spectra {
    /// Decibels, [`MEL_BANDS`] × [`COLUMNS`].
    pub log_mel: Vec<f32>,
    /// [`MFCCS`] × [`COLUMNS`].
    pub mfcc: Vec<f32>,
}

pub(super) struct Analyser {
    mel: MelSpectrogram,
    mfcc: Mfcc,
}

impl Analyser {
    pub(super) fn new() -> Result<Self, ExploreError> {
        let mel = MelConfig {
            sample_rate: ANALYSIS_RATE,
            n_fft: 1024,
            hop_length: 256,
            n_mels: MEL_BANDS,
            ..MelConfig::default()
        };
        Ok(Self {
            mel: MelSpectrogram::new(&mel)?,
            mfcc: Mfcc::new(MFCCS, MEL_BANDS)?,
        })
    }

    /// Return the spectra, and the mean and standard deviation of each MFCC over time.
    pub(super) fn analyze(&self, samples: &[f32]) -> (Spectra, Vec<f32>) {
        let log_mel = power_to_db(&self.mel.power(samples), &DbConfig::default());
        let mfcc = self.mfcc.from_db(&log_mel);
        let features = (0..mfcc.bands).flat_map(|band| moments(mfcc.band(band)));
        let features = features.collect();
        let spectra = Spectra {
            log_mel: stretch(&log_mel),
            mfcc: stretch(&mfcc),
        };
        (spectra, features)
    }
}

fn moments(values: &[f32]) -> [f32; 2] {
    let count = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / count;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / count;
    [mean, variance.sqrt()]
}

/// Resample every band to [`COLUMNS`] evenly spaced positions in time, by linear interpolation.
fn stretch(matrix: &FeatureMatrix) -> Vec<f32> {
    let mut stretched = Vec::with_capacity(matrix.bands * COLUMNS);
    let last = matrix.frames.saturating_sub(1);
    for band in 0..matrix.bands {
        let values = matrix.band(band);
        stretched.extend((0..COLUMNS).map(|column| {
            let place = column as f32 / (COLUMNS - 1) as f32 * last as f32;
            let below = (place as usize).min(last);
            let (left, right) = (values[below], values[(below + 1).min(last)]);
            left + (right - left) * (place - below as f32)
        }));
    }
    stretched
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretching_keeps_ends_and_slopes() {
        for frames in [1, 2, 7, 300] {
            let matrix = FeatureMatrix {
                bands: 1,
                frames,
                values: (0..frames).map(|frame| frame as f32).collect(),
            };
            let stretched = stretch(&matrix);
            assert_eq!(stretched.len(), COLUMNS);
            for (column, value) in stretched.iter().enumerate() {
                let expected = column as f32 * (frames - 1) as f32 / (COLUMNS - 1) as f32;
                assert!((value - expected).abs() < 1e-3, "{frames}: {column}");
            }
        }
    }
}
