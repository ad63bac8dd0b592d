//! ONNX files compute the same as the networks.

mod models;
mod refusals;
mod runtime;
mod structure;
