//! ONNX files say what the networks say.

mod models;
mod refusals;
mod runtime;
mod structure;
