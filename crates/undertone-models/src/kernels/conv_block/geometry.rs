//! Where the positions of a batch lie in memory while a convolution block works on it.

use super::options::ConvBlockOptions;

/// Positions that one task works on, unless a clip has more. Their sums stay in the cache.
const POSITIONS: usize = 128;

/// Parts of the gradient by the weight that are summed on their own. It does not depend on the
/// number of threads, so neither do the sums.
const PARTS: usize = 8;

/// A convolution of fewer values is computed again rather than kept. Without the memory that it
/// would take, each pass over it stays in the cache.
const CHEAP_DEPTH: usize = 16;

/// The sizes of a batch. The rows of all clips follow each other in memory with a margin of zeros
/// behind each, and rows of zeros before the first clip, between clips and behind the last. So the
/// windows that one row of the kernel sees, over all of them, are one matrix. The windows that
/// begin in a margin mean nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    pub(super) batch: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// Height and width.
    pub(super) kernel_size: [usize; 2],
    /// Height and width.
    pub(super) pool: [usize; 2],
}

impl Geometry {
    /// Describe an input `[batch, height, width, channels_in]` and a weight
    /// `[kernel_height * kernel_width * channels_in, channels_out]`.
    pub(super) fn of(input: [usize; 4], weight: [usize; 2], options: &ConvBlockOptions) -> Self {
        let [batch, height, width, inputs] = input;
        Self {
            batch,
            height,
            width,
            inputs,
            outputs: weight[1],
            kernel_size: options.kernel_size,
            pool: options.pool,
        }
    }

    /// Return how many positions lie between the beginnings of two rows.
    pub(super) fn row_pitch(&self) -> usize {
        self.width + self.kernel_size[1] / 2
    }

    /// Return how many positions of zeros lie before the first clip.
    pub(super) fn margin(&self) -> usize {
        self.kernel_size[0] / 2 * self.row_pitch() + self.kernel_size[1] / 2
    }

    /// Return how many positions lie between the beginnings of two clips.
    pub(super) fn pitch(&self) -> usize {
        (self.height + self.kernel_size[0] / 2) * self.row_pitch()
    }

    /// Return how many windows there are from the first of some clips to the last.
    pub(super) fn windows(&self, clips: usize) -> usize {
        clips * self.pitch() - self.margin()
    }

    /// Return height and width after pooling.
    pub(super) fn pooled(&self) -> [usize; 2] {
        let [height, width] = self.pool;
        [self.height / height, self.width / width]
    }

    /// Return how many values a clip has after pooling.
    pub(super) fn pooled_len(&self) -> usize {
        let [height, width] = self.pooled();
        height * width * self.outputs
    }

    /// Return how many values one output of the convolution depends on in a row of the kernel.
    pub(super) fn row_depth(&self) -> usize {
        self.kernel_size[1] * self.inputs
    }

    /// Return how many values one output of the convolution depends on.
    pub(super) fn depth(&self) -> usize {
        self.kernel_size[0] * self.row_depth()
    }

    /// Return how many clips a task works on. It does not depend on the number of threads, so
    /// neither do the results.
    pub(super) fn clips_per_task(&self) -> usize {
        (POSITIONS / self.pitch()).max(1)
    }

    /// Return how many tasks sum their gradients by the weight together.
    pub(super) fn tasks_per_part(&self) -> usize {
        self.batch.div_ceil(self.clips_per_task()).div_ceil(PARTS)
    }

    /// Return how many values the convolution of a clip takes, with the windows in its margin.
    pub(super) fn clip_len(&self) -> usize {
        self.pitch() * self.outputs
    }

    /// Return how many positions some clips have with all margins.
    pub(super) fn padded_positions(&self, clips: usize) -> usize {
        clips * self.pitch() + self.margin()
    }

    /// Return whether computing the convolution again takes less time than to write and read it.
    pub(super) fn is_cheap(&self) -> bool {
        self.depth() <= CHEAP_DEPTH
    }

    /// Return where the pool of an output begins in the convolution of a clip.
    #[inline(always)]
    fn pool_start(&self, [row, column]: [usize; 2]) -> usize {
        let [height, width] = self.pool;
        (row * height * self.row_pitch() + column * width) * self.outputs
    }

    /// Give `read` what the pool of an output takes from the convolution of a clip: the place in
    /// the pool, row by row, and the channels there.
    #[inline(always)]
    pub(super) fn each_of_pool(
        &self,
        convolved: &[f32],
        output: [usize; 2],
        mut read: impl FnMut(u32, &[f32]),
    ) {
        let [height, width] = self.pool;
        let mut index = 0;
        for row in 0..height {
            let start = self.pool_start(output) + row * self.row_pitch() * self.outputs;
            let row = &convolved[start..][..width * self.outputs];
            for values in row.chunks_exact(self.outputs) {
                read(index, values);
                index += 1;
            }
        }
    }

    /// Give `write` the same, and a place of the same size in `result`.
    #[inline(always)]
    pub(super) fn each_of_pool_mut(
        &self,
        convolved: &[f32],
        result: &mut [f32],
        output: [usize; 2],
        mut write: impl FnMut(u32, &[f32], &mut [f32]),
    ) {
        let [height, width] = self.pool;
        let mut index = 0;
        for row in 0..height {
            let start = self.pool_start(output) + row * self.row_pitch() * self.outputs;
            let row = &convolved[start..][..width * self.outputs];
            let result = &mut result[start..][..width * self.outputs];
            let result = result.chunks_exact_mut(self.outputs);
            for (values, result) in row.chunks_exact(self.outputs).zip(result) {
                write(index, values, result);
                index += 1;
            }
        }
    }
}
