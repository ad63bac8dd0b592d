//! The mean recall alone, where no other score is needed.

/// Return the unweighted average recall of pairs of a true and a predicted class, both below
/// `classes`: the mean over the classes that occur, 0 to 1; 0 without pairs.
///
/// ```
/// // One of two clips of class 0 is right, and the only clip of class 1.
/// let pairs = [(0, 0), (0, 1), (1, 1)];
/// assert_eq!(undertone_metrics::mean_recall(pairs.into_iter(), 3), 0.75);
/// ```
///
/// # Panics
/// If a true class is not below `classes`.
pub fn mean_recall(pairs: impl Iterator<Item = (usize, usize)>, classes: usize) -> f64 {
    let mut counts = vec![(0usize, 0usize); classes];
    for (truth, predicted) in pairs {
        let (all, right) = &mut counts[truth];
        *all += 1;
        *right += usize::from(predicted == truth);
    }
    let occurring = counts.iter().filter(|(all, _)| *all > 0);
    let recalls: Vec<f64> = occurring
        .map(|(all, right)| *right as f64 / *all as f64)
        .collect();
    recalls.iter().sum::<f64>() / recalls.len().max(1) as f64
}
