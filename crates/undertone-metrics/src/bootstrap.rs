//! How far a score could have been otherwise: percentile bootstrap intervals.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::{MetricsError, Scores, quantile};

/// A 95 % interval of a score, fractions in 0..=1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The 2.5th percentile of the replicates.
    pub low: f64,
    /// The 97.5th percentile of the replicates.
    pub high: f64,
}

/// The intervals of the three scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoreIntervals {
    /// Of the accuracy.
    pub wa: Interval,
    /// Of the mean recall.
    pub uar: Interval,
    /// Of the mean F1.
    pub macro_f1: Interval,
}

/// What a bootstrap draws with replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResampleUnit {
    /// Single clips: what other *recordings of these speakers* would have given.
    Clips,
    /// Whole speakers, each with all of their clips: what *other speakers* would have given.
    Speakers,
}

/// A percentile bootstrap of WA, UAR and macro F1 (Efron & Tibshirani, *An Introduction to the
/// Bootstrap*, 1993, chapter 13).
///
/// One speaker's clips are not independent: who is hard to read is hard to read in all of them.
/// Drawing single clips ignores that, and gives intervals that are too narrow. So the default
/// draws whole speakers (the cluster bootstrap) wherever there are two or more, and single
/// clips otherwise. In a simulation (`UNDERTONE_COVERAGE=2000,1000 cargo test --release -p undertone-lab
/// speakers_cover -- --nocapture`: 60 clips a speaker, accuracy
/// about 2/3 with a deviation of 0.6 between speakers' log-odds) the intervals for accuracy held
/// the true value, instead of 95 times in 100:
///
/// | speakers | drawing clips | drawing speakers |
/// |---------:|--------------:|-----------------:|
/// |        4 |            61 |               80 |
/// |       12 |            61 |               92 |
/// |       24 |            62 |               93 |
///
/// With few speakers both are too narrow, and the report says so below
/// [`Bootstrap::FEW_SPEAKERS`]. Neither knows what another training run would have given: the
/// model is fixed.
///
/// A replicate may lack a class altogether; its scores then follow the rules at [`Scores`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// What is drawn with replacement.
    pub unit: ResampleUnit,
    /// How many times; at least 1, 1000 by default.
    pub replicates: usize,
    /// Seed of the ChaCha8 generator, 0 by default: the same predictions give the same intervals.
    pub seed: u64,
}

impl Bootstrap {
    /// Below so many speakers, intervals from resampling them are too narrow to lean on.
    pub const FEW_SPEAKERS: usize = 10;

    /// The default: 1000 replicates, seed 0, whole speakers where there are at least two.
    pub fn for_speakers(speakers: usize) -> Self {
        let unit = if speakers >= 2 {
            ResampleUnit::Speakers
        } else {
            ResampleUnit::Clips
        };
        Self {
            unit,
            replicates: 1000,
            seed: 0,
        }
    }

    /// Intervals for predictions, given side by side with the true classes and the speakers'
    /// names. Indices must be below `classes`. The order of clips has no influence when
    /// speakers are drawn.
    pub fn intervals<S: AsRef<str>>(
        &self,
        classes: usize,
        truth: &[usize],
        predicted: &[usize],
        speakers: &[S],
    ) -> Result<ScoreIntervals, MetricsError> {
        let clips = truth.len();
        for (what, found) in [
            ("predictions", predicted.len()),
            ("speakers", speakers.len()),
        ] {
            if found != clips {
                return Err(MetricsError::LengthMismatch {
                    what,
                    found,
                    expected: clips,
                });
            }
        }
        if clips == 0 {
            return Err(MetricsError::NoClips);
        }
        if let Some(&class) = truth
            .iter()
            .chain(predicted)
            .find(|&&class| class >= classes)
        {
            return Err(MetricsError::ClassOutOfRange { class, classes });
        }
        if self.replicates == 0 {
            return Err(MetricsError::NoReplicates);
        }
        let pairs = truth.iter().copied().zip(predicted.iter().copied());
        match self.unit {
            ResampleUnit::Clips => {
                let units: Vec<[(usize, usize); 1]> = pairs.map(|pair| [pair]).collect();
                Ok(self.draw(classes, &units))
            }
            ResampleUnit::Speakers => {
                let mut units = BTreeMap::<&str, Vec<(usize, usize)>>::new();
                for (pair, speaker) in pairs.zip(speakers) {
                    units.entry(speaker.as_ref()).or_default().push(pair);
                }
                if units.len() < 2 {
                    return Err(MetricsError::OneSpeaker);
                }
                Ok(self.draw(classes, &units.into_values().collect::<Vec<_>>()))
            }
        }
    }

    /// Each unit holds (true class, predicted class) of its clips. There is at least one.
    fn draw<U: AsRef<[(usize, usize)]>>(&self, classes: usize, units: &[U]) -> ScoreIntervals {
        let mut counts = vec![vec![0; classes]; classes];
        let replicates = self.replicate(units, |drawn| {
            counts.iter_mut().for_each(|row| row.fill(0));
            for &(truth, predicted) in drawn.flat_map(|unit| unit.as_ref()) {
                counts[truth][predicted] += 1;
            }
            Scores::from_counts(&counts)
        });
        let interval = |score: fn(&Scores) -> f64| {
            let mut values: Vec<f64> = replicates.iter().map(score).collect();
            values.sort_by(f64::total_cmp);
            Interval {
                low: quantile(&values, 0.025),
                high: quantile(&values, 0.975),
            }
        };
        ScoreIntervals {
            wa: interval(|scores| scores.wa),
            uar: interval(|scores| scores.uar),
            macro_f1: interval(|scores| scores.macro_f1),
        }
    }

    /// A statistic of each draw, with replacement, of as many units as there are.
    pub(super) fn replicate<U, T>(
        &self,
        units: &[U],
        mut statistic: impl FnMut(&mut dyn Iterator<Item = &U>) -> T,
    ) -> Vec<T> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        (0..self.replicates)
            .map(|_| {
                let draw = |_| &units[rng.random_range(0..units.len())];
                statistic(&mut (0..units.len()).map(draw))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Drawn {
        truth: Vec<usize>,
        predicted: Vec<usize>,
        speakers: Vec<String>,
    }

    /// Speakers whose accuracies scatter, 60 clips each; two classes.
    fn corpus(rng: &mut ChaCha8Rng, speakers: usize) -> Drawn {
        let mut drawn = Drawn {
            truth: vec![],
            predicted: vec![],
            speakers: vec![],
        };
        for speaker in 0..speakers {
            let accuracy = speaker_accuracy(rng);
            for _ in 0..60 {
                let truth = rng.random_range(0..2);
                let right = rng.random::<f64>() < accuracy;
                drawn.truth.push(truth);
                drawn.predicted.push(if right { truth } else { 1 - truth });
                drawn.speakers.push(format!("{speaker}"));
            }
        }
        drawn
    }

    fn speaker_accuracy(rng: &mut ChaCha8Rng) -> f64 {
        // Twelve uniform draws make a good enough normal deviate.
        let normal = (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        1.0 / (1.0 + (-(std::f64::consts::LN_2 + 0.6 * normal)).exp())
    }

    /// The fraction of simulated corpora whose interval holds the true accuracy: (clips, speakers).
    fn coverage(speakers: usize, corpora: usize, replicates: usize) -> (f64, f64) {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let expected = (0..20_000).map(|_| speaker_accuracy(&mut rng)).sum::<f64>() / 20_000.0;
        let mut held = [0; 2];
        for _ in 0..corpora {
            let drawn = corpus(&mut rng, speakers);
            for (held, unit) in held
                .iter_mut()
                .zip([ResampleUnit::Clips, ResampleUnit::Speakers])
            {
                let Interval { low, high } = Bootstrap {
                    unit,
                    replicates,
                    seed: 0,
                }
                .intervals(2, &drawn.truth, &drawn.predicted, &drawn.speakers)
                .unwrap()
                .wa;
                *held += usize::from((low..=high).contains(&expected));
            }
        }
        (
            held[0] as f64 / corpora as f64,
            held[1] as f64 / corpora as f64,
        )
    }

    /// With `UNDERTONE_COVERAGE=2000,1000` (corpora, replicates) in the environment it renews
    /// the table in [`Bootstrap`]'s documentation, which takes minutes.
    #[test]
    fn speakers_cover_where_clips_do_not() {
        let sizes = std::env::var("UNDERTONE_COVERAGE").unwrap_or("80,60".to_owned());
        let (corpora, replicates) = sizes.split_once(',').unwrap();
        for speakers in [4, 12, 24] {
            let (clips, whole) = coverage(
                speakers,
                corpora.parse().unwrap(),
                replicates.parse().unwrap(),
            );
            println!("{speakers} speakers: clips {clips:.3}, speakers {whole:.3}");
            assert!(clips < 0.75, "{speakers} speakers: {clips}");
            assert!(
                whole > if speakers < 10 { 0.65 } else { 0.82 },
                "{speakers}: {whole}"
            );
        }
    }

    #[test]
    fn independent_clips_give_the_binomial_width() {
        // 400 right of 600: standard error sqrt(p(1-p)/n).
        let truth = vec![0; 600];
        let predicted: Vec<usize> = (0..600).map(|clip| usize::from(clip >= 400)).collect();
        let bootstrap = Bootstrap {
            unit: ResampleUnit::Clips,
            replicates: 4000,
            seed: 3,
        };
        let Interval { low, high } = bootstrap
            .intervals(2, &truth, &predicted, &vec!["one"; 600])
            .unwrap()
            .wa;
        let half = 1.96 * (2.0 / 3.0 * (1.0 / 3.0) / 600.0_f64).sqrt();
        assert!((low - (2.0 / 3.0 - half)).abs() < 0.004, "{low}");
        assert!((high - (2.0 / 3.0 + half)).abs() < 0.004, "{high}");
    }

    #[test]
    fn a_seed_repeats_and_another_differs() {
        let drawn = corpus(&mut ChaCha8Rng::seed_from_u64(5), 6);
        let of = |seed| {
            Bootstrap {
                seed,
                ..Bootstrap::for_speakers(6)
            }
            .intervals(2, &drawn.truth, &drawn.predicted, &drawn.speakers)
            .unwrap()
        };
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn bad_requests_are_errors() {
        let of = |unit, replicates, truth: &[usize], predicted: &[usize], speakers: &[&str]| {
            Bootstrap {
                unit,
                replicates,
                seed: 0,
            }
            .intervals(2, truth, predicted, speakers)
        };
        use ResampleUnit::{Clips, Speakers};
        assert_eq!(of(Clips, 9, &[], &[], &[]), Err(MetricsError::NoClips));
        assert_eq!(
            of(Clips, 0, &[0], &[0], &["a"]),
            Err(MetricsError::NoReplicates)
        );
        assert_eq!(
            of(Speakers, 9, &[0, 0], &[0, 0], &["a", "a"]),
            Err(MetricsError::OneSpeaker)
        );
        assert!(of(Clips, 9, &[0, 2], &[0, 0], &["a", "a"]).is_err());
        assert!(of(Clips, 9, &[0, 1], &[0, 0], &["a"]).is_err());
    }
}
