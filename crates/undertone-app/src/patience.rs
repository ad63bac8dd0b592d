//! How long the server waits for a client that sends or reads slowly.

use std::time::Duration;

/// A client that sends or reads at this rate is never too slow.
const BYTES_PER_SECOND: f64 = 16_384.0;

/// The time that a client may still make the server wait.
///
/// Waiting uses it up, and each 16 KiB that arrive or leave give back a second, up to the time at
/// the start. So a client may not pause for longer than that, and in the long run it must keep up
/// 16 KiB per second. Data that came quickly is no credit for a long pause.
#[derive(Debug)]
pub(crate) struct Patience {
    left: Duration,
    most: Duration,
}

impl Patience {
    pub(crate) fn new(most: Duration) -> Self {
        Self { left: most, most }
    }

    /// Return how long the next wait may take.
    pub(crate) fn left(&self) -> Duration {
        self.left
    }

    /// Charge the client for a wait, and give time back for the bytes that ended it.
    pub(crate) fn charge(&mut self, waited: Duration, bytes: usize) {
        let earned = Duration::from_secs_f64(bytes as f64 / BYTES_PER_SECOND);
        let left = self.left.saturating_sub(waited).saturating_add(earned);
        self.left = left.min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_bytes_are_no_credit_for_a_pause() {
        let mut patience = Patience::new(Duration::from_secs(15));
        patience.charge(Duration::from_secs(1), 50 << 20);
        assert_eq!(patience.left(), Duration::from_secs(15));
    }

    #[test]
    fn a_client_must_keep_up_the_rate() {
        let mut patience = Patience::new(Duration::from_secs(15));
        for _ in 0..100 {
            patience.charge(Duration::from_secs(1), 16 << 10);
        }
        assert_eq!(patience.left(), Duration::from_secs(15));
        for _ in 0..30 {
            patience.charge(Duration::from_secs(1), 8 << 10);
        }
        assert!(
            patience.left() < Duration::from_secs(1),
            "too little for the next wait"
        );
    }
}
