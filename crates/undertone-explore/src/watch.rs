//! Watching and stopping an exploration.

use crate::error::ExploreError;

/// How far an exploration has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExploreProgress {
    /// Clips that are measured, of all.
    Measured {
        /// Done.
        done: usize,
        /// Of so many.
        total: usize,
    },
    /// The clips are laid out in two dimensions.
    Projecting,
    /// The figures are drawn.
    Drawing,
    /// The page is written.
    Writing,
}

/// Who watches an exploration, and may stop it.
#[derive(Clone, Copy)]
pub struct Watcher<'a> {
    /// Told of progress; called from several threads.
    pub observe: &'a (dyn Fn(ExploreProgress) + Sync),
    /// Asked now and then whether to stop.
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
