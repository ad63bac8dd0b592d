//! How many connections of a kind there are, and whose.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::problem::{Kind, Problem};

/// The places for one kind of connections.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
    what: &'static str,
    all: usize,
    of_one: usize,
}

/// One of them; it is taken until this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Places,
    address: IpAddr,
}

impl Places {
    /// So many in all, and so many for one address.
    pub(crate) fn new(what: &'static str, all: usize, of_one: usize) -> Self {
        Self {
            taken: Arc::default(),
            what,
            all,
            of_one,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many are taken.
    pub(crate) fn taken(&self) -> usize {
        self.lock().values().sum()
    }

    /// Takes one more, unless there are enough.
    pub(crate) fn enter(&self, address: IpAddr) -> Result<Place, Problem> {
        let mut taken = self.lock();
        if taken.values().sum::<usize>() >= self.all {
            let detail = format!("{} {} are open already", self.all, self.what);
            return Err(Problem::new(Kind::Busy, detail));
        }
        let of_one = taken.entry(address).or_default();
        if *of_one >= self.of_one {
            let detail = format!("{of_one} {} from this address are open already", self.what);
            return Err(Problem::new(Kind::TooManyRequests, detail));
        }
        *of_one += 1;
        Ok(Place {
            places: self.clone(),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_and_all_are_limited() {
        let places = Places::new("seats", 3, 2);
        let [one, other] = [IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2])];
        let enter = |address| places.enter(address).map_err(|it| it.kind);
        let first = enter(one).unwrap();
        let _second = enter(one).unwrap();
        assert_eq!(enter(one).unwrap_err(), Kind::TooManyRequests);
        let _third = enter(other).unwrap();
        assert_eq!(enter(other).unwrap_err(), Kind::Busy);
        drop(first);
        assert!(enter(one).is_ok());
        assert_eq!(places.taken(), 2);
    }
}
