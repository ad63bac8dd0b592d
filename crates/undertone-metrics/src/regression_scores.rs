//! The scores of numbers: CCC, Pearson's correlation, RMSE and MAE.

use std::iter::Sum;

use serde::{Deserialize, Serialize};

/// How well predicted numbers agree with true ones.
///
/// - **CCC**, the concordance correlation coefficient, −1 to 1: `2·s_tp / (s_t² + s_p² + (m_t −
///   m_p)²)` with means `m`, variances `s²` and the covariance `s_tp` (L. I. Lin, *Biometrics* 45,
///   1989). Variances are divided by the number of clips, as in the AVEC challenges and in
///   `audmetric`. Unlike a correlation it also falls if predictions have another mean or spread.
/// - **Pearson's r**, −1 to 1.
/// - **RMSE** and **MAE**, the root of the mean squared and the mean absolute error, in the unit of
///   the truth.
///
/// CCC and r are 0 where the truth or the prediction does not vary, as with a single clip: no
/// agreement is shown, even if all values are equal. Without clips all scores are 0.
///
/// ```
/// use undertone_metrics::RegressionScores;
///
/// let scores = RegressionScores::of(&[0.0, 1.0, 2.0], &[0.0, 1.0, 1.0]);
/// assert!((scores.ccc - 2.0 / 3.0).abs() < 1e-12);
/// assert_eq!(RegressionScores::of(&[1.0], &[1.0]).ccc, 0.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RegressionScores {
    /// Concordance correlation coefficient.
    pub ccc: f64,
    /// Pearson's correlation coefficient.
    pub pearson: f64,
    /// Root of the mean squared error.
    pub rmse: f64,
    /// Mean absolute error.
    pub mae: f64,
}

impl RegressionScores {
    /// Compute the scores of two lists of the same length. Values beyond the shorter one do not
    /// count.
    pub fn of(truth: &[f64], predicted: &[f64]) -> Self {
        let origin = [truth, predicted].map(crate::scores::mean);
        let pairs = truth.iter().zip(predicted);
        pairs
            .map(|(truth, predicted)| Moments::of(*truth, *predicted, origin))
            .sum::<Moments>()
            .scores(origin)
    }
}

/// The mean and the standard deviation of values, divided by their number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The standard deviation, 0 or more.
    pub std: f64,
}

impl Spread {
    /// Compute the spread of values. Both parts are 0 without values.
    pub fn of(values: &[f64]) -> Self {
        let mean = crate::scores::mean(values);
        let squares: Vec<f64> = values.iter().map(|value| (value - mean).powi(2)).collect();
        Self {
            mean,
            std: crate::scores::mean(&squares).sqrt(),
        }
    }

    /// Return whether the values differ by more than rounding.
    pub fn varies(&self) -> bool {
        self.std > 1e-9 * self.mean.abs().max(f64::MIN_POSITIVE)
    }
}

/// Sums over clips, from which the scores follow. Values are less an origin, near which little
/// precision is lost: one of the truth and one of the predictions. Sums that are added must share
/// it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Moments {
    clips: f64,
    truth: f64,
    predicted: f64,
    truth_squared: f64,
    predicted_squared: f64,
    product: f64,
    absolute_error: f64,
    squared_error: f64,
}

impl Moments {
    pub(crate) fn of(truth: f64, predicted: f64, origin: [f64; 2]) -> Self {
        let error = predicted - truth;
        let (truth, predicted) = (truth - origin[0], predicted - origin[1]);
        Self {
            clips: 1.0,
            truth,
            predicted,
            truth_squared: truth * truth,
            predicted_squared: predicted * predicted,
            product: truth * predicted,
            absolute_error: error.abs(),
            squared_error: error * error,
        }
    }

    /// Return the scores of the clips whose values were less `origin`.
    pub(crate) fn scores(&self, origin: [f64; 2]) -> RegressionScores {
        let clips = self.clips.max(1.0);
        let (truth, predicted) = (self.truth / clips, self.predicted / clips);
        let [truth_variance, predicted_variance] = [
            (self.truth_squared / clips, truth, origin[0]),
            (self.predicted_squared / clips, predicted, origin[1]),
        ]
        .map(|(mean_square, mean, origin)| variance(mean_square, mean, origin));
        let (ccc, pearson) = match truth_variance * predicted_variance > 0.0 {
            true => {
                let covariance = self.product / clips - truth * predicted;
                let bias = (truth + origin[0] - predicted - origin[1]).powi(2);
                (
                    2.0 * covariance / (truth_variance + predicted_variance + bias),
                    (covariance / (truth_variance * predicted_variance).sqrt()).clamp(-1.0, 1.0),
                )
            }
            false => (0.0, 0.0),
        };
        RegressionScores {
            ccc,
            pearson,
            rmse: (self.squared_error / clips).sqrt(),
            mae: self.absolute_error / clips,
        }
    }
}

/// Return the variance of values less `origin`, and 0 if it is no more than a rounding error.
fn variance(mean_square: f64, mean: f64, origin: f64) -> f64 {
    let variance = mean_square - mean * mean;
    let rounding = 1e-13 * mean_square + (1e-15 * origin).powi(2);
    match variance > rounding {
        true => variance,
        false => 0.0,
    }
}

impl Sum for Moments {
    fn sum<I: Iterator<Item = Self>>(moments: I) -> Self {
        moments.fold(Self::default(), |sum, own| Self {
            clips: sum.clips + own.clips,
            truth: sum.truth + own.truth,
            predicted: sum.predicted + own.predicted,
            truth_squared: sum.truth_squared + own.truth_squared,
            predicted_squared: sum.predicted_squared + own.predicted_squared,
            product: sum.product + own.product,
            absolute_error: sum.absolute_error + own.absolute_error,
            squared_error: sum.squared_error + own.squared_error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_truth_or_prediction_agrees_with_nothing() {
        let constants = [0.1; 7];
        let others = [0.3, 0.9, 0.2, 0.4, 0.1, 0.7, 0.6];
        for (truth, predicted) in [
            (&constants, &others),
            (&others, &constants),
            (&constants, &constants),
        ] {
            let scores = RegressionScores::of(truth, predicted);
            assert_eq!((scores.ccc, scores.pearson), (0.0, 0.0));
        }
        let far = RegressionScores::of(&[5.0, 5.0], &[7.0, 3.0]);
        assert_eq!((far.ccc, far.rmse, far.mae), (0.0, 2.0, 2.0));
    }

    #[test]
    fn one_clip_and_no_clip_have_an_error_but_no_correlation() {
        let one = RegressionScores::of(&[3.0], &[5.0]);
        assert_eq!(
            (one.ccc, one.pearson, one.rmse, one.mae),
            (0.0, 0.0, 2.0, 2.0)
        );
        let none = RegressionScores::of(&[], &[]);
        assert_eq!((none.ccc, none.rmse), (0.0, 0.0));
    }

    #[test]
    fn a_shift_and_a_scale_lower_the_ccc_but_not_the_correlation() {
        let truth: Vec<f64> = (0..10).map(f64::from).collect();
        let shifted: Vec<f64> = truth.iter().map(|value| value + 3.0).collect();
        let scaled: Vec<f64> = truth
            .iter()
            .map(|value| 4.5 + 0.5 * (value - 4.5))
            .collect();
        let same = RegressionScores::of(&truth, &truth);
        assert!((same.ccc - 1.0).abs() < 1e-12 && same.rmse == 0.0);
        // Variance 8.25: 2·8.25 / (2·8.25 + 9), and 2·0.5 / (1 + 0.25).
        let shifted = RegressionScores::of(&truth, &shifted);
        assert!((shifted.ccc - 16.5 / 25.5).abs() < 1e-12);
        assert!((shifted.pearson - 1.0).abs() < 1e-12);
        let scaled = RegressionScores::of(&truth, &scaled);
        assert!((scaled.ccc - 0.8).abs() < 1e-12);
        assert!((scaled.pearson - 1.0).abs() < 1e-12);
    }

    #[test]
    fn values_far_from_zero_keep_their_precision() {
        let truth: Vec<f64> = (0..100).map(|i| 1e9 + f64::from(i % 7)).collect();
        let predicted: Vec<f64> = (0..100).map(|i| 1e9 + f64::from(i % 5)).collect();
        let near = |values: &[f64]| -> Vec<f64> { values.iter().map(|v| v - 1e9).collect() };
        let far = RegressionScores::of(&truth, &predicted);
        let near = RegressionScores::of(&near(&truth), &near(&predicted));
        assert!((far.ccc - near.ccc).abs() < 1e-9);
    }
}
