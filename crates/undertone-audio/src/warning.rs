//! What makes the result for a recording unreliable.

use serde::{Deserialize, Serialize};

use crate::kernel::kernel;
use crate::recording::Recording;

/// A recording is silent if no sample differs from the mean by more than this (-80 dB).
const SILENCE: f64 = 1e-4;
/// A recording below this level (-50 dB) is hardly louder than a quiet room.
const QUIET_RMS: f64 = 3e-3;
/// A magnitude from which a sample is at full scale.
const FULL_SCALE: f32 = 0.999;
/// A recording is clipped if more than this share of its samples is at full scale.
const CLIPPED_SHARE: f64 = 1e-3;

/// Something about a recording that makes its result unreliable, or means that it has none. The
/// names in JSON are `silent`, `no-speech`, `short`, `quiet`, `clipped` and `unfamiliar`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Warning {
    /// No sample differs from the mean by more than 1e-4 of full scale (-80 dB).
    Silent,
    /// The model hears no speech.
    NoSpeech,
    /// There is less than [`Warning::SHORT_SECONDS`] of speech.
    Short,
    /// The root mean square is below 3e-3 of full scale (-50 dB).
    Quiet,
    /// More than one sample in a thousand is at full scale.
    Clipped,
    /// The model has learned from nothing like it.
    Unfamiliar,
}

impl Warning {
    /// All warnings, in the order in which they are reported.
    pub const ALL: [Self; 6] = [
        Self::Silent,
        Self::NoSpeech,
        Self::Short,
        Self::Quiet,
        Self::Clipped,
        Self::Unfamiliar,
    ];

    /// With less speech than this, in seconds, a recording is short.
    pub const SHORT_SECONDS: f64 = 0.5;

    /// Return the warnings that the samples alone give: silent, or quiet and clipped. The mean does
    /// not count, because cheap sound cards add a constant offset, which is inaudible. A recording
    /// without samples is silent.
    ///
    /// ```
    /// use undertone_audio::{Recording, Warning};
    ///
    /// let constant = Recording::mono(vec![0.25; 16_000], 16_000);
    /// assert_eq!(Warning::of(&constant), [Warning::Silent]);
    /// ```
    pub fn of(recording: &Recording) -> Vec<Self> {
        let mut levels = Levels::default();
        levels.add(&recording.samples);
        levels.warnings()
    }

    /// Return all warnings about a recording in order: those of its samples ([`Warning::of`]), and
    /// what a model made of it. `speech` has the start and the end in seconds of each window that
    /// holds speech, in order of time; there is none in a silent recording. `unfamiliar` is whether
    /// the recording is unlike all that the model has learned from.
    ///
    /// ```
    /// use undertone_audio::Warning;
    ///
    /// let warnings = Warning::of_result(&[Warning::Quiet], [(0.5, 0.9)], false);
    /// assert_eq!(warnings, [Warning::Short, Warning::Quiet]);
    /// ```
    pub fn of_result(
        of_samples: &[Self],
        speech: impl IntoIterator<Item = (f64, f64)>,
        unfamiliar: bool,
    ) -> Vec<Self> {
        let mut warnings = of_samples.to_vec();
        let mut windows = speech.into_iter();
        if let Some((start, end)) = windows.next() {
            let end = windows.last().map_or(end, |(_, end)| end);
            if end - start < Self::SHORT_SECONDS {
                warnings.push(Self::Short);
            }
            if unfamiliar {
                warnings.push(Self::Unfamiliar);
            }
        } else if !warnings.contains(&Self::Silent) {
            warnings.push(Self::NoSpeech);
        }
        warnings.sort_unstable();
        warnings
    }

    /// Return the name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::NoSpeech => "no-speech",
            Self::Short => "short",
            Self::Quiet => "quiet",
            Self::Clipped => "clipped",
            Self::Unfamiliar => "unfamiliar",
        }
    }

    /// Return a sentence for a person.
    pub fn description(self) -> &'static str {
        match self {
            Self::Silent => "The recording is silent, so no emotion is named.",
            Self::NoSpeech => "The model hears no speech, so no emotion is named.",
            Self::Short => {
                "There is less than half a second of speech, so the result is unreliable."
            }
            Self::Quiet => {
                "The recording is hardly louder than a quiet room, so the result is unreliable."
            }
            Self::Clipped => {
                "The recording is too loud: its peaks are cut off, so the result is less reliable."
            }
            Self::Unfamiliar => {
                "The recording is unlike anything that the model has learned from, so the result \
                 is unreliable."
            }
        }
    }
}

/// The levels of samples that come in blocks.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Levels {
    count: u64,
    sum: f64,
    sum_of_squares: f64,
    lowest: f32,
    highest: f32,
    clipped: u64,
}

impl Levels {
    pub(crate) fn add(&mut self, samples: &[f32]) {
        let Some(first) = samples.first() else {
            return;
        };
        if self.count == 0 {
            (self.lowest, self.highest) = (*first, *first);
        }
        let added = levels_of(samples);
        self.count += added.count;
        self.sum += added.sum;
        self.sum_of_squares += added.sum_of_squares;
        self.lowest = self.lowest.min(added.lowest);
        self.highest = self.highest.max(added.highest);
        self.clipped += added.clipped;
    }

    /// Return the warnings of [`Warning::of`].
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let count = self.count.max(1) as f64;
        let mean = self.sum / count;
        let level = |sample: f32| (f64::from(sample) - mean).abs();
        if level(self.lowest).max(level(self.highest)) < SILENCE {
            return vec![Warning::Silent];
        }
        let mut warnings = Vec::new();
        let power = (self.sum_of_squares / count - mean * mean).max(0.0);
        if power.sqrt() < QUIET_RMS {
            warnings.push(Warning::Quiet);
        }
        if self.clipped as f64 > CLIPPED_SHARE * count {
            warnings.push(Warning::Clipped);
        }
        warnings
    }

    /// Return the largest magnitude.
    pub(crate) fn largest(&self) -> f32 {
        self.highest.abs().max(self.lowest.abs())
    }
}

kernel! {
    /// Return the levels of samples. Without samples, the lowest one is infinite.
    fn levels_of(samples: &[f32]) -> Levels = levels_of_plain;
}

#[inline(always)]
fn levels_of_plain(samples: &[f32]) -> Levels {
    const LANES: usize = 16;
    let (mut sums, mut squares) = ([0.0; LANES], [0.0; LANES]);
    let (mut lowest, mut highest) = ([f32::INFINITY; LANES], [f32::NEG_INFINITY; LANES]);
    let mut clipped = [0_u32; LANES];
    let (chunks, rest) = samples.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, sample) in chunk.iter().enumerate() {
            let value = f64::from(*sample);
            sums[lane] += value;
            squares[lane] += value * value;
            lowest[lane] = lowest[lane].min(*sample);
            highest[lane] = highest[lane].max(*sample);
            clipped[lane] += u32::from(sample.abs() >= FULL_SCALE);
        }
    }
    let rest_as_values = rest.iter().map(|sample| f64::from(*sample));
    let is_clipped = |sample: &&f32| sample.abs() >= FULL_SCALE;
    Levels {
        count: samples.len() as u64,
        sum: sums.iter().copied().chain(rest_as_values.clone()).sum(),
        sum_of_squares: squares
            .iter()
            .copied()
            .chain(rest_as_values.map(|value| value * value))
            .sum(),
        lowest: lowest
            .iter()
            .chain(rest)
            .copied()
            .fold(f32::INFINITY, f32::min),
        highest: highest
            .iter()
            .chain(rest)
            .copied()
            .fold(f32::NEG_INFINITY, f32::max),
        clipped: clipped.iter().map(|count| u64::from(*count)).sum::<u64>()
            + rest.iter().filter(is_clipped).count() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(amplitude: f32) -> Recording {
        let samples = (0..16_000).map(|n| amplitude * (n as f32 * 0.2).sin());
        Recording::mono(samples.collect(), 16_000)
    }

    #[test]
    fn samples_tell_what_is_silent_quiet_and_clipped() {
        assert_eq!(Warning::of(&tone(0.5)), []);
        assert_eq!(Warning::of(&tone(0.002)), [Warning::Quiet]);
        assert_eq!(Warning::of(&tone(1.0)), [Warning::Clipped]);
        assert_eq!(Warning::of(&tone(5e-5)), [Warning::Silent]);
        assert_eq!(Warning::of(&tone(0.0)), [Warning::Silent]);
    }

    #[test]
    fn all_compilations_and_one_sample_at_a_time_agree() {
        let samples: Vec<f32> = (0..1003).map(|n| 1.1 * (n as f32 * 0.7).sin()).collect();
        for end in [1, 15, 16, 17, samples.len()] {
            let samples = &samples[..end];
            let levels = levels_of(samples);
            assert_eq!(levels, levels_of_plain(samples));
            let values = samples.iter().map(|it| f64::from(*it));
            assert!((levels.sum - values.clone().sum::<f64>()).abs() < 1e-9);
            let squares: f64 = values.map(|it| it * it).sum();
            assert!((levels.sum_of_squares - squares).abs() < 1e-9);
            let clipped = samples.iter().filter(|it| it.abs() >= FULL_SCALE).count();
            assert_eq!(levels.clipped, clipped as u64);
            let lowest = samples.iter().copied().fold(f32::INFINITY, f32::min);
            let highest = samples.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            assert_eq!((levels.lowest, levels.highest), (lowest, highest));
        }
    }

    #[test]
    fn a_constant_signal_is_silent() {
        for value in [0.0, 0.6, -1.0] {
            let constant = Recording::mono(vec![value; 16_000], 16_000);
            assert_eq!(Warning::of(&constant), [Warning::Silent], "{value}");
        }
        let empty = Recording::mono(Vec::new(), 16_000);
        assert_eq!(Warning::of(&empty), [Warning::Silent]);
    }

    #[test]
    fn a_result_tells_no_speech_and_little_of_it() {
        let of = |own: &[Warning], speech: &[(f64, f64)], unfamiliar| {
            Warning::of_result(own, speech.iter().copied(), unfamiliar)
        };
        assert_eq!(of(&[], &[(0.0, 4.0)], false), []);
        assert_eq!(of(&[], &[(0.2, 0.3), (0.3, 0.8)], false), []);
        assert_eq!(
            of(&[], &[(0.0, 0.4)], true),
            [Warning::Short, Warning::Unfamiliar]
        );
        let noisy = [Warning::Clipped];
        assert_eq!(of(&noisy, &[], true), [Warning::NoSpeech, Warning::Clipped]);
        assert_eq!(of(&[Warning::Silent], &[], false), [Warning::Silent]);
    }

    #[test]
    fn json_has_the_names() {
        for warning in Warning::ALL {
            let json = serde_json::to_string(&warning).unwrap();
            assert_eq!(json, format!("\"{}\"", warning.name()));
        }
    }
}
