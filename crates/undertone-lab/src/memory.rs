//! How much memory a training will take, and how much there is.

use serde::Serialize;
use sysinfo::System;
use undertone_models::{Activations, Network, parameter_bytes};

use crate::features::ClipFeatures;

/// What training is expected to hold at once, in bytes; within about a third of what it then does
/// on the processor (docs/encoders.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MemoryEstimate {
    /// All weights, and their average where one is kept.
    pub weights: usize,
    /// Gradients, Adam's moments and new values of the weights that are trained.
    pub optimizer: usize,
    /// What the largest batch leaves for the backward pass.
    pub activations: usize,
    /// A checkpoint while it is written: weights and moments, once as numbers and once as bytes.
    pub checkpoint: usize,
    /// The features of the corpus.
    pub features: usize,
    /// What the machine has left, or what this process may have if that is less; `None` where
    /// the system does not tell.
    pub available: Option<usize>,
}

impl MemoryEstimate {
    pub(crate) fn new(
        network: &Network,
        averaged: bool,
        (activations, clips): (Activations, usize),
        features: usize,
    ) -> Self {
        let (all, trained) = parameter_bytes(network);
        Self {
            weights: if averaged { 2 * all } else { all },
            optimizer: 4 * trained,
            activations: activations.bytes(clips),
            checkpoint: 2 * (all + 2 * trained),
            features,
            available: available(),
        }
    }

    /// All of it together: freed memory is kept for the next batch, so that a checkpoint comes on top.
    pub fn total(&self) -> usize {
        self.weights + self.optimizer + self.activations + self.checkpoint + self.features
    }

    /// Whether it is more than there is; the features are there already.
    pub fn is_short(&self) -> bool {
        self.available
            .is_some_and(|available| self.total() - self.features > available)
    }
}

/// Bytes that clips' features take.
pub(crate) fn bytes_of(clips: &[ClipFeatures]) -> usize {
    let matrices = clips
        .iter()
        .flat_map(|clip| clip.windows.iter().chain(&clip.copies));
    matrices.map(|matrix| size_of_val(&matrix.values[..])).sum()
}

fn available() -> Option<usize> {
    let mut system = System::new().ok()?;
    system.refresh_memory();
    let machine = system.available_memory();
    // A container may have less than its machine.
    let own = system.cgroup_limits().map(|limits| limits.free_memory);
    let available = own.map_or(machine, |own| own.min(machine));
    usize::try_from(available).ok().filter(|bytes| *bytes > 0)
}
