//! Quantiles of sorted values.

/// Return the `q`-quantile of values in ascending order, `q` in 0..=1, interpolated linearly as
/// [`numpy.quantile`](https://numpy.org/doc/stable/reference/generated/numpy.quantile.html) does by
/// default. It is NaN for an empty slice.
///
/// ```
/// use undertone_metrics::quantile;
/// assert_eq!(quantile(&[1.0, 2.0, 4.0, 8.0], 0.5), 3.0);
/// assert!(quantile(&[], 0.5).is_nan());
/// ```
pub fn quantile(ascending: &[f64], q: f64) -> f64 {
    let position = q * ascending.len().saturating_sub(1) as f64;
    let at = |index: f64| ascending.get(index as usize).copied().unwrap_or(f64::NAN);
    let (below, above) = (at(position.floor()), at(position.ceil()));
    below + (above - below) * position.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_equal_numpys() {
        let values = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&values, 0.0), 1.0);
        assert_eq!(quantile(&values, 0.5), 3.0);
        assert_eq!(quantile(&values, 1.0), 8.0);
        assert!((quantile(&values, 0.975) - 7.7).abs() < 1e-12);
    }
}
