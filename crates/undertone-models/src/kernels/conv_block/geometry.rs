//! Where the frames of a batch lie in memory while a convolution block works on it.

use super::options::ConvBlockOptions;

/// Frames that one task works on, unless a clip has more. Their sums stay in the cache.
const FRAMES: usize = 128;

/// The sizes of a batch. Clips follow each other in memory with [`Geometry::margin`] frames of
/// zeros before the first, between them and after the last, so that the windows of the convolution
/// over all of them are one matrix. The windows that begin in a margin mean nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    pub(super) batch: usize,
    pub(super) frames: usize,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) kernel_size: usize,
    pub(super) pool: usize,
}

impl Geometry {
    /// Describe an input `[batch, frames, channels_in]` and a weight
    /// `[kernel_size * channels_in, channels_out]`.
    pub(super) fn of(input: [usize; 3], weight: [usize; 2], options: &ConvBlockOptions) -> Self {
        let [batch, frames, inputs] = input;
        Self {
            batch,
            frames,
            inputs,
            outputs: weight[1],
            kernel_size: options.kernel_size,
            pool: options.pool,
        }
    }

    /// Return how many frames of zeros lie between two clips.
    pub(super) fn margin(&self) -> usize {
        self.kernel_size / 2
    }

    /// Return how many frames lie between the beginnings of two clips.
    pub(super) fn pitch(&self) -> usize {
        self.frames + self.margin()
    }

    /// Return how many frames a clip has after pooling.
    pub(super) fn steps(&self) -> usize {
        self.frames / self.pool
    }

    /// Return how many values one output of the convolution depends on.
    pub(super) fn depth(&self) -> usize {
        self.kernel_size * self.inputs
    }

    /// Return how many clips a task works on. It does not depend on the number of threads, so
    /// neither do the results.
    pub(super) fn clips_per_task(&self) -> usize {
        (FRAMES / self.pitch()).max(1)
    }

    /// Return how many values the convolution of a clip takes, with the windows in its margin.
    pub(super) fn clip_len(&self) -> usize {
        self.pitch() * self.outputs
    }

    /// Return how many frames a batch has with all margins.
    pub(super) fn padded_frames(&self) -> usize {
        self.batch * self.pitch() + self.margin()
    }
}
