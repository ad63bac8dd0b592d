//! The memory that a training needs, and the memory that is available.

use serde::Serialize;
use sysinfo::System;
use undertone_models::{Network, parameter_bytes};

use crate::prepare::FeatureBytes;

/// The expected memory of a training in bytes. On a CPU it is within about a third of the measured
/// memory (docs/encoders.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MemoryEstimate {
    /// All weights, those that a kernel has a copy of, and the moving average if there is one.
    pub weights: usize,
    /// Gradients, Adam's moments and new values of the trained weights.
    pub optimizer: usize,
    /// What the backward pass of the largest batch needs, and the inputs of a step and of the next
    /// one.
    pub activations: usize,
    /// A checkpoint while it is written: weights and moments, as numbers and as bytes.
    pub checkpoint: usize,
    /// The features of the corpus that are in memory.
    pub features: usize,
    /// The other features of the corpus, which are in a temporary file and no part of the total.
    pub features_in_file: usize,
    /// Free memory of the machine, or the limit of this process if that is less. `None` if the
    /// system does not tell.
    pub available: Option<usize>,
}

impl MemoryEstimate {
    /// Estimate the memory of training `network`, given the bytes of a step and of the corpus's
    /// features.
    pub(super) fn new(
        network: &Network,
        averaged: bool,
        activations: usize,
        features: FeatureBytes,
    ) -> Self {
        let (all, trained) = parameter_bytes(network);
        Self {
            weights: network.copied_bytes() + if averaged { 2 * all } else { all },
            optimizer: 4 * trained,
            activations,
            checkpoint: 2 * (all + 2 * trained),
            features: features.in_memory,
            features_in_file: features.in_file,
            available: available(),
        }
    }

    /// Return the sum of all parts. Freed memory is kept for the next batch, so that a checkpoint
    /// needs additional memory.
    pub fn total(&self) -> usize {
        self.weights + self.optimizer + self.activations + self.checkpoint + self.features
    }

    /// Return whether more memory is needed than available. The features are in memory already.
    pub fn is_short(&self) -> bool {
        self.available
            .is_some_and(|available| self.total() - self.features > available)
    }
}

fn available() -> Option<usize> {
    let mut system = System::new().ok()?;
    system.refresh_memory();
    let machine = system.available_memory();
    // A container may have less memory than its machine. Files in the system's cache are no use of
    // it: they give way.
    let own = system.cgroup_limits();
    let own = own.map(|limits| limits.total_memory.saturating_sub(limits.rss));
    let available = own.map_or(machine, |own| own.min(machine));
    usize::try_from(available).ok().filter(|bytes| *bytes > 0)
}
