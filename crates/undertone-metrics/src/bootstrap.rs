//! Percentile bootstrap intervals of scores.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::{Interval, MetricsError, Scores};

/// The intervals of the three scores.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoreIntervals {
    /// Interval of the accuracy.
    pub wa: Interval,
    /// Interval of the mean recall.
    pub uar: Interval,
    /// Interval of the mean F1.
    pub macro_f1: Interval,
}

/// The units that a bootstrap draws with replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResampleUnit {
    /// Single clips. The interval tells what other *recordings of these speakers* may give.
    Clips,
    /// Whole speakers, each with all their clips. The interval tells what *other speakers* may
    /// give.
    Speakers,
}

/// A percentile bootstrap of WA, UAR and macro F1 (Efron & Tibshirani, *An Introduction to the
/// Bootstrap*, 1993, chapter 13).
///
/// The clips of one speaker are not independent: a speaker who is hard to recognize is so in all
/// clips. Drawing single clips ignores this and gives intervals that are too narrow. The default
/// therefore draws whole speakers (the cluster bootstrap) if there are two or more, and single
/// clips otherwise.
///
/// A 95 % interval should contain the true value 95 times in 100. In a simulation with 60 clips a
/// speaker, an accuracy of about 2/3 and a deviation of 0.6 between the speakers' log-odds
/// (`UNDERTONE_COVERAGE=2000,1000 cargo test --release -p undertone-metrics speakers_cover --
/// --nocapture`), the intervals of the accuracy contained it this many times in 100:
///
/// | speakers | drawing clips | drawing speakers |
/// |---------:|--------------:|-----------------:|
/// |        4 |            61 |               80 |
/// |       12 |            61 |               92 |
/// |       24 |            62 |               93 |
///
/// With few speakers both are too narrow; the report says so below [`Bootstrap::FEW_SPEAKERS`].
/// Neither tells what another training run would give, because the model is fixed.
///
/// A replicate may lack a class. Its scores then follow the rules at [`Scores`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// The units that are drawn with replacement.
    pub unit: ResampleUnit,
    /// Number of draws, at least 1; 1000 by default.
    pub replicates: usize,
    /// Seed of the ChaCha8 generator, 0 by default. The same predictions give the same intervals.
    pub seed: u64,
}

impl Bootstrap {
    /// With fewer speakers than this, intervals from resampling speakers are too narrow.
    pub const FEW_SPEAKERS: usize = 10;

    /// Return the default: 1000 replicates, seed 0, whole speakers if there are at least two.
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

    /// Return the intervals of predictions. The three lists hold the true class, the predicted
    /// class and the speaker of each clip. The order of clips has no influence if speakers are
    /// drawn.
    ///
    /// # Errors
    /// If there are no clips or no replicates, the lists differ in length, a class is not below
    /// `classes`, or speakers are to be drawn and there is only one.
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

    /// Draw from at least one unit. A unit holds (true class, predicted class) of its clips.
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
            Interval::of_replicates(&values)
        };
        ScoreIntervals {
            wa: interval(|scores| scores.wa),
            uar: interval(|scores| scores.uar),
            macro_f1: interval(|scores| scores.macro_f1),
        }
    }

    /// Return a statistic of each replicate: a draw, with replacement, of as many units as there
    /// are.
    pub(crate) fn replicate<U, T>(
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

    /// Speakers of different accuracy, 60 clips each, two classes.
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
        // The sum of twelve uniform draws is close enough to a normal deviate.
        let normal = (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        1.0 / (1.0 + (-(std::f64::consts::LN_2 + 0.6 * normal)).exp())
    }

    /// Return the fraction of simulated corpora whose interval contains the true accuracy, drawing
    /// clips and drawing speakers.
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

    /// With `UNDERTONE_COVERAGE=2000,1000` (corpora, replicates) in the environment, print the
    /// table of [`Bootstrap`]'s documentation. This takes minutes.
    #[test]
    fn speakers_cover_the_true_accuracy_and_clips_do_not() {
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
    fn the_same_seed_gives_the_same_intervals() {
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
    fn missing_clips_replicates_or_speakers_are_errors() {
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
