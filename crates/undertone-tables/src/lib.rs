#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod cell;
mod csv_writer;
mod error;
#[cfg(feature = "parquet")]
mod parquet_writer;
mod writer;

pub use cell::{Cell, Column, Kind};
pub use error::TableError;
pub use writer::{TableFormat, TableWriter};
