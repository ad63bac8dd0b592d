//! The shipped model, inside the binary.

use std::path::Path;

use burn::tensor::Device;
use undertone_audio::FrontEnd;

use crate::model::{Model, ModelError};

const CONFIG: &[u8] = include_bytes!("../../../models/3-optimized-sentiment3/config.json");
const WEIGHTS: &[u8] = include_bytes!("../../../models/3-optimized-sentiment3/model.safetensors");

/// The card of the model that this build carries ([`Classifier::embedded`](crate::Classifier::embedded)),
/// as Markdown.
pub const EMBEDDED_CARD: &str = include_str!("../../../models/3-optimized-sentiment3/README.md");

pub(crate) fn model(device: &Device) -> Result<(Model, FrontEnd), ModelError> {
    Model::assemble(
        Path::new("embedded:3-optimized-sentiment3"),
        CONFIG,
        WEIGHTS,
        device,
    )
}
