//! Probabilities of coarser classes.
//!
//! There are two answers, to two questions. [`sums`] says how probable a coarse class is if all
//! classes were equally probable before: it agrees with the classes' probabilities, and is
//! calibrated if they are. [`coarser`] says it for coarse classes that were equally probable
//! before: it decides best where all coarse classes count the same, as in the unweighted average
//! recall.

/// Return the sums of probabilities by coarser classes, of which there are `count`. Class `i`
/// belongs to class `classes[i]`. Classes of `count` and above are ignored.
///
/// ```
/// assert_eq!(undertone_metrics::sums(&[0.25; 4], &[0, 0, 0, 1], 2), [0.75, 0.25]);
/// ```
pub fn sums(probabilities: &[f32], classes: &[usize], count: usize) -> Vec<f32> {
    let mut sums = vec![0.0; count];
    for (probability, class) in probabilities.iter().zip(classes) {
        if let Some(sum) = sums.get_mut(*class) {
            *sum += probability;
        }
    }
    sums
}

/// Return the probabilities of `count` coarser classes, of which class `i` belongs to `classes[i]`.
///
/// A coarse class gets the mean of its classes' probabilities, and all are scaled to the sum of
/// `probabilities`. So a coarse class is not more probable for having more classes: before anything
/// is heard, all coarse classes are equally probable, as the classes are. Classes of `count` and
/// above are ignored.
///
/// ```
/// // Three of four emotions are negative. Knowing nothing, both sides are equally probable.
/// let coarse = undertone_metrics::coarser(&[0.25; 4], &[0, 0, 0, 1], 2);
/// assert_eq!(coarse, [0.5, 0.5]);
/// ```
pub fn coarser(probabilities: &[f32], classes: &[usize], count: usize) -> Vec<f32> {
    let mut sums = vec![(0.0f64, 0usize); count];
    for (probability, class) in probabilities.iter().zip(classes) {
        if let Some((sum, members)) = sums.get_mut(*class) {
            *sum += f64::from(*probability);
            *members += 1;
        }
    }
    let means: Vec<f64> = sums
        .iter()
        .map(|(sum, members)| sum / (*members).max(1) as f64)
        .collect();
    let total: f64 = probabilities.iter().map(|it| f64::from(*it)).sum();
    let of_means: f64 = means.iter().sum();
    let factor = if of_means > 0.0 {
        total / of_means
    } else {
        0.0
    };
    means.iter().map(|mean| (mean * factor) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coarse_class_is_the_mean_of_its_classes() {
        let coarse = coarser(&[0.1, 0.3, 0.6], &[1, 1, 0], 2);
        // Means 0.6 and 0.2.
        assert!((coarse[0] - 0.75).abs() < 1e-6 && (coarse[1] - 0.25).abs() < 1e-6);
        assert_eq!(coarser(&[0.0, 0.0], &[0, 1], 2), [0.0, 0.0]);
    }
}
