//! The report about all inputs of a parser.

use std::fmt;
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Report {
    pub(crate) name: String,
    pub(crate) seed: u64,
    pub(crate) executions: u64,
    pub(crate) accepted: u64,
    /// Most bytes that were allocated beyond ten times the input.
    pub(crate) most_beyond: usize,
    pub(crate) longest: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, words: &mut fmt::Formatter<'_>) -> fmt::Result {
        let accepted = 100.0 * self.accepted as f64 / self.executions.max(1) as f64;
        write!(
            words,
            "fuzz {}: {} inputs (seed {}), {accepted:.0} % accepted, at most {} KiB beyond ten \
             times the input, {:.1} ms",
            self.name,
            self.executions,
            self.seed,
            self.most_beyond.div_ceil(1024),
            self.longest.as_secs_f64() * 1e3,
        )
    }
}
