#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod bits;
mod coded_number;
mod cpu;
mod crc;
mod decoder;
mod error;
mod frame;
mod predictor;
mod residual;
mod sample;
mod stream_info;
mod subframe;
mod transpose;

pub use decoder::{Block, Decoder};
pub use error::FlacError;
pub use stream_info::StreamInfo;
