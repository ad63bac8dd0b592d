//! Bounds on what clients can make the server hold in memory.
//!
//! What is counted is counted as long as it lies in memory, whoever has left meanwhile: bytes carry
//! their part of a [`Memory`] with them, and a decoded recording its part of the [`Room`].

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Kind, Problem};

/// Bytes that may be held for clients; who wants more is refused.
#[derive(Debug)]
pub(crate) struct Memory {
    all: i64,
    left: AtomicI64,
}

/// Bytes that are held; given back when dropped.
#[derive(Debug)]
pub(crate) struct Held {
    memory: Arc<Memory>,
    bytes: i64,
}

impl Memory {
    pub(crate) fn new(bytes: usize) -> Arc<Self> {
        let all = signed(bytes);
        Arc::new(Self {
            all,
            left: AtomicI64::new(all),
        })
    }

    /// Holds nothing yet.
    pub(crate) fn hold(self: &Arc<Self>) -> Held {
        Held {
            memory: Arc::clone(self),
            bytes: 0,
        }
    }

    /// How many are held.
    pub(crate) fn held(&self) -> i64 {
        self.all - self.left.load(Ordering::Relaxed)
    }

    /// Holds an answer, even where there is no room for it: the work is done, and it is the next
    /// ones that are refused.
    pub(crate) fn keep_answer(self: &Arc<Self>, answer: Vec<u8>) -> Bytes {
        let bytes = signed(answer.len());
        self.left.fetch_sub(bytes, Ordering::Relaxed);
        let held = Held {
            memory: Arc::clone(self),
            bytes,
        };
        held.keep(answer)
    }
}

impl Held {
    /// Holds so many bytes more, unless there are too many held already.
    pub(crate) fn add(&mut self, bytes: usize) -> Result<(), Problem> {
        let bytes = signed(bytes);
        let left = &self.memory.left;
        left.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            (left >= bytes).then_some(left - bytes)
        })
        .map_err(|_| Problem::new(Kind::Busy, "too many large recordings are being read"))?;
        self.bytes += bytes;
        Ok(())
    }

    /// Bytes that hold this until the last copy of them is gone.
    pub(crate) fn keep(self, bytes: Vec<u8>) -> Bytes {
        Bytes::from_owner(Kept { bytes, _held: self })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.left.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

struct Kept {
    bytes: Vec<u8>,
    _held: Held,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// Memory that is waited for, first come, first served.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    /// In KiB.
    left: Arc<Semaphore>,
}

/// A part of it; given back when dropped. Who has one never waits for another.
#[derive(Debug)]
pub(crate) struct Taken(OwnedSemaphorePermit);

impl Room {
    pub(crate) fn new(bytes: u64) -> Self {
        let places = usize::try_from(bytes.div_ceil(1 << 10)).unwrap_or(usize::MAX);
        Self {
            left: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
        }
    }

    /// Waits for so many bytes. More than there ever are is an error.
    pub(crate) async fn take(&self, bytes: u64) -> Result<Taken, Problem> {
        let failed = |_| Problem::new(Kind::Internal, "no memory can hold it");
        let places = u32::try_from(bytes.div_ceil(1 << 10)).unwrap_or(u32::MAX);
        let taken = Arc::clone(&self.left).acquire_many_owned(places).await;
        taken.map(Taken).map_err(failed)
    }

    #[cfg(test)]
    pub(crate) fn left(&self) -> u64 {
        self.left.available_permits() as u64 * (1 << 10)
    }
}

impl Taken {
    /// Gives back all but so many bytes.
    pub(crate) fn shrink_to(&mut self, bytes: u64) {
        let needed = usize::try_from(bytes.div_ceil(1 << 10)).unwrap_or(usize::MAX);
        drop(self.0.split(self.0.num_permits().saturating_sub(needed)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_is_given_back() {
        let memory = Memory::new(10);
        let mut first = memory.hold();
        first.add(4).unwrap();
        first.add(4).unwrap();
        let mut second = memory.hold();
        assert_eq!(second.add(3).unwrap_err().kind, Kind::Busy);
        drop(first);
        second.add(10).unwrap();
    }

    #[test]
    fn bytes_are_held_until_their_last_copy_is_gone() {
        let memory = Memory::new(10);
        let mut held = memory.hold();
        held.add(8).unwrap();
        let bytes = held.keep(vec![0; 8]);
        let copy = bytes.clone();
        drop(bytes);
        assert!(memory.hold().add(3).is_err());
        drop(copy);
        assert!(memory.hold().add(10).is_ok());
    }

    #[test]
    fn an_answer_is_held_at_the_cost_of_the_next_ones() {
        let memory = Memory::new(10);
        let answer = memory.keep_answer(vec![0; 20]);
        assert!(memory.hold().add(1).is_err());
        drop(answer);
        assert!(memory.hold().add(10).is_ok());
    }

    #[tokio::test]
    async fn room_is_waited_for() {
        let room = Room::new(4 << 10);
        let mut first = room.take(4 << 10).await.unwrap();
        let second = tokio::spawn({
            let room = room.clone();
            async move { room.take(3 << 10).await.map(|_| ()) }
        });
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        first.shrink_to(1000);
        second.await.unwrap().unwrap();
        assert_eq!(room.left(), 3 << 10);
    }
}
