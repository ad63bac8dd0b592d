//! Levels and clipping.

/// Levels in decibels of full scale (a square wave from -1 to 1 has 0 dB).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Root mean square of the trimmed clip; `None` if all samples are zero.
    pub rms_db: Option<f64>,
    /// The loudest sample of the whole clip; `None` if all samples are zero.
    pub peak_db: Option<f64>,
    /// Clipping in the whole clip.
    pub clipping: Clipping,
}

/// Samples at full scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clipping {
    /// Number of samples.
    pub samples: usize,
    /// Number of runs of three or more such samples, as cut-off peaks have them.
    pub runs: usize,
}

/// The largest 16-bit sample.
const FULL_SCALE: f32 = 32_767.0 / 32_768.0;
/// Smallest number of consecutive samples at full scale that counts as clipping, as in Audacity's
/// "Find Clipping".
const RUN: usize = 3;

/// Peak and clipping of a recording before resampling.
pub(super) struct Peaks {
    highest: f32,
    clipping: Clipping,
}

impl Peaks {
    pub(super) fn of(samples: &[f32]) -> Self {
        Self {
            highest: samples.iter().fold(0.0, |peak, v| peak.max(v.abs())),
            clipping: clipping(samples),
        }
    }
}

impl Level {
    pub(super) fn of(speech: &[f32], peaks: Peaks) -> Self {
        Self {
            rms_db: decibels(mean_square(speech)),
            peak_db: decibels(f64::from(peaks.highest).powi(2)),
            clipping: peaks.clipping,
        }
    }
}

pub(super) fn mean_square(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|v| f64::from(*v).powi(2)).sum();
    sum / samples.len().max(1) as f64
}

fn decibels(power: f64) -> Option<f64> {
    (power > 0.0).then(|| 10.0 * power.log10())
}

fn clipping(samples: &[f32]) -> Clipping {
    let mut clipping = Clipping::default();
    for stretch in samples.chunk_by(|a, b| (a.abs() >= FULL_SCALE) == (b.abs() >= FULL_SCALE)) {
        if stretch.first().is_some_and(|v| v.abs() >= FULL_SCALE) {
            clipping.samples += stretch.len();
            clipping.runs += usize::from(stretch.len() >= RUN);
        }
    }
    clipping
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_scale_square_wave_has_a_level_of_0_db() {
        let level = Level::of(&[1.0, -1.0], Peaks::of(&[1.0, -1.0]));
        assert_eq!((level.rms_db, level.peak_db), (Some(0.0), Some(0.0)));
        let silent = Level::of(&[0.0; 3], Peaks::of(&[0.0; 3]));
        assert_eq!((silent.rms_db, silent.peak_db), (None, None));
    }

    #[test]
    fn runs_at_full_scale_are_counted() {
        let samples = [0.5, 1.0, 0.5, -1.0, -1.0, -1.0, 0.0, 1.0, 1.0, 1.0, 1.0];
        let found = clipping(&samples);
        assert_eq!((found.samples, found.runs), (8, 2));
        assert_eq!(clipping(&[0.99; 9]), Clipping::default());
    }
}
