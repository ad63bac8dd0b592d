//! Training: the loop, its schedule, its checkpoints.

mod batches;
mod checkpoint;
mod inference;
mod schedule;
mod trainer;

pub(crate) use inference::probabilities;
pub(crate) use trainer::{Side, Task};
