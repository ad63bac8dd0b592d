//! Training: the loop, its schedule, its checkpoints.

mod batches;
mod checkpoint;
mod inference;
mod optimization;
mod schedule;
mod trainer;

pub(crate) use batches::rng_at;
pub(crate) use inference::probabilities;
pub(crate) use trainer::{Start, Subset, Task};
