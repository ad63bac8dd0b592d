//! What both transforms of two frames have in common.

/// Transforms two frames with a window, and has memory for that.
pub(super) trait FramePair {
    /// Write the squared magnitudes of both spectra, up to half the sample rate.
    fn square(&mut self, frames: [&[f32]; 2], window: &[f32], powers: [&mut [f32]; 2]);
}
