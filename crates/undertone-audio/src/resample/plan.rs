//! The plan of a conversion: transforms, filter, and the sizes of blocks.

use std::sync::Arc;

use rustfft::FftPlanner;

use super::any_ratio::{AnyRatio, ComplexBlocks};
use super::blocks::Blocks;
use super::decimation::{Decimation, PlanarBlocks};
use super::filter;
use crate::padded::padded;

pub(super) struct Plan {
    method: Method,
    /// Samples that one block reads.
    size_in: usize,
    /// Samples that one block advances, and the margin that it needs before them.
    hop_in: usize,
    hop_out: usize,
    margin_in: usize,
    margin_out: usize,
}

enum Method {
    Decimation(Arc<Decimation>),
    AnyRatio(Arc<AnyRatio>),
}

/// Memory that one conversion needs for its blocks.
pub(super) struct Workspace {
    edges: [Vec<f32>; 2],
    blocks: Box<dyn Blocks>,
}

impl Workspace {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            edges: [vec![0.0; plan.size_in], vec![0.0; plan.size_in]],
            blocks: match &plan.method {
                Method::Decimation(plan) => Box::new(PlanarBlocks::new(plan)),
                Method::AnyRatio(plan) => Box::new(ComplexBlocks::new(plan)),
            },
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

        let positive = filter.response(
            FftPlanner::new()
                .plan_fft_forward(size_in.max(size_out))
                .as_ref(),
            size_in.min(size_out),
            size_in,
        );
        let hop_units = size_units - 2 * margin_units;
        Self {
            method: if Decimation::pays(size_in, size_out) {
                Method::Decimation(Arc::new(Decimation::new(size_in, size_out, &positive)))
            } else {
                Method::AnyRatio(Arc::new(AnyRatio::new(size_in, size_out, positive)))
            },
            size_in,
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
        self.hop_in + self.size_in
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
        let [first, second] = &mut workspace.edges;
        let input = [
            padded(samples, start, first),
            padded(samples, start + self.hop_in as isize, second),
        ];
        let output = written.split_at_mut(self.hop_out.min(written.len()));
        workspace
            .blocks
            .convert(input, self.margin_out, output.into());
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
