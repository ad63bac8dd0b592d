//! Deltas: slopes over time.

use super::{FeatureError, FeatureMatrix};

/// Compute first-order deltas, as `librosa.feature.delta(data, width=width, mode="interp")` does:
/// the slope of the straight line through `width` frames around each frame (a Savitzky–Golay
/// filter). The first and the last `width / 2` frames have the slope of the outermost full window.
///
/// # Errors
/// When `width` is even, less than 3, or more than the frames of `data`.
///
/// ```
/// use undertone_audio::{FeatureMatrix, delta};
/// let ramp = FeatureMatrix { bands: 1, frames: 9, values: (0..9).map(|t| 2.0 * t as f32).collect() };
/// assert_eq!(delta(&ramp, 9)?.values, [2.0; 9]);
/// # Ok::<(), undertone_audio::FeatureError>(())
/// ```
pub fn delta(data: &FeatureMatrix, width: usize) -> Result<FeatureMatrix, FeatureError> {
    if width < 3 || width.is_multiple_of(2) {
        return Err(FeatureError::DeltaWidth { width });
    }
    if width > data.frames {
        return Err(FeatureError::TooFewFrames {
            width,
            frames: data.frames,
        });
    }
    let half = width / 2;
    let norm: f64 = (1..=half).map(|k| 2.0 * (k * k) as f64).sum();
    let weights: Vec<f32> = (0..width)
        .map(|k| ((k as f64 - half as f64) / norm) as f32)
        .collect();

    let mut slopes = FeatureMatrix::zeros(data.bands, data.frames);
    for band in 0..data.bands {
        let row = slopes.band_mut(band);
        for (window, slope) in data.band(band).windows(width).zip(&mut row[half..]) {
            *slope = window.iter().zip(&weights).map(|(v, w)| v * w).sum();
        }
        let (first, last) = (row[half], row[data.frames - 1 - half]);
        row[..half].fill(first);
        row[data.frames - half..].fill(last);
    }
    Ok(slopes)
}
