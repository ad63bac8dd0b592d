//! The index of the largest value.

/// Return the index of the largest value: the first of equals, and 0 for an empty slice.
///
/// A value that compares to nothing, such as NaN, is never larger.
///
/// ```
/// use undertone_metrics::argmax;
/// assert_eq!(argmax(&[0.2, 0.4, 0.4]), 1);
/// assert_eq!(argmax::<f32>(&[]), 0);
/// ```
pub fn argmax<T: PartialOrd>(values: &[T]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}
