//! A pool of something that clients wait for, such as threads or memory, shared fairly among their
//! addresses.
//!
//! One address can never take the whole pool, and of all that wait the address that holds least is
//! served first. So a client with many large recordings makes only itself wait. This is ours
//! because tokio's semaphore serves first come, first served, and knows no address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::problem::{Kind, Problem};

/// A pool of units. A request for more than is free waits its turn.
#[derive(Debug, Clone)]
pub(crate) struct FairPool {
    state: Arc<Mutex<State>>,
}

/// Units taken from a pool. Dropping it returns them. Its owner never waits for a second share of
/// the same pool, so two owners cannot wait for each other.
#[derive(Debug)]
pub(crate) struct PoolShare {
    pool: FairPool,
    client: IpAddr,
    units: u64,
}

#[derive(Debug)]
struct State {
    free: u64,
    /// The most units for one address.
    per_address: u64,
    held: HashMap<IpAddr, u64>,
    /// In the order of arrival.
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    client: IpAddr,
    units: u64,
    granted: oneshot::Sender<PoolShare>,
}

impl FairPool {
    /// Return a pool of `units`, of which one address may take `per_address`.
    pub(crate) fn new(units: u64, per_address: u64) -> Self {
        let state = State {
            free: units,
            per_address: per_address.min(units),
            held: HashMap::new(),
            waiting: Vec::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wait for this many units. Asking for more than one address may take is an error.
    pub(crate) async fn take(&self, client: IpAddr, units: u64) -> Result<PoolShare, Problem> {
        let (granted, received) = oneshot::channel();
        {
            let mut state = self.lock();
            if units > state.per_address {
                let detail = "the recording does not fit in memory";
                return Err(Problem::new(Kind::Internal, detail));
            }
            state.waiting.push(Waiting {
                client,
                units,
                granted,
            });
        }
        self.grant();
        received.await.map_err(|_| Problem::stopping())
    }

    /// Serve those who wait, as far as there are free units.
    fn grant(&self) {
        let mut refused = Vec::new();
        {
            let mut state = self.lock();
            while let Some(Waiting {
                client,
                units,
                granted,
            }) = state.next()
            {
                let share = PoolShare {
                    pool: self.clone(),
                    client,
                    units,
                };
                // The client may have left in this moment.
                refused.extend(granted.send(share).err());
            }
        }
        // Dropping a share takes the lock again.
        drop(refused);
    }

    #[cfg(test)]
    pub(crate) fn free(&self) -> u64 {
        self.lock().free
    }
}

impl State {
    /// Take out the one that is served next, if there are enough free units for it.
    fn next(&mut self) -> Option<Waiting> {
        self.waiting.retain(|it| !it.granted.is_closed());
        let held = |it: &Waiting| self.held.get(&it.client).copied().unwrap_or(0);
        let within_share = |it: &&Waiting| held(it) + it.units <= self.per_address;
        let waiting = self.waiting.iter().enumerate();
        let (index, next) = waiting
            .filter(|(_, it)| within_share(it))
            .min_by_key(|(_, it)| held(it))?;
        if next.units > self.free {
            return None;
        }
        let next = self.waiting.remove(index);
        self.free -= next.units;
        *self.held.entry(next.client).or_default() += next.units;
        Some(next)
    }
}

impl PoolShare {
    /// Return all units but this many.
    pub(crate) fn shrink_to(&mut self, units: u64) {
        let returned = self.units.saturating_sub(units);
        self.units -= returned;
        {
            let mut state = self.pool.lock();
            state.free += returned;
            if let Some(held) = state.held.get_mut(&self.client) {
                *held -= returned;
                if *held == 0 {
                    state.held.remove(&self.client);
                }
            }
        }
        self.pool.grant();
    }
}

impl Drop for PoolShare {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    /// Return whether the units are there at once.
    async fn at_once(pool: &FairPool, client: IpAddr, units: u64) -> Option<PoolShare> {
        let taking = pool.take(client, units);
        let taken = tokio::time::timeout(Duration::from_millis(1), taking).await;
        taken.ok().map(Result::unwrap)
    }

    #[tokio::test]
    async fn a_full_pool_makes_the_next_request_wait() {
        let pool = FairPool::new(4, 4);
        let mut first = pool.take(ONE, 4).await.unwrap();
        let second = tokio::spawn({
            let pool = pool.clone();
            async move { pool.take(ONE, 3).await.map(drop) }
        });
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        first.shrink_to(1);
        second.await.unwrap().unwrap();
        assert_eq!(pool.free(), 3);
    }

    #[tokio::test]
    async fn one_address_leaves_units_for_others() {
        let pool = FairPool::new(4, 2);
        let _held = pool.take(ONE, 2).await.unwrap();
        assert!(at_once(&pool, ONE, 1).await.is_none());
        assert!(at_once(&pool, OTHER, 2).await.is_some());
        assert_eq!(pool.take(OTHER, 3).await.unwrap_err().kind, Kind::Internal);
    }

    #[tokio::test]
    async fn the_address_that_holds_least_is_served_first() {
        let pool = FairPool::new(3, 3);
        let mut held = pool.take(ONE, 2).await.unwrap();
        let last = pool.take(OTHER, 1).await.unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let asking = [ONE, ONE, OTHER].map(|client| {
            let (pool, order) = (pool.clone(), order.clone());
            tokio::spawn(async move {
                let share = pool.take(client, 1).await.unwrap();
                order.lock().unwrap().push(client);
                share
            })
        });
        tokio::task::yield_now().await;
        drop(last);
        tokio::time::sleep(Duration::from_millis(1)).await;
        held.shrink_to(0);
        for asked in asking {
            asked.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [OTHER, ONE, ONE]);
    }

    #[tokio::test]
    async fn a_client_that_leaves_takes_nothing() {
        let pool = FairPool::new(2, 2);
        let held = pool.take(ONE, 2).await.unwrap();
        assert!(at_once(&pool, OTHER, 1).await.is_none());
        drop(held);
        assert_eq!(pool.free(), 2);
    }
}
