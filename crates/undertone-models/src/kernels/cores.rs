//! How many cores a computation uses.

use std::sync::Mutex;

use rayon::prelude::*;

use super::team::{Team, locked};

/// How many cores a computation uses. The result does not depend on it.
#[derive(Clone, Copy)]
pub(crate) enum Cores<'a> {
    /// The one of this thread, because the others have work.
    One,
    /// Those of a team.
    All(&'a Team),
}

impl Cores<'_> {
    /// Call `work` for each clip of a batch. Each clip has a core of its own if there are as many
    /// clips as cores. A task of the thread pool keeps to its core: the other tasks have the rest.
    pub(crate) fn for_clips<T: Send>(
        clips: usize,
        work: impl Fn(usize, Cores<'_>) -> T + Sync,
    ) -> Vec<T> {
        let is_task = rayon::current_thread_index().is_some();
        if is_task {
            (0..clips).map(|clip| work(clip, Cores::One)).collect()
        } else if clips < rayon::current_num_threads() {
            Team::gather(|team| {
                (0..clips)
                    .map(|clip| work(clip, Cores::All(team)))
                    .collect()
            })
        } else {
            (0..clips)
                .into_par_iter()
                .map(|clip| work(clip, Cores::One))
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
        self.each(values.chunks_mut(size), work);
    }

    /// Call `work` with the index of each part, the part, and a buffer.
    pub(crate) fn each<P, T: Default>(
        self,
        parts: impl DoubleEndedIterator<Item = P> + ExactSizeIterator + Send,
        work: impl Fn(usize, P, &mut T) + Sync,
    ) {
        let parts = parts.enumerate();
        match self {
            Self::One => {
                let mut buffer = T::default();
                for (index, part) in parts {
                    work(index, part, &mut buffer);
                }
            }
            Self::All(team) => {
                // The lead begins at the front and its helpers at the end, so that each core writes
                // parts beside each other, and much the same ones each time.
                let parts = Mutex::new(parts);
                team.run(&|is_lead| {
                    let mut buffer = T::default();
                    loop {
                        let next = match is_lead {
                            true => locked(&parts).next(),
                            false => locked(&parts).next_back(),
                        };
                        let Some((index, part)) = next else {
                            return;
                        };
                        work(index, part, &mut buffer);
                    }
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_computed_once() {
        for clips in [1, 40] {
            let sums = Cores::for_clips(clips, |clip, cores| {
                let mut values = vec![clip as f32; 100];
                for round in 0..500 {
                    cores.each_chunk(&mut values, 7, |index, chunk, calls: &mut usize| {
                        *calls += 1;
                        assert!(*calls <= 15 && chunk.len() == 7.min(100 - 7 * index));
                        chunk.iter_mut().for_each(|it| *it += (round % 2) as f32);
                    });
                }
                values
            });
            for (clip, values) in sums.into_iter().enumerate() {
                assert!(values.iter().all(|value| *value == (clip + 250) as f32));
            }
        }
    }

    #[test]
    fn a_panic_reaches_the_caller_and_ends_the_team() {
        for wrong in [0, 50, 99] {
            let panicked = std::panic::catch_unwind(|| {
                Cores::for_clips(1, |_, cores| {
                    let mut values = [0.0; 100];
                    cores.each_chunk(&mut values, 1, |index, _, &mut ()| assert!(index != wrong));
                })
            });
            assert!(panicked.is_err());
        }
    }
}
