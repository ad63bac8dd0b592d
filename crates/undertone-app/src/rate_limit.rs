//! A limit on how often a client does something.

use std::time::Instant;

/// A number of times at once, and a number of times per second after that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    pub(crate) at_once: f64,
    pub(crate) per_second: f64,
}

/// How often a client may still do something.
#[derive(Debug)]
pub(crate) struct RateLimit {
    rate: Rate,
    left: f64,
    updated: Instant,
}

impl RateLimit {
    pub(crate) fn new(rate: Rate) -> Self {
        Self {
            rate,
            left: rate.at_once,
            updated: Instant::now(),
        }
    }

    fn update(&mut self) {
        let earned = self.updated.elapsed().as_secs_f64() * self.rate.per_second;
        self.updated = Instant::now();
        self.left = (self.left + earned).min(self.rate.at_once);
    }

    /// Return whether the limit is reached.
    pub(crate) fn is_reached(&mut self) -> bool {
        self.update();
        self.left < 1.0
    }

    /// Return whether nothing counts any more.
    pub(crate) fn is_forgotten(&mut self) -> bool {
        self.update();
        self.left >= self.rate.at_once
    }

    /// Count one time, and return whether it was within the limit.
    pub(crate) fn count(&mut self) -> bool {
        let reached = self.is_reached();
        self.left = (self.left - 1.0).max(0.0);
        !reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_accepted_and_a_flood_is_not() {
        let mut limit = RateLimit::new(Rate {
            at_once: 32.0,
            per_second: 4.0,
        });
        assert!(limit.is_forgotten() && !limit.is_reached());
        let accepted = (0..1000).take_while(|_| limit.count()).count();
        assert!((32..=34).contains(&accepted), "{accepted}");
        assert!(limit.is_reached() && !limit.is_forgotten());
    }
}
