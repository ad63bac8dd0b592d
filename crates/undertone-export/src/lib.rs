//! Models on their way out: as ONNX, as a repository for the Hugging Face Hub, as a Space.
#![warn(clippy::unwrap_used, clippy::expect_used)]

pub mod onnx;
