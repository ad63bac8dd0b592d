//! How many live connections there are, and whose.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::problem::{Kind, Problem};
use crate::settings::Limits;

/// The live connections that are open, by address.
#[derive(Debug, Clone, Default)]
pub(crate) struct LiveConnections(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One of them; it is counted until this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    connections: LiveConnections,
    address: IpAddr,
}

impl LiveConnections {
    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts one more, unless there are enough.
    pub(super) fn enter(&self, address: IpAddr, limits: &Limits) -> Result<Place, Problem> {
        let mut open = self.lock();
        if open.values().sum::<usize>() >= limits.live {
            let detail = format!("{} live connections are open already", limits.live);
            return Err(Problem::new(Kind::Busy, detail));
        }
        let of_one = open.entry(address).or_default();
        if *of_one >= limits.live_of_one {
            let detail = format!("{of_one} live connections from this address are open already");
            return Err(Problem::new(Kind::TooManyRequests, detail));
        }
        *of_one += 1;
        Ok(Place {
            connections: self.clone(),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.lock();
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_and_all_are_limited() {
        let limits = Limits {
            live: 3,
            live_of_one: 2,
            ..Limits::default()
        };
        let connections = LiveConnections::default();
        let [one, other] = [IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2])];
        let enter = |address| connections.enter(address, &limits).map_err(|it| it.kind);
        let first = enter(one).unwrap();
        let _second = enter(one).unwrap();
        assert_eq!(enter(one).unwrap_err(), Kind::TooManyRequests);
        let _third = enter(other).unwrap();
        assert_eq!(enter(other).unwrap_err(), Kind::Busy);
        drop(first);
        assert!(enter(one).is_ok());
    }
}
