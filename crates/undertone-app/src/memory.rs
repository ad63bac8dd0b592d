//! A bound on what clients can make the server hold in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::problem::{Kind, Problem};

/// Bytes that may be held for clients.
#[derive(Debug)]
pub(crate) struct Memory {
    left: AtomicUsize,
}

/// Bytes that are held; given back when dropped.
#[derive(Debug)]
pub(crate) struct Held {
    memory: Arc<Memory>,
    bytes: usize,
}

impl Memory {
    pub(crate) fn new(bytes: usize) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicUsize::new(bytes),
        })
    }

    /// Holds nothing yet.
    pub(crate) fn hold(self: &Arc<Self>) -> Held {
        Held {
            memory: Arc::clone(self),
            bytes: 0,
        }
    }
}

impl Held {
    /// Holds so many bytes more, unless there are too many held already.
    pub(crate) fn add(&mut self, bytes: usize) -> Result<(), Problem> {
        let left = &self.memory.left;
        left.try_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            left.checked_sub(bytes)
        })
        .map_err(|_| Problem::new(Kind::Busy, "too many large recordings are being read"))?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.left.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_is_given_back() {
        let memory = Memory::new(10);
        let mut first = memory.hold();
        first.add(4).unwrap();
        first.add(4).unwrap();
        let mut second = memory.hold();
        assert_eq!(second.add(3).unwrap_err().kind, Kind::Busy);
        drop(first);
        second.add(10).unwrap();
    }
}
