//! The measures by which emotions are compared.

use std::collections::BTreeMap;

use undertone_corpus::{Emotion, Utterance};

use crate::exploration::Exploration;
use crate::measure::{ClipMeasures, Pitch};
use crate::spread::Spread;

/// A measure of a clip.
#[derive(Clone, Copy)]
pub(crate) struct Metric {
    /// The name for programs.
    pub(crate) key: &'static str,
    /// The name for people.
    pub(crate) title: &'static str,
    /// A short name with the unit, for tables.
    pub(crate) short: &'static str,
    /// The unit.
    pub(crate) unit: &'static str,
    /// The description of the emotion with the highest median.
    pub(crate) most: &'static str,
    /// The description of the emotion with the lowest median.
    pub(crate) least: &'static str,
    /// Number of decimals.
    pub(crate) decimals: usize,
    /// How two values are compared.
    pub(crate) difference: Difference,
    /// Return the value of a clip, if it has one.
    pub(crate) of: fn(&ClipMeasures) -> Option<f64>,
}

/// How two values are compared.
#[derive(Clone, Copy)]
pub(crate) enum Difference {
    /// The difference, in a unit.
    Absolute(&'static str),
    /// The difference, in percent of the reference.
    Percent,
    /// The ratio, in semitones.
    Semitones,
}

pub(crate) const DURATION: Metric = Metric {
    key: "kept_seconds",
    title: "Duration after trimming",
    short: "duration (s)",
    unit: "s",
    most: "longest",
    least: "shortest",
    decimals: 2,
    difference: Difference::Percent,
    of: |clip| Some(clip.kept_seconds()),
};

pub(crate) const LEVEL: Metric = Metric {
    key: "rms_dbfs",
    title: "Level",
    short: "level (dBFS)",
    unit: "dBFS",
    most: "loudest",
    least: "quietest",
    decimals: 1,
    difference: Difference::Absolute("dB"),
    of: |clip| clip.level.rms_db,
};

pub(crate) const PEAK: Metric = Metric {
    key: "peak_dbfs",
    title: "Peak",
    short: "peak (dBFS)",
    unit: "dBFS",
    most: "one with the highest peaks",
    least: "one with the lowest",
    decimals: 1,
    difference: Difference::Absolute("dB"),
    of: |clip| clip.level.peak_db,
};

pub(crate) const SNR: Metric = Metric {
    key: "snr_db",
    title: "Signal-to-noise ratio",
    short: "SNR (dB)",
    unit: "dB",
    most: "clearest above the noise",
    least: "closest to it",
    decimals: 1,
    difference: Difference::Absolute("dB"),
    of: |clip| clip.noise.map(|noise| noise.db),
};

pub(crate) const PITCH: Metric = Metric {
    key: "f0_median_hz",
    title: "Median pitch",
    short: "pitch (Hz)",
    unit: "Hz",
    most: "highest",
    least: "lowest",
    decimals: 0,
    difference: Difference::Semitones,
    of: |clip| clip.pitch.map(|pitch| pitch.median_hz),
};

pub(crate) const PITCH_RANGE: Metric = Metric {
    key: "f0_range_semitones",
    title: "Pitch range",
    short: "range (semitones)",
    unit: "semitones",
    most: "one with the widest range",
    least: "most monotonous",
    decimals: 1,
    difference: Difference::Absolute("semitones"),
    of: |clip| clip.pitch.as_ref().map(Pitch::range_semitones),
};

pub(crate) const VOICED: Metric = Metric {
    key: "voiced_percent",
    title: "Voiced share",
    short: "voiced (%)",
    unit: "%",
    most: "most voiced",
    least: "least voiced",
    decimals: 0,
    difference: Difference::Absolute("points"),
    of: |clip| (!clip.is_silent()).then_some(100.0 * clip.voiced_share),
};

pub(crate) const RATE: Metric = Metric {
    key: "syllables_per_second",
    title: "Speaking rate",
    short: "syllables/s",
    unit: "syllables/s",
    most: "fastest",
    least: "slowest",
    decimals: 2,
    difference: Difference::Percent,
    of: ClipMeasures::syllables_per_second,
};

/// All measures, in the order of the page.
pub(crate) static METRICS: [Metric; 8] =
    [DURATION, LEVEL, PEAK, SNR, PITCH, PITCH_RANGE, VOICED, RATE];

impl Metric {
    /// Return the values of an emotion's clips.
    pub(crate) fn values(&self, exploration: &Exploration<'_>, emotion: Emotion) -> Vec<f64> {
        exploration
            .of_emotion(emotion)
            .filter_map(|clip| (self.of)(&clip.measures))
            .collect()
    }

    /// Return the emotions that have values, with the highest median first.
    pub(crate) fn ranking(&self, exploration: &Exploration<'_>) -> Vec<(Emotion, Spread)> {
        let mut ranking: Vec<(Emotion, Spread)> = exploration
            .emotions()
            .into_iter()
            .filter_map(|emotion| Some((emotion, Spread::of(self.values(exploration, emotion))?)))
            .collect();
        ranking.sort_by(|(_, a), (_, b)| b.median.total_cmp(&a.median));
        ranking
    }

    /// Return the share of the variance that lies between groups of clips, corrected for chance
    /// (ε², T. L. Kelley, *PNAS* 21, 1935), 0 to 1. `None` if the only variance is rounding, if
    /// there is only one group, or if there are fewer than three clips per group.
    pub(crate) fn explained_by<K: Ord>(
        &self,
        exploration: &Exploration<'_>,
        group: impl Fn(&Utterance) -> K,
    ) -> Option<f64> {
        let mut groups = BTreeMap::<&K, (f64, f64)>::new();
        let values: Vec<(K, f64)> = exploration
            .clips
            .iter()
            .filter_map(|clip| {
                let value = (self.of)(&clip.measures)?;
                Some((group(exploration.utterance(clip)), value))
            })
            .collect();
        let mean = values.iter().map(|(_, value)| value).sum::<f64>() / values.len() as f64;
        let total: f64 = values.iter().map(|(_, value)| (value - mean).powi(2)).sum();
        for (key, value) in &values {
            let (count, sum) = groups.entry(key).or_default();
            *count += 1.0;
            *sum += value;
        }
        let between: f64 = groups
            .values()
            .map(|(count, sum)| count * (sum / count - mean).powi(2))
            .sum();
        let rounding = values.len() as f64 * (1e-9 * mean.abs().max(1.0)).powi(2);
        if groups.len() < 2 || values.len() < 3 * groups.len() || total <= rounding {
            return None;
        }
        let (clips, groups) = (values.len() as f64, groups.len() as f64);
        let within = (total - between) / (clips - groups);
        Some((1.0 - within / (total / (clips - 1.0))).clamp(0.0, 1.0))
    }
}
