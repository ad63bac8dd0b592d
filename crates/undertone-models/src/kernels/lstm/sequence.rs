//! What the passes over a sequence share.

use rayon::current_num_threads;

/// Multiplications that are worth a task of their own.
const TASK: usize = 1 << 19;

/// The sizes of a sequence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) batch: usize,
    pub(super) steps: usize,
    pub(super) width: usize,
    pub(super) units: usize,
    /// Whether the last step comes first.
    pub(super) reversed: bool,
}

impl Sizes {
    /// Return the steps in the order in which the LSTM reads them.
    pub(super) fn order(self) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.steps).map(move |index| match self.reversed {
            true => self.steps - 1 - index,
            false => index,
        })
    }

    /// Return the number of clips of a task. Few threads get much work each, and a small batch
    /// stays on one. The results do not depend on it.
    pub(super) fn clips_per_task(self) -> usize {
        let clip = self.steps * (self.width + self.units) * 4 * self.units;
        let least = TASK.div_ceil(clip.max(1));
        (self.batch.div_ceil(current_num_threads()))
            .max(least)
            .min(self.batch)
    }
}

/// The weights of a direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights<'a> {
    /// `[width, 4 * units]`
    pub(super) input: &'a [f32],
    /// `[units, 4 * units]`
    pub(super) hidden: &'a [f32],
}
