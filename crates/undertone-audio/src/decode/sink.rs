//! What receives decoded samples.

use std::ops::ControlFlow;

/// Receives the mono samples of a recording in blocks.
pub(crate) trait SampleSink {
    /// Called before the first block, with the rate in Hz, and the number of samples that the
    /// header promises, or 0.
    fn begin(&mut self, sample_rate: u32, expected: u64);

    /// Receive the next samples. All are finite. `Break` stops the decoding.
    fn receive(&mut self, samples: &[f32]) -> ControlFlow<()>;
}

/// Collects all samples.
impl SampleSink for Vec<f32> {
    fn begin(&mut self, _: u32, expected: u64) {
        self.reserve_exact(expected as usize);
    }

    fn receive(&mut self, samples: &[f32]) -> ControlFlow<()> {
        self.extend_from_slice(samples);
        ControlFlow::Continue(())
    }
}
