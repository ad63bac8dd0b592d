//! Convolution over one or two axes, batch norm, ReLU, max-pooling and dropout as one operation.
//!
//! As operations of their own they pass over a tensor as large as the output of the convolution 14
//! times while training, and autodiff keeps five such tensors. Here the statistics of batch norm
//! are summed while the product is in the cache, the rest is one pass, and the gradient of the
//! convolution's output stays in the cache. What is kept is that output, unless it costs less to
//! compute it again, and one byte per pooled value.
//!
//! - [`options`]: what differs between blocks.
//! - [`steps`]: its two directions, as a trait.
//! - [`forward`] and [`gradients`]: both on the CPU.
//! - [`plain`]: both with operations of Burn.
//! - [`tracked`]: the operation for autodiff.

pub(super) mod forward;
mod geometry;
pub(super) mod gradients;
pub(super) mod kept;
mod moments;
pub(super) mod options;
mod padding;
pub(super) mod plain;
mod pooling;
pub(super) mod steps;
mod tensor;
#[cfg(test)]
mod tests;
pub(super) mod tracked;
mod unpooling;

pub(crate) use options::ConvBlockOptions;
pub(crate) use tensor::{ConvBlockParameters, conv_block};
