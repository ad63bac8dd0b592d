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

mod blocks;
mod cache;
mod filter;

use std::fmt;
use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use thiserror::Error;

use crate::padded::padded;
use blocks::{interleave, scale, separate};
pub use cache::ResamplerCache;

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
    plan: Option<Plan>,
}

#[derive(Clone)]
struct Plan {
    forward: Arc<dyn Fft<f32>>,
    inverse: Arc<dyn Fft<f32>>,
    /// The filter at the bins below the lower Nyquist frequency, multiplied by the scale of the
    /// transforms: `positive` from bin 0 upwards, `negative` from the lowest bin to -1.
    positive: Vec<f32>,
    negative: Vec<f32>,
    /// Samples that one block advances, and the margin that it needs before them.
    hop_in: usize,
    hop_out: usize,
    margin_in: usize,
    margin_out: usize,
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
        let plan = (from_hz != to_hz).then(|| Plan::new(from_hz, to_hz));
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
        let scaled = len as u128 * u128::from(self.to_hz);
        scaled.div_ceil(u128::from(self.from_hz)) as usize
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

impl Plan {
    fn new(from_hz: u32, to_hz: u32) -> Self {
        let gcd = gcd(from_hz, to_hz);
        let (unit_in, unit_out) = ((from_hz / gcd) as usize, (to_hz / gcd) as usize);
        let unit_high = unit_in.max(unit_out);

        let filter = filter::LowPass::for_rates(from_hz, to_hz);
        // Margins are whole units, so that the edges of every block are whole samples at both
        // rates.
        let margin_units = filter.half_length().div_ceil(unit_high);
        let size_units = (BLOCK_PER_MARGIN * margin_units)
            .max(MIN_BLOCK.div_ceil(unit_high))
            .next_power_of_two();
        let (size_in, size_out) = (size_units * unit_in, size_units * unit_out);

        let mut planner = FftPlanner::new();
        let positive = filter.response(
            FftPlanner::new()
                .plan_fft_forward(size_in.max(size_out))
                .as_ref(),
            size_in.min(size_out),
            size_in,
        );
        let hop_units = size_units - 2 * margin_units;
        Self {
            forward: planner.plan_fft_forward(size_in),
            inverse: planner.plan_fft_inverse(size_out),
            negative: positive[1..].iter().rev().copied().collect(),
            positive,
            hop_in: hop_units * unit_in,
            hop_out: hop_units * unit_out,
            margin_in: margin_units * unit_in,
            margin_out: margin_units * unit_out,
        }
    }

    fn run(&self, samples: &[f32], output_len: usize) -> Vec<f32> {
        let mut output = vec![0.0; output_len];
        let mut block_in = vec![Complex::default(); self.forward.len()];
        let mut block_out = vec![Complex::default(); self.inverse.len()];
        let mut edges = [vec![0.0; self.forward.len()], vec![0.0; self.forward.len()]];
        let scratch_len = self
            .forward
            .get_inplace_scratch_len()
            .max(self.inverse.get_inplace_scratch_len());
        let mut scratch = vec![Complex::default(); scratch_len];

        for (pair, written) in output.chunks_mut(2 * self.hop_out).enumerate() {
            let [real, imaginary] = &mut edges;
            let start = (2 * pair * self.hop_in) as isize - self.margin_in as isize;
            interleave(
                padded(samples, start, real),
                padded(samples, start + self.hop_in as isize, imaginary),
                &mut block_in,
            );
            self.forward
                .process_with_scratch(&mut block_in, &mut scratch);
            self.filter(&block_in, &mut block_out);
            self.inverse
                .process_with_scratch(&mut block_out, &mut scratch);
            let (first, second) = written.split_at_mut(self.hop_out.min(written.len()));
            separate(&block_out[self.margin_out..], first, second);
        }
        output
    }

    /// Copy the bins that both rates have from one block to the other, multiplied by the filter.
    fn filter(&self, block_in: &[Complex<f32>], block_out: &mut [Complex<f32>]) {
        let [positive, negative] = [self.positive.len(), self.negative.len()];
        let (low, rest) = block_out.split_at_mut(positive);
        let (beyond, high) = rest.split_at_mut(rest.len() - negative);
        scale(&block_in[..positive], &self.positive, low);
        beyond.fill(Complex::default());
        scale(&block_in[block_in.len() - negative..], &self.negative, high);
    }
}

/// Block length as a multiple of the filter's half length. Longer blocks waste less on margins,
/// shorter ones stay in the cache.
const BLOCK_PER_MARGIN: usize = 8;
/// Shortest block, in samples of the higher rate. Without it, simple ratios would have tiny blocks.
const MIN_BLOCK: usize = 3072;

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}
