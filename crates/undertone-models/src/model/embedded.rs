//! The model that is part of the build.

use std::path::Path;

use burn::tensor::Device;
use undertone_audio::FrontEnd;

use super::error::ModelError;
use super::folder::Model;

const CONFIG: &[u8] = include_bytes!("../../../../models/3-optimized-sentiment3/config.json");
const WEIGHTS: &[u8] =
    include_bytes!("../../../../models/3-optimized-sentiment3/model.safetensors");

/// The card of the embedded model ([`Classifier::embedded`](crate::Classifier::embedded)), as
/// Markdown.
pub const EMBEDDED_CARD: &str = include_str!("../../../../models/3-optimized-sentiment3/README.md");

impl Model {
    /// Load the model that is part of this build. Needs no files.
    ///
    /// # Errors
    /// If that model does not load, which the tests rule out.
    pub fn embedded(device: &Device) -> Result<Self, ModelError> {
        Ok(Self::embedded_with_front_end(device)?.0)
    }

    pub(crate) fn embedded_with_front_end(device: &Device) -> Result<(Self, FrontEnd), ModelError> {
        let origin = Path::new("embedded:3-optimized-sentiment3");
        Self::assemble(origin, CONFIG, WEIGHTS, device)
    }
}
