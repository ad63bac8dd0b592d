#![doc = include_str!("../README.md")]

mod nearest;
mod plain_words;

pub use nearest::{did_you_mean, nearest};
pub use plain_words::in_plain_words;
