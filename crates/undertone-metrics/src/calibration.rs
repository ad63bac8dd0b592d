//! How much the probabilities themselves are worth.
//!
//! All functions take rows of class probabilities with the true class beside them, expect rows
//! that [`Evaluation`](super::Evaluation) has checked, and give 0 for no rows.

use crate::argmax;
use serde::Serialize;

/// Bins of [`expected_calibration_error`], as in Guo et al. 2017.
const BINS: usize = 15;

/// Mean cross-entropy −ln p(true class), in nats; 0 is best, ln(classes) is guessing evenly.
///
/// Probabilities are kept ε = 2⁻²³ (`f32::EPSILON`) away from 0 and 1, as scikit-learn's
/// `log_loss` does with 32-bit input: one certain mistake costs at most 15.9.
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

/// Expected calibration error: how far, on average over clips, the winning class's probability is
/// from the fraction of right answers among the clips of similar confidence. A fraction in 0..=1,
/// 0 is best.
///
/// Fifteen bins of equal width, each open below and closed above: C. Guo, G. Pleiss, Y. Sun,
/// K. Q. Weinberger, *On Calibration of Modern Neural Networks*, ICML 2017, equation 3. With few
/// clips it is biased upwards, so compare it only between sets of similar size.
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

/// The clips whose winning class has a probability in one of fifteen bins of equal width.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CalibrationBin {
    /// The probabilities of the bin are above this…
    pub low: f64,
    /// …and not above this.
    pub high: f64,
    /// How many clips.
    pub clips: usize,
    /// The winning class's mean probability, 0..=1; 0 where there are no clips.
    pub confidence: f64,
    /// The fraction that is right, 0..=1; 0 where there are no clips.
    pub accuracy: f64,
}

/// The bins of a reliability diagram, which [`expected_calibration_error`] sums up.
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
    fn the_first_of_equals_wins() {
        assert_eq!(argmax(&[0.2, 0.4, 0.4]), 1);
        assert_eq!(argmax(&[0.5, 0.5]), 0);
    }

    #[test]
    fn overconfidence_is_the_gap() {
        // Four clips, all 90 % sure, half right.
        let row = [0.9_f32, 0.1];
        let rows = [(&row[..], 0), (&row[..], 0), (&row[..], 1), (&row[..], 1)];
        assert!((expected_calibration_error(rows) - 0.4).abs() < 1e-6);
    }

    #[test]
    fn a_certain_mistake_has_a_finite_price() {
        let row = [1.0_f32, 0.0];
        let price = cross_entropy([(&row[..], 1)]);
        assert!(
            (price - 23.0 * std::f64::consts::LN_2).abs() < 1e-9,
            "{price}"
        );
    }
}
