//! The plan of a conversion: transforms, filter, and the sizes of blocks.

use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use super::blocks::{interleave, scale, separate};
use super::filter;
use crate::padded::padded;

pub(super) struct Plan {
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

/// Memory that one conversion needs for its blocks.
pub(super) struct Workspace {
    block_in: Vec<Complex<f32>>,
    block_out: Vec<Complex<f32>>,
    edges: [Vec<f32>; 2],
    scratch: Vec<Complex<f32>>,
}

impl Workspace {
    pub(super) fn new(plan: &Plan) -> Self {
        let (len_in, len_out) = (plan.forward.len(), plan.inverse.len());
        let scratch = plan
            .forward
            .get_inplace_scratch_len()
            .max(plan.inverse.get_inplace_scratch_len());
        Self {
            block_in: vec![Complex::default(); len_in],
            block_out: vec![Complex::default(); len_out],
            edges: [vec![0.0; len_in], vec![0.0; len_in]],
            scratch: vec![Complex::default(); scratch],
        }
    }
}

/// Return the number of output samples for `len` input samples.
pub(super) fn output_len(len: u64, from_hz: u32, to_hz: u32) -> u64 {
    let scaled = u128::from(len) * u128::from(to_hz);
    scaled.div_ceil(u128::from(from_hz)) as u64
}

impl Plan {
    pub(super) fn new(from_hz: u32, to_hz: u32) -> Self {
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

    /// Return `output_len` samples at the new rate.
    pub(super) fn run(&self, samples: &[f32], output_len: usize) -> Vec<f32> {
        let mut output = vec![0.0; output_len];
        let mut workspace = Workspace::new(self);
        for (pair, written) in output.chunks_mut(self.pair_out()).enumerate() {
            let start = (pair * self.pair_in()) as isize - self.margin_in as isize;
            self.pair(samples, start, written, &mut workspace);
        }
        output
    }

    /// Samples that two blocks bring forward at the old rate.
    pub(super) fn pair_in(&self) -> usize {
        2 * self.hop_in
    }

    /// Samples that two blocks bring forward at the new rate.
    pub(super) fn pair_out(&self) -> usize {
        2 * self.hop_out
    }

    /// Samples that two blocks need before those that they bring forward.
    pub(super) fn margin_in(&self) -> usize {
        self.margin_in
    }

    /// Samples that two blocks read.
    pub(super) fn pair_reads(&self) -> usize {
        self.hop_in + self.forward.len()
    }

    /// Write the samples of two blocks, of which the first reads `samples` from `start` on. There
    /// may be fewer to write at the end.
    pub(super) fn pair(
        &self,
        samples: &[f32],
        start: isize,
        written: &mut [f32],
        workspace: &mut Workspace,
    ) {
        let Workspace {
            block_in,
            block_out,
            edges: [real, imaginary],
            scratch,
        } = workspace;
        interleave(
            padded(samples, start, real),
            padded(samples, start + self.hop_in as isize, imaginary),
            block_in,
        );
        self.forward.process_with_scratch(block_in, scratch);
        self.filter(block_in, block_out);
        self.inverse.process_with_scratch(block_out, scratch);
        let (first, second) = written.split_at_mut(self.hop_out.min(written.len()));
        separate(&block_out[self.margin_out..], first, second);
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
