//! A bound on transfers that go on for ever.

use std::time::{Duration, Instant};

/// A server must send [`LEAST_BYTES`] in each such time.
const WINDOW: Duration = Duration::from_secs(60);
/// The slowest modem of the last century is four times as fast.
const LEAST_BYTES: u64 = 32 << 10;

/// Tells a slow transfer from one that only keeps its client waiting.
#[derive(Debug)]
pub(crate) struct Pace {
    began: Instant,
    bytes: u64,
}

impl Pace {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            began: now,
            bytes: 0,
        }
    }

    /// Count bytes, and return whether the transfer is fast enough to go on.
    pub(crate) fn is_kept(&mut self, now: Instant, bytes: u64) -> bool {
        self.bytes += bytes;
        if now.duration_since(self.began) < WINDOW {
            return true;
        }
        let is_kept = self.bytes >= LEAST_BYTES;
        *self = Self::new(now);
        is_kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Return the seconds after which a transfer with this many bytes per second is given up.
    fn given_up(bytes_per_second: u64) -> Option<u64> {
        let began = Instant::now();
        let mut pace = Pace::new(began);
        (1..1000).find(|second| {
            let now = began + Duration::from_secs(*second);
            !pace.is_kept(now, bytes_per_second)
        })
    }

    #[test]
    fn a_server_that_drips_is_given_up() {
        assert_eq!(given_up(1), Some(60));
        assert_eq!(given_up(500), Some(60));
        assert_eq!(given_up(1000), None);
    }

    #[test]
    fn a_server_that_slows_down_is_given_up() {
        let began = Instant::now();
        let mut pace = Pace::new(began);
        assert!(pace.is_kept(began + Duration::from_secs(1), 1 << 30));
        assert!(pace.is_kept(began + Duration::from_secs(60), 1));
        assert!(!pace.is_kept(began + Duration::from_secs(120), 1));
    }
}
