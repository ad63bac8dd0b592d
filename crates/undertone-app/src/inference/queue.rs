//! Recordings that wait for a worker.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::Job;

/// Most recordings that a worker takes at once.
const MOST_AT_ONCE: usize = 16;
/// Most seconds of audio that it takes at once, so that short recordings don't wait for long ones.
const MOST_SECONDS_AT_ONCE: f64 = 60.0;

/// First in, first out. Its length is bounded by those who fill it.
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
    /// Whoever is not waiting any more needs no answer, and its recording takes memory.
    fn forget_the_left(&mut self) {
        self.waiting.retain(|job| !job.answer.is_closed());
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a job; drops it, and with it its sender, if the queue is closed.
    pub(super) fn push(&self, job: Job) {
        let mut state = self.lock();
        if !state.closed {
            state.forget_the_left();
            state.waiting.push_back(job);
            self.changed.notify_one();
        }
    }

    /// Waits for a job and takes those that wait behind it too. `None` once the queue is closed
    /// and empty.
    pub(super) fn take(&self) -> Option<Vec<Job>> {
        let mut state = self.lock();
        loop {
            state.forget_the_left();
            if !state.waiting.is_empty() {
                let count = together(state.waiting.iter().map(|job| job.recording.duration()));
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

/// How many recordings of these lengths, from the first on, are taken together; at least one.
fn together(seconds: impl Iterator<Item = f64>) -> usize {
    let mut sum = 0.0;
    let within = seconds.take(MOST_AT_ONCE).take_while(|seconds| {
        sum += seconds;
        sum <= MOST_SECONDS_AT_ONCE
    });
    within.count().max(1)
}

#[cfg(test)]
mod tests {
    use super::together;

    #[test]
    fn short_recordings_are_taken_together_and_long_ones_alone() {
        assert_eq!(together([3.0; 40].into_iter()), 16);
        assert_eq!(together([25.0; 40].into_iter()), 2);
        assert_eq!(together([300.0, 3.0].into_iter()), 1);
        assert_eq!(together([3.0, 300.0].into_iter()), 1);
    }
}
