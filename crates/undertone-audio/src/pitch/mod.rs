//! The fundamental frequency over time, as `librosa.pyin` finds it.
//!
//! The method is that of Mauch & Dixon, "pYIN: a fundamental frequency estimator using
//! probabilistic threshold distributions" (ICASSP 2014), with the difference function of de
//! Cheveigné & Kawahara (2002), in the form and with the constants of librosa 0.11.

mod candidates;
mod decoding;
mod difference;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use candidates::{BINS_PER_SEMITONE, Candidates, Prior};
use decoding::Decoder;
use difference::Difference;

/// The arguments of `librosa.pyin` that this crate varies. The others have librosa's defaults.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PitchConfig {
    /// Rate of the samples in Hz.
    pub sample_rate: u32,
    /// Lowest frequency in Hz.
    pub fmin: f32,
    /// Highest frequency in Hz.
    pub fmax: f32,
    /// Samples in one frame. It should hold two periods of `fmin`.
    pub frame_length: usize,
    /// Samples between the starts of two frames.
    pub hop_length: usize,
}

impl Default for PitchConfig {
    /// For speech at 16 kHz: 65 to 800 Hz, frames of 64 ms every 10 ms. Low male voices reach down
    /// to about 70 Hz, and women who act fear or anger reach above 600.
    fn default() -> Self {
        Self {
            sample_rate: 16_000,
            fmin: 65.0,
            fmax: 800.0,
            frame_length: 1024,
            hop_length: 160,
        }
    }
}

/// The reason why pitch cannot be found with the given parameters.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum PitchError {
    /// It is not true that 0 < `fmin` < `fmax` <= half the sample rate.
    #[error(
        "fmin {fmin} Hz and fmax {fmax} Hz must satisfy 0 < fmin < fmax <= {nyquist} Hz, half the \
         sample rate"
    )]
    FrequencyRange {
        /// Lowest frequency in Hz.
        fmin: f32,
        /// Highest frequency in Hz.
        fmax: f32,
        /// Half the sample rate in Hz.
        nyquist: f32,
    },
    /// A frame is shorter than one period of `fmin`, or the hop is 0.
    #[error(
        "frames of {frame_length} samples every {hop_length} cannot show {fmin} Hz: a frame must \
         be longer than a period, {period} samples, and the hop at least 1"
    )]
    Frames {
        /// Samples in one frame.
        frame_length: usize,
        /// Samples between two frames.
        hop_length: usize,
        /// Lowest frequency in Hz.
        fmin: f32,
        /// One period of `fmin` in samples.
        period: usize,
    },
}

/// The pitch of one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PitchFrame {
    /// Fundamental frequency in Hz; `None` where the frame is unvoiced.
    pub f0: Option<f32>,
    /// Probability that the frame is voiced, 0 to 1.
    pub voiced_probability: f32,
}

/// Finds the fundamental frequency over time. Tables and transforms are made once. One instance can
/// serve many threads.
#[derive(Debug, Clone)]
pub struct Pyin {
    config: PitchConfig,
    difference: Difference,
    prior: Prior,
    decoder: Decoder,
}

impl Pyin {
    /// Prepare the tables and the transforms.
    ///
    /// # Errors
    /// See [`PitchError`].
    pub fn new(config: &PitchConfig) -> Result<Self, PitchError> {
        let PitchConfig {
            sample_rate,
            fmin,
            fmax,
            frame_length,
            hop_length,
        } = *config;
        let nyquist = sample_rate as f32 / 2.0;
        if !(0.0 < fmin && fmin < fmax && fmax <= nyquist) {
            return Err(PitchError::FrequencyRange {
                fmin,
                fmax,
                nyquist,
            });
        }
        let rate = f64::from(sample_rate);
        let period = (rate / f64::from(fmin)).ceil() as usize;
        if hop_length == 0 || period + 1 >= frame_length {
            return Err(PitchError::Frames {
                frame_length,
                hop_length,
                fmin,
                period,
            });
        }
        let shortest = (rate / f64::from(fmax)).floor() as usize;
        let octaves = (f64::from(fmax) / f64::from(fmin)).log2();
        let bins = (12.0 * BINS_PER_SEMITONE as f64 * octaves).floor() as usize + 1;
        Ok(Self {
            config: *config,
            difference: Difference::new(frame_length, shortest, period),
            prior: Prior::new(rate, f64::from(fmin), shortest, bins),
            decoder: Decoder::new(bins, hop_length as f64 / rate),
        })
    }

    /// Return the parameters.
    pub fn config(&self) -> &PitchConfig {
        &self.config
    }

    /// Return the number of frames for `len` samples: one every hop, the first centered on the
    /// first sample.
    pub fn frames(&self, len: usize) -> usize {
        let padded = len + self.config.frame_length / 2 * 2;
        1 + padded.saturating_sub(self.config.frame_length) / self.config.hop_length
    }

    /// Find the pitch of each frame of mono samples.
    ///
    /// Frame `n` is centered on sample `n · hop_length`, with zeros before and after the samples.
    /// librosa searches for the most likely path through all frames; this crate searches 4096
    /// frames at a time, so that an hour needs no more memory than a minute.
    ///
    /// ```
    /// use undertone_audio::{PitchConfig, Pyin};
    ///
    /// let pyin = Pyin::new(&PitchConfig::default())?;
    /// let tone: Vec<f32> = (0..16_000).map(|n| (n as f32 * 220.0 / 16_000.0 * 6.2832).sin()).collect();
    /// let frames = pyin.track(&tone);
    /// assert_eq!(frames.len(), 101);
    /// assert!((frames[50].f0.unwrap() - 220.0).abs() < 1.0);
    /// # Ok::<(), undertone_audio::PitchError>(())
    /// ```
    pub fn track(&self, samples: &[f32]) -> Vec<PitchFrame> {
        let total = self.frames(samples.len());
        let mut workspace = self.difference.workspace();
        let mut track = Vec::with_capacity(total);
        for start in (0..total).step_by(STRETCH) {
            let end = (start + STRETCH).min(total);
            let candidates = self.candidates(samples, start..end, &mut workspace);
            let states = self.decoder.most_likely(&candidates);
            for (state, frame) in states.into_iter().zip(&candidates) {
                track.push(PitchFrame {
                    f0: state.map(|bin| self.prior.frequency(bin) as f32),
                    voiced_probability: frame.voiced as f32,
                });
            }
        }
        track
    }

    fn candidates(
        &self,
        samples: &[f32],
        frames: std::ops::Range<usize>,
        workspace: &mut difference::Workspace,
    ) -> Vec<Candidates> {
        let PitchConfig {
            frame_length,
            hop_length,
            ..
        } = self.config;
        let start = |frame: usize| (frame * hop_length) as isize - (frame_length / 2) as isize;
        let mut candidates = Vec::with_capacity(frames.len());
        for frame in frames.clone().step_by(2) {
            let curves =
                self.difference
                    .compute(samples, [start(frame), start(frame + 1)], workspace);
            let here = frames.end - frame;
            candidates.extend(
                curves
                    .iter()
                    .take(here)
                    .map(|curve| self.prior.candidates(curve)),
            );
        }
        candidates
    }
}

/// Frames whose path is searched together: 41 s at a hop of 10 ms.
const STRETCH: usize = 4096;
