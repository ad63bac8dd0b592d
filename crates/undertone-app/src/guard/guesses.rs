//! A limit on wrong tokens.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::problem::{Kind, Problem};
use crate::rate_limit::{Rate, RateLimit};

/// Wrong tokens of one address. At this rate, eight random digits take three years to guess.
const RATE: Rate = Rate {
    at_once: 32.0,
    per_second: 1.0,
};
/// Addresses after which forgotten ones are removed.
const MANY: usize = 1024;

/// The wrong tokens that were sent lately, by address.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    by_client: Mutex<HashMap<IpAddr, RateLimit>>,
}

impl Guesses {
    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, RateLimit>> {
        self.by_client
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Return an error if a client has sent too many wrong tokens. Its token is then not looked at.
    pub(super) fn check(&self, client: IpAddr) -> Result<(), Problem> {
        let mut by_client = self.lock();
        if by_client
            .get_mut(&client)
            .is_some_and(RateLimit::is_reached)
        {
            let detail = "this address has sent too many wrong tokens";
            return Err(Problem::new(Kind::TooManyRequests, detail));
        }
        Ok(())
    }

    /// Count a wrong token.
    pub(super) fn count(&self, client: IpAddr) {
        let mut by_client = self.lock();
        if by_client.len() > MANY {
            by_client.retain(|_, limit| !limit.is_forgotten());
        }
        let limit = by_client
            .entry(client)
            .or_insert_with(|| RateLimit::new(RATE));
        limit.count();
    }
}
