//! The distribution of values in a few numbers.

use serde::Serialize;
use undertone_metrics::quantile;

/// Count, mean, range and quartiles of a set of values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Number of values.
    pub count: usize,
    /// Smallest value.
    pub min: f64,
    /// First quartile.
    pub lower_quartile: f64,
    /// Median.
    pub median: f64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Third quartile.
    pub upper_quartile: f64,
    /// Largest value.
    pub max: f64,
}

impl Spread {
    /// Compute the spread of values in any order; `None` if there are none. Quantiles are
    /// interpolated linearly, as in numpy.
    ///
    /// ```
    /// let spread = undertone_explore::Spread::of([4.0, 1.0, 2.0, 8.0]).unwrap();
    /// assert_eq!((spread.median, spread.mean, spread.max), (3.0, 3.75, 8.0));
    /// ```
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        Some(Self {
            count: values.len(),
            min,
            lower_quartile: quantile(&values, 0.25),
            median: quantile(&values, 0.5),
            mean: values.iter().sum::<f64>() / values.len() as f64,
            upper_quartile: quantile(&values, 0.75),
            max,
        })
    }
}
