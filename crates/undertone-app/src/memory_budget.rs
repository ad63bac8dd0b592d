//! A limit on the memory of request bodies and responses, with a share for each address.
//!
//! Bytes count for as long as they are in memory, even after their client has disconnected: a
//! body carries its [`Reservation`]. This is ours because tower limits requests, not bytes that
//! outlive a request.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::problem::{Kind, Problem};

/// A number of bytes that request bodies and responses may use. A request for more is refused.
#[derive(Debug)]
pub(crate) struct MemoryBudget {
    total: i64,
    per_address: i64,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    bytes: i64,
    by_address: HashMap<IpAddr, i64>,
}

/// Bytes taken from a budget. Dropping it returns them.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: Arc<MemoryBudget>,
    /// The address whose share the bytes belong to.
    client: Option<IpAddr>,
    bytes: i64,
}

impl Used {
    fn of(&self, client: Option<IpAddr>) -> i64 {
        let used = client.and_then(|client| self.by_address.get(&client));
        used.copied().unwrap_or(0)
    }

    fn add(&mut self, client: Option<IpAddr>, bytes: i64) {
        self.bytes += bytes;
        if let Some(client) = client {
            let used = self.by_address.entry(client).or_default();
            *used += bytes;
            if *used == 0 {
                self.by_address.remove(&client);
            }
        }
    }
}

impl MemoryBudget {
    /// Return a budget of `bytes`, of which one address may use `per_address`.
    pub(crate) fn new(bytes: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Self {
            total: signed(bytes),
            per_address: signed(per_address),
            used: Mutex::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Return a reservation of no bytes for a client, to be extended.
    pub(crate) fn reserve(self: &Arc<Self>, client: IpAddr) -> Reservation {
        Reservation {
            budget: Arc::clone(self),
            client: Some(client),
            bytes: 0,
        }
    }

    /// Return a reservation for a short-lived copy of bytes that already count as their client's.
    pub(crate) fn reserve_copy(self: &Arc<Self>) -> Reservation {
        Reservation {
            budget: Arc::clone(self),
            client: None,
            bytes: 0,
        }
    }

    /// Return the number of bytes in use.
    pub(crate) fn in_use(&self) -> i64 {
        self.lock().bytes
    }

    /// Count a finished response, even if it exceeds the budget. The work is done, so later
    /// requests are refused instead.
    pub(crate) fn keep_response(self: &Arc<Self>, client: IpAddr, response: Vec<u8>) -> Bytes {
        let mut reservation = self.reserve(client);
        reservation.add(signed(response.len()));
        reservation.keep(response)
    }
}

impl Reservation {
    /// Reserve more bytes, or return an error if the budget or the client's share of it does not
    /// have them.
    pub(crate) fn extend(&mut self, bytes: usize) -> Result<(), Problem> {
        let bytes = signed(bytes);
        let mut used = self.budget.lock();
        let per_address = self.budget.per_address;
        let is_shared = per_address < self.budget.total;
        if is_shared && used.of(self.client) + bytes > per_address {
            let detail = "too many large recordings of this client are being read";
            return Err(Problem::new(Kind::TooManyRequests, detail));
        }
        if used.bytes + bytes > self.budget.total {
            let detail = "too many large recordings are being read";
            return Err(Problem::new(Kind::Busy, detail));
        }
        used.add(self.client, bytes);
        self.bytes += bytes;
        Ok(())
    }

    fn add(&mut self, bytes: i64) {
        self.budget.lock().add(self.client, bytes);
        self.bytes += bytes;
    }

    /// Count a copy as its client's, in place of the original.
    pub(crate) fn assign(&mut self, client: IpAddr) {
        let mut used = self.budget.lock();
        used.add(self.client, -self.bytes);
        self.client = Some(client);
        used.add(self.client, self.bytes);
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
        self.add(-self.bytes);
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

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    #[test]
    fn a_dropped_reservation_is_returned() {
        let budget = MemoryBudget::new(10, 10);
        let mut first = budget.reserve(ONE);
        first.extend(4).unwrap();
        first.extend(4).unwrap();
        let mut second = budget.reserve(OTHER);
        assert_eq!(second.extend(3).unwrap_err().kind, Kind::Busy);
        drop(first);
        second.extend(10).unwrap();
        drop(second);
        assert!(budget.lock().by_address.is_empty());
    }

    #[test]
    fn one_address_has_only_its_share() {
        let budget = MemoryBudget::new(10, 4);
        let mut first = budget.reserve(ONE);
        first.extend(4).unwrap();
        let refused = budget.reserve(ONE).extend(1).unwrap_err();
        assert_eq!(refused.kind, Kind::TooManyRequests);
        budget.reserve(OTHER).extend(4).unwrap();
        // A copy replaces the original.
        let mut copy = budget.reserve_copy();
        copy.extend(4).unwrap();
        drop(first);
        copy.assign(ONE);
        assert!(budget.reserve(ONE).extend(1).is_err());
        assert_eq!(budget.in_use(), 4);
    }

    #[test]
    fn bytes_are_reserved_until_their_last_copy_is_dropped() {
        let budget = MemoryBudget::new(10, 10);
        let mut reservation = budget.reserve(ONE);
        reservation.extend(8).unwrap();
        let bytes = reservation.keep(vec![0; 8]);
        let copy = bytes.clone();
        drop(bytes);
        assert!(budget.reserve(ONE).extend(3).is_err());
        drop(copy);
        assert!(budget.reserve(ONE).extend(10).is_ok());
    }

    #[test]
    fn a_response_may_exceed_the_budget() {
        let budget = MemoryBudget::new(10, 10);
        let response = budget.keep_response(ONE, vec![0; 20]);
        assert!(budget.reserve(OTHER).extend(1).is_err());
        drop(response);
        assert!(budget.reserve(OTHER).extend(10).is_ok());
    }
}
