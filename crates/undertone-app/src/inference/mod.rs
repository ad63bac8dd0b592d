//! Run the model on its own threads.
//!
//! [`Inference::admit`] limits how many requests wait. [`Inference::recognize`] hands a recording
//! to the worker threads. They take waiting recordings in batches, address by address ([`queue`]),
//! and survive a recognizer that panics ([`worker`]). [`Inference::ask`] asks the recognizer for
//! what needs no network.

mod queue;
mod worker;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;

use tokio::sync::{oneshot, watch};
use undertone_audio::{DecodeOptions, Recording, Source};

use crate::fair_pool::PoolShare;
use crate::permits::{Permit, Permits};
use crate::problem::{Kind, Problem};
use crate::recognizer::{Progress, Recognizer};
pub(crate) use queue::Recognized;
use queue::{Job, Queue, Work};

/// A place in the queue. Dropping it returns it.
#[derive(Debug)]
pub(crate) struct Slot {
    _permit: Permit,
}

/// Access to the worker threads.
pub(crate) struct Inference {
    queue: Arc<Queue>,
    slots: Permits,
    workers: usize,
    /// Known once the model is loaded.
    recognizer: OnceLock<Arc<dyn Recognizer>>,
}

impl fmt::Debug for Inference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inference")
            .field("queue", &self.queue)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}

impl Inference {
    /// Return access to `workers` threads. At most `capacity` requests wait for them, and
    /// `per_address` of one address.
    pub(crate) fn new(capacity: usize, per_address: usize, workers: usize) -> Self {
        let workers = workers.max(1);
        // One worker stays free for short recordings.
        let long_at_once = (workers - 1).max(1);
        Self {
            queue: Arc::new(Queue::new(long_at_once)),
            slots: Permits::new("requests are already waiting", capacity.max(1), per_address),
            workers,
            recognizer: OnceLock::new(),
        }
    }

    /// Start the worker threads. They run until [`Inference::close`].
    pub(crate) fn start(
        &self,
        recognizer: Arc<dyn Recognizer>,
    ) -> std::io::Result<Vec<JoinHandle<()>>> {
        let recognizer = self.recognizer.get_or_init(|| recognizer);
        (0..self.workers)
            .map(|index| {
                let (queue, recognizer) = (Arc::clone(&self.queue), Arc::clone(recognizer));
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
        self.slots.in_use()
    }

    /// Return a place in the queue, or an error if it or the client's share of it is full.
    pub(crate) fn admit(&self, client: IpAddr) -> Result<Slot, Problem> {
        let permit = self.slots.acquire(client)?;
        Ok(Slot { _permit: permit })
    }

    /// Return what the model recognizes in a recording, which may carry its share of memory, and
    /// with `why` what its parts do to the answer. Dropping the future takes the recording out of
    /// the queue.
    pub(crate) async fn recognize(
        &self,
        client: IpAddr,
        recording: Recording,
        why: bool,
        memory: Option<PoolShare>,
    ) -> Result<Recognized, Problem> {
        let work = Work::Short {
            recording,
            why,
            memory,
        };
        self.run(client, work).await
    }

    /// Return what the model recognizes in a recording of any length. Dropping the future stops the
    /// work.
    pub(crate) async fn recognize_long(
        &self,
        client: IpAddr,
        source: Arc<Source>,
        options: DecodeOptions,
        progress: watch::Sender<Progress>,
    ) -> Result<Recognized, Problem> {
        let work = Work::Long {
            source,
            options,
            progress,
        };
        self.run(client, work).await
    }

    async fn run(&self, client: IpAddr, work: Work) -> Result<Recognized, Problem> {
        let (result, received) = oneshot::channel();
        self.queue.push(Job {
            client,
            work,
            result,
        });
        received.await.unwrap_or_else(|_| Err(Problem::stopping()))
    }

    /// Ask the recognizer for something that takes little time, on a thread of its own.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Recognizer) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let recognizer = self.recognizer.get().cloned();
        let recognizer =
            recognizer.ok_or_else(|| Problem::new(Kind::Busy, "the model is loading"))?;
        let asking = tokio::task::spawn_blocking(move || question(recognizer.as_ref()));
        asking.await.map_err(|error| {
            if error.is_panic() {
                tracing::error!("the model panicked");
                Problem::new(Kind::Internal, "the model returned no result")
            } else {
                Problem::stopping()
            }
        })
    }
}
