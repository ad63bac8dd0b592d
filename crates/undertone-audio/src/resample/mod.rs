//! The conversion between sample rates.
//!
//! This crate has a resampler of its own because it needs less time than `rubato`, which was
//! compared first. The command
//!
//! ```text
//! cargo bench -p undertone-audio --bench resamplers
//! ```
//!
//! measures both on four seconds of sound: the loudest alias, the gain up to 7/8 of the band, and
//! the time. rubato 5's `Fft`, at its fastest chunk size, takes 2.9 to 5.3 times as long for 48,
//! 44.1, 22.05 and 8 kHz to 16 kHz. Its aliases are 137 dB down and ours 108 dB, where 90 dB is
//! what `soxr_hq` promises and what 16 bits can hold.
//!
//! The difference has two reasons. rubato transforms blocks of twice the samples that they bring
//! forward; a block here spends a quarter on its margins. And rubato transforms one real block at a
//! time, where two fit into one complex block. A resampler here also keeps no state between calls,
//! so one instance serves many threads, and its output is aligned with its input.

mod any_ratio;
mod blocks;
mod cache;
mod decimation;
mod filter;
mod plan;
mod stream;

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

pub use cache::ResamplerCache;
use plan::{Plan, output_len};
pub use stream::ResamplerStream;

/// The reason why a resampler cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ResampleError {
    /// A rate of 0, or above [`Resampler::MAX_RATE`].
    #[error(
        "cannot resample from {from_hz} Hz to {to_hz} Hz: rates must lie between 1 Hz and 768 kHz"
    )]
    RateOutOfRange {
        /// Sample rate of the input in Hz.
        from_hz: u32,
        /// Sample rate of the output in Hz.
        to_hz: u32,
    },
}

/// Converts mono samples from one rate to another at the quality of `soxr_hq`, librosa's default:
/// flat up to 0.9 of the lower rate's Nyquist frequency, aliases and images at least 90 dB down.
///
/// The output is aligned with the input: sample `n` is the input at the time `n / to_hz`, without
/// delay. The input counts as zero beyond both ends.
///
/// The method is overlap-save. A block is transformed, multiplied by the spectrum of a symmetric
/// low-pass filter, cut or padded to the number of bins at the other rate, and transformed back.
/// Two blocks are transformed together, as the real and the imaginary part of one complex signal.
/// This is exact because the spectrum of the filter is real. Plans and filter are made once. One
/// instance can serve many threads.
#[derive(Clone)]
pub struct Resampler {
    from_hz: u32,
    to_hz: u32,
    plan: Option<Arc<Plan>>,
}

impl fmt::Debug for Resampler {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Resampler({} Hz -> {} Hz)", self.from_hz, self.to_hz)
    }
}

impl Resampler {
    /// The highest rate that is accepted, in Hz.
    pub const MAX_RATE: u32 = 768_000;

    /// End of the filter's pass band, as a share of the lower Nyquist frequency. soxr's HQ recipe
    /// has the same. The -6 dB point lies halfway to [`Resampler::STOP_START`].
    pub const PASS_END: f64 = filter::PASS_END;

    /// Start of the filter's stop band, as a share of the lower Nyquist frequency.
    pub const STOP_START: f64 = filter::STOP_START;

    /// Depth of the stop band in dB that the filter's Kaiser window is designed for. Its length and
    /// shape follow Kaiser's estimates (Oppenheim & Schafer, Discrete-Time Signal Processing,
    /// 7.5.3).
    pub const ATTENUATION: f64 = filter::ATTENUATION;

    /// Plan the conversion from one rate in Hz to another. Equal rates are allowed and cost
    /// nothing.
    ///
    /// # Errors
    /// When a rate is 0 or above [`Resampler::MAX_RATE`].
    pub fn new(from_hz: u32, to_hz: u32) -> Result<Self, ResampleError> {
        let allowed = 1..=Self::MAX_RATE;
        if !allowed.contains(&from_hz) || !allowed.contains(&to_hz) {
            return Err(ResampleError::RateOutOfRange { from_hz, to_hz });
        }
        let plan = (from_hz != to_hz).then(|| Arc::new(Plan::new(from_hz, to_hz)));
        Ok(Self {
            from_hz,
            to_hz,
            plan,
        })
    }

    /// Return the sample rate of the input in Hz.
    pub fn from_hz(&self) -> u32 {
        self.from_hz
    }

    /// Return the sample rate of the output in Hz.
    pub fn to_hz(&self) -> u32 {
        self.to_hz
    }

    /// Return the number of output samples for `len` input samples: `ceil(len · to_hz / from_hz)`.
    pub fn output_len(&self, len: usize) -> usize {
        output_len(len as u64, self.from_hz, self.to_hz) as usize
    }

    /// Return a conversion of samples that come in blocks. It keeps a fraction of a second of them.
    ///
    /// ```
    /// let resampler = undertone_audio::Resampler::new(48_000, 16_000)?;
    /// let samples: Vec<f32> = (0..100_000).map(|n| (n as f32 * 0.01).sin()).collect();
    /// let (mut stream, mut blocks) = (resampler.stream(), Vec::new());
    /// for block in samples.chunks(777) {
    ///     stream.push(block, &mut blocks);
    /// }
    /// stream.finish(&mut blocks);
    /// assert_eq!(blocks, resampler.resample(&samples));
    /// # Ok::<(), undertone_audio::ResampleError>(())
    /// ```
    pub fn stream(&self) -> ResamplerStream {
        ResamplerStream::new(self.plan.clone(), self.from_hz, self.to_hz)
    }

    /// Return the samples at the new rate.
    ///
    /// ```
    /// let resampler = undertone_audio::Resampler::new(48_000, 16_000)?;
    /// assert_eq!(resampler.resample(&[0.0; 1000]).len(), 334);
    /// # Ok::<(), undertone_audio::ResampleError>(())
    /// ```
    pub fn resample(&self, samples: &[f32]) -> Vec<f32> {
        match &self.plan {
            None => samples.to_vec(),
            Some(plan) => plan.run(samples, self.output_len(samples.len())),
        }
    }
}
