//! Run the model on its own threads.
//!
//! [`Inference::admit`] limits how many requests wait. [`Inference::recognize`] hands a recording
//! to the worker threads. They take waiting recordings in batches ([`queue`]) and survive a recognizer
//! that panics ([`worker`]).

mod queue;
mod worker;

use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use undertone_audio::Recording;

use crate::memory_budget::PoolShare;
use crate::problem::{Kind, Problem};
use crate::recognizer::{Recognition, Recognizer};
use queue::{Job, Queue};

/// A place in the queue. Dropping it returns it.
#[derive(Debug)]
pub(crate) struct Slot {
    _permit: OwnedSemaphorePermit,
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

    /// Start the worker threads. They run until [`Inference::close`].
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

    /// Let the workers end once the queue is empty.
    pub(crate) fn close(&self) {
        self.queue.close();
    }

    /// Return how many requests have been admitted and not yet answered.
    pub(crate) fn waiting(&self) -> usize {
        self.capacity - self.slots.available_permits()
    }

    /// Return a place in the queue, or an error if it is full.
    pub(crate) fn admit(&self) -> Result<Slot, Problem> {
        match Arc::clone(&self.slots).try_acquire_owned() {
            Ok(permit) => Ok(Slot { _permit: permit }),
            Err(_) => Err(Problem::new(
                Kind::Busy,
                format!("{} requests are already waiting", self.capacity),
            )),
        }
    }

    /// Return what the model recognizes in a recording, which may carry its share of memory.
    /// Dropping the future takes the recording out of the queue.
    pub(crate) async fn recognize(
        &self,
        recording: Recording,
        memory: Option<PoolShare>,
    ) -> Result<Recognition, Problem> {
        let (result, received) = oneshot::channel();
        self.queue.push(Job {
            recording,
            memory,
            result,
        });
        received.await.unwrap_or_else(|_| Err(Problem::stopping()))
    }
}
