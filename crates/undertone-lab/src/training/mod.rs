//! Training: the loop, its schedule, its checkpoints.

mod batches;
mod checkpoint;
mod optimization;
mod schedule;
mod trainer;

pub(crate) use batches::rng_at;
pub(crate) use trainer::{Start, Subset, Task};
