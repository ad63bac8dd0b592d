//! The queue of recordings that wait for a worker.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::{oneshot, watch};
use undertone_answer::Influence;
use undertone_audio::{DecodeOptions, Recording, Scan, Source};

use crate::fair_pool::PoolShare;
use crate::problem::Problem;
use crate::recognizer::{Progress, Recognition};

/// The largest number of recordings in a batch.
const MAX_BATCH: usize = 16;
/// The most seconds of audio in a batch, so that short recordings do not wait for long ones. A
/// longer recording is a batch of its own.
const MAX_BATCH_SECONDS: f64 = 60.0;

/// A recording that waits for a worker.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) client: IpAddr,
    pub(super) work: Work,
    pub(super) result: oneshot::Sender<Result<Recognized, Problem>>,
}

/// What a worker does.
#[derive(Debug)]
pub(super) enum Work {
    /// Recognize a recording as a whole.
    Short {
        recording: Recording,
        /// Whether to explain the result.
        why: bool,
        /// The memory of the samples, if it is counted.
        memory: Option<PoolShare>,
    },
    /// Recognize a recording of any length.
    Long {
        source: Arc<Source>,
        options: DecodeOptions,
        progress: watch::Sender<Progress>,
    },
}

/// What the model recognizes.
#[derive(Debug)]
pub(crate) struct Recognized {
    pub(crate) recognition: Recognition,
    /// What the parts of the recording do to the answer, if that was asked for.
    pub(crate) influences: Option<Vec<Influence>>,
    /// What a recording of any length is.
    pub(crate) scan: Option<Scan>,
}

impl Job {
    fn seconds(&self) -> f64 {
        match &self.work {
            Work::Short { recording, .. } => recording.duration(),
            Work::Long { .. } => f64::INFINITY,
        }
    }

    fn is_long(&self) -> bool {
        self.seconds() > MAX_BATCH_SECONDS
    }
}

/// A queue in which addresses take turns. The jobs of one address are served first-in, first-out,
/// except that a short recording may pass long ones. Its callers limit its length.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// The addresses that have jobs, in the order of their turns.
    turns: VecDeque<(IpAddr, VecDeque<Job>)>,
    /// How many more long recordings may run at the same time.
    free_for_long: usize,
    closed: bool,
}

/// The jobs that a worker runs together.
#[derive(Debug)]
pub(super) struct Batch<'a> {
    pub(super) jobs: Vec<Job>,
    /// Held while the batch runs.
    pub(super) running: Running<'a>,
}

/// A batch that a worker runs. Dropping it lets the next long recording run.
#[derive(Debug)]
pub(super) struct Running<'a> {
    queue: &'a Queue,
    is_long: bool,
}

impl State {
    fn push(&mut self, job: Job) {
        match self.turns.iter_mut().find(|turn| turn.0 == job.client) {
            Some((_, jobs)) => jobs.push_back(job),
            None => self.turns.push_back((job.client, VecDeque::from([job]))),
        }
    }

    /// Drop the jobs whose clients no longer wait, to free their memory.
    fn drop_abandoned(&mut self) {
        for (_, jobs) in &mut self.turns {
            jobs.retain(|job| !job.result.is_closed());
        }
        self.turns.retain(|(_, jobs)| !jobs.is_empty());
    }

    /// Take out the next job that fits into `seconds`, and give the next address its turn.
    fn next(&mut self, seconds: f64) -> Option<Job> {
        let long_may_run = self.free_for_long > 0;
        let fits = |job: &Job| job.seconds() <= seconds;
        let may_run = |job: &Job| (long_may_run || !job.is_long()) && fits(job);
        let found = self.turns.iter().enumerate().find_map(|(turn, (_, jobs))| {
            let job = jobs.iter().position(may_run)?;
            Some((turn, job))
        });
        let (turn, job) = found?;
        let (client, mut jobs) = self.turns.remove(turn)?;
        let job = jobs.remove(job)?;
        if !jobs.is_empty() {
            self.turns.push_back((client, jobs));
        }
        Some(job)
    }

    /// Take out a batch; it is empty if nothing may run.
    fn batch(&mut self) -> Vec<Job> {
        let mut jobs: Vec<Job> = self.next(f64::INFINITY).into_iter().collect();
        let mut seconds = MAX_BATCH_SECONDS;
        while let Some(last) = jobs.last()
            && jobs.len() < MAX_BATCH
        {
            seconds -= last.seconds();
            let Some(job) = self.next(seconds) else {
                break;
            };
            jobs.push(job);
        }
        jobs
    }
}

impl Queue {
    /// Return an empty queue, from which at most `long_at_once` workers take a long recording at
    /// the same time. The other workers then stay free for short ones.
    pub(super) fn new(long_at_once: usize) -> Self {
        let state = State {
            turns: VecDeque::new(),
            free_for_long: long_at_once,
            closed: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Add a job. A closed queue drops it and its sender.
    pub(super) fn push(&self, job: Job) {
        let mut state = self.lock();
        if !state.closed {
            state.drop_abandoned();
            state.push(job);
            self.changed.notify_one();
        }
    }

    /// Wait for jobs and take a batch. Return `None` once the queue is closed and empty.
    pub(super) fn take(&self) -> Option<Batch<'_>> {
        let mut state = self.lock();
        loop {
            state.drop_abandoned();
            let jobs = state.batch();
            if !jobs.is_empty() {
                let is_long = jobs.iter().any(Job::is_long);
                if is_long {
                    state.free_for_long -= 1;
                }
                let running = Running {
                    queue: self,
                    is_long,
                };
                return Some(Batch { jobs, running });
            }
            if state.closed && state.turns.is_empty() {
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

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if self.is_long {
            self.queue.lock().free_for_long += 1;
            // A worker may wait for this turn. When the queue is closed, others wait to end.
            self.queue.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Return the lengths of the batches of a queue that holds recordings of clients.
    fn batches(queue: &Queue, recordings: &[(u8, f64)]) -> Vec<Vec<(u8, f64)>> {
        let mut receivers = Vec::new();
        for (client, seconds) in recordings {
            let (result, receiver) = oneshot::channel();
            receivers.push(receiver);
            let recording = Recording {
                samples: vec![0.0; (seconds * 10.0) as usize],
                sample_rate: 10,
                channels: 1,
                warnings: Vec::new(),
            };
            queue.push(Job {
                client: IpAddr::from([10, 0, 0, *client]),
                work: Work::Short {
                    recording,
                    why: false,
                    memory: None,
                },
                result,
            });
        }
        queue.close();
        let described = |job: &Job| match job.client {
            IpAddr::V4(address) => (address.octets()[3], job.seconds()),
            IpAddr::V6(_) => unreachable!(),
        };
        let taken = std::iter::from_fn(|| queue.take());
        taken
            .map(|batch| batch.jobs.iter().map(described).collect())
            .collect()
    }

    #[test]
    fn short_recordings_share_a_batch_and_long_ones_do_not() {
        let sizes = |recordings: &[(u8, f64)]| -> Vec<usize> {
            let batches = batches(&Queue::new(1), recordings);
            batches.iter().map(Vec::len).collect()
        };
        assert_eq!(sizes(&[(1, 3.0); 40]), [16, 16, 8]);
        assert_eq!(sizes(&[(1, 25.0); 5]), [2, 2, 1]);
        assert_eq!(sizes(&[(1, 300.0), (1, 3.0)]), [1, 1]);
        assert_eq!(sizes(&[(1, 3.0), (1, 300.0)]), [1, 1]);
    }

    #[test]
    fn addresses_take_turns() {
        let queue = Queue::new(1);
        let recordings = [(1, 40.0), (1, 40.0), (1, 40.0), (2, 5.0), (3, 30.0)];
        assert_eq!(
            batches(&queue, &recordings),
            [
                vec![(1, 40.0), (2, 5.0)],
                vec![(3, 30.0)],
                vec![(1, 40.0)],
                vec![(1, 40.0)],
            ]
        );
    }

    #[test]
    fn short_recordings_pass_long_ones_that_must_wait() {
        let queue = Queue::new(1);
        let (sender, _receiver) = oneshot::channel();
        let long = |result| Job {
            client: IpAddr::from([10, 0, 0, 1]),
            work: Work::Short {
                recording: Recording {
                    samples: vec![0.0; 1000],
                    sample_rate: 10,
                    channels: 1,
                    warnings: Vec::new(),
                },
                why: false,
                memory: None,
            },
            result,
        };
        queue.push(long(sender));
        let running = queue.take();
        let (sender, _other) = oneshot::channel();
        queue.push(long(sender));
        let mut state = queue.lock();
        assert!(state.batch().is_empty(), "one long recording runs already");
        drop(state);
        drop(running);
        state = queue.lock();
        assert_eq!(state.batch().len(), 1);
    }
}
