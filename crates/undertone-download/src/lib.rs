#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

pub mod archive;
mod client;
mod error;
pub mod hub;
mod pace;
mod progress;
mod transfer;

pub use error::TransferError;
pub use progress::{Progress, Step};

/// Measures what parsers allocate in the tests with mutated input.
#[cfg(test)]
#[global_allocator]
static ALLOCATOR: undertone_fuzz::PeakAlloc = undertone_fuzz::PeakAlloc;
