//! `holdout`: one split over clips, stratified by label.

use rand::seq::SliceRandom;

use super::fold::Fold;
use crate::random_stream::{Purpose, stream};
use crate::{LabelScheme, Utterance};

/// Split the entries of `list`, which can repeat an index.
pub(super) fn split(
    utterances: &[Utterance],
    list: &[usize],
    scheme: &LabelScheme,
    test_fraction: f64,
    validation_fraction: f64,
    seed: u64,
) -> Fold {
    // Clips without a class, as regression has them, are a stratum of their own.
    let without = scheme.labels().len();
    let mut strata: Vec<Vec<usize>> = vec![Vec::new(); without + 1];
    for (position, &index) in list.iter().enumerate() {
        let label = scheme.label_of(utterances[index].emotion);
        strata[label.unwrap_or(without)].push(position);
    }
    let mut rng = stream(seed, Purpose::Test);
    for stratum in &mut strata {
        stratum.shuffle(&mut rng);
    }
    let test = take(&mut strata, share(list.len(), test_fraction));
    let validation = take(&mut strata, share(list.len(), validation_fraction));
    let mut train: Vec<usize> = strata.into_iter().flatten().collect();
    train.sort_unstable();
    let indices = |positions: Vec<usize>| {
        positions
            .into_iter()
            .map(|position| list[position])
            .collect()
    };
    Fold {
        name: "holdout".to_owned(),
        train: indices(train),
        validation: indices(validation),
        test: indices(test),
    }
}

/// Return a fraction of `total`, rounded up as in scikit-learn's `train_test_split`.
fn share(total: usize, fraction: f64) -> usize {
    // 0.07 × 100 is 7.000000000000001 in binary, which must not become 8.
    (total as f64 * fraction - 1e-9).ceil() as usize
}

/// Take `total` entries out of the strata, in proportion to their sizes.
fn take(strata: &mut [Vec<usize>], total: usize) -> Vec<usize> {
    let sizes: Vec<usize> = strata.iter().map(Vec::len).collect();
    let mut taken = Vec::with_capacity(total);
    for (stratum, quota) in strata.iter_mut().zip(proportional(&sizes, total)) {
        taken.extend(stratum.drain(stratum.len() - quota..));
    }
    taken.sort_unstable();
    taken
}

/// Split `total` in proportion to `sizes` by the largest remainder. Every quota is smaller than its
/// size, so that each label keeps an entry to train on.
fn proportional(sizes: &[usize], total: usize) -> Vec<usize> {
    let sum: usize = sizes.iter().sum();
    if sum == 0 {
        return vec![0; sizes.len()];
    }
    let limit = |position: usize| sizes[position].saturating_sub(1);
    let mut quotas: Vec<usize> = (0..sizes.len())
        .map(|position| (sizes[position] * total / sum).min(limit(position)))
        .collect();
    let mut by_remainder: Vec<usize> = (0..sizes.len()).collect();
    by_remainder.sort_by_key(|&position| std::cmp::Reverse(sizes[position] * total % sum));
    let mut left = total - quotas.iter().sum::<usize>();
    while left > 0 {
        let before = left;
        for &position in &by_remainder {
            if left > 0 && quotas[position] < limit(position) {
                quotas[position] += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    quotas
}

#[cfg(test)]
mod tests {
    use super::{proportional, share};

    #[test]
    fn shares_round_up_and_survive_binary_fractions() {
        assert_eq!(share(1440, 0.3), 432);
        assert_eq!(share(1152, 0.3), 346);
        assert_eq!(share(100, 0.07), 7);
        assert_eq!(share(10, 0.0), 0);
    }

    #[test]
    fn quotas_follow_the_sizes_and_add_up() {
        assert_eq!(proportional(&[768, 288, 384], 432), [231, 86, 115]);
    }

    #[test]
    fn a_label_keeps_its_last_entry() {
        assert_eq!(proportional(&[1, 9], 5), [0, 5]);
        assert_eq!(proportional(&[1, 1, 0], 2), [0, 0, 0]);
    }
}
