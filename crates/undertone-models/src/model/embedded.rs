//! The model that is part of the build.

use std::path::Path;

use burn::tensor::Device;

use super::error::ModelError;
use super::files::{FilesInMemory, ModelFiles};
use super::folder::Model;
use super::purpose::Purpose;

/// Include the files of a folder of `models/`.
macro_rules! include_model {
    ($folder:literal, [$($file:literal),+]) => {
        /// The card of the embedded model ([`Classifier::embedded`](crate::Classifier::embedded)),
        /// as Markdown.
        pub const EMBEDDED_CARD: &str =
            include_str!(concat!("../../../../models/", $folder, "/README.md"));
        /// The name of the embedded model.
        pub const EMBEDDED_NAME: &str = $folder;
        /// Where errors say that the embedded model is.
        pub(crate) const EMBEDDED_ORIGIN: &str = concat!("embedded:", $folder);
        /// The files of the embedded model.
        pub(crate) static EMBEDDED_FILES: FilesInMemory = &[
            $(($file, include_bytes!(concat!("../../../../models/", $folder, "/", $file)))),+
        ];
    };
}

// A model without a pretrained encoder has no "preprocessor_config.json".
include_model!(
    "undertone-all",
    [
        "config.json",
        "preprocessor_config.json",
        "model.safetensors"
    ]
);

impl Model {
    /// Load the model that is part of this build. Needs no files.
    ///
    /// # Errors
    /// If that model does not load, which the tests rule out.
    pub fn embedded(device: &Device) -> Result<Self, ModelError> {
        let origin = Path::new(EMBEDDED_ORIGIN);
        let files = ModelFiles::in_memory(origin, EMBEDDED_FILES);
        Ok(Self::read(files, device, Purpose::Any)?.0)
    }
}
