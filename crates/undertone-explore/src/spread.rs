//! How values are spread.

use serde::Serialize;
use undertone_metrics::quantile;

/// The place of a set of values in a few numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// How many values there are.
    pub count: usize,
    /// The smallest.
    pub min: f64,
    /// First quartile.
    pub lower_quartile: f64,
    /// Median.
    pub median: f64,
    /// Arithmetic mean.
    pub mean: f64,
    /// Third quartile.
    pub upper_quartile: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    /// The spread of values in any order; `None` of none. Quantiles are linear between values, as
    /// numpy's.
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
