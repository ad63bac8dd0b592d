//! All steps from a recording to features, from one configuration.

mod config;
mod error;
mod extractor;

use std::ops::Range;

use crate::features::FeatureMatrix;
use crate::level::{MAX_GAIN, largest_magnitude, set_level};
use crate::normalize::{Normalize, zero_mean_unit_variance};
use crate::{FitLength, Recording, ResamplerCache, fit, trim};

pub use config::FrontEndConfig;
pub use error::FrontEndError;
pub use extractor::{Extractor, InputKind};

/// Larger magnitudes are a mistake in the file. The squares of much larger ones would overflow.
const MAX_MAGNITUDE: f32 = 1e6;

/// A recording at the front end's rate, without the silence around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// Mono samples at the front end's rate; never empty.
    pub samples: Vec<f32>,
    /// Seconds that were trimmed from the start of the recording.
    pub start: f64,
}

/// Turns recordings into features: *resample → trim → level* in [`FrontEnd::prepare`],
/// *fit → features → normalize* in [`FrontEnd::features`].
///
/// Plans, windows, filters and one resampler for each source rate are made once. One instance can
/// serve many threads.
#[derive(Debug)]
pub struct FrontEnd {
    config: FrontEndConfig,
    extractor: Extractor,
    window_samples: usize,
    resamplers: ResamplerCache,
}

impl FrontEnd {
    /// Fewest samples of a clip that is not padded to its window: one frame of Whisper's, and the
    /// receptive field of wav2vec 2.0's convolutions.
    pub const SHORTEST: usize = 400;
    /// The largest factor by which a recording is amplified to its level.
    pub const LARGEST_GAIN: f64 = MAX_GAIN;

    /// Check the configuration and prepare everything that does not depend on a recording.
    ///
    /// # Errors
    /// When parameters are out of range or do not fit together. The error names them.
    pub fn new(config: FrontEndConfig) -> Result<Self, FrontEndError> {
        let seconds = check(&config)?;
        let resamplers = ResamplerCache::new();
        // Fails for a rate that no recording can be resampled to.
        resamplers.get(config.sample_rate, config.sample_rate)?;
        let window_samples = ((seconds * f64::from(config.sample_rate)).round() as usize).max(1);
        let extractor = Extractor::new(&config.inputs, &config.mel(), config.n_mfcc)?;
        extractor.check_frames(window_samples)?;
        Ok(Self {
            config,
            extractor,
            window_samples,
            resamplers,
        })
    }

    /// Return the configuration of this front end.
    pub fn config(&self) -> &FrontEndConfig {
        &self.config
    }

    /// Return the number of bands of the stacked inputs, for example 128 + 40.
    pub fn bands(&self) -> usize {
        self.extractor.bands()
    }

    /// Return the number of frames of one window. Clips that are not padded may have fewer.
    pub fn frames(&self) -> usize {
        self.extractor.frames(self.window_samples)
    }

    /// Return the number of samples of one window: `duration · sample_rate`, rounded.
    pub fn window_samples(&self) -> usize {
        self.window_samples
    }

    /// Resample a recording to the front end's rate, trim its silence and set its level.
    ///
    /// The result is never empty: a recording that trimming would leave without samples is not
    /// trimmed.
    ///
    /// # Errors
    /// When the recording is empty or has samples above a million times full scale, or when its
    /// rate cannot be converted.
    pub fn prepare(&self, recording: &Recording) -> Result<Prepared, FrontEndError> {
        if recording.samples.is_empty() {
            return Err(FrontEndError::NoSamples);
        }
        let largest = largest_magnitude(&recording.samples);
        if largest > MAX_MAGNITUDE {
            return Err(FrontEndError::TooLoud { largest });
        }
        let mut samples = self
            .resamplers
            .get(recording.sample_rate, self.config.sample_rate)?
            .resample(&recording.samples);
        let mut start = 0.0;
        if let Some(config) = &self.config.trim {
            let speech = trim(&samples, config);
            if !speech.is_empty() {
                samples.truncate(speech.end);
                samples.drain(..speech.start);
                start = speech.start as f64 / f64::from(self.config.sample_rate);
            }
        }
        if let Some(level) = self.config.level {
            set_level(&mut samples, level);
        }
        Ok(Prepared { samples, start })
    }

    /// Compute the features of one window, `[bands][frames]`.
    ///
    /// The samples are cut to [`FrontEnd::window_samples`], and padded with zeros where the
    /// configuration says so. The configured inputs are stacked in their order.
    pub fn features(&self, samples: &[f32]) -> FeatureMatrix {
        let shortest = match self.config.pad {
            true => self.window_samples,
            false => Self::SHORTEST.min(self.window_samples),
        };
        let len = samples.len().clamp(shortest, self.window_samples);
        let mut features = self.extractor.features(samples, len);
        if self.config.normalize == Normalize::Utterance {
            zero_mean_unit_variance(&mut features.values);
        }
        features
    }

    /// Cut a recording of `len` prepared samples into windows.
    ///
    /// A recording that fits into one window gives one range. A longer one gives ranges of exactly
    /// [`FrontEnd::window_samples`] that cover all of it. Neighbors share the fraction `overlap`
    /// (clamped to 0..=0.95) of a window, and the last one ends with the recording.
    ///
    /// ```
    /// use undertone_audio::{FrontEnd, FrontEndConfig};
    /// let front_end = FrontEnd::new(FrontEndConfig::default())?;
    /// assert_eq!(front_end.windows(20_000, 0.5), [0..20_000]);
    /// assert_eq!(front_end.windows(50_000, 0.5), [0..32_000, 16_000..48_000, 18_000..50_000]);
    /// # Ok::<(), undertone_audio::FrontEndError>(())
    /// ```
    pub fn windows(&self, len: usize, overlap: f64) -> Vec<Range<usize>> {
        fit::windows(len, self.window_samples, overlap)
    }
}

/// The shortest window in seconds. The shorter the window, the more of them a recording has.
const SHORTEST_SECONDS: f64 = 0.1;

/// Check the parameters that no single step checks. Return the window in seconds.
fn check(config: &FrontEndConfig) -> Result<f64, FrontEndError> {
    let trim = config.trim.as_ref();
    for (name, size, largest) in [
        (
            "trim.frame_length",
            trim.map_or(0, |trim| trim.frame_length),
            1 << 17,
        ),
        (
            "trim.hop_length",
            trim.map_or(0, |trim| trim.hop_length),
            1 << 17,
        ),
        ("hop_length", config.hop_length, 1 << 17),
        ("n_fft", config.n_fft, 1 << 17),
        ("n_mels", config.n_mels, 4096),
        ("n_mfcc", config.n_mfcc, 4096),
    ] {
        if size > largest {
            return Err(FrontEndError::TooLarge {
                name,
                size,
                largest,
            });
        }
    }
    let FitLength::Seconds(seconds) = config.duration else {
        return Err(FrontEndError::UnresolvedDuration);
    };
    if !(SHORTEST_SECONDS..=3600.0).contains(&seconds) {
        return Err(FrontEndError::Duration { seconds });
    }
    if let Some(trim) = trim
        && (trim.frame_length == 0
            || trim.hop_length == 0
            || trim.top_db.is_nan()
            || trim.top_db < 0.0)
    {
        return Err(FrontEndError::Trim);
    }
    match config.level {
        Some(found) if !(-60.0..=0.0).contains(&found) => Err(FrontEndError::Level { found }),
        _ => Ok(seconds),
    }
}
