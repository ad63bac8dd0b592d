#![doc = include_str!("../README.md")]
#![warn(clippy::unwrap_used, clippy::expect_used)]

mod served_classifier;

pub use served_classifier::ServedClassifier;
