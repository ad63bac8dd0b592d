//! The conversion of samples that come in blocks.

use std::fmt;
use std::sync::Arc;

use super::plan::{Plan, Workspace, output_len};

/// Converts samples that come in blocks. The result has the same bits as that of
/// [`Resampler::resample`](crate::Resampler::resample) on all of them together.
pub struct ResamplerStream {
    from_hz: u32,
    to_hz: u32,
    plan: Option<(Arc<Plan>, Workspace)>,
    /// The samples that are still needed.
    kept: Vec<f32>,
    /// The place of the first of them in the recording.
    start: u64,
    /// Output samples that were written.
    written: u64,
}

impl fmt::Debug for ResamplerStream {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "ResamplerStream({} Hz -> {} Hz)",
            self.from_hz, self.to_hz
        )
    }
}

impl ResamplerStream {
    pub(super) fn new(plan: Option<Arc<Plan>>, from_hz: u32, to_hz: u32) -> Self {
        Self {
            from_hz,
            to_hz,
            plan: plan.map(|plan| {
                let workspace = Workspace::new(&plan);
                (plan, workspace)
            }),
            kept: Vec::new(),
            start: 0,
            written: 0,
        }
    }

    /// Add samples, and append to `output` what they complete.
    pub fn push(&mut self, samples: &[f32], output: &mut Vec<f32>) {
        let Some((plan, _)) = &self.plan else {
            output.extend_from_slice(samples);
            return;
        };
        let (reads, pair_out) = (plan.pair_reads(), plan.pair_out());
        self.kept.extend_from_slice(samples);
        while self.next_start() + reads as i64 <= self.end() as i64 {
            self.pair(pair_out, output);
        }
    }

    /// Append the rest to `output`.
    pub fn finish(mut self, output: &mut Vec<f32>) {
        let Some((plan, _)) = &self.plan else {
            return;
        };
        let pair_out = plan.pair_out() as u64;
        let total = output_len(self.end(), self.from_hz, self.to_hz);
        while self.written < total {
            self.pair((total - self.written).min(pair_out) as usize, output);
        }
    }

    /// Return where the kept samples end in the recording.
    fn end(&self) -> u64 {
        self.start + self.kept.len() as u64
    }

    /// Return where the next two blocks begin to read.
    fn next_start(&self) -> i64 {
        self.plan.as_ref().map_or(0, |(plan, _)| {
            let pairs = self.written / plan.pair_out() as u64;
            (pairs * plan.pair_in() as u64) as i64 - plan.margin_in() as i64
        })
    }

    /// Convert the next two blocks, and forget what no later ones need.
    fn pair(&mut self, len: usize, output: &mut Vec<f32>) {
        let start = self.next_start() - self.start as i64;
        let Some((plan, workspace)) = &mut self.plan else {
            return;
        };
        let from = output.len();
        output.resize(from + len, 0.0);
        plan.pair(&self.kept, start as isize, &mut output[from..], workspace);
        self.written += len as u64;
        let pair_in = plan.pair_in() as i64;
        let unneeded = ((start + pair_in).max(0) as usize).min(self.kept.len());
        self.kept.drain(..unneeded);
        self.start += unneeded as u64;
    }
}
