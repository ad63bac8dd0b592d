//! How many cores a computation uses.

use std::cell::Cell;
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

thread_local! {
    /// Whether this thread may use the whole pool that it belongs to.
    static HAS_ALL: Cell<bool> = const { Cell::new(false) };
}

/// Call `work`, a task of a pool of rayon, and let it use all threads of the pool. Call it only
/// where the others have no work: without it, a task keeps to its own thread. The result does not
/// depend on it.
///
/// ```
/// let sum = rayon::join(|| undertone_models::with_all_cores(|| 1 + 1), || ()).0;
/// assert_eq!(sum, 2);
/// ```
pub fn with_all_cores<R>(work: impl FnOnce() -> R) -> R {
    let _before = Restore(HAS_ALL.replace(true));
    work()
}

/// Restores [`HAS_ALL`] when it is dropped, even by a panic.
struct Restore(bool);

impl Drop for Restore {
    fn drop(&mut self) {
        HAS_ALL.set(self.0);
    }
}

impl Cores<'_> {
    /// Call `work` for each clip of a batch. Each clip has a core of its own if there are as many
    /// clips as cores. A task of the thread pool keeps to its core, as the other tasks have the
    /// rest, unless it [has all](with_all_cores).
    pub(crate) fn for_clips<T: Send>(
        clips: usize,
        work: impl Fn(usize, Cores<'_>) -> T + Sync,
    ) -> Vec<T> {
        // Whatever else this thread takes on while it waits is an ordinary task.
        let has_all = Restore(HAS_ALL.replace(false));
        let is_task = rayon::current_thread_index().is_some() && !has_all.0;
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
    fn a_task_has_one_core_unless_it_has_all() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build();
        let pool = pool.expect("a pool");
        let is_alone = || {
            let alone = Cores::for_clips(1, |_, cores| matches!(cores, Cores::One));
            alone == [true]
        };
        assert!(pool.install(is_alone));
        assert!(!pool.install(|| with_all_cores(is_alone)));
        assert!(pool.install(is_alone), "only while it lasts");
        let panicked = pool.install(|| {
            std::panic::catch_unwind(|| with_all_cores(|| panic!("of this test"))).is_err()
        });
        assert!(panicked && pool.install(is_alone));
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
