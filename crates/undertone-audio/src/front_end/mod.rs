//! All steps from a recording to features, from one configuration.

mod config;

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use crate::features::{
    DbConfig, FeatureError, FeatureMatrix, MelSpectrogram, Mfcc, WhisperLogMel, delta, power_to_db,
    zero_mean_unit_variance,
};
use crate::kernel::kernel;
use crate::{FitLength, Recording, ResampleError, Resampler, fit, trim};

pub use config::{FrontEndConfig, InputKind, Normalize};

/// Frames in one window of the deltas: librosa's default.
const DELTA_WIDTH: usize = 9;
/// Magnitudes above this are no sound but a mistake, and squares of much larger ones overflow.
const LOUDEST: f32 = 1e6;
/// Source rates whose resamplers are kept at one time.
const CACHED_RATES: usize = 16;
/// The most that samples are amplified to reach a level: what is softer holds no speech.
const MOST_GAIN: f64 = 1000.0;

/// A front end that can't be made, or a recording that can't go through it.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FrontEndError {
    /// Feature parameters that don't fit together.
    #[error(transparent)]
    Feature(#[from] FeatureError),
    /// A rate that can't be converted.
    #[error(transparent)]
    Resample(#[from] ResampleError),
    /// A window that isn't longer than 0 s, or is longer than an hour.
    #[error("duration must be more than 0 s and at most 3600 s, not {seconds}")]
    Duration {
        /// The duration asked for.
        seconds: f64,
    },
    /// A statistic of a corpus, without a corpus.
    #[error("duration must be a number of seconds here, not a statistic of a corpus")]
    UnresolvedDuration,
    /// Nothing to compute.
    #[error("inputs must name at least one of mel, log-mel, mfcc, mfcc-delta")]
    NoInputs,
    /// An input that an encoder wants as it is, beside others.
    #[error("{input} must be the only one of inputs")]
    NotAlone {
        /// The input.
        input: &'static str,
    },
    /// Whisper's log-mel spectrogram at another rate.
    #[error("whisper-log-mel needs a sample_rate of 16000 Hz, not {found}")]
    WhisperRate {
        /// The rate asked for.
        found: u32,
    },
    /// A trim setting without meaning.
    #[error("trim needs top_db >= 0, frame_length >= 1 and hop_length >= 1")]
    Trim,
    /// A level beyond full scale, or one that is next to nothing.
    #[error("level must be -60 to 0 dB, not {found}")]
    Level {
        /// The level asked for.
        found: f32,
    },
    /// A size that no speech feature needs, and that would exhaust the memory.
    #[error("{name} must be at most {largest}, not {size}")]
    TooLarge {
        /// Which parameter.
        name: &'static str,
        /// Its value.
        size: usize,
        /// The most it may be.
        largest: usize,
    },
    /// Samples whose power overflows.
    #[error("the recording has samples as large as {largest:e}; full scale is 1")]
    TooLoud {
        /// The largest magnitude.
        largest: f32,
    },
    /// A recording without samples.
    #[error("the recording holds no samples")]
    NoSamples,
}

/// A recording at the front end's rate, without the silence around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// Mono samples at the front end's rate; never empty.
    pub samples: Vec<f32>,
    /// Seconds trimmed from the recording's start.
    pub start: f64,
}

/// Takes recordings to un-normalized features: *resample → trim → level* in [`FrontEnd::prepare`],
/// *fit → features* in [`FrontEnd::features`].
///
/// Plans, windows, filters and one resampler per source rate are made once. An instance can be
/// shared between threads.
#[derive(Debug)]
pub struct FrontEnd {
    config: FrontEndConfig,
    extractor: Extractor,
    window_samples: usize,
    resamplers: Mutex<Vec<Arc<Resampler>>>,
}

/// What makes features of samples.
#[derive(Debug)]
enum Extractor {
    Spectral { mel: MelSpectrogram, mfcc: Mfcc },
    Whisper(WhisperLogMel),
    Waveform,
}

impl Extractor {
    fn new(config: &FrontEndConfig) -> Result<Self, FrontEndError> {
        let alone = |input| match config.inputs.len() {
            1 => Ok(()),
            _ => Err(FrontEndError::NotAlone { input }),
        };
        if config.inputs.contains(&InputKind::Waveform) {
            alone("waveform")?;
            return Ok(Self::Waveform);
        }
        if config.inputs.contains(&InputKind::WhisperLogMel) {
            alone("whisper-log-mel")?;
            if config.sample_rate != 16_000 {
                let found = config.sample_rate;
                return Err(FrontEndError::WhisperRate { found });
            }
            return Ok(Self::Whisper(WhisperLogMel::new(config.n_mels)?));
        }
        Ok(Self::Spectral {
            mel: MelSpectrogram::new(&config.mel())?,
            mfcc: Mfcc::new(config.n_mfcc, config.n_mels)?,
        })
    }
}

impl FrontEnd {
    /// Fewest samples of a clip that is not padded to its window: Whisper's frame, and what the
    /// convolutions of wav2vec 2.0 see at once.
    pub const SHORTEST: usize = 400;

    /// Checks the configuration and prepares everything that doesn't depend on a recording.
    ///
    /// # Errors
    /// When parameters are out of range or don't fit together; the error names them.
    pub fn new(config: FrontEndConfig) -> Result<Self, FrontEndError> {
        for (name, size, largest) in [
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
        if !(seconds > 0.0 && seconds <= 3600.0) {
            return Err(FrontEndError::Duration { seconds });
        }
        if config.inputs.is_empty() {
            return Err(FrontEndError::NoInputs);
        }
        if let Some(trim) = &config.trim
            && (trim.frame_length == 0
                || trim.hop_length == 0
                || trim.top_db.is_nan()
                || trim.top_db < 0.0)
        {
            return Err(FrontEndError::Trim);
        }
        if let Some(found) = config.level.filter(|level| !(-60.0..=0.0).contains(level)) {
            return Err(FrontEndError::Level { found });
        }
        // Fails early for a rate that nothing could be resampled to.
        Resampler::new(config.sample_rate, config.sample_rate)?;
        let window_samples = ((seconds * f64::from(config.sample_rate)).round() as usize).max(1);
        let front_end = Self {
            extractor: Extractor::new(&config)?,
            window_samples,
            resamplers: Mutex::default(),
            config,
        };
        if front_end.config.inputs.contains(&InputKind::MfccDelta)
            && front_end.frames() < DELTA_WIDTH
        {
            let frames = front_end.frames();
            return Err(FeatureError::TooFewFrames {
                width: DELTA_WIDTH,
                frames,
            }
            .into());
        }
        Ok(front_end)
    }

    /// The configuration this was made from.
    pub fn config(&self) -> &FrontEndConfig {
        &self.config
    }

    /// Rows of the stacked inputs, e.g. 128 + 40.
    pub fn bands(&self) -> usize {
        self.config
            .inputs
            .iter()
            .map(|input| self.rows(*input))
            .sum()
    }

    /// Frames of one window; the most there can be where clips are not padded.
    pub fn frames(&self) -> usize {
        match &self.extractor {
            Extractor::Spectral { mel, .. } => mel.frames(self.window_samples),
            Extractor::Whisper(log_mel) => log_mel.frames(self.window_samples),
            Extractor::Waveform => self.window_samples,
        }
    }

    /// Samples of one window: `duration · sample_rate`, rounded.
    pub fn window_samples(&self) -> usize {
        self.window_samples
    }

    /// Resamples a recording to the front end's rate, trims its silence and sets its level. Never gives back
    /// nothing: where trimming would leave no sample, it is left out.
    ///
    /// # Errors
    /// When the recording is empty or its rate can't be converted.
    pub fn prepare(&self, recording: &Recording) -> Result<Prepared, FrontEndError> {
        if recording.samples.is_empty() {
            return Err(FrontEndError::NoSamples);
        }
        let largest = largest_magnitude(&recording.samples);
        if largest > LOUDEST {
            return Err(FrontEndError::TooLoud { largest });
        }
        let mut samples = self
            .resampler(recording.sample_rate)?
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
            bring_to(&mut samples, level);
        }
        Ok(Prepared { samples, start })
    }

    /// Features of one window, `[bands][frames]`: the samples are cut to
    /// [`FrontEnd::window_samples`], or padded with zeros where the configuration says so, and the
    /// configured inputs stacked in their order.
    pub fn features(&self, samples: &[f32]) -> FeatureMatrix {
        let shortest = match self.config.pad {
            true => self.window_samples,
            false => Self::SHORTEST.min(self.window_samples),
        };
        let length = samples.len().clamp(shortest, self.window_samples);
        let mut features = match &self.extractor {
            Extractor::Spectral { mel, mfcc } => self.stacked(mel, mfcc, samples, length),
            Extractor::Whisper(log_mel) => log_mel.log_mel(&fit(samples, length)),
            Extractor::Waveform => FeatureMatrix {
                bands: 1,
                frames: length,
                values: fit(samples, length),
            },
        };
        if self.config.normalize == Normalize::Utterance {
            zero_mean_unit_variance(&mut features.values);
        }
        features
    }

    fn stacked(
        &self,
        mel: &MelSpectrogram,
        mfcc: &Mfcc,
        samples: &[f32],
        length: usize,
    ) -> FeatureMatrix {
        let power = mel.power_padded(samples, length);
        let db = power_to_db(&power, &DbConfig::default());
        let wants = |kind: InputKind| self.config.inputs.contains(&kind);
        let mfcc = if wants(InputKind::Mfcc) || wants(InputKind::MfccDelta) {
            mfcc.from_db(&db)
        } else {
            FeatureMatrix::default()
        };
        let mut stacked = FeatureMatrix {
            bands: self.bands(),
            frames: power.frames,
            values: Vec::with_capacity(self.bands() * power.frames),
        };
        for input in &self.config.inputs {
            match input {
                InputKind::Mel => stacked.values.extend_from_slice(&power.values),
                InputKind::LogMel => stacked.values.extend_from_slice(&db.values),
                InputKind::Mfcc => stacked.values.extend_from_slice(&mfcc.values),
                // `new` has checked that a padded window has enough frames; a short clip has no
                // slopes that mean anything.
                InputKind::MfccDelta => {
                    let slopes = delta(&mfcc, DELTA_WIDTH)
                        .unwrap_or_else(|_| FeatureMatrix::zeros(mfcc.bands, mfcc.frames));
                    stacked.values.extend_from_slice(&slopes.values);
                }
                // They stand alone, and have extractors of their own.
                InputKind::Waveform | InputKind::WhisperLogMel => {}
            }
        }
        stacked
    }

    /// Cuts a recording of `samples_len` prepared samples into windows.
    ///
    /// One range when it fits into one window. Otherwise ranges of exactly
    /// [`FrontEnd::window_samples`] that cover everything, neighbors sharing the fraction
    /// `overlap` (clamped to 0..=0.95) of a window, the last aligned to the end.
    ///
    /// ```
    /// use undertone_audio::{FrontEnd, FrontEndConfig};
    /// let front_end = FrontEnd::new(FrontEndConfig::default())?;
    /// assert_eq!(front_end.windows(20_000, 0.5), [0..20_000]);
    /// assert_eq!(front_end.windows(50_000, 0.5), [0..32_000, 16_000..48_000, 18_000..50_000]);
    /// # Ok::<(), undertone_audio::FrontEndError>(())
    /// ```
    pub fn windows(&self, samples_len: usize, overlap: f64) -> Vec<Range<usize>> {
        let window = self.window_samples;
        if samples_len <= window {
            return std::iter::once(0..samples_len).collect();
        }
        // `max` turns a NaN into 0.
        let advance = 1.0 - overlap.max(0.0).clamp(0.0, 0.95);
        let hop = ((window as f64 * advance).round() as usize).max(1);
        let last = samples_len - window;
        (0..last)
            .step_by(hop)
            .chain([last])
            .map(|start| start..start + window)
            .collect()
    }

    fn rows(&self, input: InputKind) -> usize {
        match input {
            InputKind::Mel | InputKind::LogMel => self.config.n_mels,
            InputKind::Mfcc | InputKind::MfccDelta => self.config.n_mfcc,
            InputKind::WhisperLogMel => self.config.n_mels,
            InputKind::Waveform => 1,
        }
    }

    fn resampler(&self, from_hz: u32) -> Result<Arc<Resampler>, ResampleError> {
        let mut cached = self
            .resamplers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cached
            .iter()
            .find(|resampler| resampler.from_hz() == from_hz)
        {
            return Ok(Arc::clone(known));
        }
        let resampler = Arc::new(Resampler::new(from_hz, self.config.sample_rate)?);
        // A server may be sent any rate; the oldest goes rather than all of them staying.
        if cached.len() == CACHED_RATES {
            cached.remove(0);
        }
        cached.push(Arc::clone(&resampler));
        Ok(resampler)
    }
}

kernel! {
    fn largest_magnitude(samples: &[f32]) -> f32 = largest_magnitude_plain;
}

#[inline(always)]
fn largest_magnitude_plain(samples: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 32];
    let (chunks, rest) = samples.as_chunks::<32>();
    for chunk in chunks {
        for (lane, sample) in lanes.iter_mut().zip(chunk) {
            *lane = lane.max(sample.abs());
        }
    }
    lanes
        .iter()
        .chain(rest)
        .fold(0.0, |most, it| most.max(it.abs()))
}

/// Scales samples to a root mean square of `level` dB of full scale.
fn bring_to(samples: &mut [f32], level: f32) {
    let power: f64 = samples.iter().map(|it| f64::from(*it).powi(2)).sum();
    let found = (power / samples.len().max(1) as f64).sqrt();
    if found > 0.0 {
        let gain = (10f64.powf(f64::from(level) / 20.0) / found).min(MOST_GAIN) as f32;
        samples.iter_mut().for_each(|sample| *sample *= gain);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_agree() {
        let samples: Vec<f32> = (0..77).map(|n| (n as f32 * 0.7).sin()).collect();
        for n in 0..samples.len() {
            let part = &samples[..n];
            assert_eq!(largest_magnitude(part), largest_magnitude_plain(part));
        }
        assert_eq!(largest_magnitude(&[0.5, f32::NAN, -3.0]), 3.0);
    }
}
