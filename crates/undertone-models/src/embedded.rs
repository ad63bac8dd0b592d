//! The shipped model, inside the binary.

use std::path::Path;

use burn::tensor::Device;

use crate::model::{Model, ModelError};

const CONFIG: &[u8] = include_bytes!("../../../models/sentiment3-cnn-lstm/config.json");
const WEIGHTS: &[u8] = include_bytes!("../../../models/sentiment3-cnn-lstm/model.safetensors");

pub(crate) fn model(device: &Device) -> Result<Model, ModelError> {
    Model::from_bytes(
        Path::new("embedded:sentiment3-cnn-lstm"),
        CONFIG,
        WEIGHTS,
        device,
    )
}
