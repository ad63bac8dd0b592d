//! How many cores a computation uses.

use rayon::prelude::*;

/// How many cores a computation uses. The result does not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cores {
    /// The one of this thread, because the others have work.
    One,
    /// All of the thread pool.
    All,
}

impl Cores {
    /// Call `work` for each clip of a batch. Each clip has a core of its own if there are as many
    /// clips as cores. A task of the thread pool keeps to its core: the other tasks have the rest.
    pub(crate) fn for_clips<T: Send>(
        clips: usize,
        work: impl Fn(usize, Self) -> T + Sync,
    ) -> Vec<T> {
        let is_task = rayon::current_thread_index().is_some();
        if is_task {
            (0..clips).map(|clip| work(clip, Self::One)).collect()
        } else if clips < rayon::current_num_threads() {
            // In one task: to wake the pool for every product takes longer than a small one.
            rayon::scope(|_| (0..clips).map(|clip| work(clip, Self::All)).collect())
        } else {
            (0..clips)
                .into_par_iter()
                .map(|clip| work(clip, Self::One))
                .collect()
        }
    }

    /// Call `work` with the index of each chunk of `size` values, the chunk, and a buffer.
    pub(crate) fn each_chunk<T: Default>(
        self,
        values: &mut [f32],
        size: usize,
        work: impl Fn(usize, &mut [f32], &mut T) + Sync,
    ) {
        match self {
            Self::One => {
                let mut buffer = T::default();
                for (index, chunk) in values.chunks_mut(size).enumerate() {
                    work(index, chunk, &mut buffer);
                }
            }
            Self::All => values.par_chunks_mut(size).enumerate().for_each_init(
                T::default,
                |buffer, (index, chunk)| {
                    work(index, chunk, buffer);
                },
            ),
        }
    }
}
