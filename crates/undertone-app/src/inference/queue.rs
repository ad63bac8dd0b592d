//! The queue of recordings that wait for a worker.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use undertone_audio::Recording;

use crate::memory_budget::PoolShare;
use crate::problem::Problem;
use crate::recognizer::Recognition;

/// The largest number of recordings in a batch.
const MAX_BATCH: usize = 16;
/// The most seconds of audio in a batch, so that short recordings do not wait for long ones.
const MAX_BATCH_SECONDS: f64 = 60.0;

/// A recording that waits for a worker.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) recording: Recording,
    /// The memory of the samples, if it is counted.
    pub(super) memory: Option<PoolShare>,
    pub(super) result: oneshot::Sender<Result<Recognition, Problem>>,
}

/// A first-in, first-out queue. Its callers limit its length.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Job>,
    closed: bool,
}

impl State {
    /// Drop the jobs whose clients no longer wait, to free their memory.
    fn drop_abandoned(&mut self) {
        self.waiting.retain(|job| !job.result.is_closed());
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Add a job. A closed queue drops it and its sender.
    pub(super) fn push(&self, job: Job) {
        let mut state = self.lock();
        if !state.closed {
            state.drop_abandoned();
            state.waiting.push_back(job);
            self.changed.notify_one();
        }
    }

    /// Wait for a job and take a batch. Return `None` once the queue is closed and empty.
    pub(super) fn take(&self) -> Option<Vec<Job>> {
        let mut state = self.lock();
        loop {
            state.drop_abandoned();
            if !state.waiting.is_empty() {
                let count = batch_size(state.waiting.iter().map(|job| job.recording.duration()));
                return Some(state.waiting.drain(..count).collect());
            }
            if state.closed {
                return None;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }
}

/// Return how many of the first recordings, of these lengths, make a batch; at least one.
fn batch_size(seconds: impl Iterator<Item = f64>) -> usize {
    let mut sum = 0.0;
    let within = seconds.take(MAX_BATCH).take_while(|seconds| {
        sum += seconds;
        sum <= MAX_BATCH_SECONDS
    });
    within.count().max(1)
}

#[cfg(test)]
mod tests {
    use super::batch_size;

    #[test]
    fn short_recordings_share_a_batch_and_long_ones_do_not() {
        assert_eq!(batch_size([3.0; 40].into_iter()), 16);
        assert_eq!(batch_size([25.0; 40].into_iter()), 2);
        assert_eq!(batch_size([300.0, 3.0].into_iter()), 1);
        assert_eq!(batch_size([3.0, 300.0].into_iter()), 1);
    }
}
