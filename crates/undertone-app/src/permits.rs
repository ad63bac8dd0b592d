//! Permits for connections or requests of one kind: a limit for all clients together and one per
//! address.
//!
//! This is ours because tower's limits count requests and know no client address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::problem::{Kind, Problem};

/// The permits for one kind of connection or request.
#[derive(Debug, Clone)]
pub(crate) struct Permits {
    in_use: Arc<Mutex<HashMap<IpAddr, usize>>>,
    /// What is counted, for error messages, such as "streams are already open".
    what: &'static str,
    total: usize,
    per_address: usize,
}

/// Permission for one connection or request. Dropping it returns it.
#[derive(Debug)]
pub(crate) struct Permit {
    permits: Permits,
    address: IpAddr,
}

impl Permits {
    pub(crate) fn new(what: &'static str, total: usize, per_address: usize) -> Self {
        Self {
            in_use: Arc::default(),
            what,
            total,
            per_address,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.in_use.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Return the number of permits in use.
    pub(crate) fn in_use(&self) -> usize {
        self.lock().values().sum()
    }

    /// Take a permit, or return an error if a limit is reached.
    pub(crate) fn acquire(&self, address: IpAddr) -> Result<Permit, Problem> {
        let mut in_use = self.lock();
        if in_use.values().sum::<usize>() >= self.total {
            let detail = format!("{} {}", self.total, self.what);
            return Err(Problem::new(Kind::Busy, detail));
        }
        let count = in_use.entry(address).or_default();
        if *count >= self.per_address {
            let detail = format!("{count} {} from this address", self.what);
            return Err(Problem::new(Kind::TooManyRequests, detail));
        }
        *count += 1;
        Ok(Permit {
            permits: self.clone(),
            address,
        })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut in_use = self.permits.lock();
        if let Some(count) = in_use.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                in_use.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_and_all_addresses_are_limited() {
        let permits = Permits::new("seats are taken", 3, 2);
        let [one, other] = [IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2])];
        let acquire = |address| permits.acquire(address).map_err(|it| it.kind);
        let first = acquire(one).unwrap();
        let _second = acquire(one).unwrap();
        assert_eq!(acquire(one).unwrap_err(), Kind::TooManyRequests);
        let _third = acquire(other).unwrap();
        assert_eq!(acquire(other).unwrap_err(), Kind::Busy);
        drop(first);
        assert!(acquire(one).is_ok());
        assert_eq!(permits.in_use(), 2);
    }
}
