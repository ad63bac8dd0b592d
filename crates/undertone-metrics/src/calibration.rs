//! Cross-entropy and calibration of probabilities.
//!
//! All functions take rows of class probabilities, each with its true class. The rows are as
//! [`Evaluation`](crate::Evaluation) checks them. The result for no rows is 0.

use serde::Serialize;

use crate::argmax;

/// Number of bins of [`expected_calibration_error`], as in Guo et al. 2017.
const BINS: usize = 15;

/// Return the mean cross-entropy −ln p(true class) in nats. 0 is best; equal probabilities for all
/// classes give ln(classes).
///
/// Probabilities are kept ε = 2⁻²³ (`f32::EPSILON`) away from 0 and 1, as scikit-learn's `log_loss`
/// does with 32-bit input. A mistake with probability 1 costs 15.9.
pub fn cross_entropy<'a>(rows: impl IntoIterator<Item = (&'a [f32], usize)>) -> f64 {
    let epsilon = f64::from(f32::EPSILON);
    let (mut total, mut clips) = (0.0, 0_usize);
    for (probabilities, truth) in rows {
        let p = probabilities.get(truth).copied().map_or(0.0, f64::from);
        total -= p.clamp(epsilon, 1.0 - epsilon).ln();
        clips += 1;
    }
    if clips == 0 {
        0.0
    } else {
        total / clips as f64
    }
}

/// Return the expected calibration error, a fraction in 0..=1; 0 is best. It is the mean distance
/// over clips between the confidence (the predicted class's probability) and the accuracy of the
/// clips with a similar confidence.
///
/// There are fifteen bins of equal width, each open below and closed above: C. Guo, G. Pleiss,
/// Y. Sun, K. Q. Weinberger, *On Calibration of Modern Neural Networks*, ICML 2017, equation 3. The
/// error is biased upwards for few clips, so compare it only between sets of similar size.
pub fn expected_calibration_error<'a>(rows: impl IntoIterator<Item = (&'a [f32], usize)>) -> f64 {
    let bins = calibration_bins(rows);
    let clips: usize = bins.iter().map(|bin| bin.clips).sum();
    let gap = |bin: &CalibrationBin| bin.clips as f64 * (bin.confidence - bin.accuracy).abs();
    if clips == 0 {
        0.0
    } else {
        bins.iter().map(gap).sum::<f64>() / clips as f64
    }
}

/// The clips whose confidence lies in one of fifteen bins of equal width.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CalibrationBin {
    /// Lower bound of the confidence, exclusive.
    pub low: f64,
    /// Upper bound of the confidence, inclusive.
    pub high: f64,
    /// Number of clips.
    pub clips: usize,
    /// Mean probability of the predicted class, 0..=1; 0 without clips.
    pub confidence: f64,
    /// The fraction of correct clips, 0..=1; 0 without clips.
    pub accuracy: f64,
}

/// Return the bins of a reliability diagram, from which [`expected_calibration_error`] follows.
pub fn calibration_bins<'a>(
    rows: impl IntoIterator<Item = (&'a [f32], usize)>,
) -> Vec<CalibrationBin> {
    let edge = |bin: usize| bin as f64 / BINS as f64;
    let mut bins: Vec<CalibrationBin> = (0..BINS)
        .map(|bin| CalibrationBin {
            low: edge(bin),
            high: edge(bin + 1),
            clips: 0,
            confidence: 0.0,
            accuracy: 0.0,
        })
        .collect();
    for (probabilities, truth) in rows {
        let winner = argmax(probabilities);
        let p = probabilities.get(winner).copied().map_or(0.0, f64::from);
        let bin = &mut bins[((p * BINS as f64).ceil() as usize).clamp(1, BINS) - 1];
        bin.clips += 1;
        bin.confidence += p;
        bin.accuracy += f64::from(u8::from(winner == truth));
    }
    for bin in bins.iter_mut().filter(|bin| bin.clips > 0) {
        bin.confidence /= bin.clips as f64;
        bin.accuracy /= bin.clips as f64;
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argmax_takes_the_first_of_equals() {
        assert_eq!(argmax(&[0.2, 0.4, 0.4]), 1);
        assert_eq!(argmax(&[0.5, 0.5]), 0);
    }

    #[test]
    fn the_calibration_error_is_confidence_less_accuracy() {
        // Four clips with confidence 0.9, two of them correct.
        let row = [0.9_f32, 0.1];
        let rows = [(&row[..], 0), (&row[..], 0), (&row[..], 1), (&row[..], 1)];
        assert!((expected_calibration_error(rows) - 0.4).abs() < 1e-6);
    }

    #[test]
    fn a_mistake_with_probability_one_has_a_finite_cost() {
        let row = [1.0_f32, 0.0];
        let cost = cross_entropy([(&row[..], 1)]);
        assert!(
            (cost - 23.0 * std::f64::consts::LN_2).abs() < 1e-9,
            "{cost}"
        );
    }
}
