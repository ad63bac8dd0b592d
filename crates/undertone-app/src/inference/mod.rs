//! The model on its own threads.
//!
//! [`Inference::admit`] bounds how many requests wait; [`Inference::recognize`] hands a recording
//! to the worker threads, which take what waits together ([`queue`]) and survive a recognizer that
//! panics ([`worker`]).

mod queue;
mod worker;

use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use undertone_audio::Recording;

use crate::memory::Taken;
use crate::problem::{Kind, Problem};
use crate::recognizer::{Recognition, Recognizer};
use queue::Queue;

/// Leave to wait for an answer, given back when dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    _permit: OwnedSemaphorePermit,
}

/// A recording that waits for a worker.
#[derive(Debug)]
struct Job {
    recording: Recording,
    /// What it takes in memory, where that is counted.
    taken: Option<Taken>,
    answer: oneshot::Sender<Result<Recognition, Problem>>,
}

/// Access to the worker threads.
#[derive(Debug)]
pub(crate) struct Inference {
    queue: Arc<Queue>,
    slots: Arc<Semaphore>,
    capacity: usize,
}

impl Inference {
    pub(crate) fn new(capacity: usize) -> Self {
        let capacity = capacity.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            queue: Arc::default(),
            slots: Arc::new(Semaphore::new(capacity)),
            capacity,
        }
    }

    /// Starts the worker threads. They end when [`Inference::close`] is called.
    pub(crate) fn start(
        &self,
        recognizer: Arc<dyn Recognizer>,
        workers: usize,
    ) -> std::io::Result<Vec<JoinHandle<()>>> {
        (0..workers.max(1))
            .map(|index| {
                let (queue, recognizer) = (Arc::clone(&self.queue), Arc::clone(&recognizer));
                std::thread::Builder::new()
                    .name(format!("undertone-model-{index}"))
                    .spawn(move || worker::run(&queue, recognizer.as_ref()))
            })
            .collect()
    }

    /// Lets the workers end once nothing waits any more.
    pub(crate) fn close(&self) {
        self.queue.close();
    }

    /// Requests that have been admitted and not been answered.
    pub(crate) fn waiting(&self) -> usize {
        self.capacity - self.slots.available_permits()
    }

    /// Leave to wait for an answer, if the queue is not full.
    pub(crate) fn admit(&self) -> Result<Slot, Problem> {
        match Arc::clone(&self.slots).try_acquire_owned() {
            Ok(permit) => Ok(Slot { _permit: permit }),
            Err(_) => Err(Problem::new(
                Kind::Busy,
                format!("{} requests are waiting already", self.capacity),
            )),
        }
    }

    /// What the model makes of a recording. Nobody works on it once the future is dropped, unless
    /// a worker has begun.
    pub(crate) async fn recognize(
        &self,
        recording: Recording,
        taken: Option<Taken>,
    ) -> Result<Recognition, Problem> {
        let (answer, answered) = oneshot::channel();
        self.queue.push(Job {
            recording,
            taken,
            answer,
        });
        answered.await.unwrap_or_else(|_| Err(Problem::stopping()))
    }
}
