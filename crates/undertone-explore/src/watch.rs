//! Watching and stopping an exploration.

use crate::error::ExploreError;

/// The progress of an exploration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExploreProgress {
    /// Clips are measured.
    Measured {
        /// Number of clips that are done.
        done: usize,
        /// Number of all clips.
        total: usize,
    },
    /// The projections are computed.
    Projecting,
    /// The figures are drawn.
    Drawing,
    /// The page is written.
    Writing,
}

/// Observes an exploration and may stop it.
#[derive(Clone, Copy)]
pub struct Watcher<'a> {
    /// Called with the progress, from several threads.
    pub observe: &'a (dyn Fn(ExploreProgress) + Sync),
    /// Called regularly; returns whether to stop.
    pub stop: &'a (dyn Fn() -> bool + Sync),
}

impl Watcher<'_> {
    pub(crate) fn check(&self) -> Result<(), ExploreError> {
        if (self.stop)() {
            Err(ExploreError::Interrupted)
        } else {
            Ok(())
        }
    }
}
