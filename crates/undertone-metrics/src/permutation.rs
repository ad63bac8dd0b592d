//! Permutation tests: is a model equally good for all speakers and genders?
//!
//! The statistic is the highest UAR of a group less the lowest. See Good, *Permutation, Parametric
//! and Bootstrap Tests of Hypotheses*, 2005.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::ClipPrediction;

/// Number of permutations. The seed is 0.
const PERMUTATIONS: usize = 1000;

/// Correct predictions and all predictions of a class's clips.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    right: usize,
    all: usize,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.right += other.right;
        self.all += other.all;
    }
}

/// What changes its group as a whole, with its predictions by class.
struct Unit {
    group: usize,
    tallies: BTreeMap<usize, Tally>,
}

/// Return the p-value of the hypothesis that all speakers are recognized equally well. Clips are
/// exchanged between speakers, within each class. All predictions of one clip move together. The
/// p-value is 1 for a single speaker.
pub fn speaker_permutation_test(predictions: &[&ClipPrediction]) -> f64 {
    let mut clips = BTreeMap::<(usize, &str, &str), Tally>::new();
    for prediction in predictions {
        let clip = (
            prediction.truth,
            &*prediction.speaker,
            &*prediction.utterance,
        );
        clips.entry(clip).or_default().add(tally(prediction));
    }
    let mut strata = BTreeMap::<usize, Vec<Unit>>::new();
    let mut numbers = BTreeMap::new();
    for ((class, speaker, _), tally) in clips {
        let next = numbers.len();
        strata.entry(class).or_default().push(Unit {
            group: *numbers.entry(speaker).or_insert(next),
            tallies: BTreeMap::from([(class, tally)]),
        });
    }
    p_value(strata.into_values().collect(), numbers.len())
}

/// Return the p-value of the hypothesis that the gender makes no difference. Whole speakers are
/// exchanged between genders. The p-value is 1 for a single gender.
pub fn gender_permutation_test(predictions: &[&ClipPrediction]) -> f64 {
    let mut speakers = BTreeMap::<&str, Unit>::new();
    let mut numbers = BTreeMap::new();
    for prediction in predictions {
        let next = numbers.len();
        let group = *numbers.entry(prediction.gender.as_deref()).or_insert(next);
        let unit = speakers.entry(&prediction.speaker).or_insert_with(|| Unit {
            group,
            tallies: BTreeMap::new(),
        });
        let answers = unit.tallies.entry(prediction.truth).or_default();
        answers.add(tally(prediction));
    }
    p_value(vec![speakers.into_values().collect()], numbers.len())
}

fn tally(prediction: &ClipPrediction) -> Tally {
    Tally {
        right: usize::from(prediction.predicted() == prediction.truth),
        all: 1,
    }
}

/// Return the share of permutations with a spread at least as large as the observed one. Units are
/// exchanged within their stratum.
fn p_value(strata: Vec<Vec<Unit>>, groups: usize) -> f64 {
    let units = strata.iter().flatten();
    let classes = units
        .flat_map(|unit| unit.tallies.keys())
        .max()
        .map_or(0, |class| class + 1);
    let mut assigned: Vec<Vec<usize>> = strata
        .iter()
        .map(|units| units.iter().map(|unit| unit.group).collect())
        .collect();
    let mut table = vec![Tally::default(); groups * classes];
    let mut spread_of = |assigned: &[Vec<usize>]| {
        table.fill(Tally::default());
        let units = strata.iter().flatten();
        for (unit, group) in units.zip(assigned.iter().flatten()) {
            for (class, tally) in &unit.tallies {
                table[group * classes + class].add(*tally);
            }
        }
        spread(&table, classes)
    };
    let observed = spread_of(&assigned);
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let as_large = (0..PERMUTATIONS)
        .filter(|_| {
            for groups in &mut assigned {
                groups.shuffle(&mut random);
            }
            spread_of(&assigned) >= observed - 1e-9
        })
        .count();
    // The observed assignment is one of the permutations.
    (as_large + 1) as f64 / (PERMUTATIONS + 1) as f64
}

/// Return the highest UAR of a group less the lowest. `table` has a row of classes per group.
fn spread(table: &[Tally], classes: usize) -> f64 {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for group in table.chunks(classes.max(1)) {
        let occurring = group.iter().filter(|tally| tally.all > 0);
        let (recalls, count) = occurring.fold((0.0, 0.0), |(sum, count), tally| {
            (sum + tally.right as f64 / tally.all as f64, count + 1.0)
        });
        if count > 0.0 {
            low = low.min(recalls / count);
            high = high.max(recalls / count);
        }
    }
    high - low
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;

    /// 24 speakers with 60 clips each of three classes; odd numbers are female.
    fn predictions(seed: u64, accuracy: impl Fn(usize) -> f64) -> Vec<ClipPrediction> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut predictions = Vec::new();
        for speaker in 0..24 {
            for clip in 0..60 {
                let truth = [0, 0, 1, 2][clip % 4];
                let right = random.random::<f64>() < accuracy(speaker);
                let said = if right { truth } else { (truth + 1) % 3 };
                let mut probabilities = vec![0.2; 3];
                probabilities[said] = 0.6;
                predictions.push(ClipPrediction {
                    corpus: String::new(),
                    utterance: format!("{speaker}-{clip}"),
                    speaker: speaker.to_string(),
                    gender: Some(["male", "female"][speaker % 2].into()),
                    truth,
                    probabilities,
                });
            }
        }
        predictions
    }

    fn both(predictions: &[ClipPrediction]) -> [f64; 2] {
        let all: Vec<&ClipPrediction> = predictions.iter().collect();
        [
            speaker_permutation_test(&all),
            gender_permutation_test(&all),
        ]
    }

    #[test]
    fn equal_groups_are_significant_as_rarely_as_the_level_says() {
        let corpora = 100;
        let mut claims = [0; 2];
        for seed in 0..corpora {
            let found = both(&predictions(seed, |_| 0.72));
            for (claims, p) in claims.iter_mut().zip(found) {
                *claims += usize::from(p < 0.05);
            }
        }
        // 5 of 100 are expected; 12 or more occur once in 230 times.
        assert!(claims.iter().all(|claims| *claims < 12), "{claims:?}");
    }

    #[test]
    fn groups_that_differ_are_significant() {
        let one_worse = both(&predictions(
            1,
            |speaker| if speaker == 3 { 0.3 } else { 0.72 },
        ));
        assert!(one_worse[0] < 0.01 && one_worse[1] > 0.01, "{one_worse:?}");
        let women_better = both(&predictions(2, |speaker| 0.6 + 0.2 * (speaker % 2) as f64));
        assert!(women_better[1] < 0.01, "{women_better:?}");
    }

    #[test]
    fn a_clip_that_was_predicted_three_times_is_one_clip() {
        let mut found = 0;
        for seed in 0..40 {
            let once = predictions(seed, |_| 0.72);
            let thrice: Vec<ClipPrediction> = (0..3).flat_map(|_| once.clone()).collect();
            assert_eq!(both(&once), both(&thrice));
            found += usize::from(both(&thrice)[0] < 0.05);
        }
        assert!(found < 8, "{found}");
    }

    #[test]
    fn one_group_is_never_significant() {
        let all = predictions(1, |_| 0.7);
        let one: Vec<&ClipPrediction> = all.iter().filter(|o| o.speaker == "3").collect();
        assert_eq!(speaker_permutation_test(&one), 1.0);
        assert_eq!(gender_permutation_test(&one), 1.0);
        assert_eq!(speaker_permutation_test(&[]), 1.0);
    }
}
