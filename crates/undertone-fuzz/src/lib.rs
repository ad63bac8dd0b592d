#![doc = include_str!("../README.md")]

mod fuzz;
mod input_file;
mod mutation;
mod report;
mod settings;
mod watch;

pub use fuzz::Fuzz;
pub use peak_alloc::PeakAlloc;
