//! Balancing the emotions and labels.

use std::collections::{BTreeMap, HashMap};

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::error::BalanceError;
use crate::{Emotion, LabelScheme, Utterance};

/// Repeat clips of `emotion` until there are as many as of `to`.
pub(super) fn oversample(
    utterances: &[Utterance],
    list: &mut Vec<usize>,
    emotion: Emotion,
    to: Emotion,
    rng: &mut ChaCha8Rng,
) -> Result<(), BalanceError> {
    let of = |wanted: Emotion| {
        let clips = list
            .iter()
            .copied()
            .filter(|&index| utterances[index].emotion == wanted);
        let clips: Vec<usize> = clips.collect();
        if clips.is_empty() {
            Err(BalanceError::Absent {
                emotion,
                to,
                absent: wanted,
            })
        } else {
            Ok(clips)
        }
    };
    let mut clips = of(emotion)?;
    let mut lacking = of(to)?.len().saturating_sub(clips.len());
    while lacking > 0 {
        clips.shuffle(rng);
        let dealt = lacking.min(clips.len());
        list.extend_from_slice(&clips[..dealt]);
        lacking -= dealt;
    }
    Ok(())
}

/// Drop clips until every label that occurs has as many as the smallest one.
pub(super) fn undersample(
    utterances: &[Utterance],
    list: &[usize],
    scheme: &LabelScheme,
    rng: &mut ChaCha8Rng,
) -> Vec<usize> {
    let mut positions: BTreeMap<Emotion, Vec<usize>> = BTreeMap::new();
    for (position, &index) in list.iter().enumerate() {
        let emotion = utterances[index].emotion;
        positions.entry(emotion).or_default().push(position);
    }
    let positions_of = |emotion: &Emotion| positions.get(emotion).map_or(&[][..], Vec::as_slice);
    let labels: Vec<Vec<Emotion>> = (0..scheme.labels().len())
        .map(|label| scheme.emotions_of(label))
        .collect();
    let counts_of = |emotions: &[Emotion]| -> Vec<usize> {
        emotions
            .iter()
            .map(|emotion| positions_of(emotion).len())
            .collect()
    };
    let totals = labels
        .iter()
        .map(|emotions| counts_of(emotions).iter().sum::<usize>());
    let target = totals.filter(|&total| total > 0).min().unwrap_or(0);

    let mut kept = Vec::new();
    for emotions in &labels {
        let counts = counts_of(emotions);
        for (emotion, share) in emotions.iter().zip(equal_shares(&counts, target)) {
            kept.extend(draw(list, positions_of(emotion), share, rng));
        }
    }
    kept.sort_unstable();
    kept.into_iter().map(|position| list[position]).collect()
}

/// Split `total` into one share per count. The shares are as equal as possible, and none exceeds
/// its count.
pub(super) fn equal_shares(counts: &[usize], total: usize) -> Vec<usize> {
    let mut ascending: Vec<usize> = (0..counts.len()).collect();
    ascending.sort_by_key(|&position| counts[position]);
    let mut shares = vec![0; counts.len()];
    let mut left = total;
    for (done, &position) in ascending.iter().enumerate() {
        let share = counts[position].min(left / (counts.len() - done));
        shares[position] = share;
        left -= share;
    }
    shares
}

/// Draw `wanted` of the positions at random. Take different clips before copies of one.
pub(super) fn draw(
    list: &[usize],
    positions: &[usize],
    wanted: usize,
    rng: &mut ChaCha8Rng,
) -> Vec<usize> {
    let mut shuffled = positions.to_vec();
    shuffled.shuffle(rng);
    let mut seen: HashMap<usize, usize> = HashMap::new();
    let mut with_copy_number: Vec<(usize, usize)> = shuffled
        .into_iter()
        .map(|position| {
            let copies = seen.entry(list[position]).or_insert(0);
            *copies += 1;
            (*copies, position)
        })
        .collect();
    with_copy_number.sort_by_key(|&(copy_number, _)| copy_number);
    with_copy_number
        .into_iter()
        .take(wanted)
        .map(|(_, position)| position)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::equal_shares;

    #[test]
    fn shares_are_equal_if_every_count_is_large_enough() {
        assert_eq!(equal_shares(&[192, 192, 192, 192], 384), [96, 96, 96, 96]);
    }

    #[test]
    fn larger_counts_fill_the_share_of_a_small_one() {
        assert_eq!(equal_shares(&[10, 100, 100, 0], 90), [10, 40, 40, 0]);
    }

    #[test]
    fn a_remainder_is_distributed() {
        let shares = equal_shares(&[50, 50, 50], 100);
        assert_eq!(shares.iter().sum::<usize>(), 100);
        assert!(shares.iter().all(|share| (33..=34).contains(share)));
    }
}
