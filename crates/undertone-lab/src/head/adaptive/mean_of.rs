//! The mean of rows.

/// Return the mean of rows of the same length. Empty without rows.
pub(super) fn mean_of<R: AsRef<[f64]>>(rows: &[R]) -> Vec<f64> {
    let width = rows.first().map_or(0, |row| row.as_ref().len());
    let count = rows.len().max(1) as f64;
    (0..width)
        .map(|at| rows.iter().map(|row| row.as_ref()[at]).sum::<f64>() / count)
        .collect()
}
