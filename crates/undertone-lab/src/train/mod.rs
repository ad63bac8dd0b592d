//! Training by gradient descent: the loop, its schedule and its checkpoints.
//!
//! The loop is not burn-train's, because a resumed training must end with the same weights, bit for
//! bit, also if it was killed within an epoch.

mod adam;
mod batches;
mod checkpoint;
mod memory;
mod objective;
mod old_names;
mod optimization;
mod preparation;
mod schedule;
mod task;
mod trainer;

pub(crate) use batches::rng_at;
pub use memory::MemoryEstimate;
pub(crate) use task::{Start, Subset, Targets, Task, TrainingData};
