//! Limits on the memory that clients can make the server use.
//!
//! Bytes count for as long as they are in memory, even after their client has disconnected: a
//! body carries its [`Reservation`], and a decoded recording its [`PoolShare`]. This is ours
//! because tower limits requests, not bytes that outlive a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::{Kind, Problem};

/// A number of bytes that request bodies and responses may use. A request for more is refused.
#[derive(Debug)]
pub(crate) struct MemoryBudget {
    total: i64,
    free: AtomicI64,
}

/// Bytes taken from a budget. Dropping it returns them.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Arc<MemoryBudget>,
    bytes: i64,
}

impl MemoryBudget {
    pub(crate) fn new(bytes: usize) -> Arc<Self> {
        let total = signed(bytes);
        Arc::new(Self {
            total,
            free: AtomicI64::new(total),
        })
    }

    /// Return a reservation of no bytes, to be extended.
    pub(crate) fn reserve(self: &Arc<Self>) -> Reservation {
        Reservation {
            budget: Arc::clone(self),
            bytes: 0,
        }
    }

    /// Return the number of bytes in use.
    pub(crate) fn in_use(&self) -> i64 {
        self.total - self.free.load(Ordering::Relaxed)
    }

    /// Count a finished response, even if it exceeds the budget. The work is done, so later
    /// requests are refused instead.
    pub(crate) fn keep_response(self: &Arc<Self>, response: Vec<u8>) -> Bytes {
        let bytes = signed(response.len());
        self.free.fetch_sub(bytes, Ordering::Relaxed);
        let reservation = Reservation {
            budget: Arc::clone(self),
            bytes,
        };
        reservation.keep(response)
    }
}

impl Reservation {
    /// Reserve more bytes, or return an error if the budget does not have them.
    pub(crate) fn extend(&mut self, bytes: usize) -> Result<(), Problem> {
        let bytes = signed(bytes);
        let free = &self.budget.free;
        free.try_update(Ordering::Relaxed, Ordering::Relaxed, |free| {
            (free >= bytes).then_some(free - bytes)
        })
        .map_err(|_| Problem::new(Kind::Busy, "too many large recordings are being read"))?;
        self.bytes += bytes;
        Ok(())
    }

    /// Tie the reservation to bytes: dropping the last copy of them returns it.
    pub(crate) fn keep(self, bytes: Vec<u8>) -> Bytes {
        Bytes::from_owner(ReservedBytes {
            bytes,
            _reservation: self,
        })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.free.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

struct ReservedBytes {
    bytes: Vec<u8>,
    _reservation: Reservation,
}

impl AsRef<[u8]> for ReservedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

/// A number of bytes that decoded recordings share. A request for more waits its turn.
#[derive(Debug, Clone)]
pub(crate) struct MemoryPool {
    free_kib: Arc<Semaphore>,
}

/// Bytes taken from a pool. Dropping it returns them. Its owner never waits for a second share, so
/// two owners cannot wait for each other.
#[derive(Debug)]
pub(crate) struct PoolShare(OwnedSemaphorePermit);

impl MemoryPool {
    pub(crate) fn new(bytes: u64) -> Self {
        let kib = usize::try_from(bytes.div_ceil(1 << 10)).unwrap_or(usize::MAX);
        Self {
            free_kib: Arc::new(Semaphore::new(kib.min(Semaphore::MAX_PERMITS))),
        }
    }

    /// Wait for this many bytes. Asking for more than the whole pool is an error.
    pub(crate) async fn take(&self, bytes: u64) -> Result<PoolShare, Problem> {
        let failed = |_| Problem::new(Kind::Internal, "the recording does not fit in memory");
        let kib = u32::try_from(bytes.div_ceil(1 << 10)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.free_kib).acquire_many_owned(kib).await;
        permit.map(PoolShare).map_err(failed)
    }

    #[cfg(test)]
    pub(crate) fn free(&self) -> u64 {
        self.free_kib.available_permits() as u64 * (1 << 10)
    }
}

impl PoolShare {
    /// Return all bytes but this many.
    pub(crate) fn shrink_to(&mut self, bytes: u64) {
        let needed = usize::try_from(bytes.div_ceil(1 << 10)).unwrap_or(usize::MAX);
        drop(self.0.split(self.0.num_permits().saturating_sub(needed)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_reservation_is_returned() {
        let budget = MemoryBudget::new(10);
        let mut first = budget.reserve();
        first.extend(4).unwrap();
        first.extend(4).unwrap();
        let mut second = budget.reserve();
        assert_eq!(second.extend(3).unwrap_err().kind, Kind::Busy);
        drop(first);
        second.extend(10).unwrap();
    }

    #[test]
    fn bytes_are_reserved_until_their_last_copy_is_dropped() {
        let budget = MemoryBudget::new(10);
        let mut reservation = budget.reserve();
        reservation.extend(8).unwrap();
        let bytes = reservation.keep(vec![0; 8]);
        let copy = bytes.clone();
        drop(bytes);
        assert!(budget.reserve().extend(3).is_err());
        drop(copy);
        assert!(budget.reserve().extend(10).is_ok());
    }

    #[test]
    fn a_response_may_exceed_the_budget() {
        let budget = MemoryBudget::new(10);
        let response = budget.keep_response(vec![0; 20]);
        assert!(budget.reserve().extend(1).is_err());
        drop(response);
        assert!(budget.reserve().extend(10).is_ok());
    }

    #[tokio::test]
    async fn a_full_pool_makes_the_next_request_wait() {
        let pool = MemoryPool::new(4 << 10);
        let mut first = pool.take(4 << 10).await.unwrap();
        let second = tokio::spawn({
            let pool = pool.clone();
            async move { pool.take(3 << 10).await.map(|_| ()) }
        });
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        first.shrink_to(1000);
        second.await.unwrap().unwrap();
        assert_eq!(pool.free(), 3 << 10);
    }
}
