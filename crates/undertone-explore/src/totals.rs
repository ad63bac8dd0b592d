//! Sums over clips.

use std::collections::BTreeMap;

use undertone_corpus::Emotion;

use crate::measure::{COLUMNS, LEVEL_BINS, MEL_BANDS, MFCCS, Measured};

/// Sums over clips. Their size does not depend on the number of clips.
#[derive(Debug, Clone)]
pub struct Totals {
    by_emotion: BTreeMap<Emotion, Sums>,
    /// Number of frames by their level below the loudest frame of their clip, one bin per decibel.
    /// The last bin counts all lower levels.
    pub frame_levels: Vec<u64>,
}

#[derive(Debug, Clone, Default)]
struct Sums {
    clips: usize,
    log_mel: Vec<f64>,
    mfcc: Vec<f64>,
}

/// The mean of many clips' [`Spectra`](crate::Spectra): rows from the lowest band or coefficient,
/// each with [`COLUMNS`] columns of relative time.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanSpectra {
    /// Number of clips.
    pub clips: usize,
    /// Decibels.
    pub log_mel: Vec<Vec<f64>>,
    /// Mel-frequency cepstral coefficients.
    pub mfcc: Vec<Vec<f64>>,
}

impl Default for Totals {
    fn default() -> Self {
        Self {
            by_emotion: BTreeMap::new(),
            frame_levels: vec![0; LEVEL_BINS],
        }
    }
}

impl Totals {
    pub(crate) fn add(&mut self, emotion: Emotion, measured: &Measured) {
        for (sum, frames) in self.frame_levels.iter_mut().zip(&measured.frame_levels) {
            *sum += frames;
        }
        let Some(spectra) = &measured.spectra else {
            return;
        };
        let sums = self.by_emotion.entry(emotion).or_default();
        sums.clips += 1;
        add(&mut sums.log_mel, &spectra.log_mel);
        add(&mut sums.mfcc, &spectra.mfcc);
    }

    /// Return the mean spectra of an emotion; `None` if all its clips are silent.
    pub fn mean_of(&self, emotion: Emotion) -> Option<MeanSpectra> {
        let sums = self.by_emotion.get(&emotion)?;
        let mean = |sum: &[f64]| -> Vec<Vec<f64>> {
            sum.chunks(COLUMNS)
                .map(|row| row.iter().map(|v| v / sums.clips as f64).collect())
                .collect()
        };
        (sums.clips > 0).then(|| MeanSpectra {
            clips: sums.clips,
            log_mel: mean(&sums.log_mel),
            mfcc: mean(&sums.mfcc),
        })
    }
}

fn add(sums: &mut Vec<f64>, values: &[f32]) {
    debug_assert!([MEL_BANDS * COLUMNS, MFCCS * COLUMNS].contains(&values.len()));
    sums.resize(values.len(), 0.0);
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += f64::from(*value);
    }
}
