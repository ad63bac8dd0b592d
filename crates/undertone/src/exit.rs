//! Exit codes.

/// How a command ended, if not with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything is done.
    Done,
    /// Some inputs failed, the others are done.
    Partly,
    /// Nothing could be done.
    Nothing,
    /// Stopped on request.
    Interrupted,
}

impl Exit {
    /// Return the exit for numbers of successful and failed inputs.
    pub(crate) fn of(done: usize, failed: usize) -> Self {
        match (done, failed) {
            (_, 0) => Self::Done,
            (0, _) => Self::Nothing,
            _ => Self::Partly,
        }
    }

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Partly => 1,
            Self::Nothing => 2,
            Self::Interrupted => 130,
        }
    }
}
