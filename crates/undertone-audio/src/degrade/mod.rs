//! Degradation: what recordings suffer on their way, with fixed parameters, to judge how robust a
//! model is.
//!
//! [`augment`](crate::augment) has the same changes with free parameters, for training.

mod degradation;

pub use degradation::{Degradation, UnknownDegradation};
