//! Whether a model is as good for everybody: permutation tests of how far groups are apart.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::ClipPrediction;

/// How often the groups are drawn anew; the seed is 0.
const SHUFFLES: usize = 1000;

/// Right answers and all answers to the clips of a class.
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

/// What is dealt as a whole: its group, and its answers by class.
struct Unit {
    group: usize,
    tallies: BTreeMap<usize, Tally>,
}

/// The probability that speakers' UARs lie as far apart, from the lowest to the highest, where all
/// speakers are recognized equally well: clips are dealt anew to the speakers, within each class. A
/// clip that was judged several times is dealt with all its judgments. 1 of one speaker.
///
/// (For permutation tests see Good, *Permutation, Parametric and Bootstrap Tests of Hypotheses*,
/// 2005.)
pub fn chance_between_speakers(predictions: &[&ClipPrediction]) -> f64 {
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
    chance(strata.into_values().collect(), numbers.len())
}

/// The probability that genders' UARs lie as far apart where the gender makes no difference: whole
/// speakers are dealt anew to the genders. 1 of one gender.
pub fn chance_between_genders(predictions: &[&ClipPrediction]) -> f64 {
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
    chance(vec![speakers.into_values().collect()], numbers.len())
}

fn tally(prediction: &ClipPrediction) -> Tally {
    Tally {
        right: usize::from(prediction.predicted() == prediction.truth),
        all: 1,
    }
}

/// How often groups are at least as far apart when units change groups with others of their stratum.
fn chance(strata: Vec<Vec<Unit>>, groups: usize) -> f64 {
    let units = strata.iter().flatten();
    let classes = units
        .flat_map(|unit| unit.tallies.keys())
        .max()
        .map_or(0, |class| class + 1);
    let mut dealt: Vec<Vec<usize>> = strata
        .iter()
        .map(|units| units.iter().map(|unit| unit.group).collect())
        .collect();
    let mut table = vec![Tally::default(); groups * classes];
    let mut apart = |dealt: &[Vec<usize>]| {
        table.fill(Tally::default());
        let units = strata.iter().flatten();
        for (unit, group) in units.zip(dealt.iter().flatten()) {
            for (class, tally) in &unit.tallies {
                table[group * classes + class].add(*tally);
            }
        }
        spread(&table, classes)
    };
    let found = apart(&dealt);
    let mut random = ChaCha8Rng::seed_from_u64(0);
    let as_far = (0..SHUFFLES)
        .filter(|_| {
            for groups in &mut dealt {
                groups.shuffle(&mut random);
            }
            apart(&dealt) >= found - 1e-9
        })
        .count();
    // What was found is one of the ways to deal.
    (as_far + 1) as f64 / (SHUFFLES + 1) as f64
}

/// The highest UAR of a group less the lowest; each group has a row of classes.
fn spread(table: &[Tally], classes: usize) -> f64 {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for group in table.chunks(classes.max(1)) {
        let there = group.iter().filter(|tally| tally.all > 0);
        let (recalls, count) = there.fold((0.0, 0.0), |(sum, count), tally| {
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

    /// 24 speakers with 60 clips each of three classes; the odd ones are women.
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
        [chance_between_speakers(&all), chance_between_genders(&all)]
    }

    #[test]
    fn equals_are_told_apart_as_seldom_as_the_probability_says() {
        let corpora = 100;
        let mut claims = [0; 2];
        for seed in 0..corpora {
            let found = both(&predictions(seed, |_| 0.72));
            for (claims, p) in claims.iter_mut().zip(found) {
                *claims += usize::from(p < 0.05);
            }
        }
        // 5 of 100, give or take: 12 or more once in 230 times.
        assert!(claims.iter().all(|claims| *claims < 12), "{claims:?}");
    }

    #[test]
    fn those_who_differ_are_told_apart() {
        let one_worse = both(&predictions(
            1,
            |speaker| if speaker == 3 { 0.3 } else { 0.72 },
        ));
        assert!(one_worse[0] < 0.01 && one_worse[1] > 0.01, "{one_worse:?}");
        let women_better = both(&predictions(2, |speaker| 0.6 + 0.2 * (speaker % 2) as f64));
        assert!(women_better[1] < 0.01, "{women_better:?}");
    }

    #[test]
    fn a_clip_that_was_judged_three_times_is_one_clip() {
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
    fn one_group_is_never_apart() {
        let all = predictions(1, |_| 0.7);
        let one: Vec<&ClipPrediction> = all.iter().filter(|o| o.speaker == "3").collect();
        assert_eq!(chance_between_speakers(&one), 1.0);
        assert_eq!(chance_between_genders(&one), 1.0);
        assert_eq!(chance_between_speakers(&[]), 1.0);
    }
}
