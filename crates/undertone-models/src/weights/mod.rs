//! Weights on disk and in networks.
//!
//! - [`Weights`] are named tensors in memory, in the layout of our own networks.
//! - A [`Checkpoint`] is a file, or several, in the layout of Hugging Face's `transformers`. It may
//!   be part of the program. Opening one reads headers only, and each core reads one tensor at a
//!   time, so that loading a network takes the memory of the network and of one tensor per core.
//!
//! The crate `burn-store` 0.22.1 was considered first, by reading its source; it was not measured.
//! It does not read the index of a checkpoint in several files, it accepts values that are not
//! finite, and each tensor that it reads from a safetensors file parses the header of the whole
//! file again. An adapter can cast and transpose a tensor, but sees one tensor at a time: it
//! cannot join the two factors of a normalized weight. It would replace `parameters.rs`,
//! `safetensors_file.rs` and parts of `stored_tensor.rs`; the rest of this module would stay, and
//! its checks would move around it.
//!
//! A parameter has the name of its field (`encoder.layers.0.fc1.weight`). The fields of the
//! encoders are named as in the checkpoints, so only a prefix differs.

mod checkpoint;
mod error;
mod files;
mod fused;
mod in_memory;
mod layout;
mod parameter_bytes;
mod parameters;
mod pickle_size;
mod pytorch_file;
mod safetensors_file;
mod stored_parameter;
mod stored_parameters;
mod stored_tensor;
mod stored_weight;
mod transformers;
mod weight_norm;
mod write;

pub use checkpoint::Checkpoint;
pub use error::{CheckpointError, WeightsError};
pub use in_memory::Weights;
pub use parameter_bytes::parameter_bytes;
pub(crate) use stored_parameters::StoredParameters;
pub(crate) use stored_weight::StoredWeight;
pub(crate) use transformers::{export, load, prefix, stored_names};
pub use write::{FloatType, NamedTensor, write_safetensors};

/// The files that may hold a checkpoint. The first that exists is read.
pub(crate) const WEIGHT_FILES: [&str; 4] = [
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
];
