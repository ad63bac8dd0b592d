//! The conversion between any two rates, with rustfft.

use std::sync::Arc;

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use super::blocks::{Blocks, interleave, scale, separate};

/// The plan of such a conversion.
pub(super) struct AnyRatio {
    forward: Arc<dyn Fft<f32>>,
    inverse: Arc<dyn Fft<f32>>,
    /// The filter at the bins below the lower Nyquist frequency, multiplied by the scale of the
    /// transforms: `positive` from bin 0 upwards, `negative` from the lowest bin to -1.
    positive: Vec<f32>,
    negative: Vec<f32>,
}

impl AnyRatio {
    /// Plan the conversion of blocks. `positive` is the filter at the bins from 0 upwards.
    pub(super) fn new(size_in: usize, size_out: usize, positive: Vec<f32>) -> Self {
        let mut planner = FftPlanner::new();
        Self {
            forward: planner.plan_fft_forward(size_in),
            inverse: planner.plan_fft_inverse(size_out),
            negative: positive[1..].iter().rev().copied().collect(),
            positive,
        }
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

/// Such a conversion, and the memory that it needs.
pub(super) struct ComplexBlocks {
    plan: Arc<AnyRatio>,
    block_in: Vec<Complex<f32>>,
    block_out: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
}

impl ComplexBlocks {
    pub(super) fn new(plan: &Arc<AnyRatio>) -> Self {
        let scratch = plan
            .forward
            .get_inplace_scratch_len()
            .max(plan.inverse.get_inplace_scratch_len());
        Self {
            plan: Arc::clone(plan),
            block_in: vec![Complex::default(); plan.forward.len()],
            block_out: vec![Complex::default(); plan.inverse.len()],
            scratch: vec![Complex::default(); scratch],
        }
    }
}

impl Blocks for ComplexBlocks {
    fn convert(&mut self, input: [&[f32]; 2], margin: usize, output: [&mut [f32]; 2]) {
        let Self {
            plan,
            block_in,
            block_out,
            scratch,
        } = self;
        let ([real, imaginary], [first, second]) = (input, output);
        interleave(real, imaginary, block_in);
        plan.forward.process_with_scratch(block_in, scratch);
        plan.filter(block_in, block_out);
        plan.inverse.process_with_scratch(block_out, scratch);
        separate(&block_out[margin..], first, second);
    }
}
