//! Layers of a transformer on the CPU, without gradients.
//!
//! Burn computes a layer as some thirty operations, each on all cores and each with a tensor of its
//! own. Here, one clip passes through a layer in a few matrices that stay in the cache, and the
//! operations around a product are part of it. A batch of clips is computed clip by clip, on one
//! core each. The operations of Burn are the reference (`tests`), and compute whatever needs a
//! gradient.

mod attention;
mod dense;
mod layer;
mod norm;
mod stack;

pub(crate) use dense::{Dense, Then};
pub(crate) use layer::Layer;
pub(crate) use norm::Norm;
pub(crate) use stack::Stack;
