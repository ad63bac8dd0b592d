//! Measuring one clip.

use std::ops::Range;

use serde::Serialize;
use undertone_audio::{
    PitchConfig, PitchFrame, Pyin, Recording, ResamplerCache, SampleHash, TrimConfig, frame_levels,
    trim,
};
use undertone_metrics::quantile;

use super::level::{Level, Peaks};
use super::noise::SignalToNoise;
use super::spectra::{ANALYSIS_RATE, Analyser, Spectra};
use super::syllables::nuclei;
use crate::error::ExploreError;

/// Thresholds in dB below the loudest frame for which the trimmed duration is measured.
pub const TRIM_THRESHOLDS: [f32; 12] = [
    5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0, 50.0, 55.0, 60.0,
];
/// Number of bins in the histogram of frame levels, one per decibel below the loudest frame.
pub(crate) const LEVEL_BINS: usize = 80;
/// A clip with a lower peak counts as silent, in dB of full scale.
pub(crate) const SILENT_BELOW_DB: f64 = -60.0;

/// The trimming and its sample rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trimming {
    /// The threshold and the frames.
    pub config: TrimConfig,
    /// The rate in Hz to which clips are resampled before trimming; `None` if they are not.
    pub sample_rate: Option<u32>,
}

/// The measures of one clip.
#[derive(Debug, Clone, PartialEq)]
pub struct ClipMeasures {
    /// Rate of the recording in Hz.
    pub sample_rate: u32,
    /// Its channels.
    pub channels: usize,
    /// Its length in seconds.
    pub seconds: f64,
    /// The part that trimming keeps, in seconds from the start.
    pub kept: Range<f64>,
    /// Levels and clipping.
    pub level: Level,
    /// Signal-to-noise ratio; `None` if the clip is too short or silent.
    pub noise: Option<SignalToNoise>,
    /// Pitch; `None` if no frame is voiced.
    pub pitch: Option<Pitch>,
    /// Share of the kept frames that are voiced, 0 to 1.
    pub voiced_share: f64,
    /// Number of syllable nuclei.
    pub syllables: usize,
    /// Seconds that would be kept at each of [`TRIM_THRESHOLDS`].
    pub kept_by_threshold: [f64; TRIM_THRESHOLDS.len()],
    /// Mean and standard deviation of each MFCC over the kept frames, one after the other.
    pub features: Vec<f32>,
    /// A hash of the samples, equal for lossless copies.
    pub sound: SampleHash,
}

/// The fundamental frequency of a clip's voiced frames.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Pitch {
    /// Median in Hz.
    pub median_hz: f64,
    /// 5th percentile in Hz.
    pub low_hz: f64,
    /// 95th percentile in Hz.
    pub high_hz: f64,
}

impl Pitch {
    /// Return the range from the 5th to the 95th percentile in semitones.
    pub fn range_semitones(&self) -> f64 {
        12.0 * (self.high_hz / self.low_hz).log2()
    }

    fn of(track: &[PitchFrame]) -> Option<Self> {
        let mut voiced: Vec<f64> = track
            .iter()
            .filter_map(|frame| frame.f0.map(f64::from))
            .collect();
        voiced.sort_by(f64::total_cmp);
        (!voiced.is_empty()).then(|| Self {
            median_hz: quantile(&voiced, 0.5),
            low_hz: quantile(&voiced, 0.05),
            high_hz: quantile(&voiced, 0.95),
        })
    }
}

impl ClipMeasures {
    /// Return the length of the trimmed clip in seconds.
    pub fn kept_seconds(&self) -> f64 {
        self.kept.end - self.kept.start
    }

    /// Return the syllable nuclei per second of the trimmed clip; `None` if there are none.
    pub fn syllables_per_second(&self) -> Option<f64> {
        (self.syllables > 0 && self.kept_seconds() > 0.0)
            .then(|| self.syllables as f64 / self.kept_seconds())
    }

    /// Return whether the clip is silent.
    pub fn is_silent(&self) -> bool {
        self.level.peak_db.is_none_or(|peak| peak < SILENT_BELOW_DB)
    }
}

/// The measures of a clip, and data that is added up over clips.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) measures: ClipMeasures,
    /// `None` if the clip is silent.
    pub(crate) spectra: Option<Spectra>,
    /// Number of frames by their level below the loudest, one bin per decibel.
    pub(crate) frame_levels: [u64; LEVEL_BINS],
}

/// Measures clips. One instance serves all threads.
pub(crate) struct Measurer {
    trimming: Trimming,
    spectra: Analyser,
    pyin: Pyin,
    resamplers: ResamplerCache,
}

impl Measurer {
    pub(crate) fn new(trimming: Trimming) -> Result<Self, ExploreError> {
        let pitch = PitchConfig {
            sample_rate: ANALYSIS_RATE,
            ..PitchConfig::default()
        };
        Ok(Self {
            trimming,
            spectra: Analyser::new()?,
            pyin: Pyin::new(&pitch)?,
            resamplers: ResamplerCache::new(),
        })
    }

    /// Measure a decoded clip.
    pub(crate) fn measure(&self, recording: Recording) -> Result<Measured, ExploreError> {
        let seconds = recording.duration();
        let (channels, native) = (recording.channels, recording.sample_rate);
        let sound = SampleHash::of(&recording);
        // From the recording itself: resampling changes peaks.
        let peaks = Peaks::of(&recording.samples);
        let rate = self.trimming.sample_rate.unwrap_or(native);
        let samples = self.resamplers.resample(recording.samples, native, rate)?;
        let config = &self.trimming.config;
        let kept = trim(&samples, config);
        let levels = frame_levels(&samples, config);
        let speech = &samples[kept.clone()];
        let level = Level::of(speech, peaks);
        let noise = SignalToNoise::of(&samples, speech, rate);
        let kept_by_threshold = kept_by_threshold(&levels, samples.len(), rate, config);
        let speech = self
            .resamplers
            .resample(speech.to_vec(), rate, ANALYSIS_RATE)?;
        let mut measures = ClipMeasures {
            sample_rate: native,
            channels,
            seconds,
            kept: kept.start as f64 / f64::from(rate)..kept.end as f64 / f64::from(rate),
            level,
            noise,
            pitch: None,
            voiced_share: 0.0,
            syllables: 0,
            kept_by_threshold,
            features: Vec::new(),
            sound,
        };
        let mut spectra = None;
        if !measures.is_silent() {
            let track = self.pyin.track(&speech);
            let voiced = track.iter().filter(|frame| frame.f0.is_some()).count();
            measures.voiced_share = voiced as f64 / track.len() as f64;
            measures.pitch = Pitch::of(&track);
            measures.syllables = nuclei(&speech, &track, self.pyin.config().hop_length);
            let (found, features) = self.spectra.analyze(&speech);
            spectra = Some(found);
            measures.features = features;
        }
        Ok(Measured {
            measures,
            spectra,
            frame_levels: histogram(&levels),
        })
    }

    /// Return the samples of a clip at another rate, for pictures.
    pub(crate) fn prepare(
        &self,
        recording: Recording,
        to_hz: u32,
    ) -> Result<Vec<f32>, ExploreError> {
        Ok(self
            .resamplers
            .resample(recording.samples, recording.sample_rate, to_hz)?)
    }
}

fn kept_by_threshold(
    levels: &[f32],
    samples: usize,
    rate: u32,
    config: &TrimConfig,
) -> [f64; TRIM_THRESHOLDS.len()] {
    let hop = config.hop_length.max(1);
    TRIM_THRESHOLDS.map(|threshold| {
        let loud = |level: &f32| *level > -threshold;
        let first = levels.iter().position(loud).unwrap_or(0);
        let last = levels.iter().rposition(loud).unwrap_or(0);
        let end = ((last + 1) * hop).min(samples);
        end.saturating_sub(first * hop) as f64 / f64::from(rate)
    })
}

fn histogram(levels: &[f32]) -> [u64; LEVEL_BINS] {
    let mut bins = [0; LEVEL_BINS];
    for level in levels {
        let bin = (-level) as usize;
        bins[bin.min(LEVEL_BINS - 1)] += 1;
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_by_threshold_agrees_with_trimming() {
        let samples: Vec<f32> = (0..48_000)
            .map(|n| {
                let envelope = 1.0 - (n as f32 - 24_000.0).abs() / 24_000.0;
                envelope.powi(4) * (n as f32 * 0.1).sin()
            })
            .collect();
        for (index, top_db) in TRIM_THRESHOLDS.into_iter().enumerate() {
            let config = TrimConfig {
                top_db,
                ..TrimConfig::default()
            };
            let levels = frame_levels(&samples, &config);
            let kept = kept_by_threshold(&levels, samples.len(), 48_000, &config)[index];
            assert_eq!(kept, trim(&samples, &config).len() as f64 / 48_000.0);
        }
    }
}
