//! A limit on the control frames (pings and pongs) of a live connection.

use std::time::Instant;

use crate::problem::{Kind, Problem};

/// Control frames that a client may send at once.
const BURST: f64 = 32.0;
/// Control frames that a client may send each second. Browsers and proxies send one every few
/// seconds.
const PER_SECOND: f64 = 4.0;

/// The control frames that a client may still send.
#[derive(Debug)]
pub(super) struct ControlFrames {
    allowed: f64,
    counted: Instant,
}

impl ControlFrames {
    pub(super) fn new() -> Self {
        Self {
            allowed: BURST,
            counted: Instant::now(),
        }
    }

    /// Count one control frame. Return an error if the client sends too many.
    pub(super) fn count(&mut self) -> Result<(), Problem> {
        let earned = self.counted.elapsed().as_secs_f64() * PER_SECOND;
        self.counted = Instant::now();
        self.allowed = (self.allowed + earned).min(BURST) - 1.0;
        if self.allowed < 0.0 {
            let detail = format!("at most {PER_SECOND} pings or pongs per second are accepted");
            return Err(Problem::new(Kind::TooManyRequests, detail));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_accepted_and_a_flood_is_not() {
        let mut frames = ControlFrames::new();
        let accepted = (0..1000).take_while(|_| frames.count().is_ok()).count();
        assert!((32..=34).contains(&accepted), "{accepted}");
    }
}
